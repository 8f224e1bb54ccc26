"""Hits to ``Evidence``: the whole sentences that may answer a question, with their support."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rag.calibration import Calibration
from rag.expectation import Expectation, expect, objection, unknown_names
from rag.lexical import LexicalIndex, terms
from rag.text import Span, sentence_spans
from rag.types import Document, Embedder, Evidence, Hit, PassageReader, Query, Reading
from rag.versions import IndexVersion

# So much of the text before a passage still says who "he" and what "the center" is.
_CONTEXT_BEFORE = 800


@dataclass(frozen=True, slots=True)
class Findings:
    """Evidence, best first, and what the question asked for that no hit showed, if anything."""

    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]


class Finder(Protocol):
    """Looks for evidence in hits."""

    name: str
    threshold: float

    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        """Evidence with support in [0, 1], best first; may be empty."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what was measured of it, before calibration."""

    doc_id: str
    span: Span
    answer: Span
    features: dict[str, float]


class Measurer(Protocol):
    """Measures the sentences of hits."""

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> list[Candidate]:
        """Candidates, each sentence once."""
        ...


class SimilarityMeasurer:
    """By embedding and shared words: works without a reader, and without exact words."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> list[Candidate]:
        """Each sentence of the hits with its likeness to the question."""
        places: dict[tuple[str, Span], Hit] = {}
        for hit in hits:
            document = _document(version, hit)
            for span in hit_sentences(document, hit):
                places.setdefault((hit.chunk.doc_id, span), hit)
        texts = [
            _with_heading(hit.chunk.heading, _document(version, hit).text[slice(*span)])
            for (_, span), hit in places.items()
        ]
        if not texts:
            return []
        vectors = self._embedder.embed([query.text, *texts])
        likeness = vectors[1:] @ vectors[0]
        asked = terms(query.text)
        return [
            Candidate(
                doc_id=doc_id,
                span=span,
                answer=(span[0], span[0]),
                features={
                    "cosine": float(cosine),
                    "coverage": coverage(
                        asked, f"{_document(version, hit).title} {text}", version.lexical
                    ),
                    "hit": hit.score,
                },
            )
            for ((doc_id, span), hit), text, cosine in zip(
                places.items(), texts, likeness, strict=True
            )
        ]


class ReadingMeasurer:
    """By the reader: for each hit the sentence that holds the exact words it picked."""

    def __init__(self, reader: PassageReader) -> None:
        self._reader = reader

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> list[Candidate]:
        """One sentence a hit, with the reader's probability as a logit."""
        documents = [_document(version, hit) for hit in hits]
        titles = [
            _with_heading(document.title, hit.chunk.heading)
            for document, hit in zip(documents, hits, strict=True)
        ]
        readings = self._reader.read(query.text, [hit.chunk.text for hit in hits], titles)
        asked = terms(query.text)
        found: dict[tuple[str, Span], Candidate] = {}
        for hit, document, title, reading in zip(hits, documents, titles, readings, strict=True):
            place = _sentence_of(document, hit, reading)
            if place is None:
                continue
            text = f"{title} {document.text[slice(*place)]}"
            candidate = Candidate(
                doc_id=document.doc_id,
                span=place,
                answer=(hit.chunk.start + reading.start, hit.chunk.start + reading.end),
                features={
                    "answerability": _logit(reading.answerability),
                    "coverage": coverage(asked, text, version.lexical),
                    "hit": hit.score,
                },
            )
            key = (document.doc_id, place)
            before = found.get(key)
            if (
                before is None
                or before.features["answerability"] < candidate.features["answerability"]
            ):
                found[key] = candidate
        return list(found.values())


class CalibratedFinder:
    """Measures, takes away what cannot be the answer, and says how probable the rest is."""

    def __init__(self, name: str, measurer: Measurer, calibration: Calibration) -> None:
        self.name = name
        self.threshold = calibration.threshold
        self._measurer = measurer
        self._calibration = calibration

    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        """Evidence with support in [0, 1], best first; may be empty."""
        candidates, missing = admissible(self._measurer, query, hits, version)
        evidence = [
            Evidence(c.doc_id, *c.span, *c.answer, self._calibration.support(c.features))
            for c in candidates
        ]
        evidence.sort(key=lambda e: (-e.support, e.doc_id, e.start))
        return Findings(tuple(evidence), missing)


def admissible(
    measurer: Measurer, query: Query, hits: Sequence[Hit], version: IndexVersion
) -> tuple[list[Candidate], tuple[str, ...]]:
    """Candidates that nothing speaks against, and what all the others lacked."""
    expectation = expect(query.text, version.records.names_of_centers(query.centers))
    unknown = unknown_names(expectation, lambda name: _known(name, version.lexical))
    if unknown:
        return [], tuple(f"no {name}" for name in unknown)
    kept: list[Candidate] = []
    objections: list[str] = []
    for candidate in measurer.measure(query, hits, version):
        reason = _objection(expectation, candidate, version)
        if reason is None:
            kept.append(candidate)
        elif reason not in objections:
            objections.append(reason)
    return kept, () if kept else tuple(objections)


def _objection(expectation: Expectation, candidate: Candidate, version: IndexVersion) -> str | None:
    document = version.records.document(candidate.doc_id)
    if document is None:
        return "no document"
    start, end = candidate.span
    before = document.text[max(0, start - _CONTEXT_BEFORE) : start]
    after = document.text[end : end + _CONTEXT_BEFORE // 2]
    context = " ".join(
        (document.title, document.center or "", document.institution or "", *document.aliases,
         before, document.text[start:end], after)
    )  # fmt: skip
    return objection(expectation, document.text[start:end], candidate.answer[0] - start, context)


def _known(name: str, lexical: LexicalIndex) -> bool:
    words = terms(name)
    return not words or all(lexical.weight(word) is not None for word in words)


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
    text, chunk = document.text, hit.chunk
    start = text.rfind("\n", 0, chunk.start) + 1
    end = text.find("\n", chunk.end)
    spans = sentence_spans(text, start, len(text) if end < 0 else end)
    return [span for span in spans if span[0] < chunk.end and span[1] > chunk.start]


def _sentence_of(document: Document, hit: Hit, reading: Reading) -> Span | None:
    if reading.start >= reading.end:
        return None
    at = hit.chunk.start + reading.start
    return next((s for s in hit_sentences(document, hit) if s[0] <= at < s[1]), None)


def _document(version: IndexVersion, hit: Hit) -> Document:
    document = version.records.document(hit.chunk.doc_id)
    if document is None:
        raise LookupError(f"chunk {hit.chunk.chunk_id} has no document")
    return document


def _with_heading(heading: str, text: str) -> str:
    return f"{heading}. {text}" if heading else text


def _logit(probability: float) -> float:
    clipped = float(np.clip(probability, 1e-6, 1 - 1e-6))
    return math.log(clipped / (1 - clipped))
