"""Vectors of texts that come again: questions, and the sentences that they find."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from cachetools import LRUCache

from rag.timing import looked_up
from rag.types import Embedder
from rag.vectors import Vectors

# A vector of 384 numbers takes 1.5 KB: 30 MB at most.
KEPT_VECTORS = 20_000


class RememberedVectors:
    """An embedder that keeps the vectors of the latest texts; safe to call from several threads.

    A vector belongs to a text and a model and to no index version: it is never out of date.
    """

    def __init__(self, embedder: Embedder, most: int = KEPT_VECTORS) -> None:
        """Keep ``most`` vectors of ``embedder``; 0 keeps none."""
        self._embedder = embedder
        self._kept: LRUCache[str, Vectors] = LRUCache(most)
        self._guard = threading.Lock()

    @property
    def name(self) -> str:
        """The setting that chose it."""
        return self._embedder.name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._embedder.dim

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are embedded, special tokens included."""
        return self._embedder.max_tokens

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text``, special tokens not included."""
        return self._embedder.count_tokens(text)

    def fingerprint(self) -> str:
        """Changes when vectors of the same text would change."""
        return self._embedder.fingerprint()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dim); those that are kept are not computed."""
        if not self._kept.maxsize or not texts:
            return self._embedder.embed(texts)
        with self._guard:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        looked_up(len(known), len(missing))
        if missing:
            new = dict(zip(missing, self._embedder.embed(missing), strict=True))
            known |= new
            with self._guard:
                # A copy each: a row would hold on to all that were made with it.
                self._kept.update((text, vector.copy()) for text, vector in new.items())
        return np.stack([known[text] for text in texts])
