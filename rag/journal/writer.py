"""One thread that writes what others leave with it, and never lets them wait."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from rag.journal.database import reason
from rag.journal.rows import Item
from rag.journal.state import Condition
from rag.journal.writing import is_at_fault

# Some tens of kilobytes each: together a few tens of megabytes.
MOST_WAITING = 2000
_BATCH = 100
# How often the thread looks up when nothing comes in; the longest pause between tries, in seconds.
_PULSE = 10.0
_LONGEST_PAUSE = 15.0
_LAST_PAUSE = 0.1

_LOG = logging.getLogger(__name__)


class Writer:
    """Puts items into a database as soon as it takes them; until then they wait in memory."""

    def __init__(
        self,
        write: Callable[[Sequence[Item]], None],
        pulse: Callable[[Condition], None],
        most: int = MOST_WAITING,
    ) -> None:
        """Start the thread.

        Args:
            write: writes all of a batch or raises. Is called with none at the start, so that what
                is wrong with the database is known before somebody asks.
            pulse: called by the thread when something has changed, and every ten seconds when
                nothing has; may raise nothing.
            most: items that may wait; any more are lost.
        """
        self._write = write
        self._pulse = pulse
        self._most = most
        # Guards all of the following; the problem is written by the thread alone.
        self._changed = threading.Condition()
        self._items: deque[Item] = deque()
        self._in_hand = 0
        self._lost = 0
        self._told_of_loss = False
        self._problem = ""
        self._closing = False
        self._deadline = 0.0
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def condition(self) -> Condition:
        """How it fares now."""
        with self._changed:
            return Condition(len(self._items) + self._in_hand, self._lost, self._problem)

    def put(self, item: Item) -> None:
        """Leave an item to be written; where too many wait already, it is lost."""
        with self._changed:
            if self._closing:
                self._lose(1, "The journal is closed")
            elif len(self._items) + self._in_hand >= self._most:
                self._lose(1, f"{self._most} entries wait for the journal already")
            else:
                self._items.append(item)
                self._changed.notify()

    def close(self, seconds: float) -> None:
        """Write what waits, for so many seconds at most; what is left then is lost."""
        with self._changed:
            if self._closing:
                return
            self._closing = True
            self._deadline = time.monotonic() + seconds
            self._changed.notify_all()
        self._thread.join(seconds + 2 * _LAST_PAUSE)
        # Something is left where the thread hangs in a call of the database.
        self._give_up("the database does not answer")

    def _run(self) -> None:
        batch: list[Item] = []
        while True:
            try:
                self._write_all(batch)
            except Exception as exc:
                # Only at the end: until then it is tried again.
                self._give_up(reason(exc))
            with self._changed:
                self._in_hand = 0
            self._pulse(self.condition)
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._closing, _PULSE)
                if self._closing and not self._items:
                    return
                batch = [self._items.popleft() for _ in range(min(_BATCH, len(self._items)))]
                self._in_hand = len(batch)

    def _write_all(self, batch: Sequence[Item]) -> None:
        """Write a batch, however long it takes; an item that cannot be written is lost."""
        trying = Retrying(
            retry=retry_if_exception(lambda exc: not (batch and is_at_fault(exc))),
            wait=wait_random_exponential(multiplier=0.2, max=_LONGEST_PAUSE),
            stop=lambda _: self._closing and time.monotonic() > self._deadline,
            sleep=self._pause,
            before_sleep=self._tell,
            reraise=True,
        )
        try:
            trying(self._write, batch)
        except Exception as exc:
            if not (batch and is_at_fault(exc)):
                raise
            if len(batch) > 1:
                for item in batch:
                    self._write_all([item])
                return
            with self._changed:
                # Neither what was asked nor by whom: that is not for the log.
                self._lose(1, f"An entry cannot be written to the journal ({type(exc).__name__})")
        self._recover()

    def _pause(self, seconds: float) -> None:
        with self._changed:
            closing = self._changed.wait_for(lambda: self._closing, seconds)
        if closing:
            # The last tries follow each other quickly.
            time.sleep(min(seconds, _LAST_PAUSE))

    def _tell(self, state: RetryCallState) -> None:
        """Say once what is wrong, not for every item and try."""
        exc = state.outcome.exception() if state.outcome else None
        problem = reason(exc) if exc else "unknown"
        if not self._problem:
            _LOG.error(
                "The journal cannot be written (%s). Answers go on; up to %d entries wait.",
                problem,
                self._most,
            )
        with self._changed:
            self._problem = problem
        self._pulse(self.condition)

    def _recover(self) -> None:
        if self._problem:
            _LOG.warning("The journal is written again; %d entries were lost.", self._lost)
        with self._changed:
            self._problem = ""
            self._told_of_loss = False

    def _give_up(self, why: str) -> None:
        with self._changed:
            left = len(self._items) + self._in_hand
            self._items.clear()
            self._in_hand = 0
            if left:
                self._lose(left, f"The journal could not be written before the end ({why})")

    def _lose(self, count: int, why: str) -> None:
        """Count what is lost, and say so once; the caller has the lock."""
        self._lost += count
        if not self._told_of_loss:
            _LOG.error("%s: entries are lost; `python -m rag status` counts them.", why)
        self._told_of_loss = True
