"""From what a judge saw to a proposed question: gold that is in the document, words in the gold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from rag.errors import RagError
from rag.pending import Pending, id_of
from rag.questions import Difficulty, GoldForm, GoldQuestion, GoldSpan, Kind, UnansweredQuestion
from rag.text import fold
from rag.types import Document, Place

_LONGEST = 1000


class ProposalError(RagError):
    """A question cannot be proposed as it is."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a judge wants asked from now on.

    ``gold`` is where the documents answer it and ``words`` what a right answer has to say: a group
    a line, alternatives divided by ``|``. Without gold it is to be refused: ``kind`` says what
    sort of question it is, ``center`` which center it is about, if any.
    """

    question: str
    gold: Place | None = None
    words: str = ""
    form: GoldForm = "direct"
    difficulty: Difficulty = "other words"
    kind: Kind = "attribute"
    center: str | None = None
    note: str = ""


def proposal(draft: Draft, find: Callable[[str], Document | None], by: str) -> Pending:
    """The question to be proposed.

    Args:
        draft: what is wanted.
        find: a document by its ``doc_id``.
        by: who proposes it.

    Raises:
        ProposalError: something is missing, or the gold is not in the document.
    """
    question = " ".join(draft.question.split())
    if not question or len(question) > _LONGEST:
        raise ProposalError(
            "The question of the test is empty or too long.",
            f"Write a question of at most {_LONGEST} characters that stands alone.",
        )
    made = datetime.now(UTC).isoformat(timespec="seconds")
    if draft.gold is None:
        asked = UnansweredQuestion(
            id_of(question), question, draft.kind, draft.center is not None, draft.center
        )
        return Pending(asked, by, made, draft.note)
    span, document = _span(draft.gold, find)
    if not document.center:
        raise ProposalError(
            f"{document.doc_id} says of no center that it is about it.",
            "Take the gold from a document of a center, or add `center` to that document.",
        )
    groups = groups_of(draft.words)
    if not groups:
        raise ProposalError(
            "The test has no words that a right answer has to say.",
            "Write at least one, as it stands in the gold text.",
        )
    for group in groups:
        if not any(fold(word) in fold(span.quote) for word in group):
            raise ProposalError(
                f"The gold text has no “{' or '.join(group)}”.",
                "Write words that stand in it, or take a longer passage.",
            )
    gold = GoldQuestion(
        id_of(question, (span,)), question, (span,), groups, draft.form, draft.difficulty,
        document.center,
    )  # fmt: skip
    return Pending(gold, by, made, draft.note)


def groups_of(words: str) -> tuple[tuple[str, ...], ...]:
    """A group a line, its alternatives divided by ``|``.

    >>> groups_of("Ann Roe | A. Roe\\n\\n2011")
    (('Ann Roe', 'A. Roe'), ('2011',))
    """
    lines = ([w.strip() for w in line.split("|") if w.strip()] for line in words.splitlines())
    return tuple(tuple(line) for line in lines if line)


def _span(place: Place, find: Callable[[str], Document | None]) -> tuple[GoldSpan, Document]:
    document = find(place.doc_id)
    quote = document.text[place.start : place.end] if document and place.start >= 0 else ""
    if document is None or not quote.strip():
        raise ProposalError(
            "The gold text is not in the documents that are published now.",
            "Pick the document again, and select the text in it.",
        )
    start = place.start + len(quote) - len(quote.lstrip())
    quote = quote.strip()
    return GoldSpan(place.doc_id, start, start + len(quote), quote), document
