"""Sentences that documents say, each with the passages round it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.prompts import Passage
from rag.records import Records
from rag.text import sentence_spans
from rag.types import Chunk, Document, Hit

Half = Literal["dev", "test"]

# As many passages as an answer is written from.
_PASSAGES = 10
_SHORTEST, _LONGEST = 5, 45  # words of a sentence
# Every so many of a public set's passages: enough for the benchmark, and from all its articles.
_STEP = 7


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with the passages of its turn; the first is the one that it stands in."""

    sentence: str
    document: Document
    passages: tuple[Passage, ...]

    @property
    def half(self) -> Half:
        """The half that it belongs to for good; only ``dev`` may be used for tuning."""
        return "test" if hashlib.sha256(self.sentence.encode()).digest()[0] % 2 else "dev"


def told_by(records: Records) -> list[Told]:
    """The sentences of all documents of an index, each with the passages nearest to it."""
    found: list[Told] = []
    for document in records.documents():
        chunks = sorted(records.chunks_of(document.doc_id), key=lambda chunk: chunk.start)
        whole = records.document(document.doc_id)
        if whole is not None:
            found += _told(whole, chunks)
    return found


def told_in_public_data(path: Path) -> list[Told]:
    """The sentences of passages of a SQuAD file, each passage a document.

    Raises:
        OSError, ValueError: the file cannot be read.
    """
    articles = json.loads(gzip.decompress(path.read_bytes()))["data"]
    passages = [
        (article.get("title", ""), paragraph["context"])
        for article in articles
        for paragraph in article["paragraphs"]
    ]
    found: list[Told] = []
    for number, (title, context) in enumerate(passages[::_STEP]):
        document = Document(f"{number}.txt", title.replace("_", " "), context, "")
        chunk = Chunk(f"{number}", document.doc_id, 0, len(context), "", context)
        found += _told(document, [chunk])
    return found


def _told(document: Document, chunks: Sequence[Chunk]) -> Iterator[Told]:
    for at, chunk in enumerate(chunks):
        near = sorted(range(len(chunks)), key=lambda other: abs(other - at))[:_PASSAGES]
        passages = tuple(
            Passage(number, Hit(chunks[other], 1.0, number), document, chunks[other].text)
            for number, other in enumerate(near, 1)
        )
        for span in sentence_spans(document.text, chunk.start, chunk.end):
            sentence = document.text[slice(*span)]
            words = len(sentence.split())
            # Lines that lead into a list, and entries of lists, are no sentences.
            if _SHORTEST <= words <= _LONGEST and re.search(r"\w[.”\"')]*\.$|\w\.$", sentence):
                yield Told(sentence, document, passages)
