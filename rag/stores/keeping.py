"""Where the vectors of an index version are kept: files in its folder, or a collection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rag.stores.collections import VECTORS as COLLECTION
from rag.stores.collections import drop_unused, point_to, write_collection
from rag.stores.faiss import FaissStore
from rag.stores.milvus import MilvusStore
from rag.types import Vectors

StoreName = Literal["faiss", "milvus"]
KeptVectors = FaissStore | MilvusStore

VECTORS = "vectors.faiss"


def write_vectors(
    index_dir: Path,
    folder: Path,
    vectors: Vectors,
    hashes: Sequence[str],
    made_by: str,
    store: StoreName,
) -> None:
    """Write a version's vectors.

    Args:
        index_dir: the folder of index versions.
        folder: that of the version.
        vectors: of unit length, shape (n, dim).
        hashes: of the text of each.
        made_by: the fingerprint of what embedded them.
        store: the setting that says where.

    Raises:
        ConfigError: the store's packages are not installed.
        IndexStateError: they cannot be written.
        StoreError: the vectors' server does not answer.
        OSError: the disk is full or cannot be written.
    """
    if store == "milvus":
        write_collection(index_dir, folder / COLLECTION, vectors, hashes, made_by)
    else:
        FaissStore.from_vectors(vectors).save(folder / VECTORS)


def open_vectors(folder: Path) -> KeptVectors:
    """Open what ``write_vectors`` wrote, wherever that is.

    Raises:
        ConfigError: the store's packages are not installed.
        IndexStateError: something is missing or damaged.
        StoreError: the vectors' server does not answer.
    """
    if store_of(folder) == "milvus":
        return MilvusStore.load(folder / COLLECTION)
    return FaissStore.load(folder / VECTORS)


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
        point_to(folder / COLLECTION)


def forget_unused(index_dir: Path) -> None:
    """Remove what the vectors' server keeps of versions that are gone."""
    drop_unused(index_dir)
