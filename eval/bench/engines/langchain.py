"""LangChain: FAISS from texts, dense only, as its vector store guide has it."""

from __future__ import annotations

from pathlib import Path

from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings


class Engine:
    """See ``eval.bench.engines.__main__``."""

    libraries = ("langchain-community", "langchain-huggingface")

    def __init__(self, model: str) -> None:
        self._embeddings = HuggingFaceEmbeddings(model_name=model)

    def build(self, passages: list[str], folder: Path) -> None:
        rows = [{"row": row} for row in range(len(passages))]
        FAISS.from_texts(passages, self._embeddings, metadatas=rows).save_local(str(folder))

    def restore(self, folder: Path) -> None:
        # Its format is a pickle; this one was written a moment ago by `build`.
        self._store = FAISS.load_local(
            str(folder), self._embeddings, allow_dangerous_deserialization=True
        )

    def search(self, question: str) -> list[int]:
        found = self._store.similarity_search(question, k=10)
        return [document.metadata["row"] for document in found]
