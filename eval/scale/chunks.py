"""A million chunks on one machine: opening them, searching them, what they take."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.scale.synthetic import Passages, Progress, version_name, write_version
from rag.retrieval import retrieve
from rag.stores.listed import LISTS, ListedStore
from rag.stores.recall import exact_scores, recall
from rag.types import Embedder, Query
from rag.vectors import Rows, Vectors
from rag.versions import LEXICAL, MANIFEST, RECORDS, open_version, version_folder

_K = 10
# What retrieval asks each side for.
_POOL = 50


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds: the median, and what one in twenty exceeds."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Million:
    """What was measured of an index version.

    Times in seconds but for the spreads; sizes and memory in megabytes. ``memory`` is what the
    process holds after all searches, mapped files with it, ``memory_before`` before opening.
    ``probes`` of ``lists`` are looked through, 0 of 0 where search is exact.
    """

    chunks: int
    made: float
    opened: float
    memory_before: float
    memory: float
    sizes: dict[str, float]
    recall: float
    lists: int
    probes: int
    dense: Spread
    exact: Spread
    lexical: Spread
    first_stage: Spread


def measure_chunks(
    folder: Path,
    passages: Callable[[], Passages],
    count: int,
    embedder: Embedder,
    questions: Sequence[str],
    progress: Progress,
) -> Million:
    """Make an index version unless it is there, open it and search it.

    Args:
        folder: of index versions; what lies there is gone on with.
        passages: gives what chunks are made of, where they have to be made.
        count: how many chunks.
        embedder: embeds questions.
        questions: half of them tune the store, the others are asked.
        progress: told of every step.
    """
    vectors = embedder.embed(questions)
    name = version_name(embedder)
    place = version_folder(folder, name)
    started = time.perf_counter()
    if not (place / MANIFEST).exists():
        write_version(place, passages(), count, embedder, vectors[::2], progress)
    made = time.perf_counter() - started
    asked, texts = vectors[1::2], list(questions[1::2])
    before = _memory()
    started = time.perf_counter()
    version = open_version(folder, name, embedder)
    opened = time.perf_counter() - started
    progress("searching", 0, 1)
    store = version.vectors
    for vector, text in zip(asked[:10], texts[:10], strict=True):
        store.search(vector, _POOL)
        version.lexical.search(text, _POOL)
    dense = _spread(lambda at: store.search(asked[at], _POOL), len(asked))
    lexical = _spread(lambda at: version.lexical.search(texts[at], _POOL), len(texts))
    for text in texts[:10]:
        retrieve(version, embedder, Query(text, text), _K)
    whole = _spread(lambda at: retrieve(version, embedder, Query(texts[at], texts[at]), _K),
                    len(texts))  # fmt: skip
    memory = _memory()
    exact_ms = []
    all_vectors = np.asarray(store.vectors())
    for vector in asked[:10]:
        started = time.perf_counter()
        all_vectors @ vector
        exact_ms.append((time.perf_counter() - started) * 1000)
    return Million(
        chunks=len(store),
        made=made,
        opened=opened,
        memory_before=before,
        memory=memory,
        sizes=_sizes(place),
        recall=_recall(store.vectors(), asked, [store.search(v, _K)[1] for v in asked]),
        lists=store.lists if isinstance(store, ListedStore) else 0,
        probes=store.probes if isinstance(store, ListedStore) else 0,
        dense=dense,
        exact=Spread(*np.percentile(exact_ms, [50, 95]).tolist()),
        lexical=lexical,
        first_stage=whole,
    )


def _recall(vectors: Vectors, asked: Vectors, found: list[Rows]) -> float:
    return recall(vectors, asked, found, exact_scores(vectors, asked, _K))


def _spread(act: Callable[[int], object], count: int) -> Spread:
    times = []
    for at in range(count):
        started = time.perf_counter()
        act(at)
        times.append((time.perf_counter() - started) * 1000)
    return Spread(*np.percentile(times, [50, 95]).tolist())


def _sizes(folder: Path) -> dict[str, float]:
    parts = {
        "texts": [folder / RECORDS],
        "vectors": sorted(folder.glob("vectors.npy")) + sorted(folder.glob("vectors.faiss")),
        "lists": sorted(folder.glob(LISTS)),
        "words": sorted((folder / LEXICAL).iterdir()),
    }
    return {name: sum(p.stat().st_size for p in paths) / 1e6 for name, paths in parts.items()}


def _memory() -> float:
    """What this process holds now, in megabytes; where that cannot be told, the most so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return pages * resource.getpagesize() / 1e6
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1e6 if sys.platform == "darwin" else 1e3)
