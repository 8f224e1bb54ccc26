"""What people think of an answer, and who takes note of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from rag.types import Answer

Reason = Literal[
    "wrong_source", "wrong_answer", "should_have_answered", "should_have_refused", "incomplete",
    "outdated",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rating:
    """What a person thinks of an answer: why it did not help, and a note in their own words."""

    helpful: bool
    reason: Reason | None = None
    note: str = ""


class Recorder(Protocol):
    """What the faces need of the journal; neither method blocks or raises."""

    def record(self, conversation: str, answer_id: str, answer: Answer) -> None:
        """Note an answer of a conversation; both ids are random and name nobody."""
        ...

    def rate(self, answer_id: str, rating: Rating) -> None:
        """Note what a person thinks of an answer that was noted."""
        ...
