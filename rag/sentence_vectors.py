"""How alike a question and sentences are: by vectors made beforehand, as far as there are any.

An index version has those of its sentences beside it, once they are made (``rag.attaching``).
Without them an answer embeds about as many tokens of sentences as the reader reads.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from rag.attachment import key_of, read_attachment
from rag.errors import DamagedVersionError, IndexStateError
from rag.remembered import RememberedVectors
from rag.types import Embedder
from rag.vectors import Vectors
from rag.versions import SENTENCES, IndexVersion

# Versions in use at a time: the current one, an older one, one that is judged.
_VERSIONS = 3

_LOG = logging.getLogger(__name__)


class SentenceVectors:
    """Vectors of the sentences of index versions; safe to call from several threads.

    Sentences that a version has no vectors of are embedded, and remembered.
    """

    def __init__(self, embedder: Embedder) -> None:
        # The sentences of one question's passages are often those of the next.
        known = isinstance(embedder, RememberedVectors)
        self._embedder = embedder if known else RememberedVectors(embedder)
        # By the version's folder: when what was read was written, and what it is.
        self._read: LRUCache[Path, tuple[int, _Stored | None]] = LRUCache(_VERSIONS)
        self._lock = threading.Lock()

    def likeness(self, question: str, texts: Sequence[str], version: IndexVersion) -> Vectors:
        """The cosine of the question and each text, shape (len(texts),), of one text at least."""
        stored = self._stored(version)
        known = stored.find(texts) if stored else {}
        missing = [text for text in texts if text not in known]
        asked, *made = self._embedder.embed([question, *missing])
        known |= dict(zip(missing, made, strict=True))
        likeness: Vectors = np.stack([known[text] for text in texts]) @ asked
        return likeness

    def _stored(self, version: IndexVersion) -> _Stored | None:
        """What a version has, ``None`` where it has none (yet) that can be used."""
        folder = version.folder
        if folder is None:
            return None
        with self._lock:
            read, stored = self._read.get(folder, (0, None))
            try:
                written = (folder / SENTENCES).stat().st_mtime_ns
            except OSError:
                # What was read needs its file no more.
                return stored
            if written != read:
                stored = _read(folder, version)
                self._read[folder] = written, stored
            return stored


def _read(folder: Path, version: IndexVersion) -> _Stored | None:
    made_by, chunks = version.manifest.embedder_fingerprint, version.manifest.chunks
    try:
        found = read_attachment(folder, version.name, made_by, chunks, SENTENCES)
    except DamagedVersionError as exc:
        _LOG.error("%s Until then sentences are embedded when they are asked for.", exc)
        return None
    except IndexStateError:
        return None
    return _Stored(_heads(found.keys), found.keys, found.vectors)


@dataclass(frozen=True, slots=True)
class _Stored:
    """Vectors by the hash of their text: ``keys`` (n, 32) in rising order, ``heads`` their begin.

    Looked up in arrays, since a dictionary of as many keys takes several times their room.
    """

    heads: NDArray[np.uint64]
    keys: NDArray[np.uint8]
    vectors: NDArray[np.floating]

    def find(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those texts that have one."""
        if not len(self.keys):
            return {}
        asked = np.frombuffer(b"".join(map(key_of, texts)), np.uint8).reshape(-1, 32)
        places = np.minimum(np.searchsorted(self.heads, _heads(asked)), len(self.heads) - 1)
        there = (self.keys[places] == asked).all(axis=1).tolist()
        vectors = self.vectors[places].astype(np.float32)
        return {
            text: vector for text, vector, is_there in zip(texts, vectors, there, strict=True)
            if is_there
        }  # fmt: skip


def _heads(keys: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(keys[:, :8]).view(">u8")[:, 0].astype(np.uint64)
