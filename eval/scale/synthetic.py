"""An index version of any number of chunks, made of real ones.

A synthetic chunk is the first half of one real passage and the second half of another, under the
title of the first, with a number of its own; its vector lies between those of both, a little to the
side. What was made stays: a version that was cut short is gone on with.
"""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.blocks import write_blocks
from rag.lexical import LexicalIndex, terms
from rag.record_file import write_records
from rag.records import ChunkRow, Entry, Records
from rag.stores.local import write_vectors
from rag.types import Chunk, Document, Embedder
from rag.vectors import Vectors
from rag.versions import (
    FORMAT,
    LEXICAL,
    MANIFEST,
    RECORDS,
    Manifest,
    file_hashes,
    settings_fingerprint,
    write_manifest,
)

# Chunks of one document, and documents of one center.
_CHUNKS = 10
_DOCUMENTS = 1_000
# The share of the first passage's vector, and the length of what is added to the side.
_FIRST = (0.5, 0.95)
_ASIDE = 0.2
_STEP = 50_000

# What is being done, how much of it is done, and of how much.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Passages:
    """Real passages: titles, texts, and vectors of shape (passages, dim)."""

    titles: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: Vectors


def synthetic_vectors(real: Vectors, count: int, seed: int = 0) -> Vectors:
    """Unit vectors of shape (count, dim); those of row *i* depend on ``seed`` and *i* alone."""
    made = np.empty((count, real.shape[1]), np.float32)
    for begin in range(0, count, _STEP):
        some = min(_STEP, count - begin)
        first, second, share = _mixed(len(real), begin, seed)
        rng = np.random.default_rng((seed, begin, 1))
        aside = rng.normal(size=(_STEP, real.shape[1])).astype(np.float32)
        aside *= _ASIDE / np.sqrt(real.shape[1])
        vectors = share[:, None] * real[first] + (1 - share[:, None]) * real[second] + aside
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        made[begin : begin + some] = vectors[:some]
    return made


def _mixed(
    passages: int, begin: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
    """For a step of rows: the first passage, the second, and the share of the first."""
    rng = np.random.default_rng((seed, begin))
    both = rng.integers(0, passages, (2, _STEP))
    return both[0], both[1], rng.uniform(*_FIRST, _STEP).astype(np.float32)


def write_version(
    folder: Path,
    passages: Passages,
    count: int,
    embedder: Embedder,
    asked: Vectors,
    progress: Progress,
) -> Manifest:
    """Write a version of ``count`` chunks, or what it lacks of one.

    Args:
        folder: that of the version; each part that it has already stays.
        passages: what chunks are made of.
        count: how many chunks.
        embedder: what embedded the passages and will embed the questions.
        asked: vectors of questions, for the approximate store to be tuned and judged by.
        progress: told of every step.

    Raises:
        IndexStateError: approximate search would miss too much.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _part(folder / RECORDS, lambda path: _write_records(path, passages, count, progress))
    records = Records(folder / RECORDS)

    def lexical(path: Path) -> None:
        LexicalIndex.from_terms(_counted(records.terms(), count, progress)).save(path)

    _part(folder / LEXICAL, lexical)

    def vectors(path: Path) -> None:
        path.mkdir(exist_ok=True)
        progress("learning the lists", 0, 1)
        write_vectors(path, synthetic_vectors(passages.vectors, count), lambda: asked)

    if not any(folder.glob("vectors.*")):
        _part(folder / "stored", vectors)
        for path in sorted((folder / "stored").iterdir()):
            path.rename(folder / path.name)
        (folder / "stored").rmdir()
    manifest = Manifest(
        format=FORMAT,
        version=folder.name,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        embedder=embedder.name,
        embedder_fingerprint=embedder.fingerprint(),
        dim=embedder.dim,
        chunk_tokens=128,
        chunks=count,
        documents={document.doc_id: document.sha256 for document in records.documents()},
        files={},
    )
    if not (folder / MANIFEST).exists():
        progress("hashing", 0, 1)
        write_blocks(folder)
        write_manifest(folder, replace(manifest, files=file_hashes(folder)))
    return manifest


def version_name(embedder: Embedder) -> str:
    """The name of the only version of a synthetic index."""
    return f"0001-{settings_fingerprint(embedder, 128)}"


def _part(path: Path, write: Callable[[Path], object]) -> None:
    """A part of a version, whole or not there."""
    if path.exists():
        return
    pending = path.with_name(f".{path.name}")
    if pending.is_dir():
        shutil.rmtree(pending)
    pending.unlink(missing_ok=True)
    write(pending)
    pending.rename(path)


def _counted(
    terms_: Iterator[tuple[str, ...]], count: int, progress: Progress
) -> Iterator[tuple[str, ...]]:
    for row, words in enumerate(terms_):
        if row % 10_000 == 0:
            progress("indexing words", row, count)
        yield words


def _write_records(path: Path, passages: Passages, count: int, progress: Progress) -> None:
    def entries() -> Iterator[Entry]:
        for begin in range(0, count, _CHUNKS):
            if begin % 10_000 == 0:
                progress("writing texts", begin, count)
            yield _entry(passages, begin, min(_CHUNKS, count - begin))

    write_records(path, entries())


def _entry(passages: Passages, begin: int, chunks: int) -> Entry:
    """One document, its chunks one after the other."""
    first, second, _ = _mixed(len(passages.texts), begin - begin % _STEP, 0)
    rows = [begin % _STEP + at for at in range(chunks)]
    title = passages.titles[int(first[rows[0]])]
    texts = [
        f"{_half(passages.texts[int(first[row])], 0)} {_half(passages.texts[int(second[row])], 1)} "
        f"No. {begin + at}."
        for at, row in enumerate(rows)
    ]
    number = begin // _CHUNKS
    doc_id = f"synthetic/{number:07d}.md"
    pieces: list[ChunkRow] = []
    start = 0
    for at, text in enumerate(texts):
        piece = Chunk(f"{doc_id}#{at}", doc_id, start, start + len(text), "", text)
        pieces.append(ChunkRow(piece, f"{begin + at:064x}", tuple(terms(f"{title} {text}"))))
        start += len(text) + 2
    document = Document(
        doc_id=doc_id,
        title=title,
        text="\n\n".join(texts),
        sha256=f"{number:064x}",
        center=f"Center {number // _DOCUMENTS}",
    )
    return Entry(document, tuple(pieces), document.sha256, b"")


def _half(text: str, which: int) -> str:
    words: Sequence[str] = text.split()
    middle = len(words) // 2
    return " ".join(words[middle:] if which else words[:middle])
