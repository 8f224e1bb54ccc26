"""An evaluation in a process of its own: one at a time, watched, and ended when asked."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import IO, Literal

from filelock import FileLock, Timeout

from rag.config import ROOT, Settings
from rag.errors import RagError

# A line of `python -m eval all --steps`.
_STEP = re.compile(r"asked (\d+) of (\d+)")
_LINES = 5
# How long a process may take to end by itself, in seconds.
_PATIENCE = 10
_NICENESS = 10

State = Literal["none", "running", "done", "failed", "ended"]


class EvaluationError(RagError):
    """An evaluation cannot be started."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the latest evaluation is.

    ``asked`` of ``total`` questions; ``total`` is 0 until that is known. ``seconds`` since it
    began; ``problem`` is what it said in the end, where it failed.
    """

    state: State = "none"
    asked: int = 0
    total: int = 0
    seconds: float = 0.0
    problem: str = ""


class Evaluation:
    """Runs ``python -m eval all`` on the published index; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Nothing runs yet."""
        self._settings = settings
        self._changed = threading.Lock()
        self._progress = Progress()
        self._started = 0.0
        self._process: subprocess.Popen[str] | None = None
        self._ended = False

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        with self._changed:
            return self._progress

    def start(self) -> None:
        """Begin.

        Raises:
            EvaluationError: one is running already, here or in another process, or none can be
                started.
        """
        folder = self._settings.data_dir / "eval"
        lock = FileLock(folder / ".running.lock", thread_local=False)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except Timeout as exc:
            raise EvaluationError(
                "An evaluation is running already.", "Wait until it is done, or stop it."
            ) from exc
        except OSError as exc:
            raise EvaluationError(
                f"The folder {folder} cannot be written.", "Check its permissions."
            ) from exc
        try:
            process = self._begin()
        except OSError as exc:
            lock.release()
            raise EvaluationError(
                "No evaluation can be started here.", "Run `python -m eval all` by hand."
            ) from exc
        with self._changed:
            self._process, self._ended = process, False
            self._started = time.monotonic()
            self._progress = Progress("running")
        threading.Thread(
            target=self._watch, args=(process, lock), name="evaluation", daemon=True
        ).start()

    def stop(self) -> None:
        """End it, if one runs; what it has found so far is not kept."""
        with self._changed:
            process, self._ended = self._process, True
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()

    def _begin(self) -> subprocess.Popen[str]:
        settings = self._settings
        environment = os.environ | {
            "DATA_DIR": str(settings.data_dir),
            "CORPUS_DIR": str(settings.corpus_dir),
            "ACCEPTED_QUESTIONS": str(settings.accepted_questions),
        }
        command = [sys.executable, "-m", "eval", "all", "--steps"]
        process = subprocess.Popen(  # noqa: S603  # fixed arguments
            [*command, "--index", str(settings.index_dir)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        if hasattr(os, "setpriority"):
            # Those who ask questions come first.
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        return process

    def _watch(self, process: subprocess.Popen[str], lock: FileLock) -> None:
        last: deque[str] = deque(maxlen=_LINES)
        try:
            if process.stderr is not None:
                self._read(process.stderr, last)
            code = process.wait()
        finally:
            lock.release()
        with self._changed:
            state: State = "ended" if self._ended else "failed" if code else "done"
            problem = last[-1] if state == "failed" and last else ""
            self._progress = self._now(state, problem)

    def _read(self, lines: IO[str], last: deque[str]) -> None:
        with lines:
            for line in lines:
                step = _STEP.match(line)
                if not step:
                    last.append(line.strip()[:300])
                    continue
                with self._changed:
                    self._progress = Progress("running", int(step[1]), int(step[2]))
                    self._progress = self._now("running")

    def _now(self, state: State, problem: str = "") -> Progress:
        now, seconds = self._progress, time.monotonic() - self._started
        return Progress(state, now.asked, now.total, seconds, problem)
