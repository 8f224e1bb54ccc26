"""How fast the reader reads, and on what processor."""

from __future__ import annotations

import platform
import time
from pathlib import Path

from eval.reader_metrics import Interval
from rag.reader import Reader

PASSAGE_TOKENS = 200
_TIMED = 25
_WARMING = 5
_PASSAGES = 10


def reading_time(reader: Reader) -> Interval:
    """Milliseconds, warm, for ten passages of about 200 tokens: median, fastest and slowest."""
    sentence = "The river rises in the northern hills and reaches the sea after sixty miles. "
    passages = [sentence * 13 + f"It was first mapped in {1800 + n}." for n in range(_PASSAGES)]
    times = []
    for _ in range(_TIMED):
        began = time.perf_counter()
        reader.read("When was the river first mapped?", passages)
        times.append(1000 * (time.perf_counter() - began))
    warm = sorted(times[_WARMING:])
    return Interval(warm[len(warm) // 2], warm[0], warm[-1], len(warm))


def cpu_name() -> str:
    """The processor as Linux names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} × {names[0]}" if names else platform.processor()
