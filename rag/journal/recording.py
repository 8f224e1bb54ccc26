"""The journal as those see it who write to it."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from rag.config import Settings
from rag.journal.database import journal_url, open_engine, prepare, reason
from rag.journal.retention import purge
from rag.journal.rows import Item, Rated, Recorded
from rag.journal.state import Condition, StateFile, forget_states
from rag.journal.writer import MOST_WAITING, Writer
from rag.journal.writing import write_items
from rag.rating import Rating
from rag.types import Answer

_DAY = 24 * 3600.0
_HOUR = 3600.0
# How long the end of the program waits for the last entries, in seconds.
_PATIENCE = 5.0

_LOG = logging.getLogger(__name__)


class Journal:
    """Notes answers and ratings; a ``Recorder``, safe to use from several threads.

    Whatever is wrong with the database, ``record`` and ``rate`` return at once: entries wait until
    it is mended, and where too many wait they are counted as lost.
    """

    def __init__(self, settings: Settings, engine: Engine, most: int = MOST_WAITING) -> None:
        """Write to a database that was opened for writing; ``most`` entries may wait."""
        self._fingerprint = settings.fingerprint
        self._days = settings.journal_days
        self._engine = engine
        self._prepared = False
        self._next_purge = 0.0
        forget_states(settings.journal_dir, self._oldest())
        self._state = StateFile(settings.journal_dir)
        self._writer = Writer(self._write, self._on_pulse, most)

    @classmethod
    def open(cls, settings: Settings, most: int = MOST_WAITING) -> Journal | None:
        """The journal of the settings, ``None`` where they switch it off.

        The database need not be there yet.

        Raises:
            ConfigError: ``JOURNAL_URL`` cannot be used.
        """
        if not settings.journal:
            return None
        return cls(settings, open_engine(journal_url(settings), writing=True), most)

    @property
    def condition(self) -> Condition:
        """What waits, what is lost, what is wrong."""
        return self._writer.condition

    def counts(self) -> tuple[int, int]:
        """How many entries wait to be written, and how many were lost."""
        return self.condition.waiting, self.condition.lost

    def record(self, conversation: str, answer_id: str, answer: Answer) -> None:
        """Note an answer; one whose id was noted before is passed over."""
        now = datetime.now(UTC)
        self._writer.put(Recorded(conversation, answer_id, answer, self._fingerprint, now))

    def rate(self, answer_id: str, rating: Rating) -> None:
        """Note a rating. A later one of the same answer takes its place; the earlier is kept."""
        self._writer.put(Rated(secrets.token_hex(16), answer_id, rating, datetime.now(UTC)))

    def close(self, seconds: float = _PATIENCE) -> None:
        """Write what waits, for so many seconds at most; what is left is counted as lost."""
        self._writer.close(seconds)
        self._state.close(self._writer.condition)
        self._engine.dispose()

    def _write(self, items: Sequence[Item]) -> None:
        try:
            if not self._prepared:
                prepare(self._engine)
                self._prepared = True
            if items:
                write_items(self._engine, items)
        except Exception:
            # It may come back as another, empty one.
            self._prepared = False
            raise

    def _on_pulse(self, condition: Condition) -> None:
        self._state.note(condition)
        if self._prepared and not condition.problem and time.monotonic() >= self._next_purge:
            try:
                purge(self._engine, self._oldest())
                self._next_purge = time.monotonic() + _DAY
            except Exception as exc:  # whatever it is, writing goes on
                self._next_purge = time.monotonic() + _HOUR
                _LOG.error("Old entries of the journal could not be removed (%s).", reason(exc))

    def _oldest(self) -> datetime:
        return datetime.now(UTC) - timedelta(days=self._days)
