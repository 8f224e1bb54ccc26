"""Conversations through the chatbot: is each follow-up answered right, from the right center?"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.chatbot import Chatbot
from rag.marking import says
from rag.questions import QuestionSet, Split
from rag.types import Answer, Status, Turn

CONVERSATIONS = Path(__file__).with_name("conversations.jsonl")
Kind = Literal[
    "pronoun", "ellipsis", "ordinal", "switch", "return", "correction", "implicit", "small talk"
]
SEED = 20_250_508
_LONGEST_HISTORY = 3

Progress = Callable[[int, int], None]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AskedTurn(_Line):
    """A turn with what a right answer says, citing these centers only; or with its status."""

    question: Annotated[str, Field(min_length=1)]
    kind: Kind | None = None
    centers: tuple[str, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    status: Status | None = None


class Conversation(_Line):
    """Two turns or more; the first stands alone and is not counted."""

    id: Annotated[str, Field(min_length=1)]
    split: Split
    turns: Annotated[tuple[AskedTurn, ...], Field(min_length=2)]


@dataclass(frozen=True, slots=True)
class TurnMark:
    """One follow-up: how it was understood, what was said, and what is wrong with it."""

    name: str
    split: Split
    kind: Kind | None
    question: str
    understood: str
    said: str
    faults: tuple[str, ...]
    astray: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Questions that were answered the same after a random history; ``changed`` are the others."""

    asked: int
    same: int
    changed: tuple[str, ...]


def converse(
    conversations: Sequence[Conversation], chatbot: Chatbot, progress: Progress | None = None
) -> list[TurnMark]:
    """The marks of all follow-ups, each asked after the chatbot's own earlier answers."""
    marks: list[TurnMark] = []
    for number, conversation in enumerate(conversations, 1):
        answers = answers_of(conversation, chatbot)
        for place, turn in enumerate(conversation.turns):
            if place:
                marks.append(mark_turn(conversation, place, turn, answers[place]))
        if progress:
            progress(number, len(conversations))
    return marks


def answers_of(conversation: Conversation, chatbot: Chatbot) -> list[Answer]:
    """The answer to each turn, each asked after the chatbot's own earlier answers."""
    history: list[Turn] = []
    for turn in conversation.turns:
        history.append(Turn(turn.question, chatbot.ask(turn.question, history)))
    return [turn.answer for turn in history]


def mark_turn(conversation: Conversation, place: int, turn: AskedTurn, answer: Answer) -> TurnMark:
    """Right with a word of every group and no citation of another center, or the due status."""
    faults: list[str] = []
    astray = 0
    if turn.status is not None:
        faults += [answer.status] if answer.status != turn.status else []
    elif not answer.citations:
        faults.append(answer.status)
    else:
        lacking = [g for g in turn.words if not any(says(answer.text, word) for word in g)]
        faults += [f"lacks `{' / '.join(group)}`" for group in lacking]
        wrong = [c.center for c in answer.citations if c.center not in turn.centers]
        faults += [f"cites {center}" for center in dict.fromkeys(wrong)]
        astray = len(wrong)
    return TurnMark(
        f"{conversation.id}.{place + 1}", conversation.split, turn.kind, turn.question,
        answer.query.text, answer.text, tuple(faults), astray,
    )  # fmt: skip


def after_random_history(
    questions: QuestionSet, chatbot: Chatbot, seed: int = SEED, progress: Progress | None = None
) -> Unchanged:
    """Ask every question alone and after one to three others; count equal answers.

    Answers are equal when they say the same and cite the same.
    """
    asked = [q.question for q in questions.answerable]
    asked += [q.question for q in questions.unanswerable]
    alone = {question: chatbot.ask(question) for question in asked}
    draw = random.Random(seed)
    changed: list[str] = []
    for number, question in enumerate(asked, 1):
        others = draw.sample(asked, draw.randint(1, _LONGEST_HISTORY))
        history = [Turn(other, alone[other]) for other in others if other != question]
        answer = chatbot.ask(question, history)
        if (answer.text, answer.citations) != (alone[question].text, alone[question].citations):
            changed.append(f"{' | '.join(others)} | {question} → {answer.query.text}")
        if progress:
            progress(number, len(asked))
    return Unchanged(len(asked), len(asked) - len(changed), tuple(changed))
