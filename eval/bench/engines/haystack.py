"""Haystack: BM25 and embeddings of its in-memory store, joined by reciprocal ranks."""

from __future__ import annotations

from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

_TOP = 10


class Engine:
    """See ``eval.bench.engines.__main__``."""

    libraries = ("haystack-ai",)

    def __init__(self, model: str) -> None:
        self._model = model
        self._documents = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
        self._documents.warm_up()

    def build(self, passages: list[str], folder: Path) -> None:
        documents = [Document(id=str(row), content=text) for row, text in enumerate(passages)]
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        store.write_documents(self._documents.run(documents=documents)["documents"])
        store.save_to_disk(str(folder / "store.json"))

    def restore(self, folder: Path) -> None:
        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        pipeline = Pipeline()
        pipeline.add_component(
            "embedder", SentenceTransformersTextEmbedder(model=self._model, progress_bar=False)
        )
        pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=_TOP))
        pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=_TOP))
        pipeline.add_component(
            "joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=_TOP)
        )
        pipeline.connect("embedder.embedding", "dense.query_embedding")
        pipeline.connect("dense", "joiner")
        pipeline.connect("words", "joiner")
        self._pipeline = pipeline

    def search(self, question: str) -> list[int]:
        found = self._pipeline.run({"embedder": {"text": question}, "words": {"query": question}})
        return [int(document.id) for document in found["joiner"]["documents"]]
