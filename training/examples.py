"""One training example, and the ones that need no invention: positives and adversarial ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from rag.text import sentence_spans
from training.sources import Question, Span

# How often each set is shown; sets that are closest to what the reader is for are shown more.
_REPEATS = {"squad2": 3.0, "new_wiki": 1.6, "qed": 2.0, "covidqa": 2.0, "nqg": 1.0}
_SOCIAL = 0.75
_ADVERSARIAL_REPEATS = 4
_TITLE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """What one forward pass sees. No ``span``: the passage does not answer the question.

    With ``sentence_only`` the answer starts and ends somewhere in ``span``, unknown where.
    """

    kind: str
    question: str
    passage: str
    span: Span | None
    title: str = ""
    sentence_only: bool = False


def positive(question: Question, rng: Random) -> Example:
    """The question on its passage, sometimes with its title."""
    return Example(
        f"positive {question.source}",
        question.question,
        question.passage,
        rng.choice(question.spans),
        question.title if rng.random() < _TITLE_SHARE else "",
        question.sentence_only,
    )


def cropped(example: Example, rng: Random) -> Example:
    """A run of whole sentences, with the answer if there is one: retrieval cuts pages anywhere.

    Without an answer a sentence is taken in its place, so that length tells nothing.
    """
    sentences = sentence_spans(example.passage)
    if not sentences:
        return example
    first, last = example.span or rng.choice(sentences)
    starts = [a for a, _ in sentences if a <= first]
    ends = [b for _, b in sentences if b >= last]
    if not starts or not ends:
        return example
    a, b = rng.choice(starts), rng.choice(ends)
    span = (first - a, last - a) if example.span else None
    return replace(example, passage=example.passage[a:b], span=span)


def unanswerable(question: Question, rng: Random) -> Example:
    """A question that people wrote so that its passage does not answer it."""
    title = question.title if rng.random() < _TITLE_SHARE else ""
    return Example("adversarial", question.question, question.passage, None, title)


def plain_examples(questions: list[Question], rng: Random) -> list[Example]:
    """Every answerable and every adversarial question, repeated as its set deserves."""
    examples: list[Example] = []
    for question in questions:
        if not question.spans:
            examples += [unanswerable(question, rng) for _ in range(_ADVERSARIAL_REPEATS)]
            continue
        wanted = _REPEATS.get(question.source, _SOCIAL)
        times = int(wanted) + (rng.random() < wanted % 1)
        examples += [positive(question, rng) for _ in range(times)]
    return examples
