"""What is measured of the sentences of hits, by similarity or by the reader."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rag.chunking import chunk_sentences, sentence_text
from rag.lexical import LexicalIndex, terms
from rag.reranking import rerank
from rag.retrieval import without_names
from rag.sentence_vectors import SentenceVectors
from rag.text import Span
from rag.timing import stage
from rag.types import Document, Embedder, Hit, PassageReader, Query, Reading
from rag.versions import IndexVersion
from rag.wanted import wanted

# Spans that are read from one passage.
_SPANS = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what was measured of it, before calibration; ``hit`` is its hit's rank."""

    doc_id: str
    span: Span
    answer: Span
    hit: int
    features: dict[str, float]


@dataclass(frozen=True, slots=True)
class Measured:
    """Candidates, each sentence once, and the hits in the order that measuring gives.

    ``sentences`` are all sentences of the hits where a description or a list is asked for: the
    reader is made to find exact words, and these have none.
    """

    candidates: tuple[Candidate, ...]
    hits: tuple[Hit, ...]
    sentences: tuple[Candidate, ...] = ()


class Measurer(Protocol):
    """Measures the sentences of hits."""

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Measured:
        """What stands in the hits."""
        ...


class SimilarityMeasurer:
    """By embedding and shared words: works without a reader, and without exact words."""

    def __init__(self, embedder: Embedder) -> None:
        self._vectors = SentenceVectors(embedder)

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Measured:
        """Each sentence of the hits with its likeness to the question."""
        places: dict[tuple[str, Span], tuple[Hit, str, str]] = {}
        documents: dict[str, Document] = {}
        for hit in hits:
            document = documents.setdefault(hit.chunk.doc_id, _document(version, hit))
            for span in hit_sentences(document, hit):
                text = sentence_text(document, hit.chunk, span)
                places.setdefault((document.doc_id, span), (hit, document.title, text))
        if not places:
            return Measured((), tuple(hits))
        texts = [text for _, _, text in places.values()]
        likeness = self._vectors.likeness(query.text, texts, version)
        asked = terms(query.text)
        asks = wanted(query, version)
        candidates = [
            Candidate(
                doc_id=doc_id,
                span=span,
                answer=(span[0], span[0]),
                hit=hit.rank,
                features={
                    "cosine": float(cosine),
                    "coverage": coverage(asked, f"{title} {text}", version.lexical),
                    # By place in the list: the scores of two questions cannot be compared.
                    "nearness": 1 / hit.rank,
                    "open": float(query.form != "direct"),
                    **asks.shares(documents[doc_id], span),
                },
            )
            for ((doc_id, span), (hit, title, text)), cosine in zip(
                places.items(), likeness, strict=True
            )
        ]
        return Measured(tuple(candidates), tuple(hits))


class ReadingMeasurer:
    """By the reader: for each hit the sentences that hold the exact words it picked."""

    def __init__(self, reader: PassageReader, embedder: Embedder) -> None:
        self._reader = reader
        self._similarity = SimilarityMeasurer(embedder)

    @stage("reading")
    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Measured:
        """A few sentences a hit, each with the reader's probability as a logit."""
        documents = [_document(version, hit) for hit in hits]
        titles = [
            ". ".join(part for part in (document.title, hit.chunk.heading) if part)
            for document, hit in zip(documents, hits, strict=True)
        ]
        asked = with_full_name(query, version)
        passages = [hit.chunk.text for hit in hits]
        several = self._reader.read_several(asked, passages, titles, _SPANS)
        sentences = self._similarity.measure(query, hits, version).candidates
        likest: dict[int, float] = defaultdict(float)
        for sentence in sentences:
            likest[sentence.hit] = max(likest[sentence.hit], sentence.features["cosine"])
        ordered = rerank(
            hits,
            [max((r.answerability for r in readings), default=0.0) for readings in several],
            [likest[hit.rank] for hit in hits],
        )
        place = {hit.chunk.chunk_id: hit.rank for hit in ordered}
        known = {(sentence.doc_id, sentence.span): sentence for sentence in sentences}
        best: dict[tuple[str, Span], Candidate] = {}
        for hit, document, readings in zip(hits, documents, several, strict=True):
            spans = hit_sentences(document, hit)
            for reading in readings:
                span = _sentence_of(spans, hit, reading)
                if span is None:
                    continue
                key = document.doc_id, span
                measures = known[key].features | {
                    "answerability": _logit(reading.answerability),
                    "nearness": 1 / place[hit.chunk.chunk_id],
                }
                # Words picked across the end of a sentence count as far as it goes.
                end = min(span[1], hit.chunk.start + reading.end)
                answer = hit.chunk.start + reading.start, end
                candidate = Candidate(document.doc_id, span, answer, hit.rank, measures)
                other = best.get(key)
                if other is None or other.features["answerability"] < measures["answerability"]:
                    best[key] = candidate
        return Measured(tuple(best.values()), ordered, () if query.form == "direct" else sentences)


def with_full_name(query: Query, version: IndexVersion) -> str:
    """The question with its center called by its full name, as titles call it.

    The reader does not know that "CPMRC" and the name above a passage are one.
    """
    if len(query.centers) != 1:
        return query.text
    center = query.centers[0]
    names = version.records.names_of_centers(query.centers)
    if without_names(query.text, (center,)) != query.text:
        return query.text
    for name in names:
        called = without_names(query.text, (name,), f"the {center.removeprefix('The ')}")
        if called != query.text:
            return called
    return query.text


def coverage(asked: Sequence[str], text: str, lexical: LexicalIndex) -> float:
    """Share in [0, 1] of the question's terms that ``text`` has, rare ones counting for more.

    A term that no document has counts as the rarest.
    """
    weights = {term: lexical.weight(term) or lexical.rarest for term in asked}
    total = sum(weights.values())
    there = set(terms(text))
    return sum(w for term, w in weights.items() if term in there) / total if total else 0.0


def hit_sentences(document: Document, hit: Hit) -> list[Span]:
    """Whole sentences of the document that a hit touches, even where a chunk cuts one."""
    return chunk_sentences(document, hit.chunk)


def _sentence_of(spans: Sequence[Span], hit: Hit, reading: Reading) -> Span | None:
    if reading.start >= reading.end:
        return None
    at = hit.chunk.start + reading.start
    return next((span for span in spans if span[0] <= at < span[1]), None)


def _document(version: IndexVersion, hit: Hit) -> Document:
    document = version.records.document(hit.chunk.doc_id)
    if document is None:
        raise LookupError(f"chunk {hit.chunk.chunk_id} has no document")
    return document


def _logit(probability: float) -> float:
    clipped = float(np.clip(probability, 1e-6, 1 - 1e-6))
    return math.log(clipped / (1 - clipped))
