"""Chroma: a persistent collection with its sentence-transformers function, dense only."""

from __future__ import annotations

from pathlib import Path

import chromadb
from chromadb.config import Settings
from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

_NAME = "passages"
# What a client may add at once has a limit that depends on SQLite.
_BATCH = 1000


class Engine:
    """See ``eval.bench.engines.__main__``."""

    libraries = ("chromadb",)

    def __init__(self, model: str) -> None:
        self._embed = SentenceTransformerEmbeddingFunction(model_name=model)

    def _client(self, folder: Path) -> chromadb.ClientAPI:
        return chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))

    def build(self, passages: list[str], folder: Path) -> None:
        collection = self._client(folder).create_collection(_NAME, embedding_function=self._embed)
        for base in range(0, len(passages), _BATCH):
            some = passages[base : base + _BATCH]
            collection.add(ids=[str(base + row) for row in range(len(some))], documents=some)

    def restore(self, folder: Path) -> None:
        self._collection = self._client(folder).get_collection(
            _NAME, embedding_function=self._embed
        )

    def search(self, question: str) -> list[int]:
        found = self._collection.query(query_texts=[question], n_results=10)
        return [int(row) for row in found["ids"][0]]
