"""What a process takes of the machine, sampled as it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

import psutil


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process and its children held at one time.

    ``seconds`` since sampling began; ``mib`` resident; ``files`` open file descriptors, sockets
    among them; ``threads``; ``processors`` that were busy for it since the sample before.
    """

    seconds: float
    mib: float
    files: int
    threads: int
    processors: float


class Sampler:
    """Samples in a thread of its own from entering to leaving."""

    def __init__(self, pid: int, every: float, most: int = 100_000) -> None:
        """Watch process ``pid`` every so many seconds, ``most`` times at most."""
        self._process = psutil.Process(pid)
        self._every = every
        self._most = most
        self._started = time.monotonic()
        self._before = (self._started, self._busy())
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampling", daemon=True)
        self.samples: list[Sample] = []

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while len(self.samples) < self._most:
            try:
                self.samples.append(self.sample())
            except psutil.NoSuchProcess:
                return
            if self._stopped.wait(self._every):
                return

    def sample(self) -> Sample:
        """What it holds now.

        Raises:
            psutil.NoSuchProcess: it has ended.
        """
        now, busy = time.monotonic(), self._busy()
        since, spent = now - self._before[0], busy - self._before[1]
        self._before = (now, busy)
        return Sample(
            seconds=now - self._started,
            mib=self._sum(lambda one: one.memory_info().rss) / 2**20,
            files=int(self._sum(lambda one: one.num_fds())),
            threads=int(self._sum(lambda one: one.num_threads())),
            processors=max(0.0, spent / since) if since > 0 else 0.0,
        )

    def _busy(self) -> float:
        return self._sum(lambda one: sum(one.cpu_times()[:2]))

    def _sum(self, of: Callable[[psutil.Process], float]) -> float:
        """What the process and its children have together."""
        whole = of(self._process)
        for child in self._process.children(recursive=True):
            # It may end meanwhile.
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                whole += of(child)
        return whole
