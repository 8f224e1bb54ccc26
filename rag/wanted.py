"""How far a sentence has what its question names: people, numbers, the thing that is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from rag.expectation import expect
from rag.lexical import terms
from rag.lists import list_at
from rag.text import Span
from rag.types import Document, Query
from rag.versions import IndexVersion


@dataclass(frozen=True, slots=True)
class Wanted:
    """Terms of the names and numbers of a question, and of what it asks which or how many of."""

    named: frozenset[str]
    thing: frozenset[str]

    def shares(self, document: Document, span: Span) -> dict[str, float]:
        """Shares in [0, 1] of both that a sentence has, 1 where the question names none.

        Names must stand in the sentence itself: what a paragraph says of one person it does not
        say of the next. The thing may also stand in the title, the heading, or the list that the
        sentence is part of.
        """
        sentence = set(terms(document.text[slice(*span)]))
        around = set(terms(_with_list(document, span))) if self.thing else set()
        return {"named": _share(self.named, sentence), "thing": _share(self.thing, around)}


def wanted(query: Query, version: IndexVersion) -> Wanted:
    """What the words of a question want of a sentence, but for its center's own names."""
    own = version.records.names_of_centers(query.centers, institutions=True)
    expectation = expect(query.text, own)
    said = " ".join((*expectation.names, *expectation.numbers))
    # A word that no document has tells nothing of this one.
    return Wanted(
        frozenset(terms(said)),
        frozenset(t for t in terms(expectation.thing or "") if version.lexical.weight(t)),
    )


def _share(asked: frozenset[str], there: set[str]) -> float:
    return len(asked & there) / len(asked) if asked else 1.0


def _with_list(document: Document, span: Span) -> str:
    """A sentence with the title and heading above it and the list that it is part of."""
    block = list_at(document.text, span)
    start, end = block.span if block else span
    above = document.text.rfind("\n#", 0, start) + 1
    heading = document.text[above : document.text.find("\n", above)]
    return f"{document.title} {heading} {document.text[start:end]}"
