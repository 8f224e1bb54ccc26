"""One builder at a time, and what a dead one left behind."""

from __future__ import annotations

import datetime
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexStateError

_LOCK = ".lock"
_HOLDER = ".builder"

_LOG = logging.getLogger(__name__)


@contextmanager
def only_builder(index_dir: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold the builder's lock of an index folder, which is made if need be.

    The operating system releases the lock of a process that dies, however it dies. What it noted
    of itself stays, and whoever comes next says that it takes over.

    Args:
        index_dir: the folder of index versions.
        patience: how many seconds to wait for another builder.

    Raises:
        IndexStateError: another process is building.
        OSError: the folder cannot be written.
    """
    (index_dir / "versions").mkdir(parents=True, exist_ok=True)
    note = index_dir / _HOLDER
    try:
        with FileLock(index_dir / _LOCK, timeout=patience):
            dead = _holder(note)
            if dead:
                _LOG.warning("Taking over from %s, which ended before its build was done.", dead)
            started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            try:
                note.write_text(json.dumps({"pid": os.getpid(), "started": started}), "utf-8")
                yield
            finally:
                note.unlink(missing_ok=True)
    except Timeout as exc:
        raise IndexStateError(
            f"Another process is building in {index_dir} ({_holder(note) or 'just started'}).",
            "Wait until it is done, or stop it.",
        ) from exc


def _holder(note: Path) -> str:
    """Who holds or held the lock, empty where nobody noted it."""
    try:
        fields = json.loads(note.read_text("utf-8"))
        return f"process {int(fields['pid'])}, started {str(fields['started'])[:25]}"
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, TypeError, KeyError):
        # Killed while it wrote the note.
        return "an unknown process"
