"""Questions over several centers: evidence for each of its own, one cited line each.

Two centers' facts are never mixed: each center is asked alone, of its own documents.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence

from rag.answering import Citations, render
from rag.asking import asked_of, with_article
from rag.calibration import FINDER_OF_CHINESE as FINDER
from rag.calibration import load_calibration
from rag.centers import Center, spans_of_names
from rag.chinese_forms import (
    asked_of_chinese,
    chinese_aspect,
    chinese_form,
    chinese_topic,
    chinese_work,
)
from rag.chinese_turns import called_in_chinese, spans_in
from rag.crosslingual import CrossLingual
from rag.excerpts import excerpt_of
from rag.fit import Fit, FitMeasurer, Purpose
from rag.forms import aspect_of, form_of, topic_of, work_of
from rag.notices import approval_instead, not_searched, nothing_found, with_notices
from rag.refusal import refusal
from rag.rewording import instead_of
from rag.text import Span, sentence_spans
from rag.types import Answer, Embedder, Hit, Point, Query
from rag.versions import IndexVersion

_OVER_CENTERS = frozenset({"catalog", "each", "which", "compare", "match"})
# More centers than these are not asked one by one.
_MOST_CENTERS = 12
_MOST_ITEMS = 6
# Those who are offered to a collaborator.
_MOST_MATCHES = 3


def is_over_centers(query: Query) -> bool:
    """Whether a query is about several centers, each for itself."""
    return query.form in _OVER_CENTERS


class OverCenters:
    """Answers such questions; ``answer_one`` answers a query about one center."""

    def __init__(
        self, version: IndexVersion, embedder: Embedder, centers: Sequence[Center],
        answer_one: Callable[[Query], Answer], cross_lingual: CrossLingual,
    ) -> None:  # fmt: skip
        self._version = version
        self._centers = centers
        self._answer_one = answer_one
        self._measurer = FitMeasurer.of_similarity(version, embedder)
        self._cross_lingual = FitMeasurer.across_languages(version, cross_lingual)

    def answer(self, query: Query) -> Answer:
        """One cited line a center that has an answer; those that have none are named."""
        started = time.perf_counter()
        names = query.centers or tuple(center.name for center in self._centers)
        asked, left = names[:_MOST_CENTERS], names[_MOST_CENTERS:]
        if query.form == "catalog":
            asked, left = names, ()
            answer = self._catalog(query, asked)
        elif query.form == "which":
            answer = self._which(query, asked)
        elif query.form == "match":
            answer = self._match(query, asked)
        else:
            answer = self._each(query, asked)
        notices = (*answer.notices, *not_searched(left, query.language))
        elapsed = time.perf_counter() - started
        return dataclasses.replace(answer, notices=notices, elapsed=elapsed)

    def _each(self, query: Query, names: Sequence[str]) -> Answer:
        gathered = _Gathered(query, self._version)
        approved: list[str] = []
        for name in names:
            one = self._one_of(query, name)
            answer, other = self._answer_one(one), instead_of(one.text)
            if other and not answer.citations:
                answer = self._answer_one(dataclasses.replace(one, text=other, original=other))
                approved += [name] if answer.citations else []
            gathered.add(name, answer)
        return with_notices(gathered.answer(), approval_instead(approved, query.language))

    def _one_of(self, query: Query, name: str) -> Query:
        """The question put to one of the centers."""
        if query.language == "zh":
            text = chinese_aspect(query.text) if query.form == "compare" else query.text
            called = called_in_chinese(name, self._centers)
            asked = asked_of_chinese(text, spans_in(text, self._centers), called)
            return Query(asked, asked, query.language, (name,), chinese_form(asked))
        text = aspect_of(query.text) if query.form == "compare" else query.text
        asked = asked_of(text, name, self._centers)
        return Query(asked, asked, query.language, (name,), form_of(asked))

    def _which(self, query: Query, names: Sequence[str]) -> Answer:
        gathered = _Gathered(query, self._version)
        topic = chinese_topic if query.language == "zh" else topic_of
        for chance, fit in self._fitting("which", query, topic(query.text), names):
            gathered.add_sentences(fit, 1, chance)
        return gathered.answer(names)

    def _match(self, query: Query, names: Sequence[str]) -> Answer:
        gathered = _Gathered(query, self._version)
        work = chinese_work if query.language == "zh" else work_of
        for chance, fit in self._fitting("match", query, work(query.text), names)[:_MOST_MATCHES]:
            gathered.add_sentences(fit, 2, chance)
            asked = f"Who is the director of {with_article(fit.center)}?"
            # Our own question, which nobody reads: in the language that is read best.
            person = self._answer_one(Query(asked, asked, centers=(fit.center,)))
            if person.status == "answered":
                gathered.add("", person, most=1)
        return gathered.answer()

    def _fitting(
        self, purpose: Purpose, query: Query, topic: str, names: Sequence[str]
    ) -> list[tuple[float, Fit]]:
        """The centers that fit a topic with how probable that is, best first."""
        if query.language == "zh":
            measurer = self._cross_lingual
            calibration = load_calibration(f"{purpose}, {FINDER}")
        else:
            measurer, calibration = self._measurer, load_calibration(purpose)
        measured = [measurer.measure(topic, name) for name in names]
        found = [(calibration.support(fit.features), fit) for fit in measured]
        fitting = [(chance, fit) for chance, fit in found if chance >= calibration.threshold]
        return sorted(fitting, key=lambda pair: -pair[0])

    def _catalog(self, query: Query, names: Sequence[str]) -> Answer:
        """The centers of the corpus, each cited to where a document of it speaks of it."""
        gathered = _Gathered(query, self._version)
        records = self._version.records
        for name in names:
            for known in records.documents():
                document = records.document(known.doc_id) if known.center == name else None
                spans = sentence_spans(document.text) if document else []
                if document and spans:
                    own = [c for c in self._centers if c.name == name]
                    naming = (s for s in spans if spans_of_names(document.text[slice(*s)], own))
                    gathered.cite(name, document.doc_id, next(naming, spans[0]))
                    break
        return gathered.answer()


class _Gathered:
    """What was found for the centers so far, with citations numbered through."""

    def __init__(self, query: Query, version: IndexVersion) -> None:
        self._query = query
        self._version = version
        self._citations = Citations(version)
        self._points: list[Point] = []
        self._hits: list[Hit] = []
        self._found: list[str] = []
        self._asked: list[str] = []
        self._confidence: list[float] = []

    def add(self, label: str, answer: Answer, most: int = _MOST_ITEMS) -> None:
        """Add a center's own answer."""
        self._hits += answer.hits
        if label:
            self._asked.append(label)
        if not answer.citations:
            return
        self._found.append(label)
        self._confidence.append(answer.confidence)
        cited = {c.marker: c for c in answer.citations}
        for number, point in enumerate(_foremost(answer)[:most]):
            sources = (cited[marker] for marker in point.markers)
            markers = tuple(
                self._citations.cite(c.doc_id, (c.start, c.end), (c.answer_start, c.answer_end))
                for c in sources
            )
            shown = label if number == 0 else ""
            self._points.append(dataclasses.replace(point, label=shown, markers=markers))

    def add_sentences(self, fit: Fit, most: int, chance: float) -> None:
        """Add the sentences by which a center fits, as probably as ``chance``."""
        self._confidence.append(chance)
        for number, sentence in enumerate(fit.sentences[:most]):
            self.cite(fit.center if number == 0 else "", sentence.doc_id, sentence.span)

    def cite(self, label: str, doc_id: str, span: Span) -> None:
        """Add one sentence."""
        if label:
            self._found.append(label)
            self._asked.append(label)
        marker = self._citations.cite(doc_id, span, (span[0], span[0]))
        text = excerpt_of(self._citations.document(doc_id).text, span)
        self._points.append(Point("", text, (marker,), label))

    def answer(self, asked: Sequence[str] = ()) -> Answer:
        """The whole answer; a refusal where nothing was found for any center."""
        missing = [name for name in (*asked, *self._asked) if name not in self._found]
        query, points = self._query, tuple(self._points)
        lacking = list(dict.fromkeys(missing))
        notices = nothing_found(lacking, query.language) if points else ()
        return Answer(
            query=query,
            text=render(points) if points else refusal(query, (), self._version),
            points=points,
            citations=tuple(self._citations.made),
            hits=tuple(self._hits),
            confidence=min(self._confidence, default=1.0 if points else 0.0),
            notices=notices,
            withheld=0,
            index_version=self._version.name,
            elapsed=0.0,
            incomplete=bool(missing) and query.form in {"each", "compare"} and bool(points),
        )


def _foremost(answer: Answer) -> list[Point]:
    """What a center is said to answer: its first point or, of a list, all items of the list."""
    points = [p for p in answer.points if not p.text.endswith(":")] or list(answer.points)
    if answer.query.form == "list":
        return points
    # Of a description the rest is left to a question about this center; half a list says less.
    first, *others = points
    return [first, *(p for p in others if p.markers == first.markers and p.text != first.text)]
