"""What the page's script says to the server, as types; a browser can send anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from rag.rating import Rating, Reason
from rag.web.actions import LONGEST_NOTE
from rag.web.session import Link

# A link's question is cut at this length; the chatbot refuses longer ones anyway.
_LONGEST = 2_000

_Said = TypeVar("_Said")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a browser brings: its language, the conversation that it kept, a link's question."""

    language: str = ""
    kept: str = ""
    ask: str = ""
    center: str = ""
    index: str = ""

    @property
    def link(self) -> Link | None:
        """What the address asks, if anything."""
        asked = self.ask[:_LONGEST]
        return Link(asked, self.center, self.index) if asked.strip() else None


@dataclass(frozen=True, slots=True)
class Rated:
    """What a visitor thinks of the answer to question ``turn``."""

    turn: int
    helpful: bool
    reason: str = ""
    note: str = ""

    @property
    def rating(self) -> Rating:
        """As the journal takes it; a reason that is none is left out."""
        reason: Reason | None = next((r for r in get_args(Reason) if r == self.reason), None)
        return Rating(self.helpful, None if self.helpful else reason, self.note[:LONGEST_NOTE])


@dataclass(frozen=True, slots=True)
class ToRead:
    """A document to open: ``place`` is the verb of its button, ``number`` tells dialogs apart."""

    place: str
    number: int


@dataclass(frozen=True, slots=True)
class ToEdit:
    """A question to mend, by its number; 0 leaves all as they are."""

    number: int


@dataclass(frozen=True, slots=True)
class ToSpeak:
    """The language that the visitor chose."""

    language: Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A question that the page offered."""

    question: str


def heard(kind: type[_Said], said: object) -> _Said | None:
    """What was said, as ``kind``; ``None`` if it is anything else."""
    try:
        return TypeAdapter(kind).validate_python(said)
    except ValidationError:
        return None


def arrival_of(told: object) -> Arrival:
    """What a browser brings, from JSON; nothing, if it is anything else."""
    try:
        return TypeAdapter(Arrival).validate_json(told if isinstance(told, str) else "")
    except ValidationError:
        return Arrival()
