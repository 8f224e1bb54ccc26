"""The examples of each half of the training: what kinds, and how many of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from rag.text import tokens
from training import attributes, facts, removal, swaps
from training.examples import Example, cropped, plain_examples
from training.sources import Question

Scorer = Callable[[list[Example]], list[float]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the training: how many examples of each kind, and in what form.

    ``plain_share`` is the share of all positives and adversarial negatives, ``crop_share`` that of
    passages cut down to a few sentences. In a ``mined`` stage the passages found elsewhere are
    those that the reader so far takes for answers. ``reworded`` is the share of invented notices
    that are asked about in other words than they use.
    """

    name: str
    length: int
    crop_share: float
    plain_share: float
    removed: int
    elsewhere: int
    swapped: int
    negated: int
    swapped_passages: int
    invented: int
    unsaid: int
    other_title: int
    mined: bool = False
    reworded: float = 0.0


STAGES = (
    Stage("first", 288, 0.4, 0.27, 2200, 1400, 2000, 280, 500, 1400, 400, 150),
    Stage("second", 224, 0.6, 0.30, 2200, 1500, 1900, 250, 450, 2600, 500, 250),
    Stage("third", 224, 0.5, 0.33, 2000, 3600, 2200, 250, 450, 3400, 700, 250, mined=True),
    # The second training, which goes on from the first.
    Stage(
        "fourth",
        224,
        0.5,
        0.44,
        3200,
        7200,
        2600,
        300,
        600,
        13000,
        1200,
        300,
        mined=True,
        reworded=0.75,
    ),
)
# How many candidates are scored for each hard negative that is kept.
_CANDIDATES_PER_HARD = 2
_UNNAMED = frozenset({"reddit", "amazon"})
_SMALL_WORDS = frozenset("the of a an in and for to on s".split())


def mixture(questions: list[Question], stage: Stage, seed: int, score: Scorer) -> list[Example]:
    """Positives and every kind of negative, shuffled.

    Args:
        questions: the training part only.
        stage: what to make.
        seed: the same seed gives the same examples.
        score: the answerability of examples by the reader so far.
    """
    rng = Random(seed)
    plain = plain_examples(questions, rng)
    examples = rng.sample(plain, int(len(plain) * stage.plain_share))
    answerable = [q for q in questions if q.spans]
    exact = [q for q in answerable if not q.sentence_only]
    wanted = _CANDIDATES_PER_HARD if stage.mined else 1
    examples += _some(answerable, stage.removed, rng, removal.without_answer)
    # "What did the author like?" is answered by many a review: where questions do not name what
    # they are about, a passage found elsewhere is no sure negative.
    named = [q for q in exact if not stage.mined or q.source not in _UNNAMED]
    found = removal.found_elsewhere(rng.sample(named, min(len(named), stage.elsewhere * 2)), rng)
    near = [rng.sample(e[:5], min(len(e[:5]), wanted)) for _, e in found]
    elsewhere = [example for group in near for example in group]
    rng.shuffle(elsewhere)
    elsewhere = elsewhere[: stage.elsewhere * wanted]
    examples += _hardest(elsewhere, stage.elsewhere, score) if stage.mined else elsewhere
    swapped = _some(exact, stage.swapped * 3, rng, swaps.swapped_question)
    negated = [e for e in swapped if e.kind == "swap_negated"]
    examples += [e for e in swapped if e.kind != "swap_negated"][: stage.swapped]
    examples += negated[: stage.negated]
    pairs = _some(exact, stage.swapped_passages, rng, swaps.swapped_passage)
    examples += [e for pair in pairs for e in pair]
    examples = [cropped(e, rng) if rng.random() < stage.crop_share else e for e in examples]
    hosts = [q.passage for q in rng.sample(exact, 3000) if q.source != "covidqa"]
    examples += facts.notices(stage.invented, hosts, rng, stage.reworded)
    examples += attributes.unsaid(exact, stage.unsaid, rng)
    examples += other_titles(exact, stage.other_title, rng)
    rng.shuffle(examples)
    return examples


def _some(
    questions: list[Question],
    count: int,
    rng: Random,
    make: Callable[[Question, Random], T | None],
) -> list[T]:
    made: list[T] = []
    for question in rng.sample(questions, len(questions)):
        if len(made) == count:
            break
        if (one := make(question, rng)) is not None:
            made.append(one)
    return made


def _hardest(examples: list[Example], count: int, score: Scorer) -> list[Example]:
    scores = score(examples)
    order = sorted(range(len(examples)), key=lambda i: -scores[i])
    return [replace(examples[i], kind=f"hard {examples[i].kind}") for i in order[:count]]


def other_titles(questions: list[Question], count: int, rng: Random) -> list[Example]:
    """Passages that name their subject only in the title: the right title answers, another not."""
    titles = sorted({q.title for q in questions if q.title})
    examples: list[Example] = []
    for question in rng.sample(questions, len(questions)):
        words = set(tokens(question.title.split("(")[0])) - _SMALL_WORDS
        asked, passage = (set(tokens(t)) for t in (question.question, question.passage))
        # The passage must not name it at all, or it would answer under any title.
        if not words or not words <= asked or words & passage:
            continue
        span = rng.choice(question.spans)
        if len(examples) >= 2 * count:
            break
        wrong = rng.choice([t for t in titles if t != question.title])
        right = Example("positive title", question.question, question.passage, span, question.title)
        examples += [right, replace(right, kind="other title", span=None, title=wrong)]
    return examples
