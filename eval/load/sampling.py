"""What a process takes of the machine, sampled as it runs."""

from __future__ import annotations

import threading
import time
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
        family = self._family()
        return Sample(
            seconds=now - self._started,
            mib=sum(one.memory_info().rss for one in family) / 2**20,
            files=sum(one.num_fds() for one in family),
            threads=sum(one.num_threads() for one in family),
            processors=max(0.0, spent / since) if since > 0 else 0.0,
        )

    def _busy(self) -> float:
        times = [one.cpu_times() for one in self._family()]
        return sum(float(one.user + one.system) for one in times)

    def _family(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]
