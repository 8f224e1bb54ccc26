"""The tables of the journal, as the last migration leaves them.

What is filtered and listed stands in ``entries``, in short rows; the whole answer, ten times as
long, beside it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Boolean, DateTime, Dialect, Float, ForeignKey, Index, Integer, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A time with its zone, UTC: SQLite has no zones and keeps it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As the database keeps it."""
        if value is None:
            return None
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As the program sees it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What the tables have in common."""


class EntryRow(Base):
    """One answer; ``helpful``, ``reason`` and ``rated`` are those of its latest rating.

    From ``model`` to ``withheld`` stands what a language model took and how many of its sentences
    were withheld, where one was asked.
    """

    __tablename__ = "entries"

    number: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[str] = mapped_column(Text, unique=True)
    conversation: Mapped[str] = mapped_column(Text)
    time: Mapped[datetime] = mapped_column(Moment)
    question: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float] = mapped_column(Float)
    text: Mapped[str] = mapped_column(Text)
    index_version: Mapped[str] = mapped_column(Text)
    code_version: Mapped[str] = mapped_column(Text)
    settings: Mapped[str] = mapped_column(Text)
    seconds: Mapped[float] = mapped_column(Float)
    helpful: Mapped[bool | None] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(Text)
    rated: Mapped[datetime | None] = mapped_column(Moment)
    model: Mapped[str | None] = mapped_column(Text)
    prompt_tokens: Mapped[int | None] = mapped_column(Integer)
    completion_tokens: Mapped[int | None] = mapped_column(Integer)
    model_seconds: Mapped[float | None] = mapped_column(Float)
    withheld: Mapped[int | None] = mapped_column(Integer)

    whole: Mapped[WholeRow] = relationship(passive_deletes=True)
    centers: Mapped[list[CenterRow]] = relationship(
        order_by="CenterRow.center", passive_deletes=True
    )

    __table_args__ = (
        Index("ix_entries_time", "time"),
        Index("ix_entries_conversation", "conversation"),
        Index("ix_entries_status_time", "status", "time"),
        Index("ix_entries_helpful_time", "helpful", "time"),
        Index("ix_entries_reason_time", "reason", "time"),
        Index("ix_entries_confidence", "confidence"),
    )


class WholeRow(Base):
    """The whole answer of an entry, as JSON."""

    __tablename__ = "answers"

    entry: Mapped[int] = mapped_column(
        ForeignKey("entries.number", ondelete="CASCADE"), primary_key=True
    )
    answer: Mapped[str] = mapped_column(Text)


class CenterRow(Base):
    """A center that an entry is about."""

    __tablename__ = "entry_centers"

    entry: Mapped[int] = mapped_column(
        ForeignKey("entries.number", ondelete="CASCADE"), primary_key=True
    )
    center: Mapped[str] = mapped_column(Text, primary_key=True)

    __table_args__ = (Index("ix_entry_centers_center", "center", "entry"),)


class RatingRow(Base):
    """One rating. An answer has as many as were given; the latest is its entry's.

    It refers to no entry by key: where that one was lost, the rating is kept all the same.
    """

    __tablename__ = "ratings"

    number: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[str] = mapped_column(Text, unique=True)
    answer_id: Mapped[str] = mapped_column(Text)
    helpful: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    time: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_ratings_answer_id", "answer_id"),
        Index("ix_ratings_time", "time"),
    )


class JudgmentRow(Base):
    """What a judge says of an answer: one row a judge and answer, the latest word."""

    __tablename__ = "judgments"

    number: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[str] = mapped_column(Text)
    judge: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    doc_id: Mapped[str | None] = mapped_column(Text)
    gold_start: Mapped[int | None] = mapped_column(Integer)
    gold_end: Mapped[int | None] = mapped_column(Integer)
    quote: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    time: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        Index("ix_judgments_answer_id_judge", "answer_id", "judge", unique=True),
        Index("ix_judgments_judge", "judge"),
    )


class PreferenceRow(Base):
    """Which of two index versions' answers to a question a judge found better."""

    __tablename__ = "preferences"

    number: Mapped[int] = mapped_column(primary_key=True)
    judge: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    first_version: Mapped[str] = mapped_column(Text)
    second_version: Mapped[str] = mapped_column(Text)
    better: Mapped[str] = mapped_column(Text)
    time: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (Index("ix_preferences_time", "time"),)
