"""Terms to the columns of a word index, without holding the terms where there are many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_HASHES = "terms.npy"
_COLUMNS = "columns.npy"


class Columns(Protocol):
    """The column of each term."""

    def get(self, term: str, /) -> int | None:
        """The column of ``term``, ``None`` where no text has it."""
        ...


class HashedColumns:
    """Eight bytes of BLAKE2b stand for a term: nothing is parsed on opening, and little is held.

    That a question's term is taken for another has, with ten million terms, a chance of
    5 · 10⁻¹³ (terms / 2⁶⁴).
    """

    def __init__(self, hashes: NDArray[np.uint64], columns: NDArray[np.int32]) -> None:
        """``hashes`` in rising order, each with its column."""
        self._hashes = hashes
        self._columns = columns

    @classmethod
    def of(cls, columns: Mapping[str, int]) -> HashedColumns:
        """The same columns by hash.

        Raises:
            ValueError: two terms have one hash (a chance of 10⁻⁶ with ten million terms).
        """
        hashes = np.fromiter(_hashes(columns), np.uint64, len(columns))
        order = np.argsort(hashes, kind="stable")
        hashes = hashes[order]
        if np.any(hashes[1:] == hashes[:-1]):
            raise ValueError("two terms have one hash")
        return cls(hashes, np.fromiter(columns.values(), np.int32, len(columns))[order])

    def save(self, folder: Path) -> None:
        """Write two files."""
        np.save(folder / _HASHES, self._hashes)
        np.save(folder / _COLUMNS, self._columns)

    @classmethod
    def load(cls, folder: Path) -> HashedColumns | None:
        """Map what ``save`` wrote, ``None`` where nothing was.

        Raises:
            OSError: a file cannot be read.
            ValueError: a file is damaged.
        """
        if not (folder / _HASHES).exists():
            return None
        both = (np.load(folder / name, mmap_mode="r") for name in (_HASHES, _COLUMNS))
        return cls(*both)

    def get(self, term: str, /) -> int | None:
        """The column of ``term``, ``None`` where no text has it."""
        (wanted,) = _hashes([term])
        at = int(np.searchsorted(self._hashes, np.uint64(wanted)))
        if at == len(self._hashes) or int(self._hashes[at]) != wanted:
            return None
        return int(self._columns[at])


def _hashes(terms: Iterable[str]) -> Iterable[int]:
    for term in terms:
        digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        yield int.from_bytes(digest, "little")
