"""Making the attachments of the published version, with what earlier ones have of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.attachment import CALLED, Attachment, key_of, read_attachment, write_attachment
from rag.chunking import chunk_sentences, sentence_text
from rag.errors import IndexStateError
from rag.locking import only_builder
from rag.records import Records
from rag.types import Chunk, Document, Embedder
from rag.vectors import Vectors
from rag.versions import (
    MULTILINGUAL,
    RECORDS,
    SENTENCES,
    damaged_files,
    read_manifest,
    version_folder,
    version_names,
)

# Texts embedded between two steps of the progress bar.
_STEP = 32
# Seconds that a finished attachment waits for a builder that is at work.
_PATIENCE = 600.0

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Attached:
    """What was done for a version: ``made`` counts new vectors, ``copied`` the others."""

    version: str
    made: int
    copied: int


def attach(
    index_dir: Path, embedder: Embedder, progress: Progress | None = None,
    patience: float = _PATIENCE,
) -> Attached | None:  # fmt: skip
    """Make the multilingual vectors of the published version, unless it has them.

    Nobody is kept from building meanwhile: the builder's lock is held only while the file is put
    in its place.

    Args:
        index_dir: the folder of index versions.
        embedder: the multilingual one.
        progress: called with the counts of texts embedded and of texts to embed.
        patience: how many seconds to wait for another builder at the end.

    Raises:
        IndexStateError: there is no sound version, another builder is at work for too long, or the
            folder cannot be written.
    """
    return _attach(index_dir, embedder, MULTILINGUAL, None, progress, patience)


def attach_sentences(
    index_dir: Path, embedder: Embedder, most: int, progress: Progress | None = None,
    patience: float = _PATIENCE,
) -> Attached | None:  # fmt: skip
    """Make the vectors of the published version's sentences, unless it has them.

    With them only the question is embedded when it is asked. As ``attach``, but for:

    Args:
        index_dir: the folder of index versions.
        embedder: that of the index.
        most: how many vectors there may be.
        progress: as for ``attach``.
        patience: as for ``attach``.

    Raises:
        IndexStateError: as ``attach``, or there are more sentences than ``most``.
    """
    return _attach(index_dir, embedder, SENTENCES, most, progress, patience)


def _attach(
    index_dir: Path,
    embedder: Embedder,
    name: str,
    most: int | None,
    progress: Progress | None,
    patience: float,
) -> Attached | None:
    manifest = read_manifest(index_dir)
    folder = version_folder(index_dir, manifest.version)
    made_by = embedder.fingerprint()
    try:
        read_attachment(folder, manifest.version, made_by, manifest.chunks, name)
        return None
    except IndexStateError:
        pass
    if damaged_files(folder, manifest):
        raise IndexStateError(
            f"The index version {manifest.version} is damaged.",
            "Run `python -m rag index` to build a new version.",
        )
    lay_out = _passages_and_sentences if name == MULTILINGUAL else _sentences
    laid = lay_out(Records(folder / RECORDS))
    if most is not None and len(laid.texts) > most:
        raise IndexStateError(
            f"The {len(laid.texts)} sentences of {manifest.version} are more than {most}.",
            "Set SENTENCE_VECTORS higher; each takes 0.8 KB of memory.",
        )
    known = _known(index_dir, embedder, name)
    missing = [key for key in laid.texts if key not in known]
    # Texts of like length together are embedded faster.
    missing.sort(key=lambda key: (len(laid.texts[key]), key))
    for begin in range(0, len(missing), _STEP):
        step = missing[begin : begin + _STEP]
        known.update(zip(step, embedder.embed([laid.texts[key] for key in step]), strict=True))
        if progress:
            progress(begin + len(step), len(missing))
    # Half as precise where none is compared with all: cosines differ by less than 0.001.
    precision = np.float32 if name == MULTILINGUAL else np.float16
    attachment = _attachment(laid, known, embedder.dim, precision)
    try:
        with only_builder(index_dir, patience):
            if not folder.is_dir():
                return None  # it was dropped meanwhile; the newer one gets its own
            write_attachment(folder, attachment, manifest.version, embedder.name, made_by, name)
    except OSError as exc:
        raise IndexStateError(
            f"The {CALLED[name]} of {manifest.version} cannot be written: {exc.strerror or exc}.",
            "Check the permissions of the index folder and the free space of its disk.",
        ) from exc
    return Attached(manifest.version, len(missing), len(laid.texts) - len(missing))


@dataclass(frozen=True, slots=True)
class _Layout:
    """The texts to embed, by hash, and which of them stand for which chunk and sentence."""

    texts: dict[bytes, str]
    passages: list[bytes]
    sentences: list[tuple[int, int, int, bytes]]


def _sentences(records: Records) -> _Layout:
    texts = {}
    for entry in records.entries():
        for written in entry.chunks:
            for span in chunk_sentences(entry.document, written.chunk):
                text = sentence_text(entry.document, written.chunk, span)
                texts[key_of(text)] = text
    return _Layout(texts, [], [])


def _passages_and_sentences(records: Records) -> _Layout:
    texts: dict[bytes, str] = {}
    passages: list[bytes] = []
    sentences: list[tuple[int, int, int, bytes]] = []

    def keyed(text: str) -> bytes:
        key = key_of(text)
        texts.setdefault(key, text)
        return key

    for entry in records.entries():
        for written in entry.chunks:
            row, piece = len(passages), written.chunk
            passages.append(keyed(passage_text(entry.document, piece)))
            for start, end in chunk_sentences(entry.document, piece):
                key = keyed(sentence_text(entry.document, piece, (start, end)))
                sentences.append((row, start, end, key))
    return _Layout(texts, passages, sentences)


def passage_text(document: Document, piece: Chunk) -> str:
    """What stands for a chunk: its own words, under its title and heading."""
    return ". ".join(part for part in (document.title, piece.heading, piece.text) if part)


def _attachment(
    laid: _Layout, known: dict[bytes, Vectors], dim: int, precision: type[np.floating[Any]]
) -> Attachment:
    place = {key: at for at, key in enumerate(sorted(laid.texts))}
    vectors = np.empty((len(place), dim), precision)
    for key, at in place.items():
        vectors[at] = known[key]
    keys = np.frombuffer(b"".join(place), np.uint8).reshape(-1, 32)
    sentences = [(row, start, end, place[key]) for row, start, end, key in laid.sentences]
    return Attachment(
        keys,
        vectors,
        np.array([place[key] for key in laid.passages], np.int64),
        np.array(sentences, np.int64).reshape(-1, 4),
    )


def _known(index_dir: Path, embedder: Embedder, attached: str) -> dict[bytes, Vectors]:
    """The vectors that the newest version that has any has, by the hash of their text."""
    for name in version_names(index_dir):
        try:
            manifest = read_manifest(index_dir, name)
            folder, chunks = version_folder(index_dir, name), manifest.chunks
            found = read_attachment(folder, name, embedder.fingerprint(), chunks, attached)
        except IndexStateError:
            continue
        return {key.tobytes(): found.vectors[at] for at, key in enumerate(found.keys)}
    return {}
