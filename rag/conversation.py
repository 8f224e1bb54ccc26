"""Turn and history to standalone ``Query``s and the centers that they are about."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rag.centers import Center, find_center, spelled_right
from rag.chinese_forms import SMALL_TALK, chinese_form, chinese_questions_in
from rag.chinese_turns import ChineseInterpreter
from rag.errors import QueryError
from rag.forms import form_of, is_small_talk, questions_in
from rag.interpretation import Interpreter, Names, centers_of_turn
from rag.language import language_of_question
from rag.text import normalise
from rag.timing import stage
from rag.types import Query, Turn
from rag.wording import say

LONGEST_QUESTION = 1_000


def understand(
    question: str,
    history: Sequence[Turn],
    centers: Sequence[Center],
    only: str | None = None,
    names: Names | None = None,
) -> Query:
    """What is most probably asked, as a question that stands alone; see ``readings``."""
    return readings(question, history, centers, only, names)[0]


@stage("understanding")
def readings(
    question: str,
    history: Sequence[Turn],
    centers: Sequence[Center],
    only: str | None = None,
    names: Names | None = None,
) -> tuple[Query, ...]:
    """What may be asked, as questions that stand alone, the most probable first.

    The first that the documents answer is what was meant: "is there a tissue bank?" is about the
    center that was spoken of, if its documents say so, and else about any.

    Args:
        question: one line or more, as typed.
        history: the earlier turns of the conversation, oldest first.
        centers: those of the corpus.
        only: the name of the center that the user has chosen; it overrides what the question says.
        names: knows the words and names of the documents; without it only names of centers count.

    Raises:
        QueryError: the question is empty or too long, or there is no center ``only``.
    """
    # Half a character, as a broken client sends it, cannot be encoded again.
    original = question.encode("utf-8", "replace").decode()
    question = " ".join(normalise(original).split())
    if not any(character.isalnum() for character in question):
        raise QueryError("That is not a question.", "Ask about a research center in a sentence.")
    language = language_of_question(question)
    if len(question) > LONGEST_QUESTION:
        raise QueryError(say("too long", language, most=LONGEST_QUESTION), say("shorten", language))
    blank = Query(question, original, language)
    chitchat = SMALL_TALK.fullmatch(question) if language == "zh" else is_small_talk(question)
    if chitchat:
        return (dataclasses.replace(blank, form="chitchat"),)
    chosen = find_center(only, centers) if only else None
    turns = _turns(history, chosen)
    if language == "zh":
        found = ChineseInterpreter(tuple(centers), names, turns, chosen).read(question)
    else:
        spelled = spelled_right(question, centers, names.knows) if names else question
        found = Interpreter(tuple(centers), names, turns, chosen).read(spelled)
    return tuple(
        dataclasses.replace(
            blank, text=one.text, centers=(chosen,) if chosen else one.centers, form=one.form,
            place=one.place,
        )
        for one in found
    )  # fmt: skip


def _turns(history: Sequence[Turn], chosen: str | None) -> tuple[Turn, ...]:
    """The turns that a follow-up may mean: no small talk, none about another than ``chosen``."""
    return tuple(
        turn
        for turn in history
        if turn.answer.query.form != "chitchat"
        and (chosen is None or set(centers_of_turn(turn)) <= {chosen})
    )


def parts_of(query: Query) -> tuple[Query, ...]:
    """The questions that were asked together, such as "when was it founded and who leads it?"."""
    chinese = query.language == "zh"
    texts = chinese_questions_in(query.text) if chinese else questions_in(query.text)
    if len(texts) < 2:
        return (query,)
    form = chinese_form if chinese else form_of
    return tuple(dataclasses.replace(query, text=text, form=form(text)) for text in texts)
