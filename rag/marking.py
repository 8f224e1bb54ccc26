"""One answer against its gold: is it right, and if not, why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.questions import (
    Difficulty,
    GoldForm,
    GoldQuestion,
    Kind,
    Split,
    UnansweredQuestion,
    split_of,
)
from rag.records import Records
from rag.text import CJK, fold
from rag.types import Answer, Citation, Status

# Longest right answer to a direct question; it must fit a phone's screen.
LONGEST_DIRECT = 400
_MARKER = re.compile(r" ?\[\d+\]")
_SAYS_SOMETHING: frozenset[Status] = frozenset({"answered", "partial"})


@dataclass(frozen=True, slots=True)
class Mark:
    """What all answers are marked for.

    ``citations`` counts them, ``faithful`` those that quote the stored text, ``astray`` those of
    another center's document. ``elapsed`` is in seconds.
    """

    question_id: str
    question: str
    split: Split
    status: Status
    said: str
    refused: bool
    faults: tuple[str, ...]
    citations: int
    faithful: int
    astray: int
    elapsed: float

    @property
    def right(self) -> bool:
        """Whether there is nothing wrong with it."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class GoldMark:
    """The mark of a question that the corpus answers; ``on_span``: a gold span was cited."""

    mark: Mark
    form: GoldForm
    difficulty: Difficulty
    on_span: bool


@dataclass(frozen=True, slots=True)
class RefusalMark:
    """The mark of a question that the corpus does not answer."""

    mark: Mark
    kind: Kind
    on_subject: bool


def mark_answer(
    question: GoldQuestion, answer: Answer, records: Records, elapsed: float
) -> GoldMark:
    """Mark an answer to a question that the corpus answers.

    It is right when it says something, has a gold word of every group, cites a gold document and
    no other center's document and, if a direct answer is due, is short.
    """
    centers = {question.center, *(_center(records, doc_id) for doc_id in question.doc_ids)}
    astray = [c for c in answer.citations if _center(records, c.doc_id) not in centers]
    faults: list[str] = []
    if answer.status not in _SAYS_SOMETHING:
        faults.append(answer.status)
    else:
        faults += [
            f"lacks `{' / '.join(group)}`"
            for group in question.words
            if not any(says(answer.text, word) for word in group)
        ]
        if not any(citation.doc_id in question.doc_ids for citation in answer.citations):
            faults.append("cites no gold document")
        faults += [f"cites {doc_id}" for doc_id in dict.fromkeys(c.doc_id for c in astray)]
        length = len(_MARKER.sub("", answer.text))
        if question.form == "direct" and length > LONGEST_DIRECT:
            faults.append(f"{length} characters long")
    on_span = any(
        c.doc_id == span.doc_id and c.start < span.end and span.start < c.end
        for c in answer.citations
        for span in question.spans
    )
    mark = _mark(question, answer, records, faults, len(astray), elapsed)
    return GoldMark(mark, question.form, question.difficulty, on_span)


def mark_refusal(
    question: UnansweredQuestion, answer: Answer, records: Records, elapsed: float
) -> RefusalMark:
    """Mark an answer to a question that the corpus does not answer: right is to claim nothing."""
    faults = [answer.status] if answer.status in _SAYS_SOMETHING else []
    astray = sum(
        question.center is not None and _center(records, c.doc_id) != question.center
        for c in answer.citations
    )
    mark = _mark(question, answer, records, faults, astray, elapsed)
    return RefusalMark(mark, question.kind, question.on_subject)


def says(text: str, words: str) -> bool:
    """Whether ``text`` has ``words`` as whole words, whatever their case; markers do not count.

    >>> says("It has 120 people [1]", "120"), says("It has 120 people [12]", "12")
    (True, False)
    """
    plain, wanted = fold(_MARKER.sub("", text)), fold(words)
    # "10" is not in "100", "1.10" or "10.5"; Chinese has no spaces between words.
    before = rf"(?<![^\W{CJK}])(?<!\d[.,])" if _bounded(wanted[0]) else ""
    after = rf"(?![^\W{CJK}])(?![.,]\d)" if _bounded(wanted[-1]) else ""
    return re.search(before + re.escape(wanted) + after, plain) is not None


def _bounded(character: str) -> bool:
    return re.match(rf"[^\W{CJK}]", character) is not None


def faithful(citation: Citation, records: Records) -> bool:
    """Whether the quote is the slice of the stored document, is not empty and cuts no word."""
    document = records.document(citation.doc_id)
    if document is None or not 0 <= citation.start < citation.end <= len(document.text):
        return False
    if _inside_word(document.text, citation.start) or _inside_word(document.text, citation.end):
        return False
    return citation.quote == document.text[citation.start : citation.end]


def _inside_word(text: str, at: int) -> bool:
    """Whether ``text`` has a word on both sides of an offset; Chinese has no spaces between."""
    around = text[max(0, at - 1) : at + 1]
    return re.fullmatch(rf"[^\W{CJK}]{{2}}", around) is not None


def _center(records: Records, doc_id: str) -> str | None:
    document = records.document(doc_id)
    return document.center if document else None


def _mark(
    question: GoldQuestion | UnansweredQuestion,
    answer: Answer,
    records: Records,
    faults: Sequence[str],
    astray: int,
    elapsed: float,
) -> Mark:
    return Mark(
        question_id=question.question_id,
        question=question.question,
        split=split_of(question.question_id),
        status=answer.status,
        said=answer.text,
        refused=answer.status not in _SAYS_SOMETHING,
        faults=tuple(faults),
        citations=len(answer.citations),
        faithful=sum(faithful(citation, records) for citation in answer.citations),
        astray=astray,
        elapsed=elapsed,
    )
