"""What is examined, and what one check finds out for those after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.config import Settings
from rag.types import Corpus, Embedder


@dataclass(slots=True)
class Subject:
    """The settings, the folders, and the embedding model once it is loaded.

    ``quick``: no model is loaded and no document is read. ``embedder`` stays ``None`` then, and
    where the model cannot be loaded. ``progress`` is called with the counts of documents read and
    of documents to read.
    """

    settings: Settings
    corpus: Path | Corpus
    index_dir: Path
    quick: bool
    embedder: Embedder | None = None
    progress: Callable[[int, int], None] | None = None

    @property
    def corpus_dir(self) -> Path:
        """The folder of documents, without what staff uploaded."""
        return self.corpus if isinstance(self.corpus, Path) else self.corpus.folder
