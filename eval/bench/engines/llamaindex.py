"""LlamaIndex: its reciprocal rerank fusion example, vectors and BM25, without made-up queries."""

from __future__ import annotations

from pathlib import Path

from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

_TOP = 10


class Engine:
    """See ``eval.bench.engines.__main__``."""

    libraries = ("llama-index-core", "llama-index-retrievers-bm25")

    def __init__(self, model: str) -> None:
        self._embed = HuggingFaceEmbedding(model_name=model)

    def build(self, passages: list[str], folder: Path) -> None:
        nodes = [TextNode(text=text, id_=str(row)) for row, text in enumerate(passages)]
        index = VectorStoreIndex(nodes, embed_model=self._embed)
        index.storage_context.persist(str(folder / "index"))
        words = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=_TOP)
        words.persist(str(folder / "words"))

    def restore(self, folder: Path) -> None:
        storage = StorageContext.from_defaults(persist_dir=str(folder / "index"))
        index = load_index_from_storage(storage, embed_model=self._embed)
        words = BM25Retriever.from_persist_dir(str(folder / "words"))
        self._retriever = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=_TOP), words],
            similarity_top_k=_TOP,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
            llm=MockLLM(),
        )

    def search(self, question: str) -> list[int]:
        return [int(found.node.node_id) for found in self._retriever.retrieve(question)]
