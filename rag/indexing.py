"""Corpus to a published index version."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from rag.chunking import chunk, embedded_text
from rag.errors import CorpusError, IndexStateError, LoadError
from rag.lexical import LexicalIndex
from rag.loaders import corpus_files, document_id, load
from rag.records import Records, write_records
from rag.stores.faiss import FaissStore
from rag.types import Chunk, Document, Embedder, Vectors
from rag.versions import (
    FORMAT,
    LEXICAL,
    RECORDS,
    VECTORS,
    Manifest,
    publish,
    read_manifest,
    settings_fingerprint,
    version_folder,
    write_manifest,
)

# Chunks embedded between two steps of the progress bar.
_STEP = 64
_BUILDING = ".building"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of the indexer did; document names by what became of them.

    ``failed`` pairs names with messages; ``copied`` counts vectors that were not computed again;
    ``published`` is false where nothing had changed.
    """

    version: str
    published: bool
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    chunks: int
    copied: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Corpus:
    documents: list[Document] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def build_index(
    corpus_dir: Path,
    index_dir: Path,
    embedder: Embedder,
    chunk_tokens: int,
    progress: Progress | None = None,
) -> IndexReport:
    """Index a corpus and publish the result, unless nothing has changed since the last time.

    A file that fails to load is reported and skipped. Vectors of chunks that the current version
    already has are copied.

    Args:
        corpus_dir: the folder of documents.
        index_dir: the folder of index versions, made if need be.
        embedder: what embeds the chunks.
        chunk_tokens: most tokens of a chunk with its title and heading.
        progress: called with the counts of chunks embedded and of chunks to embed.

    Raises:
        CorpusError: there is no document that can be indexed.
        IndexStateError: another process is building, or the folder cannot be written.
    """
    started = time.perf_counter()
    corpus = _read_corpus(corpus_dir)
    try:
        (index_dir / "versions").mkdir(parents=True, exist_ok=True)
        with FileLock(index_dir / ".lock", timeout=0):
            return _build(corpus, index_dir, embedder, chunk_tokens, progress, started)
    except Timeout as exc:
        raise IndexStateError(
            f"Another process is building in {index_dir}.", "Wait until it is done."
        ) from exc
    except OSError as exc:
        raise IndexStateError(
            f"The index folder {index_dir} cannot be written: {exc.strerror or exc}.",
            "Check its permissions and the free space of its disk.",
        ) from exc


def _read_corpus(corpus_dir: Path) -> _Corpus:
    corpus = _Corpus()
    for path in corpus_files(corpus_dir):
        try:
            corpus.documents.append(load(path, corpus_dir))
        except LoadError as exc:
            corpus.failed.append((document_id(path, corpus_dir), str(exc)))
    if not corpus.documents:
        reasons = "; ".join(message for _, message in corpus.failed)
        raise CorpusError(
            f"There is no document in {corpus_dir} that can be indexed."
            + (f" ({reasons})" if reasons else ""),
            "Put .md or .txt files into it, or name another folder with --corpus.",
        )
    return corpus


def _build(
    corpus: _Corpus,
    index_dir: Path,
    embedder: Embedder,
    chunk_tokens: int,
    progress: Progress | None,
    started: float,
) -> IndexReport:
    before = _manifest_of_current(index_dir)
    old = before.documents if before else {}
    new = {document.doc_id: document.sha256 for document in corpus.documents}
    fingerprint = settings_fingerprint(embedder, chunk_tokens)
    same_settings = before is not None and before.version.endswith(f"-{fingerprint}")
    version = before.version if before else ""
    copied = chunk_count = 0
    must_publish = not same_settings or new != old
    if must_publish:
        number = max((_number(path.name) for path in (index_dir / "versions").iterdir()), default=0)
        version = f"{number + 1:04d}-{fingerprint}"
        reusable = version_folder(index_dir, before.version) if before and same_settings else None
        building = index_dir / "versions" / f"{_BUILDING}-{version}"
        _remove_unfinished(index_dir)
        building.mkdir()
        try:
            chunk_count, copied = _write_version(
                building, version, corpus, reusable, embedder, chunk_tokens, progress
            )
            publish(index_dir, building, version)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    elif before:
        chunk_count = copied = before.chunks
    return IndexReport(
        version=version,
        published=must_publish,
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        removed=tuple(sorted(old.keys() - new.keys())),
        unchanged=tuple(sorted(name for name in new.keys() & old.keys() if new[name] == old[name])),
        failed=tuple(corpus.failed),
        chunks=chunk_count,
        copied=copied,
        seconds=time.perf_counter() - started,
    )


def _manifest_of_current(index_dir: Path) -> Manifest | None:
    try:
        return read_manifest(index_dir)
    except IndexStateError:
        # None yet, or one that cannot be read: everything counts as new.
        return None


def _number(version: str) -> int:
    head = version.split("-", 1)[0]
    return int(head) if head.isdigit() else 0


def _remove_unfinished(index_dir: Path) -> None:
    """What a killed build left behind; nobody else builds while the lock is ours."""
    for path in (index_dir / "versions").glob(f"{_BUILDING}-*"):
        shutil.rmtree(path)


def _write_version(
    folder: Path,
    version: str,
    corpus: _Corpus,
    reusable: Path | None,
    embedder: Embedder,
    chunk_tokens: int,
    progress: Progress | None,
) -> tuple[int, int]:
    """Write all parts of a version; returns the counts of chunks and of copied vectors."""
    most = min(chunk_tokens, embedder.max_tokens)
    chunks: list[Chunk] = []
    texts: list[str] = []
    for document in corpus.documents:
        for piece in chunk(document, embedder.count_tokens, most):
            chunks.append(piece)
            texts.append(embedded_text(document, piece, embedder.count_tokens, most))
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    vectors, copied = _embed(texts, hashes, reusable, embedder, progress)
    write_records(folder / RECORDS, corpus.documents, chunks, hashes)
    FaissStore.from_vectors(vectors).save(folder / VECTORS)
    LexicalIndex.from_texts(texts).save(folder / LEXICAL)
    write_manifest(
        folder,
        Manifest(
            format=FORMAT,
            version=version,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            embedder=embedder.name,
            embedder_fingerprint=embedder.fingerprint(),
            dim=embedder.dim,
            chunk_tokens=chunk_tokens,
            chunks=len(chunks),
            documents={document.doc_id: document.sha256 for document in corpus.documents},
        ),
    )
    return len(chunks), copied


def _embed(
    texts: Sequence[str],
    hashes: Sequence[str],
    reusable: Path | None,
    embedder: Embedder,
    progress: Progress | None,
) -> tuple[Vectors, int]:
    """Vectors of ``texts``, shape (len(texts), dim), and how many were copied."""
    vectors = np.empty((len(texts), embedder.dim), np.float32)
    known: dict[str, int] = {}
    if reusable is not None:
        known = {sha256: row for row, sha256 in enumerate(Records(reusable / RECORDS).hashes())}
        old = FaissStore.load(reusable / VECTORS).vectors()
        for row, sha256 in enumerate(hashes):
            if sha256 in known:
                vectors[row] = old[known[sha256]]
    missing = [row for row, sha256 in enumerate(hashes) if sha256 not in known]
    # Texts of like length together are embedded faster and need no other order here.
    missing.sort(key=lambda row: len(texts[row]))
    for begin in range(0, len(missing), _STEP):
        rows = missing[begin : begin + _STEP]
        vectors[rows] = embedder.embed([texts[row] for row in rows])
        if progress:
            progress(begin + len(rows), len(missing))
    return vectors, len(texts) - len(missing)
