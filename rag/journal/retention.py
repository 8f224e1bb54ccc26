"""Forgetting what is old."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from rag.journal.tables import EntryRow, JudgmentRow, PreferenceRow, RatingRow


def purge(engine: Engine, before: datetime | None) -> int:
    """Delete the answers that were given before a time, with what was said of them, for good.

    Args:
        engine: one that was opened for writing.
        before: ``None`` for all.

    Returns:
        How many answers were deleted.

    Raises:
        SQLAlchemyError: the database cannot be written.
    """
    old = select(EntryRow.answer_id)
    old_entries = delete(EntryRow)
    lone_ratings = delete(RatingRow).where(
        RatingRow.answer_id.not_in(select(EntryRow.answer_id)),
    )
    compared = delete(PreferenceRow)
    if before is not None:
        old = old.where(EntryRow.time < before)
        old_entries = old_entries.where(EntryRow.time < before)
        lone_ratings = lone_ratings.where(RatingRow.time < before)
        compared = compared.where(PreferenceRow.time < before)
    with Session(engine) as session, session.begin():
        count = session.scalar(select(func.count()).select_from(old.subquery())) or 0
        session.execute(delete(RatingRow).where(RatingRow.answer_id.in_(old)))
        session.execute(delete(JudgmentRow).where(JudgmentRow.answer_id.in_(old)))
        session.execute(compared)
        session.execute(old_entries, execution_options={"synchronize_session": False})
        # Those whose answer was lost before it could be written.
        session.execute(lone_ratings)
    if count and engine.dialect.name == "sqlite":
        # Until then the deleted rows stand in the file beside the database.
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return count
