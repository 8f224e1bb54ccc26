"""Writing a batch of answers and ratings, each once, however often it is tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.orm import InstrumentedAttribute, Session

from rag.journal.rows import Item, Rated, Recorded, entry_row, rating_row
from rag.journal.tables import EntryRow, RatingRow


def write_items(engine: Engine, items: Sequence[Item]) -> None:
    """Write all of ``items`` or, where an error is raised, none.

    What was written before is passed over: whether a transaction was carried out is not known when
    the connection breaks in the moment that it ends.

    Raises:
        SQLAlchemyError, OSError: the database cannot be written.
        ValueError, TypeError, DataError, IntegrityError: an item cannot be; see ``is_at_fault``.
    """
    answers: dict[str, Recorded] = {}
    ratings: dict[str, Rated] = {}
    for item in items:
        if isinstance(item, Rated):
            ratings.setdefault(item.rating_id, item)
        else:
            answers.setdefault(item.answer_id, item)
    with Session(engine) as session, session.begin():
        written = _known(session, EntryRow.answer_id, list(answers))
        session.add_all(entry_row(item) for key, item in answers.items() if key not in written)
        session.flush()
        written = _known(session, RatingRow.rating_id, list(ratings))
        for key, item in ratings.items():
            if key not in written:
                session.add(rating_row(item))
                _note_latest(session, item)


def is_at_fault(exc: BaseException) -> bool:
    """Whether an error of ``write_items`` is due to an item, and will not pass by itself."""
    if isinstance(exc, DataError | IntegrityError):
        return True
    if isinstance(exc, StatementError):  # of which those of a database are a kind
        exc = exc.orig or exc
    return isinstance(exc, ValueError | TypeError | AttributeError | RecursionError)


def _known(session: Session, column: InstrumentedAttribute[Any], keys: list[str]) -> set[str]:
    return set(session.scalars(select(column).where(column.in_(keys)))) if keys else set()


def _note_latest(session: Session, item: Rated) -> None:
    """Make a rating that of its entry, unless a later one is."""
    session.execute(
        update(EntryRow)
        .where(
            EntryRow.answer_id == item.answer_id,
            (EntryRow.rated.is_(None)) | (EntryRow.rated <= item.time),
        )
        .values(helpful=item.rating.helpful, reason=item.rating.reason, rated=item.time)
    )
