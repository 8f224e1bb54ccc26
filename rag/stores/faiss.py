"""The embedded vector store: exact inner product with FAISS."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np

from rag.errors import IndexStateError
from rag.vectors import Rows, Vectors

_UNIT_TOLERANCE = 1e-3


class FaissStore:
    """``IndexFlatIP`` over unit vectors; row *i* is vector *i*."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def from_vectors(cls, vectors: Vectors) -> FaissStore:
        """Build from unit vectors of shape (n, dim).

        Raises:
            ValueError: a vector's length is not 1.
        """
        lengths = np.linalg.norm(vectors, axis=1)
        if vectors.size and not np.allclose(lengths, 1.0, atol=_UNIT_TOLERANCE):
            raise ValueError("vectors must have length 1")
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> FaissStore:
        """Open a file that ``save`` wrote.

        Raises:
            IndexStateError: the file is missing or damaged.
        """
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as exc:
            raise IndexStateError(
                f"The vectors {path.name} of this index version are missing or damaged.",
                "Run `python -m rag index` to build a new version.",
            ) from exc

    def save(self, path: Path) -> None:
        """Write all vectors to one file.

        Raises:
            OSError: the disk is full or cannot be written.
        """
        # Not by FAISS itself: it does not tell a full disk from any other error, nor what it could
        # not write when the file was closed.
        path.write_bytes(faiss.serialize_index(self._index).data)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def vectors(self) -> Vectors:
        """All vectors, shape (n, dim)."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), np.float32)

    def search(self, vector: Vectors, k: int, rows: Rows | None = None) -> tuple[Vectors, Rows]:
        """Best ``k`` (scores, row numbers) for one unit vector of shape (dim,), best first."""
        limit = min(k, len(self) if rows is None else len(rows))
        if limit <= 0:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        only = None
        if rows is not None:
            # The parameters do not own the selector: it has to live until the search is done.
            selector = faiss.IDSelectorBatch(np.asarray(rows, np.int64))
            only = faiss.SearchParameters()
            only.sel = selector
        scores, found = self._index.search(
            np.ascontiguousarray(vector.reshape(1, -1), np.float32), limit, params=only
        )
        kept = found[0] >= 0
        return scores[0][kept], found[0][kept]
