"""``python -m eval.bench.engines NAME build|search``: one phase of one engine, in a fresh process.

What was measured is written as JSON: seconds are by the clock, memory is the most that was resident
at once, in bytes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

# The first questions after the coldest one pay for caches.
_WARMING = 5


class Engine(Protocol):
    """A retriever over numbered passages; each module here has one class of this name.

    ``libraries`` are the packages whose versions are told beside its figures.
    """

    libraries: tuple[str, ...]

    def __init__(self, model: str) -> None:
        """Load the embedding model in the folder ``model``."""
        ...

    def build(self, passages: list[str], folder: Path) -> None:
        """Index ``passages`` and keep the index in ``folder``."""
        ...

    def restore(self, folder: Path) -> None:
        """Open what ``build`` kept."""
        ...

    def search(self, question: str) -> list[int]:
        """The numbers of the ten best passages, best first."""
        ...


def _build(engine: Engine, pool: dict[str, Any], folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    engine.build(pool["passages"], folder)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "libraries": {name: version(name) for name in engine.libraries}}


def _search(engine: Engine, pool: dict[str, Any], folder: Path, started: float) -> dict[str, Any]:
    engine.restore(folder)
    questions = pool["questions"]
    engine.search(questions[0])
    cold = time.time() - started
    for question in questions[:_WARMING]:
        engine.search(question)
    seconds, rankings = [], []
    for question in questions:
        began = time.perf_counter()
        rankings.append([int(row) for row in engine.search(question)])
        seconds.append(time.perf_counter() - began)
    return {"cold": cold, "seconds": seconds, "rankings": rankings}


def main() -> None:
    """Run one phase."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("phase", choices=["build", "search"])
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--started", type=float, default=0.0, help="When, as seconds of the epoch.")
    asked = parser.parse_args()
    pool = json.loads(asked.pool.read_text("utf-8"))
    engine: Engine = importlib.import_module(f"eval.bench.engines.{asked.name}").Engine(asked.model)
    if asked.phase == "build":
        found = _build(engine, pool, asked.folder)
    else:
        found = _search(engine, pool, asked.folder, asked.started)
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    asked.out.write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main()
