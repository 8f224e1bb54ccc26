"""What is recorded, as rows of the journal's tables, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rag import __version__
from rag.journal.tables import CenterRow, EntryRow, RatingRow, WholeRow
from rag.rating import Rating
from rag.types import Answer

# What is longer was no question, and the answer to it says only that; nor is it a note.
_LONGEST = 4000
# No database keeps these in a text: half of a pair of UTF-16, and (PostgreSQL) the null character.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_ANSWERS = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer that was given; ``settings`` is their fingerprint."""

    conversation: str
    answer_id: str
    answer: Answer
    settings: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating that was given; ``rating_id`` is random."""

    rating_id: str
    answer_id: str
    rating: Rating
    time: datetime


Item = Recorded | Rated


def entry_row(item: Recorded) -> EntryRow:
    """The rows of an answer.

    Raises:
        ValueError: it is no answer that could be read back.
    """
    answer: Answer = keepable(item.answer)
    writing = answer.writing
    return EntryRow(
        answer_id=item.answer_id,
        conversation=item.conversation,
        time=item.time,
        question=clipped(answer.query.original),
        query=clipped(answer.query.text),
        language=answer.query.language,
        status=answer.status,
        confidence=float(answer.confidence),
        text=answer.text,
        index_version=answer.index_version,
        code_version=__version__,
        settings=item.settings,
        seconds=float(answer.elapsed),
        model=writing.model if writing else None,
        prompt_tokens=writing.prompt_tokens if writing else None,
        completion_tokens=writing.completion_tokens if writing else None,
        model_seconds=float(writing.seconds) if writing else None,
        withheld=writing.withheld if writing else None,
        whole=WholeRow(answer=_ANSWERS.dump_json(answer, warnings="error").decode()),
        centers=[CenterRow(center=center) for center in centers_about(answer)],
    )


def rating_row(item: Rated) -> RatingRow:
    """The row of a rating."""
    return RatingRow(
        rating_id=item.rating_id,
        answer_id=item.answer_id,
        helpful=item.rating.helpful,
        reason=item.rating.reason,
        note=clipped(keepable(item.rating.note)),
        time=item.time,
    )


def read_answer(row: WholeRow) -> Answer | None:
    """The answer as the person saw it, ``None`` where another release wrote it otherwise."""
    try:
        return _ANSWERS.validate_json(row.answer)
    except ValidationError:
        return None


def read_rating(row: RatingRow) -> Rating:
    """A rating."""
    return Rating(row.helpful, row.reason, row.note)  # type: ignore[arg-type]  # one of its reasons


def centers_about(answer: Answer) -> tuple[str, ...]:
    """The centers that an answer is about, by name.

    Those that the question is about; where it is about any of them, those that are cited.
    """
    cited = (citation.center for citation in answer.citations)
    return tuple(sorted({*answer.query.centers} or {center for center in cited if center}))


def clipped(text: str) -> str:
    """A question or a note, cut at 4,000 characters."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def keepable(value: Any) -> Any:
    """A value with every text in it as a database can keep it; spans stay as they are."""
    if isinstance(value, str):
        return _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, tuple):
        return tuple(map(keepable, value))
    if is_dataclass(value) and not isinstance(value, type):
        kept = {field.name: keepable(getattr(value, field.name)) for field in fields(value)}
        return type(value)(**kept)
    return value
