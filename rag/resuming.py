"""Vectors of a build that may be cut short, kept until a version has them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.types import Embedder
from rag.vectors import Vectors

_PREFIX = ".embedded-"
# What is embedded in some seconds is not worth a file.
KEPT_FROM = 2_000
_UNIT_TOLERANCE = 1e-3


class Embedded:
    """A file beside the versions that grows while a build embeds.

    Each record is the hash of a text and its vector. What a build that was killed left half
    written is cut off.
    """

    def __init__(self, index_dir: Path, embedder: Embedder, kept_from: int = KEPT_FROM) -> None:
        """``kept_from`` is the count of texts from which on their vectors are kept."""
        self._index_dir = index_dir
        self._path = index_dir / f"{_PREFIX}{embedder.fingerprint()}"
        self._record = np.dtype([("sha256", "V32"), ("vector", np.float32, (embedder.dim,))])
        self._kept_from = kept_from

    def vectors(self) -> dict[str, Vectors]:
        """What an earlier build embedded: vectors by the hash of the text.

        Raises:
            OSError: the file cannot be read or cut.
        """
        if not self._path.exists():
            return {}
        size = self._record.itemsize
        whole = self._path.stat().st_size // size
        found = np.fromfile(self._path, self._record, whole)
        # After a loss of power a file may be of its full size with nothing in its end.
        lengths = np.linalg.norm(found["vector"], axis=1)
        sound = np.abs(lengths - 1) < _UNIT_TOLERANCE
        if not sound.all():
            found = found[: int(np.argmin(sound))]
        with self._path.open("r+b") as file:
            file.truncate(len(found) * size)
        keys = (bytes(key).hex() for key in found["sha256"])
        return dict(zip(keys, found["vector"], strict=True))

    def add(self, hashes: Sequence[str], vectors: Vectors, of: int) -> None:
        """Keep some vectors of a build that embeds ``of`` texts, if these are many.

        Raises:
            OSError: the disk is full or cannot be written.
        """
        if of < self._kept_from:
            return
        records = np.empty(len(hashes), self._record)
        records["sha256"] = [np.void(bytes.fromhex(sha256)) for sha256 in hashes]
        records["vector"] = vectors
        with self._path.open("ab") as file:
            file.write(records.tobytes())

    def remove(self) -> None:
        """Forget it, and what builds with other embedders left."""
        for path in self._index_dir.glob(f"{_PREFIX}*"):
            path.unlink(missing_ok=True)
