"""The embedded vector store for many vectors: inverted lists, checked against exact search.

FAISS keeps the vectors in lists by their nearest centroid, a byte a number (IVF with scalar
quantisation), and looks through the lists that are nearest to a question. What it finds is compared
exactly, with the vectors as they are, so that scores are cosines as they are in ``FaissStore``.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from rag.errors import IndexStateError
from rag.stores.recall import exact_scores, recall
from rag.vectors import Rows, Vectors

# Recall at ten that a version has to reach on texts it was not tuned on, and the aim of tuning.
LEAST_RECALL = 0.98
_AIM = 0.99
_AT = 10
# Jegou, Douze and Schmid, "Product Quantization for Nearest Neighbor Search", 2011: some times the
# root of the count of vectors. FAISS wants 39 vectors and more a centroid to learn from.
_LISTS_A_ROOT = 4
_LEARNT_FROM = 64
_ROUNDS = 10
_FIRST_PROBES = 8
# No more than this part of the lists: beyond it comparing everything is hardly slower.
_MOST = 8
# For each row that is wanted so many are compared exactly: a byte a number ranks not quite right.
_COMPARED = 4
# Up to so many rows that a search is restricted to are all compared: 15 MB of vectors.
_FEW = 10_000

VECTORS = "vectors.npy"
LISTS = "vectors.ivf"


class ListedStore:
    """Approximate search over unit vectors with exact scores; row *i* is vector *i*."""

    def __init__(self, vectors: Vectors, lists: Any) -> None:
        self._vectors = vectors
        self._lists = lists

    @classmethod
    def built(cls, vectors: Vectors, asked: Vectors) -> ListedStore:
        """Learn the lists, and how many of them to look through.

        Args:
            vectors: of unit length, shape (n, dim).
            asked: vectors of texts that are like questions; half tune, half judge.

        Raises:
            IndexStateError: too little of what exact search finds is found.
        """
        count, dim = vectors.shape
        number = max(1, min(count // _LEARNT_FROM, int(_LISTS_A_ROOT * math.sqrt(count))))
        quantizer = faiss.IndexFlatIP(dim)
        lists = faiss.IndexIVFScalarQuantizer(
            quantizer, dim, number, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        lists.cp.niter = _ROUNDS
        lists.cp.max_points_per_centroid = _LEARNT_FROM
        # Drawn by a seed: the same vectors give the same lists.
        drawn = np.random.default_rng(0).permutation(count)[: number * _LEARNT_FROM]
        lists.train(np.ascontiguousarray(vectors[np.sort(drawn)]))
        for begin in range(0, count, 50_000):
            lists.add(np.ascontiguousarray(vectors[begin : begin + 50_000], np.float32))
        store = cls(vectors, lists)
        store._tune(asked, max(min(_FIRST_PROBES, number), number // _MOST))
        return store

    def _tune(self, asked: Vectors, most: int) -> None:
        """Look through more lists, up to ``most``, and see on other questions what is found."""
        best = exact_scores(self._vectors, asked, min(_AT, len(self)))
        probes = min(_FIRST_PROBES, most)
        self._lists.nprobe = probes
        while probes < most and self._recall(asked[::2], best[::2]) < _AIM:
            probes = min(2 * probes, most)
            self._lists.nprobe = probes
        reached = self._recall(asked[1::2], best[1::2])
        if reached < LEAST_RECALL:
            raise IndexStateError(
                f"Of what exact search finds, the fast index would find {reached:.1%} only; "
                f"{LEAST_RECALL:.0%} are needed.",
                f"Set EXACT_UP_TO to {len(self)} or more and build again: search is slower then, "
                "and exact.",
            )

    def _recall(self, asked: Vectors, best: Vectors) -> float:
        found = [self.search(vector, best.shape[1])[1] for vector in asked]
        return recall(self._vectors, asked, found, best)

    @classmethod
    def load(cls, folder: Path) -> ListedStore:
        """Open what ``save`` wrote; both files are mapped, not read.

        Raises:
            IndexStateError: a file is missing or damaged.
        """
        try:
            vectors = np.load(folder / VECTORS, mmap_mode="r")
            lists: Any = faiss.read_index(str(folder / LISTS), faiss.IO_FLAG_MMAP)
            # FAISS would start 32 threads for each search, to read lists ahead: 3 ms of it.
            inverted: Any = faiss.downcast_InvertedLists(lists.invlists)
            inverted.prefetch_nthread = 0
            if vectors.shape != (lists.ntotal, lists.d):
                raise ValueError("the files do not belong together")
        except (OSError, ValueError, AttributeError, RuntimeError) as exc:
            raise IndexStateError(
                "The vectors of this index version are missing or damaged.",
                "Run `python -m rag index` to build a new version.",
            ) from exc
        return cls(vectors, lists)

    def save(self, folder: Path) -> None:
        """Write the vectors as they are, and the lists.

        Raises:
            OSError: the disk is full or cannot be written.
        """
        np.save(folder / VECTORS, self._vectors)
        # Not by FAISS itself: it does not tell a full disk from any other error.
        (folder / LISTS).write_bytes(faiss.serialize_index(self._lists).data)

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._vectors.shape[1])

    @property
    def lists(self) -> int:
        """How many lists there are."""
        return int(self._lists.nlist)

    @property
    def probes(self) -> int:
        """How many lists a search looks through."""
        return int(self._lists.nprobe)

    def vectors(self) -> Vectors:
        """All vectors, shape (n, dim); mapped where the store was loaded."""
        return self._vectors

    def search(self, vector: Vectors, k: int, rows: Rows | None = None) -> tuple[Vectors, Rows]:
        """Best ``k`` (scores, row numbers) for one unit vector of shape (dim,), best first."""
        limit = min(k, len(self) if rows is None else len(rows))
        if limit <= 0:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        asked = np.ascontiguousarray(vector, np.float32)
        if rows is not None and len(rows) <= _FEW:
            return self._compared(asked, np.asarray(rows, np.int64), limit)
        near = self._near(asked, limit * _COMPARED, rows)
        if len(near) < limit:
            # The lists that were looked through have too few of the rows that are allowed.
            near = np.arange(len(self)) if rows is None else np.asarray(rows, np.int64)
        return self._compared(asked, near, limit)

    def _near(self, vector: Vectors, k: int, rows: Rows | None) -> Rows:
        """About the best ``k`` rows, in any order."""
        parameters = faiss.SearchParametersIVF()
        parameters.nprobe = self._lists.nprobe
        if rows is not None:
            allowed = np.zeros(len(self), bool)
            allowed[rows] = True
            # The parameters do not own the selector nor it its bits: both live until the end.
            bits = np.packbits(allowed, bitorder="little")
            selector: Any = faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]
            parameters.sel = selector
        _, found = self._lists.search(vector.reshape(1, -1), k, params=parameters)
        kept: Rows = found[0][found[0] >= 0]
        return kept

    def _compared(self, vector: Vectors, rows: Rows, k: int) -> tuple[Vectors, Rows]:
        """The best ``k`` of ``rows`` by exact inner product, the lower row first where equal."""
        # In the order of the file.
        rows = np.sort(rows)
        scores = np.asarray(self._vectors[rows] @ vector, np.float32)
        order = np.argsort(-scores, kind="stable")[:k]
        return scores[order], rows[order]
