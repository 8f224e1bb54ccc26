"""A corpus of many small chunks, and the real embedder's vectors kept for processes without it."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from rag.vectors import Vectors

# A process that forks must not have PyTorch's threads.
if TYPE_CHECKING:
    from rag.embedding import SentenceEmbedder

_WORDS = (
    "center laboratory tumor medicine institute research director professor project imaging cell "
    "national key platform university equipment sequencing tissue repair stem clinical trial "
    "partner founded building funding million staff doctoral students vaccine protein genome"
).split()


def write_corpus(folder: Path, documents: int, sections: int, seed: int = 0) -> None:
    """Write Markdown files; each section becomes a chunk of its own."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(documents):
        parts = [f"---\ntitle: Page {number}\ncenter: Center {number % 7}\n---\n"]
        for section in range(sections):
            words = " ".join(rng.choices(_WORDS, k=rng.randint(5, 12)))
            parts.append(f"## Part {section}\n\nThe {words} is number {rng.randrange(10**6)}.\n")
        (folder / f"page-{number:04d}.md").write_text("\n".join(parts), "utf-8")


class RecordingEmbedder:
    """The real embedder; remembers the vector of each text."""

    def __init__(self, embedder: SentenceEmbedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.name = embedder.name
        self.dim = embedder.dim
        self.max_tokens = embedder.max_tokens

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)

    def fingerprint(self) -> str:
        return self._embedder.fingerprint()

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = self._embedder.embed(texts)
        for text, vector in zip(texts, vectors, strict=True):
            self._known.setdefault(_key(text), vector)
        return vectors

    def save(self, path: Path) -> None:
        """What ``RecordedEmbedder`` opens."""
        from rag.weights import default_embedding_folder

        np.savez(
            path,
            keys=np.array(list(self._known)),
            vectors=np.array(list(self._known.values())),
            tokenizer=str(default_embedding_folder() / "tokenizer.json"),
            name=self.name,
            fingerprint=self.fingerprint(),
            max_tokens=self.max_tokens,
        )


class RecordedEmbedder:
    """Gives back what was recorded; loads no PyTorch, so that a process can fork with it."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as kept:
            self._known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
            self.name = str(kept["name"])
            self.max_tokens = int(kept["max_tokens"])
            self.dim = int(kept["vectors"].shape[1])
            self._fingerprint = str(kept["fingerprint"])
            self._counter = Tokenizer.from_file(str(kept["tokenizer"]))
        self._counter.no_truncation()
        self._counter.no_padding()

    def count_tokens(self, text: str) -> int:
        return len(self._counter.encode(text, add_special_tokens=False).ids)

    def fingerprint(self) -> str:
        return self._fingerprint

    def embed(self, texts: Sequence[str]) -> Vectors:
        found = [self._known[_key(text)] for text in texts]
        return np.array(found, np.float32).reshape(-1, self.dim)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
