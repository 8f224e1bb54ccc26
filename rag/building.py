"""A plan to the files of a version, in a folder that nobody reads yet."""

from __future__ import annotations

import datetime
import functools
import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.chunking import chunk, embedded_text
from rag.errors import IndexStateError
from rag.lexical import LexicalIndex, terms
from rag.planning import Earlier, FreshDocument, Plan
from rag.record_file import write_records
from rag.records import ChunkRow, Entry, Records
from rag.resuming import Embedded
from rag.stores.keeping import PLAIN, Storage, open_vectors, write_vectors
from rag.text import sentence_spans
from rag.types import Embedder
from rag.vectors import Vectors
from rag.versions import FORMAT, LEXICAL, RECORDS, Manifest

# Chunks embedded between two steps of the progress bar.
_STEP = 64
# Sentences that approximate search is tuned and judged by.
_ASKED = 400

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reusable:
    """A version of the same settings: what it has of unchanged documents is copied."""

    earlier: Earlier
    folder: Path

    def vectors(self) -> dict[str, Vectors]:
        """The vector of each text that was embedded, by the hash of the text."""
        stored = open_vectors(self.folder).vectors()
        return dict(zip(self.earlier.records.hashes(), stored, strict=True))


@dataclass(frozen=True, slots=True)
class Built:
    """The manifest, in which no file is hashed yet, and how many vectors were copied."""

    manifest: Manifest
    copied: int


def build_parts(
    folder: Path,
    version: str,
    plan: Plan,
    reusable: Reusable | None,
    embedder: Embedder,
    chunk_tokens: int,
    progress: Progress | None = None,
    embedded: Embedded | None = None,
    storage: Storage = PLAIN,
) -> Built:
    """Write all parts of a version but its manifest.

    Args:
        folder: an empty one, among the versions of an index folder.
        version: the name that the version will have.
        plan: the documents; those that are not fresh are taken from ``reusable``.
        reusable: the version that the plan started from, if its settings are the same.
        embedder: what embeds the chunks.
        chunk_tokens: most tokens of a chunk with its title and heading.
        progress: called with the counts of chunks embedded and of chunks to embed.
        embedded: what an earlier build embedded and could not finish, and where this one notes it.
        storage: where and how the vectors are kept.

    Raises:
        IndexStateError: a part cannot be written, or approximate search would miss too much.
        OSError: the same.
    """
    known = reusable.vectors() if reusable else {}
    if embedded:
        known |= embedded.vectors()
    fresh = {one.document.doc_id: one for one in plan.fresh}
    pending: dict[str, str] = {}
    hashes: list[str] = []

    def entries() -> Iterator[Entry]:
        old = reusable.earlier.records.entries() if reusable else iter(())
        made = (_entry(one, embedder, chunk_tokens, pending, known) for one in fresh.values())
        kept = (e for e in old if e.document.doc_id in plan.documents)
        for entry in _merged(made, (e for e in kept if e.document.doc_id not in fresh)):
            hashes.extend(c.sha256 for c in entry.chunks)
            yield entry

    count = write_records(folder / RECORDS, entries())
    written = Records(folder / RECORDS)
    LexicalIndex.from_terms(written.terms()).save(folder / LEXICAL)
    vectors = _vectors(hashes, known, pending, embedder, progress, embedded)
    questions = functools.partial(asked, written, embedder)
    made_by = embedder.fingerprint()
    write_vectors(folder, vectors, hashes, made_by, questions, storage)
    if count != len(hashes):
        raise IndexStateError("Not every chunk was written.", "Build again.")
    manifest = Manifest(
        format=FORMAT,
        version=version,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        embedder=embedder.name,
        embedder_fingerprint=embedder.fingerprint(),
        dim=embedder.dim,
        chunk_tokens=chunk_tokens,
        chunks=count,
        documents=dict(sorted(plan.documents.items())),
        files={},
    )
    return Built(manifest, count - len(pending))


def _merged(one: Iterable[Entry], other: Iterable[Entry]) -> Iterator[Entry]:
    """Two runs of entries, each in the order of ``doc_id``, as one."""
    yield from heapq.merge(one, other, key=lambda entry: entry.document.doc_id)


def _entry(
    fresh: FreshDocument,
    embedder: Embedder,
    chunk_tokens: int,
    pending: dict[str, str],
    known: dict[str, Vectors],
) -> Entry:
    """Cut a document; what has no vector yet goes into ``pending``, by its hash."""
    most = min(chunk_tokens, embedder.max_tokens)
    # Titles, headings and sentences are counted more than once.
    count_tokens = functools.cache(embedder.count_tokens)
    rows: list[ChunkRow] = []
    for piece in chunk(fresh.document, count_tokens, most):
        text = embedded_text(fresh.document, piece, count_tokens, most)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if sha256 not in known:
            pending[sha256] = text
        rows.append(ChunkRow(piece, sha256, tuple(terms(text))))
    return Entry(fresh.document, tuple(rows), fresh.text_sha256, fresh.signature)


def _vectors(
    hashes: list[str],
    known: dict[str, Vectors],
    pending: dict[str, str],
    embedder: Embedder,
    progress: Progress | None,
    kept: Embedded | None,
) -> Vectors:
    """The vector of each row, shape (rows, dim); a text that stands twice is embedded once."""
    # Texts of like length together are embedded faster and need no other order here.
    missing = sorted(pending, key=lambda sha256: (len(pending[sha256]), sha256))
    made: dict[str, Vectors] = {}
    for begin in range(0, len(missing), _STEP):
        step = missing[begin : begin + _STEP]
        embedded = embedder.embed([pending[sha256] for sha256 in step])
        made.update(zip(step, embedded, strict=True))
        if kept:
            kept.add(step, embedded, len(missing))
        if progress:
            progress(begin + len(step), len(missing))
    vectors = np.empty((len(hashes), embedder.dim), np.float32)
    for row, sha256 in enumerate(hashes):
        vectors[row] = made[sha256] if sha256 in made else known[sha256]
    return vectors


def asked(records: Records, embedder: Embedder) -> Vectors:
    """Vectors of sentences, one of each of some chunks: as short as questions are."""
    count = len(records)
    texts = []
    for row in np.linspace(0, count - 1, min(_ASKED, count)).astype(int).tolist():
        text = records.chunk(row).text
        spans = sentence_spans(text)
        texts.append(text[slice(*spans[len(spans) // 2])] if spans else text)
    return embedder.embed(texts)
