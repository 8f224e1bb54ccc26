"""The sentence-transformers adapter: text to unit vectors."""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from rag.config import fingerprint
from rag.errors import ModelError
from rag.linear import lay_out
from rag.sentences import PackedSentences, can_be_packed
from rag.timing import stage
from rag.vectors import Vectors
from rag.weights import (
    DEFAULT_EMBEDDING_MODEL,
    default_embedding_folder,
    inference_dtype,
    weights_hash,
)

_BATCH = 32


class SentenceEmbedder:
    """Embeds with a sentence-transformers model; safe to call from several threads."""

    def __init__(
        self, name: str, precision: Literal["auto", "float32", "bfloat16"] = "auto"
    ) -> None:
        """Load a model from files on this machine.

        Args:
            name: ``all-MiniLM-L6-v2``, a folder, or a model that lies in the local hub cache.
            precision: see ``rag.weights.inference_dtype``.

        Raises:
            ModelError: no such model here, or its weights are not the published ones.
        """
        source = str(default_embedding_folder()) if name == DEFAULT_EMBEDDING_MODEL else name
        dtype = inference_dtype(precision)
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            model = SentenceTransformer(
                source,
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": dtype, "use_safetensors": True},
            )
        except (OSError, ValueError, KeyError) as exc:
            raise ModelError(
                f"The embedding model {name} is not on this machine or cannot be loaded.",
                "Set EMBEDDING_MODEL to a folder that holds a sentence-transformers model.",
            ) from exc
        dim = model.get_embedding_dimension()
        if dim is None:
            raise ModelError(
                f"The embedding model {name} does not say how long its vectors are.",
                "Set EMBEDDING_MODEL to a dense sentence-transformers model.",
            )
        # Packed, the model itself is needed no more: some 30 MB.
        self._encode = PackedSentences(model) if can_be_packed(model) else _Padded(model)
        self.name = name
        self.dim = dim
        self.max_tokens = int(model.max_seq_length or 512)
        self._fingerprint = fingerprint(name, weights_hash(Path(source)), self.max_tokens)
        # The model's own tokenizer cuts at max_tokens, so a copy of it counts.
        self._counter = copy.deepcopy(model.tokenizer.backend_tokenizer)
        self._counter.no_truncation()
        self._counter.no_padding()

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text``, special tokens not included."""
        return len(self._counter.encode(text, add_special_tokens=False).ids)

    @stage("embedding")
    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dim), float32."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        vectors = self._encode(texts)
        # In bfloat16 the model's own normalisation leaves lengths off by a thousandth.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.maximum(lengths, 1e-12))

    def fingerprint(self) -> str:
        """Changes with the model and its weights; not with the precision (cosine 0.9999)."""
        return self._fingerprint


class _Padded:
    """The vectors of any sentence-transformers model, by its own way."""

    def __init__(self, model: SentenceTransformer) -> None:
        lay_out(model)
        self._model = model
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dim), float32."""
        # The tokenizer's padding is set on each call and is shared: one caller at a time.
        with self._lock:
            vectors = self._model.encode(
                list(texts), batch_size=_BATCH, convert_to_numpy=True, show_progress_bar=False
            )
        return np.asarray(vectors, np.float32)
