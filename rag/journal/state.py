"""What the writers of a journal say of themselves, for other processes to read.

One small file a writer. It has its full size from the start and is written over in place, which
needs no room on the disk: where that is full, the file says so.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Where the journal is unless JOURNAL_URL says otherwise.
JOURNAL_FILE = "journal.sqlite"
_SIZE = 1024
_LONGEST_PROBLEM = 200
# Three times what the slowest writer takes between two notes.
_SILENCE = timedelta(seconds=120)
_TRIES = 3

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Condition:
    """How a writer fares.

    ``waiting`` items are not written yet; ``lost`` ones never will be; ``problem`` is why writing
    fails at present, empty where it does not.
    """

    waiting: int = 0
    lost: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class WriterState:
    """How a writer fared when it was last heard of; ``closed`` where that was its end."""

    pid: int
    started: datetime
    updated: datetime
    waiting: int = 0
    lost: int = 0
    problem: str = ""
    closed: bool = False

    @property
    def alive(self) -> bool:
        """Whether it writes still, as far as can be told."""
        return not self.closed and datetime.now(UTC) - self.updated < _SILENCE

    @property
    def gone(self) -> int:
        """Entries that are lost; those that waited when it died are."""
        return self.lost if self.alive else self.lost + self.waiting


class StateFile:
    """Where one writer says how it fares."""

    def __init__(self, folder: Path) -> None:
        """Make the file; where it cannot be made or written, the log says so once."""
        now = datetime.now(UTC)
        self._state = WriterState(os.getpid(), now, now)
        self._path = folder / f"writer-{secrets.token_hex(8)}.json"
        self._told = False

    def note(self, condition: Condition, *, closed: bool = False) -> None:
        """Say how the writer fares now. Raises nothing."""
        self._state = replace(
            self._state,
            updated=datetime.now(UTC),
            waiting=condition.waiting,
            lost=condition.lost,
            problem=condition.problem[:_LONGEST_PROBLEM],
            closed=closed,
        )
        fields = asdict(self._state)
        for name in ("started", "updated"):
            fields[name] = fields[name].isoformat()
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, json.dumps(fields).encode().ljust(_SIZE))
            finally:
                os.close(descriptor)
        except OSError as exc:
            if not self._told:
                _LOG.warning("%s cannot be written: %s.", self._path, exc.strerror)
            self._told = True

    def close(self, condition: Condition) -> None:
        """Say that the writer has ended, or nothing where there is nothing to say."""
        if condition.lost or condition.waiting:
            self.note(condition, closed=True)
            return
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            self.note(condition, closed=True)


def read_states(folder: Path) -> tuple[WriterState, ...]:
    """What the writers of a folder say, in the order in which they started."""
    found = (_read(path) for path in folder.glob("writer-*.json"))
    return tuple(sorted((s for s in found if s), key=lambda state: state.started))


def forget_states(folder: Path, before: datetime) -> None:
    """Remove what ended before a time, and what ended without a loss. Raises nothing."""
    for path in folder.glob("writer-*.json"):
        state = _read(path)
        if state and not state.alive and (not state.gone or state.updated < before):
            try:
                path.unlink(missing_ok=True)
            except OSError:
                _LOG.debug("%s cannot be removed", path)


def _read(path: Path) -> WriterState | None:
    for _ in range(_TRIES):
        try:
            fields = json.loads(path.read_bytes())
            for name in ("started", "updated"):
                fields[name] = datetime.fromisoformat(fields[name])
            return WriterState(**fields)
        except OSError:
            return None
        except (ValueError, TypeError, KeyError):
            # Read while it was written, or broken.
            continue
    return None
