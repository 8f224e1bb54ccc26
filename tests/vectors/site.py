"""A site of one page whose director changes, its vectors at the Milvus server."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pymilvus import MilvusClient

from rag.embedding import SentenceEmbedder
from rag.indexing import IndexReport, build_index
from rag.stores import COLLECTION
from rag.stores.keeping import Storage
from rag.stores.milvus import MilvusStore
from rag.vectors import Vectors
from rag.versions import version_folder

ALIAS = "tests"
TOKENS = 64
QUESTION = "Who is the director of the Harbor Center?"
_PATIENCE = 60


def publish(site: Path, embedder: SentenceEmbedder, director: str, **how: Any) -> IndexReport:
    # The longer the name, the more every offset after it moves.
    (site / "corpus" / "harbor.md").write_text(
        f"---\ncenter: Harbor Center\n---\n\n{director} writes here.\n\n"
        f"The director of the Harbor Center is {director}.\n"
    )
    milvus = Storage("milvus")
    return build_index(site / "corpus", site / "index", embedder, TOKENS, storage=milvus, **how)


def collection_of(index: Path, version: str) -> str:
    return MilvusStore.load(version_folder(index, version) / COLLECTION).collection


def pointed_at(client: MilvusClient) -> str:
    return str(client.describe_alias(ALIAS)["collection_name"])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def random_vectors(count: int) -> tuple[Vectors, list[str]]:
    raw = np.random.default_rng(0).normal(size=(count, 16)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True), [f"{row:064}" for row in range(count)]
