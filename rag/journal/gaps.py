"""What people asked in vain: refused questions, and answers that somebody found of no help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Engine, or_, select
from sqlalchemy.orm import Session

from rag.journal.tables import CenterRow, EntryRow
from rag.types import Status


@dataclass(frozen=True, slots=True)
class InVain:
    """One question that found no answer, or none that helped.

    ``question`` is as it was understood, so that it stands alone.
    """

    answer_id: str
    question: str
    language: str
    centers: tuple[str, ...]
    status: Status
    unhelpful: bool
    time: datetime


def asked_in_vain(engine: Engine, most: int) -> tuple[InVain, ...]:
    """The newest such questions, at most ``most``, the newest first.

    Raises:
        SQLAlchemyError: the database cannot be read.
    """
    columns = (
        EntryRow.number, EntryRow.answer_id, EntryRow.query, EntryRow.language, EntryRow.status,
        EntryRow.helpful, EntryRow.time,
    )  # fmt: skip
    wanted = or_(EntryRow.helpful.is_(False), EntryRow.status == "refused")
    newest = select(*columns).where(wanted).order_by(EntryRow.time.desc(), EntryRow.number.desc())
    with Session(engine) as session:
        rows = session.execute(newest.limit(most)).all()
        numbers = [row.number for row in rows]
        about: dict[int, list[str]] = {}
        if numbers:
            centers = select(CenterRow.entry, CenterRow.center).where(CenterRow.entry.in_(numbers))
            for number, center in session.execute(centers.order_by(CenterRow.center)):
                about.setdefault(number, []).append(center)
    return tuple(
        InVain(
            answer_id=row.answer_id,
            question=row.query,
            language=row.language,
            centers=tuple(about.get(row.number, ())),
            status=cast("Status", row.status),
            unhelpful=row.helpful is False,
            time=row.time,
        )
        for row in rows
    )
