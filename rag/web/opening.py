"""Which document a visitor opens, and where in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.keyfacts import Overview
from rag.types import Citation
from rag.web.session import Exchange, Opened
from rag.web.sources import nearest

_PLACE = re.compile(r"(read|near|fact)-([0-9]{1,4})-([0-9]{1,4})")


def opened_at(
    place: str, exchanges: Sequence[Exchange], overview: Overview | None
) -> Opened | None:
    """What the button with the verb ``place`` opens; ``None`` if there is nothing of the kind.

    "read-2-1" is the first citation of the second answer, "near-2-1" its nearest passage,
    "fact-2-1" the first fact of the second card.
    """
    match = _PLACE.fullmatch(place)
    if match is None:
        return None
    verb, first, second = match[1], int(match[2]), int(match[3])
    if verb == "fact":
        return _of_fact(overview, first, second)
    answer = next((e.answer for e in exchanges if e.number == first), None)
    if answer is None:
        return None
    if verb == "read":
        cited = next((c for c in answer.citations if c.marker == second), None)
        return _of_citation(answer.index_version, cited) if cited else None
    chunks = nearest(answer)
    if not 0 < second <= len(chunks):
        return None
    chunk = chunks[second - 1]
    span = chunk.start, chunk.end
    return Opened(answer.index_version, chunk.doc_id, chunk.text, span, (chunk.start, chunk.start))


def part_of(place: str) -> int | None:
    """The part of the open document that "part-3" asks for."""
    match = re.fullmatch(r"part-([0-9]{1,6})", place)
    return int(match[1]) if match else None


def _of_fact(overview: Overview | None, card: int, fact: int) -> Opened | None:
    if overview is None or not 0 < card <= len(overview.cards):
        return None
    facts = overview.cards[card - 1].facts
    if not 0 < fact <= len(facts):
        return None
    return _of_citation(overview.version, facts[fact - 1].citation)


def _of_citation(version: str, citation: Citation) -> Opened:
    exact = citation.answer_start, citation.answer_end
    span = citation.start, citation.end
    return Opened(version, citation.doc_id, citation.quote, span, exact)
