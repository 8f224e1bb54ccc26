"""Every document of the corpus, read once; what the checks need of it is kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.chunking import chunk, embedded_text
from rag.doctor.legibility import garbled, spoken
from rag.errors import LoadError
from rag.loaders import corpus_files, document_id, load
from rag.similar import signature
from rag.text import sentence_spans
from rag.types import Chunk, Corpus, Document, Embedder

SIDECAR = ".meta.yaml"
# [CLS] and [SEP].
_SPECIAL_TOKENS = 2


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of a document whose text is not kept.

    ``language`` is an ISO 639 code, ``None`` where it cannot be told; ``garbled`` says how,
    ``None`` where it is not. ``cut`` counts sentences that no chunk holds whole, ``too_long``
    chunks of more tokens than allowed; both are 0 where there was no embedder to count with.
    """

    doc_id: str
    title: str
    center: str | None
    source_url: str | None
    date: str | None
    characters: int
    text_sha256: str
    signature: bytes
    language: str | None
    garbled: str | None
    cut: int
    too_long: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that is no document yet, and why."""

    doc_id: str
    problem: str
    cure: str


def examine(
    corpus: Path | Corpus,
    embedder: Embedder | None,
    chunk_tokens: int,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Examined | Failed]:
    """Read every document, one after the other.

    Args:
        corpus: the folder of documents.
        embedder: what counts tokens; without one chunks are not measured.
        chunk_tokens: most tokens of a chunk with its title and heading.
        progress: called with the counts of documents read and of documents to read.

    Raises:
        CorpusError: ``corpus`` is not a folder that can be read.
    """
    paths = list(corpus_files(corpus))
    for number, path in enumerate(paths, 1):
        name = document_id(path, corpus)
        try:
            yield _examined(load(path, corpus), embedder, chunk_tokens)
        except LoadError as exc:
            yield Failed(name, exc.problem, exc.cure)
        except Exception as exc:  # a defect in a parser must not hide the other documents
            yield Failed(
                name,
                f"{name} cannot be read ({type(exc).__name__}: {exc}).",
                "Remove it, and report this with the file.",
            )
        if progress:
            progress(number, len(paths))


def _examined(document: Document, embedder: Embedder | None, chunk_tokens: int) -> Examined:
    text = document.text
    pieces: list[Chunk] = []
    too_long = 0
    if embedder:
        most = min(chunk_tokens, embedder.max_tokens)
        pieces = chunk(document, embedder.count_tokens, most)
        texts = (embedded_text(document, p, embedder.count_tokens, most) for p in pieces)
        too_long = sum(embedder.count_tokens(t) + _SPECIAL_TOKENS > most for t in texts)
    return Examined(
        doc_id=document.doc_id,
        title=document.title,
        center=document.center,
        source_url=document.source_url,
        date=document.date,
        characters=len(text),
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        signature=signature(text),
        language=spoken(text),
        garbled=garbled(text),
        cut=_cut(text, pieces),
        too_long=too_long,
    )


def _cut(text: str, pieces: list[Chunk]) -> int:
    """How many sentences a border between two chunks divides."""
    borders = iter(sorted(piece.start for piece in pieces))
    border = next(borders, None)
    number = 0
    for start, end in sentence_spans(text):
        divided = False
        while border is not None and border < end:
            divided = divided or border > start
            border = next(borders, None)
        number += divided
    return number


@dataclass(frozen=True, slots=True)
class Strangers:
    """Files below the corpus folder that are no documents, by their paths from there.

    ``sidecars`` are those that describe no document, ``outside`` links that lead out of it.
    """

    unknown: tuple[str, ...]
    sidecars: tuple[str, ...]
    outside: tuple[str, ...]


def strangers(corpus: Path | Corpus) -> Strangers:
    """What lies in the corpus and is not indexed, but for hidden files, README and LICENSE.

    Raises:
        CorpusError: ``corpus`` is not a folder that can be read.
    """
    documents = {document_id(path, corpus) for path in corpus_files(corpus)}
    described = documents | {name.rpartition(".")[0] for name in documents}
    # What else is uploaded nobody put there by hand.
    top = corpus if isinstance(corpus, Path) else corpus.folder
    root = top.resolve()
    unknown: list[str] = []
    sidecars: list[str] = []
    outside: list[str] = []
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(top).as_posix()
            if file.startswith(".") or path.stem.upper() in {"README", "LICENSE"}:
                continue
            if name in documents:
                continue
            # Not Path.resolve: before Python 3.13 it raises on links that lead in a circle.
            if not Path(os.path.realpath(path)).is_relative_to(root):
                outside.append(name)
            elif name.endswith(SIDECAR):
                if name.removesuffix(SIDECAR) not in described:
                    sidecars.append(name)
            else:
                unknown.append(name)
    return Strangers(tuple(sorted(unknown)), tuple(sorted(sidecars)), tuple(sorted(outside)))
