"""How the journal fares, told from outside of the process that writes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rag.config import Settings
from rag.errors import JournalError
from rag.journal.state import JOURNAL_FILE, read_states

# How long a writer that is at work is waited for, in seconds.
_PATIENCE = 10


@dataclass(frozen=True, slots=True)
class JournalCondition:
    """What the database holds and what its writers say.

    Attributes:
        place: the database's address without its password.
        entries: how many answers it holds, ``None`` where it cannot be read or is not there yet.
        ratings: how many ratings it holds, likewise.
        oldest: when the first of its answers was given.
        unreadable: why it cannot be read, empty where it can.
        waiting: entries that the programs that run now have not written yet.
        lost: entries that were never written, since ``lost_since``.
        lost_since: when the first program that lost some had started.
        problem: why a program that runs now cannot write, empty where it can.
    """

    place: str
    entries: int | None = None
    ratings: int | None = None
    oldest: datetime | None = None
    unreadable: str = ""
    waiting: int = 0
    lost: int = 0
    lost_since: datetime | None = None
    problem: str = ""


def journal_condition(settings: Settings) -> JournalCondition:
    """Look at the journal of the settings; nothing is changed, and nothing made.

    Raises:
        ConfigError: ``JOURNAL_URL`` cannot be used.
    """
    states = read_states(settings.journal_dir)
    losers = [state for state in states if state.gone]
    running = [state for state in states if state.alive]
    own = settings.journal_dir / JOURNAL_FILE
    held = _held(settings) if settings.journal_url.get_secret_value() else _held_in_file(own)
    return replace(
        held,
        waiting=sum(state.waiting for state in running),
        lost=sum(state.gone for state in losers),
        lost_since=losers[0].started if losers else None,
        problem=next((state.problem for state in running if state.problem), ""),
    )


def _held_in_file(path: Path) -> JournalCondition:
    """What our own file holds, if it is there: counted without SQLAlchemy, which loads for long."""
    found = JournalCondition(place=f"sqlite:///{path}")
    if not path.exists():
        return found
    try:
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as connection:
            # Both of one moment.
            connection.execute("BEGIN")
            entries, oldest = connection.execute(
                "SELECT count(*), min(time) FROM entries"
            ).fetchone()
            (ratings,) = connection.execute("SELECT count(*) FROM ratings").fetchone()
    except sqlite3.Error as exc:
        return replace(found, unreadable=f"The journal at {found.place} cannot be used: {exc}.")
    # SQLite has no zones: times are UTC.
    first = datetime.fromisoformat(oldest).replace(tzinfo=UTC) if oldest else None
    return replace(found, entries=entries, ratings=ratings, oldest=first)


def _held(settings: Settings) -> JournalCondition:
    """What the database holds."""
    from sqlalchemy import func, select
    from sqlalchemy.orm import Session

    from rag.journal.database import journal_url, open_engine, readable, shown
    from rag.journal.tables import EntryRow, RatingRow

    url = journal_url(settings)
    found = JournalCondition(place=shown(url))
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return found
    engine = open_engine(url)
    try:
        with readable(url), Session(engine) as session:
            return replace(
                found,
                entries=session.scalar(select(func.count(EntryRow.number))),
                ratings=session.scalar(select(func.count(RatingRow.number))),
                oldest=session.scalar(select(func.min(EntryRow.time))),
            )
    except JournalError as exc:
        return replace(found, unreadable=exc.problem)
    finally:
        engine.dispose()
