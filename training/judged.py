"""Question and passage pairs of which it is known whether the passage answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from training.removal import found_elsewhere, without_answer
from training.sources import Question

Kind = Literal["answerable", "adversarial", "sentence removed", "bm25", "bm25 drawn"]
_DEPTH = 10
KINDS: tuple[Kind, ...] = ("answerable", "adversarial", "sentence removed", "bm25")


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair and why its passage answers or does not; ``source`` is the question as it was."""

    kind: Kind
    source: Question
    passage: str

    @property
    def answers(self) -> bool:
        """Whether the passage answers the question."""
        return self.kind == "answerable"


def judged_pairs(
    questions: Sequence[Question], seed: int, most: int | None = None, *, drawn: bool = False
) -> list[Judged]:
    """Each question on its own passage and, if answerable, on one of each kind that does not.

    The negative by BM25 is the best passage of the same set and part that lacks the answer.

    Args:
        questions: of one part; those without exact answers are left out.
        seed: of what is drawn.
        most: at most so many answerable and so many adversarial questions of each set.
        drawn: also pair each question with one of the ten best passages, drawn.
    """
    rng = Random(seed)
    kept: list[Question] = []
    for source in sorted({q.source for q in questions}):
        members = [q for q in questions if q.source == source and not q.sentence_only]
        for group in ([q for q in members if q.spans], [q for q in members if not q.spans]):
            kept += rng.sample(group, min(len(group), most or len(group)))
    pairs = [Judged("answerable" if q.spans else "adversarial", q, q.passage) for q in kept]
    pairs += [
        Judged("sentence removed", question, removed.passage)
        for question in kept
        if question.spans and (removed := without_answer(question, rng))
    ]
    found = [(question, others) for question, others in found_elsewhere(kept, rng) if others]
    pairs += [Judged("bm25", question, others[0].passage) for question, others in found]
    if drawn:
        pairs += [Judged("bm25 drawn", q, rng.choice(e[:_DEPTH]).passage) for q, e in found]
    return pairs
