"""What a corpus is about, by its own words: key facts of its centers, each with its source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from rag.asking import with_article
from rag.types import Answer, Citation

FactKind = Literal["leads", "founded", "studies", "place", "equipment"]

# Each kind is asked in its wordings until one of them is answered.
_ASKED: dict[FactKind, tuple[str, ...]] = {
    "leads": ("Who is the director of {center}?", "Who leads {center}?"),
    "founded": ("When was {center} founded?", "When was {center} established?"),
    "studies": ("What does {center} study?", "What does {center} work on?"),
    "place": ("Where is {center} located?",),
    "equipment": ("What equipment does {center} have?",),
}
_LISTS = frozenset({"studies", "equipment"})
# A card is read before anything was asked: exact words on it have to be as good as certain. A
# list is as good as the answers are, for a document's own heading or lead-in says what it is of.
_SURE = 0.8
_MOST_FACTS = 3
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a document says of a center: its own words, and where they stand."""

    kind: FactKind
    lines: tuple[str, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class Card:
    """A center with what its documents say of it."""

    center: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What an index version is about: cards of some centers, questions that it answers.

    ``more`` counts the centers that have no card.
    """

    version: str
    cards: tuple[Card, ...]
    more: int
    examples: tuple[str, ...]


def cards_of(centers: Sequence[str], ask: Callable[[str], Answer], most: int) -> tuple[Card, ...]:
    """A card for each of the first ``most`` centers, with the facts that its documents state.

    Args:
        centers: by name.
        ask: answers a question.
        most: how many cards are wanted.
    """
    return tuple(_card(center, ask) for center in centers[:most])


def _card(center: str, ask: Callable[[str], Answer]) -> Card:
    found = (_asked(kind, center, ask) for kind in _ASKED)
    return Card(center, tuple(islice((fact for fact in found if fact), _MOST_FACTS)))


def _asked(kind: FactKind, center: str, ask: Callable[[str], Answer]) -> Fact | None:
    """The fact, if one of the kind's questions is answered by the center's own documents."""
    for wording in _ASKED[kind]:
        fact = _fact(kind, ask(wording.format(center=with_article(center))))
        if fact and fact.citation.center == center:
            return fact
    return None


def _fact(kind: FactKind, answer: Answer) -> Fact | None:
    """The fact that an answer states; ``None`` where it is refused, partial or not sure."""
    if answer.status != "answered" or answer.notices:
        return None
    first = answer.points[0]
    if kind in _LISTS:
        # The line that leads into a list says nothing by itself.
        lines = [p.text for p in answer.points[1:]] if first.text.endswith((":", "：")) else []
    else:
        lines = [first.exact] if first.exact and answer.confidence >= _SURE else []
    cited = {citation.marker: citation for citation in answer.citations}
    return Fact(kind, tuple(lines[:_MOST_LINES]), cited[first.markers[0]]) if lines else None
