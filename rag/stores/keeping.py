"""Where the vectors of an index version are kept: files in its folder, or a collection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.stores import COLLECTION, EXACT_UP_TO

# What a version is can be told without NumPy, FAISS and the client of a server.
if TYPE_CHECKING:
    from rag.stores.local import LocalStore
    from rag.stores.milvus import MilvusStore
    from rag.vectors import Vectors

StoreName = Literal["faiss", "milvus"]


@dataclass(frozen=True, slots=True)
class Storage:
    """Where a new version's vectors are kept, and up to how many of them files compare all."""

    name: StoreName = "faiss"
    exact_up_to: int = EXACT_UP_TO


PLAIN = Storage()


def write_vectors(
    folder: Path,
    vectors: Vectors,
    hashes: Sequence[str],
    made_by: str,
    asked: Callable[[], Vectors],
    storage: Storage = PLAIN,
) -> None:
    """Write a version's vectors.

    Args:
        folder: that of the version, among the versions of an index folder.
        vectors: of unit length, shape (n, dim).
        hashes: of the text of each.
        made_by: the fingerprint of what embedded them.
        asked: gives vectors of texts that are like questions, where approximate search in files
            has to show what it finds.
        storage: where, and how.

    Raises:
        ConfigError: the store's packages are not installed.
        IndexStateError: they cannot be written, or approximate search would miss too much.
        StoreError: the vectors' server does not answer.
        OSError: the disk is full or cannot be written.
    """
    if storage.name == "milvus":
        from rag.stores.collections import write_collection

        index_dir = folder.parent.parent
        write_collection(index_dir, folder / COLLECTION, vectors, hashes, made_by)
        return
    from rag.stores import local

    local.write_vectors(folder, vectors, asked, storage.exact_up_to)


def open_vectors(folder: Path) -> LocalStore | MilvusStore:
    """Open what ``write_vectors`` wrote, wherever that is.

    Raises:
        ConfigError: the store's packages are not installed.
        IndexStateError: something is missing or damaged.
        StoreError: the vectors' server does not answer.
    """
    if store_of(folder) == "milvus":
        from rag.stores.milvus import MilvusStore

        return MilvusStore.load(folder / COLLECTION)
    from rag.stores import local

    return local.open_vectors(folder)


def store_of(folder: Path) -> StoreName:
    """Where the vectors of a version are."""
    return "milvus" if (folder / COLLECTION).exists() else "faiss"


def made_current(folder: Path) -> None:
    """Tell the vectors' server, where a version has one, that this version is to be published.

    Raises:
        IndexStateError: what names the collection is damaged.
        StoreError: the server does not answer.
    """
    if store_of(folder) == "milvus":
        from rag.stores.collections import point_to

        point_to(folder / COLLECTION)


def forget_unused(index_dir: Path) -> None:
    """Remove what the vectors' server keeps of versions that are gone."""
    from rag.stores.collections import drop_unused

    drop_unused(index_dir)
