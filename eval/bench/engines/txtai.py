"""txtai: a hybrid index, BM25 and vectors, as its documentation's example has it."""

from __future__ import annotations

from pathlib import Path

from txtai import Embeddings


class Engine:
    """See ``eval.bench.engines.__main__``."""

    libraries = ("txtai",)

    def __init__(self, model: str) -> None:
        self._embeddings = Embeddings(path=model, hybrid=True)

    def build(self, passages: list[str], folder: Path) -> None:
        self._embeddings.index(passages)
        self._embeddings.save(str(folder))

    def restore(self, folder: Path) -> None:
        self._embeddings.load(str(folder))

    def search(self, question: str) -> list[int]:
        return [int(row) for row, _ in self._embeddings.search(question, 10)]
