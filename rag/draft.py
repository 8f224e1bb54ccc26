"""An answer while a language model writes it: what is shown, what is withheld, what is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering import Citations, render
from rag.excerpts import LONGEST_POINT
from rag.grounding import Grounding
from rag.markers import Written
from rag.source import Source
from rag.statements import statement
from rag.support import objection
from rag.synonyms import plain_terms, synonyms
from rag.types import Answer, Citation, Place, Point
from rag.versions import IndexVersion

# A point is told if so many of its words are in sentences that cite the place of it.
_TOLD = 0.7
_MOST_SENTENCES = {"direct": 2, "description": 6, "list": 16}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A point of the answer with where it stands."""

    point: Point
    places: tuple[Place, ...]


class Draft:
    """Takes sentences one by one and says what the answer is so far."""

    def __init__(
        self, found: Answer, version: IndexVersion, grounding: Grounding, passages: int
    ) -> None:
        """Begin with nothing; ``found`` is the answer in the documents' own words."""
        self.grounding = grounding
        self.shown = 0
        self.withheld = 0
        self.unresolved = 0
        self.declined = ""
        self._found = found
        self._passages = passages
        self._citations = Citations(version)
        self._said: list[_Shown] = []
        self._cited = {citation.marker: citation for citation in found.citations}

    @property
    def is_full(self) -> bool:
        """Whether nothing more is wanted."""
        return self.shown >= _MOST_SENTENCES.get(self._found.query.form, 1)

    def add(self, sentence: Written, markup: object = None) -> bool:
        """Show a sentence if the passages support it; else what they say on its point, if anything.

        ``markup`` is true of a sentence that is no plain text. Returns whether it was shown.
        """
        known = [n for n in sentence.numbers if 0 < n <= self._passages]
        self.unresolved += len(sentence.numbers) - len(known)
        verdict = None if markup else self.grounding.check(sentence.text, known)
        if verdict is None or not verdict.supported:
            self.withheld += 1
            self._replace(sentence)
            return False
        if not self._fits(sentence.text, verdict.places):
            return False
        self._say(sentence.text, verdict.places)
        self.shown += 1
        return True

    def answer(self) -> Answer:
        """The answer so far; before anything is said, what is being read."""
        if not self._said:
            return dataclasses.replace(self._found, points=(), text="…", notices=())
        points = tuple(one.point for one in self._said)
        return dataclasses.replace(
            self._found,
            points=points, text=render(points), citations=tuple(self._citations.made), notices=(),
        )  # fmt: skip

    def completed(self) -> Answer:
        """The answer with all that the documents' own words tell and the sentences do not."""
        for point in self._untold():
            self._quote(point)
        return dataclasses.replace(self.answer(), notices=self._found.notices)

    def _say(self, text: str, places: Sequence[Place]) -> None:
        markers = tuple(
            self._citations.cite(p.doc_id, (p.start, p.end), (p.start, p.start)) for p in places
        )
        self._said.append(_Shown(Point("", text, tuple(dict.fromkeys(markers))), tuple(places)))

    def _quote(self, point: Point) -> None:
        """Say a point in the documents' own words."""
        cited = [self._cited[marker] for marker in point.markers if marker in self._cited]
        markers = tuple(
            self._citations.cite(c.doc_id, (c.start, c.end), (c.answer_start, c.answer_end))
            for c in cited
        )
        places = tuple(Place(c.doc_id, c.start, c.end) for c in cited)
        self._said.append(_Shown(dataclasses.replace(point, markers=markers), places))

    def _replace(self, sentence: Written) -> None:
        """In the place of a sentence without support, the point that it was about, if it is one."""
        about = set(plain_terms(sentence.text))
        untold = self._untold()
        if not untold:
            return
        best = max(untold, key=lambda point: len(about & set(plain_terms(point.text))))
        words = set(plain_terms(best.text))
        if len(about & words) * 2 >= min(len(about), len(words)):
            self._quote(best)

    def _untold(self, extra: Sequence[_Shown] = ()) -> list[Point]:
        said = [*self._said, *extra]
        return [point for point in self._found.points if not self._is_told(point, said)]

    def _is_told(self, point: Point, said: Sequence[_Shown]) -> bool:
        if any((p.point.exact, p.point.text) == (point.exact, point.text) for p in said):
            return True
        if point.exact:
            return any(_says(one.point.text, point.exact) for one in said)
        places = [self._cited[marker] for marker in point.markers if marker in self._cited]
        near = [one for one in said if any(_overlap(p, c) for p in one.places for c in places)]
        if point.text.rstrip().endswith((":", "：")):
            return bool(near)
        words = set(plain_terms(point.text))
        there = set(plain_terms(" ".join(one.point.text for one in near)))
        told = sum(bool(synonyms(word) & there) for word in words)
        return bool(near) and told >= _TOLD * len(words)

    def _fits(self, text: str, places: Sequence[Place]) -> bool:
        """Whether a short answer stays short, with what is untold in the documents' words."""
        if self._found.query.form != "direct":
            return True
        new = _Shown(Point("", text, ()), tuple(places))
        points = [*(one.point for one in self._said), new.point, *self._untold([new])]
        return len(render([dataclasses.replace(p, markers=()) for p in points])) <= LONGEST_POINT


def _says(sentence: str, exact: str) -> bool:
    """Whether a sentence has the exact words of an answer, its dates and names in any order."""
    claim, source = statement(exact), Source(sentence)
    return bool(claim.pieces) and not any(
        objection(piece, claim, source, lambda words, _: [0.0] * len(words))
        for piece in claim.pieces
    )


def _overlap(place: Place, citation: Citation) -> bool:
    return (
        place.doc_id == citation.doc_id
        and place.start < citation.end
        and citation.start < place.end
    )
