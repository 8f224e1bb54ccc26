"""What of a corpus, and which sorts of questions, a question set does not ask about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from rag.questions import Difficulty, GoldForm, Kind, QuestionSet


def gaps(questions: QuestionSet, documents: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each document, form, difficulty and kind that no question has.

    Args:
        questions: the set, or one split of it.
        documents: the ``doc_id`` of every document of the corpus.
    """
    asked: dict[str, set[str]] = {
        "document": {question.spans[0].doc_id for question in questions.answerable},
        "form": {question.form for question in questions.answerable},
        "difficulty": {question.difficulty for question in questions.answerable},
        "kind of unanswerable question": {question.kind for question in questions.unanswerable},
    }
    wanted = {
        "document": sorted(documents),
        "form": get_args(GoldForm),
        "difficulty": get_args(Difficulty),
        "kind of unanswerable question": get_args(Kind),
    }
    return tuple(
        f"no question has the {what} `{one}`"
        for what, all_of_them in wanted.items()
        for one in all_of_them
        if one not in asked[what]
    )
