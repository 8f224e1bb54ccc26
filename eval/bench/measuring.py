"""Each engine on each pool, one after the other, every phase in a process of its own."""

from __future__ import annotations

import datetime
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.pools import MAIN, Pool
from eval.bench.results import Measured, Result, ranks_of
from eval.reader_speed import cpu_name
from rag.config import ROOT
from rag.errors import RagError
from rag.weights import default_embedding_folder

# Lines of what an engine complained of that are told.
_LINES = 5


class EngineError(RagError):
    """An engine failed."""


@dataclass(frozen=True, slots=True)
class Contender:
    """An engine: its module, its name for people, and the pools it is tried on.

    ``ours``: it is the product's; ``within``: it runs in our own environment; ``main_only``: on the
    main pool only.
    """

    module: str
    title: str
    ours: bool = False
    within: bool = False
    main_only: bool = False


CONTENDERS = (
    Contender("langchain", "LangChain, FAISS"),
    Contender("txtai", "txtai, hybrid"),
    Contender("llamaindex", "LlamaIndex, dense + BM25, RRF", main_only=True),
    Contender("haystack", "Haystack, dense + BM25, RRF", main_only=True),
    Contender("chroma", "Chroma", main_only=True),
    Contender("milvus", "Milvus Lite, dense + BM25, RRF", within=True),
    Contender("ours", "ours, first stage", ours=True, within=True),
    Contender("ours_reader", "ours, with the reader", ours=True, within=True),
)


def measure(
    pools: Sequence[Pool],
    contenders: Sequence[Contender],
    own: Path,
    peers: Path,
    out: Callable[[str], None],
) -> Iterator[Measured]:
    """Each contender on each pool that it is meant for, one result at a time.

    Args:
        pools: one after the other.
        contenders: in the order in which they run.
        own: the Python of our environment.
        peers: the Python of theirs.
        out: gets a line of progress.

    Raises:
        EngineError: one failed.
    """
    for pool in pools:
        for contender in contenders:
            if contender.main_only and pool.name != MAIN:
                continue
            out(f"{pool.name}: {contender.title} …")
            result, versions = _one(contender, pool, own if contender.within else peers)
            out(
                f"  {result.passages / result.build_seconds:.0f} passages/s, p50 "
                f"{1000 * result.latencies[50]:.1f} ms, MRR@10 {result.mean(1):.3f}"
            )
            about = (
                f"{len(pool.passages):,} passages, {len(pool.questions):,} questions: {pool.about}"
            )
            yield Measured(
                processor=cpu_name(),
                created=datetime.datetime.now(datetime.UTC).date().isoformat(),
                libraries=versions,
                pools={pool.name: about},
                results=(result,),
            )


def _one(contender: Contender, pool: Pool, python: Path) -> tuple[Result, dict[str, str]]:
    """What was measured, and the versions of the engine's libraries."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = {"passages": pool.passages, "questions": pool.questions}
        (folder / "pool.json").write_text(json.dumps(given, ensure_ascii=False), "utf-8")
        built = _phase(contender.module, "build", folder, python)
        size = sum(f.stat().st_size for f in (folder / "index").rglob("*") if f.is_file())
        found = _phase(contender.module, "search", folder, python)
    result = Result(
        engine=contender.module,
        pool=pool.name,
        passages=len(pool.passages),
        build_seconds=round(built["seconds"], 2),
        build_memory=built["memory"],
        search_memory=found["memory"],
        size=size,
        cold=round(found["cold"], 2),
        latencies={at: round(float(np.percentile(found["seconds"], at)), 5) for at in (50, 95)},
        ranks=ranks_of(found["rankings"], pool.gold),
    )
    return result, built["libraries"]


def _phase(module: str, phase: str, folder: Path, python: Path) -> dict[str, Any]:
    out = folder / f"{phase}.json"
    index = folder / "index"
    index.mkdir(exist_ok=True)
    command = [
        str(python), "-m", "eval.bench.engines", module, phase,
        "--pool", str(folder / "pool.json"), "--folder", str(index), "--out", str(out),
        "--model", str(default_embedding_folder()), "--started", str(time.time()),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode or not out.is_file():
        said = "\n".join(done.stderr.splitlines()[-_LINES:])
        raise EngineError(
            f"{module} failed in its phase {phase}:\n{said}",
            "Make its environment anew with `make bench`, or leave it out with --engine.",
        )
    found: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return found
