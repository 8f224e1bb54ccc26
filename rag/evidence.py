"""Hits to ``Evidence``: the whole sentences that may answer a question, with their support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.calibration import Calibration
from rag.chinese import foreign_names
from rag.expectation import (
    NO_MENTION,
    Expectation,
    expect,
    is_plausible,
    objection,
    speaks_of_leading,
    unknown_names,
)
from rag.lexical import terms
from rag.lists import list_at
from rag.measuring import Candidate, Measurer
from rag.retrieval import without_names
from rag.text import Span
from rag.timing import stage
from rag.types import Evidence, Hit, Query
from rag.versions import IndexVersion

# So much of the text before a passage still says who "he" and what "the center" is.
CONTEXT_BEFORE = 800
CONTEXT_AFTER = 400
# Where a sentence has no word of the thing that is asked for, the reader has to be as sure as this
# logit that it says the same in other words: a probability of 0.62, chosen on dev.
_SURE = 0.5
# At this logit, a probability of 0.12, the reader says no, however like the sentence is; on dev.
_NO = -2.0


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


class CalibratedFinder:
    """Measures, takes away what cannot be the answer, and says how probable the rest is."""

    def __init__(
        self, name: str, measurer: Measurer, calibration: Calibration, without_words: Calibration
    ) -> None:
        """Put the parts together; ``without_words`` judges what has no exact words to read."""
        self.name = name
        self.threshold = calibration.threshold
        self._measurer = measurer
        self._calibration = calibration
        self._without_words = without_words

    @stage("evidence")
    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        """Evidence with support in [0, 1], best first; may be empty."""
        measured = self._measurer.measure(query, hits, version)
        candidates, missing = admissible(measured.candidates, query, version)
        expectation = expect(query.text)
        evidence = [
            Evidence(
                c.doc_id,
                *c.span,
                *_exact_words(c, expectation, version),
                self._calibration.support(c.features),
            )
            for c in candidates
        ]
        if measured.sentences and query.form == "description":
            supports = {c.hit: e.support for c, e in zip(candidates, evidence, strict=True)}
            sure = {
                (c.doc_id, *c.span): e.support
                for c, e in zip(candidates, evidence, strict=True)
                if c.features.get("answerability", _NO) > _NO
            }
            evidence = _described(measured.sentences, supports, sure)
        elif measured.sentences and query.form == "list":
            allowed, _ = admissible(measured.sentences, query, version)
            evidence += [
                Evidence(c.doc_id, *c.span, *c.answer, self._without_words.support(c.features))
                for c in allowed
                if _leads_into_list(c, version)
            ]
        evidence.sort(key=lambda e: (-e.support, e.doc_id, e.start))
        return Findings(tuple(evidence), missing, measured.hits)


def _exact_words(candidate: Candidate, expectation: Expectation, version: IndexVersion) -> Span:
    """The span of the exact words; empty where they cannot stand alone as the answer."""
    document = version.records.document(candidate.doc_id)
    if document and is_plausible(expectation, document.text[slice(*candidate.answer)]):
        return candidate.answer
    return candidate.span[0], candidate.span[0]


def _leads_into_list(candidate: Candidate, version: IndexVersion) -> bool:
    document = version.records.document(candidate.doc_id)
    block = list_at(document.text, candidate.span) if document else None
    return block is not None and candidate.span == block.lead_in


def _described(
    sentences: Sequence[Candidate],
    supports: Mapping[int, float],
    sure: Mapping[tuple[str, int, int], float],
) -> list[Evidence]:
    """Each sentence, supported as its passage is and as far as it is like the question.

    Those in ``sure`` at least as it says: what a center does need not be like "what does it do?".
    """
    best = max((s.features["cosine"] for s in sentences if s.hit in supports), default=0.0)
    return [
        Evidence(
            s.doc_id,
            *s.span,
            *s.answer,
            max(supports[s.hit] * s.features["cosine"] / best, sure.get((s.doc_id, *s.span), 0.0)),
        )
        for s in sentences
        if s.hit in supports and s.features["cosine"] > 0
    ]


def admissible(
    candidates: Sequence[Candidate], query: Query, version: IndexVersion
) -> tuple[list[Candidate], tuple[str, ...]]:
    """Candidates that nothing speaks against, and what all the others lacked."""
    own = version.records.names_of_centers(query.centers, institutions=True)
    expectation = expect(query.text, own)
    unknown = unknown_names(expectation, lambda name: _known(name, version))
    unknown += foreign_names(without_names(query.text, own), lambda name: _known(name, version))
    if unknown:
        return [], tuple(f"{NO_MENTION}{name}" for name in unknown)
    kept: list[Candidate] = []
    objections: list[str] = []
    for candidate in candidates:
        reason = _objection(expectation, candidate, version)
        if reason is None:
            kept.append(candidate)
        elif (told := _told(reason, version)) not in objections:
            objections.append(told)
    return kept, () if kept else tuple(objections)


def _told(reason: str, version: IndexVersion) -> str:
    """A reason as it may be told: what is not in a passage may stand in another document."""
    name = reason.removeprefix(NO_MENTION)
    return "elsewhere" if name != reason and _known(name, version) else reason


def _objection(expectation: Expectation, candidate: Candidate, version: IndexVersion) -> str | None:
    document = version.records.document(candidate.doc_id)
    if document is None:
        return "no document"
    start, end = candidate.span
    before = document.text[max(0, start - CONTEXT_BEFORE) : start]
    after = document.text[end : end + CONTEXT_AFTER]
    context = " ".join(
        (document.title, document.center or "", document.institution or "", *document.aliases,
         before, document.text[start:end], after)
    )  # fmt: skip
    sentence, exact = document.text[start:end], document.text[slice(*candidate.answer)]
    block = list_at(document.text, candidate.span)
    if block and block.lead_in == candidate.span:
        # What leads into a list says what the list says.
        sentence, exact = document.text[slice(*block.span)], ""
    if exact and not is_plausible(expectation, exact) and not speaks_of_leading(sentence):
        return "no person"
    unsure = candidate.features.get("answerability", _NO) < _SURE
    if candidate.features["thing"] == 0 and unsure:
        return "another thing"
    if expectation.deed and unsure and not set(terms(expectation.deed)) & set(terms(sentence)):
        return "another deed"
    return objection(expectation, sentence, candidate.answer[0] - start, context)


def _known(name: str, version: IndexVersion) -> bool:
    """Whether some document, or the name of some center, has all words of ``name``."""
    return all(
        version.lexical.weight(term) is not None or term in version.records.name_terms
        for term in terms(name)
    )
