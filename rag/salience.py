"""What a conversation is about: whom "he" means, what "it" means.

The names and noun phrases of the earlier turns are weighed: later ones count more, and those that
were spoken of before, and those that stand first in their question. After Lappin and Leass, "An
Algorithm for Pronominal Anaphora Resolution", 1994, without its parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.mentions import Mention, mentions
from rag.text import Span, tokens

# What a turn counts for each turn that it is older. These weights were chosen on TREC CAsT 2019
# and a half of CANARD; no figure there hangs on them by more than two hundredths.
_OLDER_THING = 0.6
_OLDER_PERSON = 0.8
_LATER_IN_SENTENCE = 0.3
# "The history of toilets" is about toilets.
_RELATION = 0.4
_NOT_PLURAL = 0.7
# "It" is hardly ever somebody.
_PERSON_AS_THING = 0.7
# People whom an answer names: more than in the question if it was asked who, else less.
_ANSWERED = 0.25
_ANSWERED_WHO = 1.5
NEW_SUBJECT = re.compile(
    r"^(?:tell me (?:more )?about|(?:what|who) (?:is|are|was|were)|i(?:'d| would) like|describe|"
    r"i(?:'m| am) |explain|i )\b",
    re.IGNORECASE,
)
COMPLEMENT = re.compile(r" (?:of|for|to|on|in|between|with|about|from)\b")
_OF = re.compile(r" of\b")
_WHO = re.compile(r"who(?:m|se)?\b", re.IGNORECASE)

# The spans of the names that a text has of things that are known to have one.
Names = Callable[[str], Sequence[Span]]


def no_names(_: str) -> Sequence[Span]:
    """Nothing is known by name."""
    return ()


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier turn: what was asked, what was answered, and how the question was understood."""

    question: str
    answer: str = ""
    understood: str = ""

    @property
    def asked(self) -> str:
        """The question as it would have been asked alone."""
        return self.understood or self.question


def person_in_focus(said: Sequence[Said], names: Names = no_names) -> str:
    """Whom "he" or "she" means, empty where nobody was spoken of."""
    return _most(people(said, names))


def thing_in_focus(said: Sequence[Said], names: Names = no_names, *, plural: bool = False) -> str:
    """What "it" or "they" means, empty where nothing was spoken of."""
    return _most(things(said, names, _OLDER_THING, plural=plural, single=not plural))


def people(said: Sequence[Said], names: Names = no_names) -> dict[str, float]:
    """How much each person is spoken of, by the fullest name."""
    scores: dict[str, float] = {}
    for age, turn in enumerate(reversed(said)):
        answered = _ANSWERED_WHO if _WHO.match(turn.asked) else _ANSWERED
        for text, share in ((turn.asked, 1.0), (turn.answer, answered)):
            found = [m for m in mentions(text, names(text)) if m.person]
            _add(scores, found, text, share * _OLDER_PERSON**age)
    return _by_fullest_name(scores)


def things(
    said: Sequence[Said], names: Names, older: float, *, plural: bool = False, single: bool = False
) -> dict[str, float]:
    """How much each thing was asked about since the last new subject, by its fullest name."""
    scores: dict[str, float] = {}
    for age, turn in enumerate(reversed(said)):
        found = mentions(turn.asked, names(turn.asked))
        _add(scores, found, turn.asked, older**age, plural=plural, single=single)
        if scores and opens_subject(turn, names):
            break
    return _by_fullest_name(scores)


def _add(
    scores: dict[str, float], found: Sequence[Mention], text: str, weight: float, *,
    plural: bool = False, single: bool = False,
) -> None:  # fmt: skip
    for place, mention in enumerate(found):
        score = weight
        # What stands in brackets is the topic that a completion put there.
        if text[mention.start - 1 : mention.start] != "(":
            score /= 1 + _LATER_IN_SENTENCE * place
            if _is_relation(mention, text):
                score *= _RELATION
        if plural and not mention.plural and not mention.named:
            score *= _NOT_PLURAL
        if single and mention.person and " " in mention.text:
            score *= _PERSON_AS_THING
        scores[mention.text] = scores.get(mention.text, 0.0) + score


def _is_relation(mention: Mention, text: str) -> bool:
    """Whether a phrase is about another: "the history of toilets", "the causes"."""
    bare = mention.definite and not mention.named
    return bare or _OF.match(text, mention.end) is not None


def opens_subject(turn: Said, names: Names) -> bool:
    """Whether a turn turns to something new: "tell me about lung cancer"."""
    if not NEW_SUBJECT.match(turn.question) or turn.asked != turn.question:
        return False
    found = mentions(turn.question, names(turn.question))
    if not found or COMPLEMENT.match(turn.question, found[0].end):
        return False
    return found[0].named or not found[0].definite


def _by_fullest_name(scores: dict[str, float]) -> dict[str, float]:
    """Scores of "Sullivan" added to those of "Andrew Sullivan"."""
    merged: dict[str, float] = {}
    words = {name: set(tokens(name)) for name in scores}
    for name, score in scores.items():
        full = max(
            (n for n in scores if words[name] <= words[n] and n[:1].isupper()),
            key=lambda n: (len(words[n]), -len(n)),
            default=name,
        )
        merged[full] = merged.get(full, 0.0) + score
    return merged


def _most(scores: dict[str, float]) -> str:
    return max(scores, key=lambda name: scores[name], default="")
