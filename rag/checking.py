"""Whether what was built is whole, before anyone reads it."""

from __future__ import annotations

from random import Random

import numpy as np

from rag.chunking import embedded_text
from rag.errors import DamagedVersionError
from rag.records import Entry
from rag.types import Embedder
from rag.versions import IndexVersion

_SAMPLE = 10
# bfloat16 leaves a text's two vectors this near to each other, in batches of other lengths.
_ITSELF = 0.99


def check_version(version: IndexVersion, embedder: Embedder, chunk_tokens: int) -> None:
    """Check every chunk's span and count, and that ten chunks drawn at random find themselves.

    Raises:
        DamagedVersionError: something is not as it should be; a defect of ours or of the disk.
    """
    row = 0
    documents: set[str] = set()
    for entry in version.records.entries():
        documents.add(entry.document.doc_id)
        _check_spans(entry)
        row += len(entry.chunks)
    if row != len(version.vectors) or documents != version.manifest.documents.keys():
        raise _damaged("its documents or chunks are not those that were planned")
    _check_search(version, embedder, chunk_tokens)


def _check_spans(entry: Entry) -> None:
    for written in entry.chunks:
        piece = written.chunk
        if not piece.text or entry.document.text[piece.start : piece.end] != piece.text:
            raise _damaged(f"chunk {piece.chunk_id} is not a slice of its document")


def _check_search(version: IndexVersion, embedder: Embedder, chunk_tokens: int) -> None:
    # Drawn by the version's name: the same version is checked the same way again.
    rng = Random(version.name)  # noqa: S311
    count = len(version.vectors)
    rows = rng.sample(range(count), min(_SAMPLE, count))
    most = min(chunk_tokens, embedder.max_tokens)
    texts = []
    for row in rows:
        piece = version.records.chunk(row)
        document = version.records.document(piece.doc_id)
        if document is None:
            raise _damaged(f"chunk {row} has no document")
        texts.append(embedded_text(document, piece, embedder.count_tokens, most))
    for row, vector in zip(rows, embedder.embed(texts), strict=True):
        scores, _ = version.vectors.search(vector, 1)
        own, _ = version.vectors.search(vector, 1, np.array([row]))
        # Another row may be found first only if it is as near: the same text, twice.
        if not len(own) or own[0] < _ITSELF or scores[0] - own[0] > 1 - _ITSELF:
            raise _damaged(f"chunk {row} does not find itself")


def _damaged(what: str) -> DamagedVersionError:
    return DamagedVersionError(
        f"The new index version is not sound: {what}.",
        "Nothing was published; build again, and report it if it happens twice.",
    )
