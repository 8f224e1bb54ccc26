"""Reading files in a process of its own, which has limits and can be ended."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from rag.errors import CorpusError, LoadError
from rag.formats.content import Content
from rag.formats.frames import READY, read_frame, write_frame
from rag.formats.reading import PLAIN, read_content

# This much text is read here: whatever it is, that takes no more than a few seconds.
_SMALL = 128 * 1024
# How a process ends that has used up its computing time; no number on Windows.
_OUT_OF_TIME = -signal.SIGXCPU if hasattr(signal, "SIGXCPU") else None
_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
# A library may load numpy, which takes memory for each core of the machine to itself.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take.

    ``cpu_seconds`` of computing and bytes of ``memory`` bind where the system has such limits
    (Linux, mostly macOS, not Windows); ``seconds`` on the clock bind everywhere. They are many
    more, so that a busy machine refuses no file that an idle one reads.
    """

    cpu_seconds: int = 60
    seconds: float = 300.0
    memory: int = 2 * 1024**3


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    questions: BinaryIO
    answers: BinaryIO
    owner: int
    served: int = 0


@dataclass(slots=True)
class Converter:
    """Reads files, one at a time; may be shared by threads.

    The process is started by the first file that needs it and serves those after it.
    """

    limits: Limits = field(default_factory=Limits)
    _child: _Child | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def read(self, raw: bytes, suffix: str, name: str) -> Content:
        """The content of a file.

        Args:
            raw: all bytes of the file.
            suffix: one of ``reading.SUFFIXES``.
            name: what the errors call the file.

        Raises:
            LoadError: the file cannot be used, or reading it takes more than the limits allow.
            CorpusError: no process can be started.
        """
        if suffix in PLAIN and len(raw) <= _SMALL:
            return read_content(raw, suffix, name)
        with self._lock:
            while True:
                child = self._running()
                try:
                    answer = self._ask(child, raw, suffix, name)
                except _Ended:
                    # What earlier files left behind may be to blame: a fresh process decides.
                    if child.served:
                        continue
                    raise LoadError(
                        f"{name} cannot be read: it is damaged, or far too large inside.",
                        "Open it in the program that made it and save it again in a simpler form.",
                    ) from None
                if "exhausted" in answer and child.served:
                    continue
                child.served += 1
                return self._content(answer, name)

    def close(self) -> None:
        """End the process; the next file starts another."""
        with self._lock:
            self._end()

    def _running(self) -> _Child:
        child = self._child
        if child and child.owner != os.getpid():
            # After a fork it belongs to the other process, which may be talking to it.
            self._child = child = None
        if child is None or child.process.poll() is not None:
            self._end()
            self._child = child = _start(self.limits)
            if read_frame(child.answers) != READY:
                self._end()
                raise CorpusError(
                    "The program that reads documents does not start.",
                    "Install the packages of requirements.txt again, or free memory.",
                )
        return child

    def _ask(self, child: _Child, raw: bytes, suffix: str, name: str) -> dict[str, Any]:
        process = child.process
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self.limits.seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            write_frame(child.questions, json.dumps({"suffix": suffix, "name": name}).encode())
            write_frame(child.questions, raw)
            answer = read_frame(child.answers)
            if answer is not None:
                fields: dict[str, Any] = json.loads(answer)
                return fields
        except (OSError, ValueError):
            pass
        except BaseException:
            # Interrupted between a question and its answer: the next one would get this answer.
            self._end()
            raise
        finally:
            timer.cancel()
        self._end()
        if late.is_set() or process.returncode == _OUT_OF_TIME:
            raise self._too_slow(name)
        raise _Ended

    def _content(self, answer: dict[str, Any], name: str) -> Content:
        if "exhausted" in answer:
            raise LoadError(
                f"Reading {name} needs more than {self.limits.memory / 2**30:.3g} GiB of memory.",
                "Split it into smaller files, or save it in a simpler form.",
            )
        if "problem" in answer:
            raise LoadError(str(answer["problem"]), str(answer["cure"]))
        return Content.from_json(answer["content"])

    def _too_slow(self, name: str) -> LoadError:
        return LoadError(
            f"Reading {name} takes more than {self.limits.cpu_seconds} seconds.",
            "Split it into smaller files, or save it in a simpler form.",
        )

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None or child.owner != os.getpid():
            return
        child.process.kill()
        child.process.wait()
        for pipe in (child.questions, child.answers):
            # What could not be sent any more is dropped with the pipe.
            with contextlib.suppress(OSError):
                pipe.close()


class _Ended(Exception):  # noqa: N818
    """The process ended before it answered."""


def _start(limits: Limits) -> _Child:
    # Control-C in a terminal is for the program that the user started; it ends this one itself.
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(
        subprocess, "CREATE_NEW_PROCESS_GROUP", 0
    )
    paths = (str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH", ""))
    try:
        process = subprocess.Popen(  # noqa: S603
            # -P: the working folder is no place to import from.
            [sys.executable, "-P", "-W", "ignore", "-m", "rag.formats.child",
             str(limits.cpu_seconds), str(limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | _ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            start_new_session=True,
            creationflags=flags,
        )  # fmt: skip
    except OSError as exc:
        raise CorpusError(
            f"No process can be started to read documents: {exc.strerror or exc}.",
            "End other programs, or give this one more memory or processes.",
        ) from exc
    return _Child(
        process, cast("BinaryIO", process.stdin), cast("BinaryIO", process.stdout), os.getpid()
    )


CONVERTER = Converter()
atexit.register(CONVERTER.close)
