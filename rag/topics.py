"""What a follow-up goes on about: the phrases that were said before which it takes for granted.

People were asked to complete follow-ups; which phrases they added is what the weights are learnt
from. They are learnt by ``python -m eval topics`` and kept in ``models/calibration.json``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rag.calibration import Calibration, load_calibration
from rag.lexical import terms
from rag.mentions import mentions
from rag.salience import COMPLEMENT, Names, Said, no_names, opens_subject, things

TOPICS = "topics"
# What a turn counts for each turn that it is older, where the last turn is to count most, and
# where all are to count about the same.
_SHORT_MEMORY = 0.6
_LONG_MEMORY = 0.9
# "What are the causes?" may open a subject or take one for granted; these do as they say.
_TELL = re.compile(r"(?:tell me (?:more )?about|describe|explain)\b", re.IGNORECASE)
# A noun without an article right after one of these is what the question is about.
_ASKED_ABOUT = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|will|would|should) $", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A phrase of the earlier turns, and what speaks for its being taken for granted.

    ``words`` are its terms that the question lacks; ``features`` are named as the weights are.
    """

    text: str
    words: frozenset[str]
    features: dict[str, float]


def topics_for(
    question: str,
    said: Sequence[Said],
    names: Names = no_names,
    weights: Calibration | None = None,
) -> tuple[str, ...]:
    """The phrases that belong to a question, the surest first; none is part of another.

    Args:
        question: one line.
        said: the earlier turns, oldest first, at least one.
        names: finds what is known by name.
        weights: by default those of ``models/calibration.json``.

    Raises:
        ConfigError: that file has none.
    """
    weights = weights or _learnt()
    sure = [(weights.support(t.features), t) for t in topics(question, said, names)]
    sure.sort(key=lambda found: -found[0])
    kept: list[Topic] = []
    for support, topic in sure:
        if support < weights.threshold or any(topic.words <= other.words for other in kept):
            continue
        kept = [*(other for other in kept if not other.words <= topic.words), topic]
    return tuple(topic.text for topic in kept)


def topics(question: str, said: Sequence[Said], names: Names = no_names) -> list[Topic]:
    """The phrases of the earlier turns that have a word which the question lacks.

    None for a question that says itself what it is about.
    """
    if _says_its_subject(question, names):
        return []
    there = frozenset(terms(question))
    where = _places(said, names)
    recent, lasting = (_foremost(said, names, older) for older in (_SHORT_MEMORY, _LONG_MEMORY))
    subject = _subject(said, names)
    of_question = _features_of(question, names)
    return [
        Topic(
            place.text,
            words - there,
            {
                "first": float(place.first),
                "last": float(place.last),
                "named": float(place.named),
                "person": float(place.person),
                "one word": float(len(words) == 1),
                "part": float(any(words < other for other in where)),
                "answer only": float(not place.asked),
                "subject": float(words == subject),
                "recent": float(words == recent),
                "lasting": float(words == lasting),
                **of_question,
            },
        )
        for words, place in where.items()
        if words - there
    ]


def _says_its_subject(question: str, names: Names) -> bool:
    """Whether a question has a name, turns to something new, or asks what some noun does."""
    found = mentions(question, names(question))
    named = any(m.named for m in found)
    if named or (_TELL.match(question) and opens_subject(Said(question), names)):
        return True
    return bool(found) and _ASKED_ABOUT.search(question[: found[0].start]) is not None


def _features_of(question: str, names: Names) -> dict[str, float]:
    """What speaks for a question's taking anything for granted."""
    found = mentions(question, names(question))
    complements = [COMPLEMENT.match(question, m.end) is not None for m in found]
    return {
        "question: nothing": float(not found),
        "question: open": float(bool(found) and not all(complements)),
        "question: definite": float(bool(found) and found[0].definite),
    }


@dataclass(slots=True)
class _Place:
    """Where a phrase was said."""

    text: str
    first: bool = False
    last: bool = False
    named: bool = False
    person: bool = False
    asked: bool = False


def _places(said: Sequence[Said], names: Names) -> dict[frozenset[str], _Place]:
    """The phrases of the earlier turns by their terms."""
    found: dict[frozenset[str], _Place] = {}
    for number, turn in enumerate(said):
        for text, asked in ((turn.question, True), (turn.understood, True), (turn.answer, False)):
            for mention in mentions(text, names(text)):
                words = frozenset(terms(mention.text))
                if not words:
                    continue
                place = found.setdefault(words, _Place(mention.text))
                place.text = mention.text
                place.first |= asked and number == 0
                place.last |= asked and number == len(said) - 1
                place.named |= mention.named
                place.person |= mention.person
                place.asked |= asked
    return found


def _foremost(said: Sequence[Said], names: Names, older: float) -> frozenset[str]:
    """The terms of what was asked about most."""
    scores = things(said, names, older)
    return frozenset(terms(max(scores, key=lambda name: scores[name], default="")))


def _subject(said: Sequence[Said], names: Names) -> frozenset[str]:
    """The terms of what the last turn that turned to something new turned to."""
    opening = next((t for t in reversed(said) if opens_subject(t, names)), said[0])
    found = mentions(opening.question, names(opening.question))
    return frozenset(terms(found[0].text)) if found else frozenset()


@cache
def _learnt() -> Calibration:
    return load_calibration(TOPICS)
