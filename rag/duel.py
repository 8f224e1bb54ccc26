"""Two index versions' answers to a question, for somebody who cannot tell which is which."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.errors import QueryError
from rag.rating import Better, Preference
from rag.types import Answer

# Answers that are the same tell nothing about the versions.
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Duel:
    """A question with the answers of two versions, in the order in which they are shown."""

    question: str
    first: Answer
    second: Answer

    @property
    def same(self) -> bool:
        """Whether both say the same and cite the same."""
        return _said(self.first) == _said(self.second)


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a version was found better than another; ``ties`` are both or neither."""

    versions: tuple[str, str]
    wins: tuple[int, int]
    ties: int


def duel(
    questions: Iterable[str],
    ask: tuple[Callable[[str], Answer], Callable[[str], Answer]],
    chance: random.Random,
) -> Duel:
    """Put questions to two versions until they differ, and show the answers in any order.

    Args:
        questions: as many as there are; the first few are asked.
        ask: how each version is asked.
        chance: decides which answer comes first.

    Raises:
        QueryError: there is no question.
    """
    found: Duel | None = None
    for _, question in zip(range(_TRIES), questions, strict=False):
        answers = [one(question) for one in ask]
        chance.shuffle(answers)
        found = Duel(question, *answers)
        if not found.same:
            break
    if found is None:
        raise QueryError("There is no question to compare.", "Type one.")
    return found


def tallies(preferences: Sequence[Preference]) -> tuple[Tally, ...]:
    """What judges found of every two versions, the newest versions first."""
    counted: dict[tuple[str, str], Counter[str]] = {}
    for one in preferences:
        older, newer = sorted((one.first, one.second))
        winner = {"first": one.first, "second": one.second}.get(one.better, "")
        counted.setdefault((older, newer), Counter())[winner] += 1
    return tuple(
        Tally(pair, (count[pair[0]], count[pair[1]]), count[""])
        for pair, count in sorted(counted.items(), key=lambda item: item[0][::-1], reverse=True)
    )


def better_of(value: str) -> Better | None:
    """A judge's word, ``None`` where it is none."""
    words: dict[str, Better] = {
        "first": "first", "second": "second", "both": "both", "neither": "neither",
    }  # fmt: skip
    return words.get(value)


def _said(answer: Answer) -> tuple[object, ...]:
    cited = tuple((one.doc_id, one.quote) for one in answer.citations)
    return answer.status, answer.text, cited
