"""Milvus: vectors and its own BM25 searched and fused by the engine, in reciprocal ranks."""

from __future__ import annotations

from pathlib import Path

from pymilvus import (
    AnnSearchRequest,
    DataType,
    Function,
    FunctionType,
    MilvusClient,
    RRFRanker,
)
from sentence_transformers import SentenceTransformer

_NAME = "passages"
_FILE = "passages.db"
_TOP = 10
# Each side looks this deep before both are fused.
_POOL = 50
_BATCH = 500
_LONGEST = 65_535
# As for English by its documentation; Milvus Lite has no analyzer by that name.
_WORDS = {
    "tokenizer": "standard",
    "filter": [
        "lowercase",
        {"type": "stop", "stop_words": ["_english_"]},
        {"type": "stemmer", "language": "english"},
    ],
}


class Engine:
    """See ``eval.bench.engines.__main__``."""

    libraries = ("pymilvus", "milvus-lite")

    def __init__(self, model: str) -> None:
        self._model = SentenceTransformer(model, device="cpu")

    def build(self, passages: list[str], folder: Path) -> None:
        client = MilvusClient(str(folder / _FILE))
        schema = client.create_schema()
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field(
            "text", DataType.VARCHAR, max_length=_LONGEST, enable_analyzer=True,
            analyzer_params=_WORDS,
        )  # fmt: skip
        dim = self._model.get_embedding_dimension()
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function("bm25", FunctionType.BM25, input_field_names=["text"],
                     output_field_names=["words"])
        )  # fmt: skip
        index = client.prepare_index_params()
        index.add_index("vector", index_type="FLAT", metric_type="IP")
        index.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        client.create_collection(_NAME, schema=schema, index_params=index)
        vectors = self._model.encode(passages, normalize_embeddings=True, show_progress_bar=False)
        for begin in range(0, len(passages), _BATCH):
            rows = range(begin, min(begin + _BATCH, len(passages)))
            client.insert(
                _NAME,
                [{"row": at, "text": passages[at], "vector": vectors[at]} for at in rows],
            )
        client.flush(_NAME)
        client.close()

    def restore(self, folder: Path) -> None:
        self._client = MilvusClient(str(folder / _FILE))
        self._client.load_collection(_NAME)

    def search(self, question: str) -> list[int]:
        vector = self._model.encode(question, normalize_embeddings=True, show_progress_bar=False)
        sides = [
            AnnSearchRequest([vector], "vector", {"metric_type": "IP"}, _POOL),
            AnnSearchRequest([question], "words", {"metric_type": "BM25"}, _POOL),
        ]
        found = self._client.hybrid_search(_NAME, sides, RRFRanker(), _TOP)
        return [int(hit["row"]) for hit in found[0]]
