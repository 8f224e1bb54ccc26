"""How alike sentences and words are, by their vectors, which are kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from cachetools import LRUCache

from rag.types import Embedder
from rag.vectors import Vectors

# A vector of 384 numbers takes 1.5 KB: 30 MB at most.
_KEPT_VECTORS = 20_000


class Vectoriser:
    """Vectors of sentences and words, kept; safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: LRUCache[str, Vectors] = LRUCache(_KEPT_VECTORS)
        self._lock = threading.Lock()

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dim)."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            new = dict(zip(missing, self._embedder.embed(missing), strict=True))
            with self._lock:
                self._vectors.update(new)
            known |= new
        return np.stack([known[text] for text in texts])

    def likeness(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        """Of each word the greatest cosine with one of the others, 0 where there are none."""
        if not others:
            return [0.0] * len(words)
        vectors = self.vectors([*words, *others])
        cosines = vectors[: len(words)] @ vectors[len(words) :].T
        return [float(cosine) for cosine in cosines.max(axis=1)]

    def nearness(self, one: str, others: Sequence[str]) -> float:
        """Cosine of a sentence and several that it joins."""
        vectors = self.vectors([one, *others])
        return float((vectors[1:] @ vectors[0]).max())
