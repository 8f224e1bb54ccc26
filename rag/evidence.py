"""Hits to ``Evidence``: the whole sentences that may answer a question, with their support."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rag.calibration import Calibration
from rag.expectation import Expectation, expect, objection, unknown_names
from rag.lexical import LexicalIndex, terms
from rag.reranking import rerank
from rag.text import Span, sentence_spans
from rag.types import Document, Embedder, Evidence, Hit, PassageReader, Query, Reading
from rag.versions import IndexVersion

# So much of the text before a passage still says who "he" and what "the center" is.
_CONTEXT_BEFORE = 800


@dataclass(frozen=True, slots=True)
class Findings:
    """Evidence, best first; what the question asked for that no hit showed, if anything; and the
    hits in the order that reading them gives.
    """

    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]
    hits: tuple[Hit, ...]


class Finder(Protocol):
    """Looks for evidence in hits."""

    name: str
    threshold: float

    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        """Evidence with support in [0, 1], best first; may be empty."""
        ...


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
    """Candidates, each sentence once; for each hit the chance that it answers, if known.

    ``sentences`` are all sentences of the hits where a description is asked for: the reader finds
    the place of one, but not its extent.
    """

    candidates: tuple[Candidate, ...]
    chances: tuple[float, ...] | None = None
    sentences: tuple[Candidate, ...] = ()


class Measurer(Protocol):
    """Measures the sentences of hits."""

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Measured:
        """What stands in the hits."""
        ...


class SimilarityMeasurer:
    """By embedding and shared words: works without a reader, and without exact words."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Measured:
        """Each sentence of the hits with its likeness to the question."""
        places: dict[tuple[str, Span], Hit] = {}
        for hit in hits:
            for span in hit_sentences(_document(version, hit), hit):
                places.setdefault((hit.chunk.doc_id, span), hit)
        answers = [(span[0], span[0]) for _, span in places]
        return Measured(
            tuple(_candidates(query, list(places), list(places.values()), answers, version,
                              self._embedder))
        )  # fmt: skip


class ReadingMeasurer:
    """By the reader: for each hit the sentence that holds the exact words it picked."""

    def __init__(self, reader: PassageReader, embedder: Embedder) -> None:
        self._reader = reader
        self._embedder = embedder
        self._similarity = SimilarityMeasurer(embedder)

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Measured:
        """One sentence a hit, with the reader's probability as a logit."""
        documents = [_document(version, hit) for hit in hits]
        titles = [
            ". ".join(part for part in (document.title, hit.chunk.heading) if part)
            for document, hit in zip(documents, hits, strict=True)
        ]
        readings = self._reader.read(query.text, [hit.chunk.text for hit in hits], titles)
        best: dict[tuple[str, Span], tuple[Hit, Reading]] = {}
        for hit, document, reading in zip(hits, documents, readings, strict=True):
            span = _sentence_of(document, hit, reading)
            if span is None:
                continue
            before = best.get((document.doc_id, span))
            if before is None or before[1].answerability < reading.answerability:
                best[document.doc_id, span] = hit, reading
        answers = [(h.chunk.start + r.start, h.chunk.start + r.end) for h, r in best.values()]
        likened = _candidates(
            query, list(best), [hit for hit, _ in best.values()], answers, version, self._embedder
        )
        for candidate, (_, reading) in zip(likened, best.values(), strict=True):
            candidate.features["answerability"] = _logit(reading.answerability)
        sentences: tuple[Candidate, ...] = ()
        if query.form == "description":
            sentences = self._similarity.measure(query, hits, version).candidates
        chances = tuple(reading.answerability for reading in readings)
        return Measured(tuple(likened), chances, sentences)


def _candidates(
    query: Query,
    places: Sequence[tuple[str, Span]],
    hits: Sequence[Hit],
    answers: Sequence[Span],
    version: IndexVersion,
    embedder: Embedder,
) -> list[Candidate]:
    """Sentences with likeness, shared words, and the score of the hit that each comes from."""
    if not places:
        return []
    documents = [_document(version, hit) for hit in hits]
    texts = [
        f"{hit.chunk.heading}. {document.text[slice(*span)]}" if hit.chunk.heading
        else document.text[slice(*span)]
        for (_, span), hit, document in zip(places, hits, documents, strict=True)
    ]  # fmt: skip
    vectors = embedder.embed([query.text, *texts])
    likeness = vectors[1:] @ vectors[0]
    asked = terms(query.text)
    # Weighed by place in the list, not by score: scores of two questions cannot be compared.
    return [
        Candidate(
            doc_id=doc_id,
            span=span,
            answer=answer,
            hit=hit.rank,
            features={
                "open": float(query.form != "direct"),
                "cosine": float(cosine),
                "coverage": coverage(asked, f"{document.title} {text}", version.lexical),
                "nearness": 1 / hit.rank,
            },
        )
        for (doc_id, span), hit, document, text, answer, cosine in zip(
            places, hits, documents, texts, answers, likeness, strict=True
        )
    ]


class CalibratedFinder:
    """Measures, takes away what cannot be the answer, and says how probable the rest is."""

    def __init__(self, name: str, measurer: Measurer, calibration: Calibration) -> None:
        self.name = name
        self.threshold = calibration.threshold
        self._measurer = measurer
        self._calibration = calibration

    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        """Evidence with support in [0, 1], best first; may be empty."""
        measured = self._measurer.measure(query, hits, version)
        candidates, missing = admissible(measured.candidates, query, version)
        evidence = [
            Evidence(c.doc_id, *c.span, *c.answer, self._calibration.support(c.features))
            for c in candidates
        ]
        if measured.sentences:
            supports = {c.hit: e.support for c, e in zip(candidates, evidence, strict=True)}
            evidence = _described(measured.sentences, supports)
        evidence.sort(key=lambda e: (-e.support, e.doc_id, e.start))
        order = tuple(hits)
        if measured.chances is not None:
            order = rerank(hits, measured.chances, self._calibration.reranking)
        return Findings(tuple(evidence), missing, order)


def _described(sentences: Sequence[Candidate], supports: Mapping[int, float]) -> list[Evidence]:
    """Each sentence, supported as its passage is and as far as it is like the question."""
    best = max((s.features["cosine"] for s in sentences if s.hit in supports), default=0.0)
    return [
        Evidence(s.doc_id, *s.span, *s.answer, supports[s.hit] * s.features["cosine"] / best)
        for s in sentences
        if s.hit in supports and s.features["cosine"] > 0
    ]


def admissible(
    candidates: Sequence[Candidate], query: Query, version: IndexVersion
) -> tuple[list[Candidate], tuple[str, ...]]:
    """Candidates that nothing speaks against, and what all the others lacked."""
    own = version.records.names_of_centers(query.centers, institutions=True)
    expectation = expect(query.text, own)
    unknown = unknown_names(expectation, lambda name: _known(name, version.lexical))
    if unknown:
        return [], tuple(f"no mention of {name}" for name in unknown)
    kept: list[Candidate] = []
    objections: list[str] = []
    for candidate in candidates:
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


def _logit(probability: float) -> float:
    clipped = float(np.clip(probability, 1e-6, 1 - 1e-6))
    return math.log(clipped / (1 - clipped))
