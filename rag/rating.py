"""What people think of an answer, and who takes note of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from rag.types import Answer, Place

Reason = Literal[
    "wrong_source", "wrong_answer", "should_have_answered", "should_have_refused", "incomplete",
    "outdated",
]  # fmt: skip
# What a judge says of an answer.
Verdict = Literal["right", "partly", "wrong", "should_have_refused"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
# Which of two answers is better, to somebody who does not know where they come from.
Better = Literal["first", "second", "both", "neither"]


@dataclass(frozen=True, slots=True)
class Rating:
    """What a person thinks of an answer: why it did not help, and a note in their own words."""

    helpful: bool
    reason: Reason | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judgment:
    """What a judge says of an answer.

    ``gold`` is where the documents answer the question, ``quote`` the text there; ``None`` and
    empty where the judge picked nothing.
    """

    answer_id: str
    judge: str
    verdict: Verdict
    time: datetime
    gold: Place | None = None
    quote: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a judge says of two index versions' answers to a question, told apart afterwards."""

    judge: str
    question: str
    first: str
    second: str
    better: Better
    time: datetime


class Recorder(Protocol):
    """What the faces need of the journal; neither method blocks or raises."""

    def record(self, conversation: str, answer_id: str, answer: Answer) -> None:
        """Note an answer of a conversation; both ids are random and name nobody."""
        ...

    def rate(self, answer_id: str, rating: Rating) -> None:
        """Note what a person thinks of an answer that was noted."""
        ...
