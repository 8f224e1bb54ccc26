"""Where the gold of a question lies in the documents of an index or a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.questions import GoldQuestion, GoldSpan
from rag.records import Records
from rag.types import Chunk, Document


@dataclass(frozen=True, slots=True)
class Located:
    """A question with its spans as the corpus has them now.

    ``lost`` are the spans whose quote its document no longer has; they stay as they were.
    """

    question: GoldQuestion
    moved: int
    lost: tuple[GoldSpan, ...]


def locate(question: GoldQuestion, corpus: Mapping[str, Document]) -> Located:
    """Find the quotes of a question in the corpus; of several places the nearest to the old."""
    spans: list[GoldSpan] = []
    lost: list[GoldSpan] = []
    for span in question.spans:
        found = _find(span, corpus.get(span.doc_id))
        spans.append(found or span)
        if found is None:
            lost.append(span)
    moved = sum(old != new for old, new in zip(question.spans, spans, strict=True))
    return Located(replace(question, spans=tuple(spans)), moved, tuple(lost))


def _find(span: GoldSpan, document: Document | None) -> GoldSpan | None:
    if document is None:
        return None
    places: list[int] = []
    at = document.text.find(span.quote)
    while at >= 0:
        places.append(at)
        at = document.text.find(span.quote, at + 1)
    if not places:
        return None
    start = min(places, key=lambda place: (abs(place - span.start), place))
    return replace(span, start=start, end=start + len(span.quote))


def gold_chunks(question: GoldQuestion, records: Records) -> frozenset[str]:
    """Ids of the chunks that hold a gold span of the question as the index has it now."""
    documents: dict[str, Document] = {}
    for doc_id in question.doc_ids:
        document = records.document(doc_id)
        if document is not None:
            documents[doc_id] = document
    located = locate(question, documents)
    found: set[str] = set()
    for span in located.question.spans:
        if span not in located.lost:
            found.update(chunk.chunk_id for chunk in holding(span, records.chunks_of(span.doc_id)))
    return frozenset(found)


def holding(span: GoldSpan, chunks: Sequence[Chunk]) -> list[Chunk]:
    """The chunks that contain the span or, where borders cut it, those that have part of it."""
    whole = [c for c in chunks if c.start <= span.start and span.end <= c.end]
    return whole or [c for c in chunks if c.start < span.end and span.start < c.end]
