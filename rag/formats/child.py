"""The process that reads what may be hostile: ``python -m rag.formats.child CPU_SECONDS MEMORY``.

It takes requests from standard input and answers on standard output, one after the other. It opens
no file by name. What a file can do to it ends with it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import threading
import time
from typing import Any, BinaryIO

from rag.errors import LoadError
from rag.formats.frames import READY, read_frame, write_frame
from rag.formats.reading import read_content

# Libraries keep some memory of each file: after this many a fresh process takes over.
_MOST_FILES = 500
# Seconds without a request after which the process ends by itself.
_IDLE = 60.0


def main() -> None:
    """Serve until standard input ends."""
    # Whatever a library prints must not get between the answers.
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    logging.disable()
    cpu_seconds, memory = int(sys.argv[1]), int(sys.argv[2])
    _limit_process(memory)
    write_frame(target, READY)
    for _ in range(_MOST_FILES):
        if not _serve(source, target, cpu_seconds):
            break


def _serve(source: BinaryIO, target: BinaryIO, cpu_seconds: int) -> bool:
    idle = threading.Timer(_IDLE, os._exit, [0])
    idle.daemon = True
    idle.start()
    header = read_frame(source)
    idle.cancel()
    if header is None:
        return False
    request = json.loads(header)
    raw = read_frame(source)
    if raw is None:
        return False
    _limit_cpu(cpu_seconds)
    try:
        answer: dict[str, Any] = {
            "content": read_content(raw, request["suffix"], request["name"]).to_json()
        }
    except LoadError as exc:
        answer = {"problem": exc.problem, "cure": exc.cure}
    except MemoryError:
        # What the next file would find left of the memory is unknown.
        answer = {"exhausted": True}
    write_frame(target, json.dumps(answer).encode())
    return "exhausted" not in answer


def _limit_process(memory: int) -> None:
    """Bound the memory, forbid files to be written; not on Windows, which has no such limits."""
    try:
        import resource
    except ImportError:
        return
    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0}
    for kind, value in limits.items():
        # macOS refuses some of them: the deadline of whoever asks still holds.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, resource.getrlimit(kind)[1]))


def _limit_cpu(seconds: int) -> None:
    """Give the process this many more seconds of computing; after them the system ends it."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(time.process_time()) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))


if __name__ == "__main__":
    main()
