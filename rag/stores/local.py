"""The vectors of an index version as files: exact for few, approximate for many."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rag.stores import EXACT_UP_TO, VECTORS
from rag.stores.faiss import FaissStore
from rag.stores.listed import LISTS, ListedStore
from rag.vectors import Vectors

LocalStore = FaissStore | ListedStore


def write_vectors(
    folder: Path, vectors: Vectors, asked: Callable[[], Vectors], exact_up_to: int = EXACT_UP_TO
) -> None:
    """Write a version's vectors, in the way that suits their number.

    Args:
        folder: that of the version.
        vectors: of unit length, shape (n, dim).
        asked: gives vectors of texts that are like questions, where approximate search has to show
            what it finds.
        exact_up_to: up to how many vectors are all compared for a search.

    Raises:
        IndexStateError: approximate search would miss too much.
        OSError: the disk is full or cannot be written.
    """
    if len(vectors) <= exact_up_to:
        FaissStore.from_vectors(vectors).save(folder / VECTORS)
    else:
        ListedStore.built(vectors, asked()).save(folder)


def open_vectors(folder: Path) -> LocalStore:
    """Open what ``write_vectors`` wrote.

    Raises:
        IndexStateError: a file is missing or damaged.
    """
    if (folder / LISTS).exists():
        return ListedStore.load(folder)
    return FaissStore.load(folder / VECTORS)
