"""Reading the journal: lists by what staff look for, one entry whole, counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar, cast

from sqlalchemy import URL, Engine, Select, func, select
from sqlalchemy.orm import Session, selectinload

from rag.config import Settings
from rag.journal.database import journal_url, open_engine, prepare, readable
from rag.journal.gaps import InVain, asked_in_vain
from rag.journal.rows import read_answer, read_rating
from rag.journal.tables import CenterRow, EntryRow, RatingRow
from rag.rating import Rating, Reason
from rag.types import Answer, Status

Rated = Literal["helpful", "unhelpful", "unrated"]

_AT_ONCE = 100
_Query = TypeVar("_Query", bound=Select[Any])


@dataclass(frozen=True, slots=True)
class Selection:
    """Which entries; what is ``None`` selects nothing out.

    ``since`` and ``least`` are part of the range, ``until`` is not, ``most`` is; times have a zone.
    """

    rated: Rated | None = None
    reason: Reason | None = None
    status: Status | None = None
    center: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: float | None = None
    most: float | None = None
    conversation: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of a list; ``rating`` is ``"helpful"``, ``"unhelpful"`` or ``"unrated"``."""

    answer_id: str
    conversation: str
    time: datetime
    question: str
    query: str
    language: str
    centers: tuple[str, ...]
    status: Status
    confidence: float
    text: str
    index_version: str
    code_version: str
    settings: str
    seconds: float
    rating: Rated
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class TimedRating:
    """A rating and when it was given."""

    rating: Rating
    time: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry whole: the answer as the person saw it; all its ratings, the latest last.

    ``answer`` is ``None`` where another release wrote it in a form that this one does not know.
    """

    summary: Summary
    answer: Answer | None
    ratings: tuple[TimedRating, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list, the newest first, and how many entries all pages have."""

    entries: tuple[Summary, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries there are, by their rating, its reason, and their status."""

    entries: int
    ratings: dict[Rated, int]
    reasons: dict[Reason, int]
    statuses: dict[Status, int]


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What one language model took for ``answers`` answers."""

    model: str
    answers: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    withheld: int


class JournalReader:
    """Reads a journal that others may be writing; safe to use from several threads.

    Every method raises a ``JournalError`` where the database cannot be read.
    """

    def __init__(self, url: URL, engine: Engine) -> None:
        """Read from a database whose tables are up to date; see ``open``."""
        self._url = url
        self._engine = engine

    @classmethod
    def open(cls, settings: Settings) -> JournalReader:
        """The journal of the settings, also where they switch writing it off.

        Raises:
            ConfigError: ``JOURNAL_URL`` cannot be used.
            JournalError: the database cannot be read, or brought up to date.
        """
        url = journal_url(settings)
        with readable(url):
            preparing = open_engine(url, writing=True)
            try:
                prepare(preparing)
            finally:
                preparing.dispose()
        return cls(url, open_engine(url))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def list(self, selection: Selection = Selection(), offset: int = 0, limit: int = 50) -> Listing:
        """A page of the entries selected, the newest first."""
        order = (EntryRow.time.desc(), EntryRow.number.desc())
        query = _selected(select(EntryRow), selection)
        page = query.options(selectinload(EntryRow.centers)).order_by(*order)
        with readable(self._url), Session(self._engine) as session:
            rows = session.scalars(page.offset(offset).limit(limit)).all()
            total = session.scalar(_selected(select(func.count(EntryRow.number)), selection))
            return Listing(tuple(map(_summary, rows)), total or 0)

    def entry(self, answer_id: str) -> Entry | None:
        """One entry whole, ``None`` where there is none of that id."""
        query = select(EntryRow).options(*_WHOLE).where(EntryRow.answer_id == answer_id)
        with readable(self._url), Session(self._engine) as session:
            return next(_entries(session, session.scalars(query).all()), None)

    def all_entries(self, selection: Selection = Selection()) -> Iterator[Entry]:
        """Every entry selected, whole, the oldest first; a few at a time are held in memory."""
        after = 0
        while True:
            query = _selected(select(EntryRow), selection).options(*_WHOLE)
            query = query.where(EntryRow.number > after)
            with readable(self._url), Session(self._engine) as session:
                rows = session.scalars(query.order_by(EntryRow.number).limit(_AT_ONCE)).all()
                found = tuple(_entries(session, rows))
                after = rows[-1].number if rows else after
            if not found:
                return
            yield from found

    def counts(self, selection: Selection = Selection()) -> Counts:
        """How many entries are selected, by rating, reason and status."""
        with readable(self._url), Session(self._engine) as session:

            def by(column: Any) -> dict[Any, int]:
                query = select(column, func.count(EntryRow.number)).group_by(column)
                return dict(iter(session.execute(_selected(query, selection))))

            statuses = by(EntryRow.status)
            helpful = by(EntryRow.helpful)
            return Counts(
                entries=sum(statuses.values()),
                ratings={_RATED[key]: count for key, count in helpful.items()},
                reasons={key: count for key, count in by(EntryRow.reason).items() if key},
                statuses=statuses,
            )

    def in_vain(self, most: int) -> tuple[InVain, ...]:
        """The newest questions that found no answer, or none that helped, the newest first."""
        with readable(self._url):
            return asked_in_vain(self._engine, most)

    def usage(self, selection: Selection = Selection()) -> tuple[ModelUsage, ...]:
        """What language models took for the entries selected, by the model's name."""
        columns: list[Any] = [
            EntryRow.model,
            func.count(EntryRow.number),
            func.sum(EntryRow.prompt_tokens),
            func.sum(EntryRow.completion_tokens),
            func.sum(EntryRow.model_seconds),
            func.sum(EntryRow.withheld),
        ]
        query = select(*columns).where(EntryRow.model.is_not(None))
        grouped = _selected(query, selection).group_by(EntryRow.model).order_by(EntryRow.model)
        with readable(self._url), Session(self._engine) as session:
            return tuple(
                ModelUsage(str(model), answers, read or 0, written or 0, seconds or 0.0, held or 0)
                for model, answers, read, written, seconds, held in session.execute(grouped)
            )

    def centers(self) -> tuple[str, ...]:
        """The centers that entries are about, by name."""
        query = select(CenterRow.center).distinct().order_by(CenterRow.center)
        with readable(self._url), Session(self._engine) as session:
            return tuple(session.scalars(query))


_WHOLE = (selectinload(EntryRow.centers), selectinload(EntryRow.whole))
_RATED: dict[bool | None, Rated] = {True: "helpful", False: "unhelpful", None: "unrated"}


def _selected(query: _Query, selection: Selection) -> _Query:
    wanted = selection
    if wanted.rated is not None:
        helpful = {rated: key for key, rated in _RATED.items()}[wanted.rated]
        query = query.where(EntryRow.helpful.is_(helpful))
    for column, value in (
        (EntryRow.reason, wanted.reason),
        (EntryRow.status, wanted.status),
        (EntryRow.conversation, wanted.conversation),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.center is not None:
        about = select(CenterRow.entry).where(CenterRow.center == wanted.center)
        query = query.where(EntryRow.number.in_(about))
    if wanted.since is not None:
        query = query.where(EntryRow.time >= wanted.since)
    if wanted.until is not None:
        query = query.where(EntryRow.time < wanted.until)
    if wanted.least is not None:
        query = query.where(EntryRow.confidence >= wanted.least)
    if wanted.most is not None:
        query = query.where(EntryRow.confidence <= wanted.most)
    return query


def _summary(row: EntryRow) -> Summary:
    return Summary(
        answer_id=row.answer_id,
        conversation=row.conversation,
        time=row.time,
        question=row.question,
        query=row.query,
        language=row.language,
        centers=tuple(center.center for center in row.centers),
        status=cast("Status", row.status),
        confidence=row.confidence,
        text=row.text,
        index_version=row.index_version,
        code_version=row.code_version,
        settings=row.settings,
        seconds=row.seconds,
        rating=_RATED[row.helpful],
        reason=cast("Reason | None", row.reason),
    )


def _entries(session: Session, rows: Sequence[EntryRow]) -> Iterator[Entry]:
    ids = [row.answer_id for row in rows]
    ratings: dict[str, list[TimedRating]] = {}
    query = select(RatingRow).where(RatingRow.answer_id.in_(ids))
    for rating in session.scalars(query.order_by(RatingRow.time, RatingRow.number)):
        found = TimedRating(read_rating(rating), rating.time)
        ratings.setdefault(rating.answer_id, []).append(found)
    for row in rows:
        yield Entry(_summary(row), read_answer(row.whole), tuple(ratings.get(row.answer_id, ())))
