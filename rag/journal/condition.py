"""How the journal fares, told from outside of the process that writes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rag.config import Settings
from rag.errors import JournalError
from rag.journal.state import JOURNAL_FILE, read_states


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
    if settings.journal_url.get_secret_value() or own.exists():
        held = _held(settings)
    else:
        held = JournalCondition(place=f"sqlite:///{own}")
    return replace(
        held,
        waiting=sum(state.waiting for state in running),
        lost=sum(state.gone for state in losers),
        lost_since=losers[0].started if losers else None,
        problem=next((state.problem for state in running if state.problem), ""),
    )


def _held(settings: Settings) -> JournalCondition:
    """What the database holds."""
    # SQLAlchemy takes a while to load; where there is no journal yet, nobody waits for it.
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
