"""A follow-up to a question that stands alone, from what was said before; no language model.

What is missing is one of three things: what a pronoun stands for, the rest of the question that a
fragment varies ("and patents?"), or the topic that a question takes for granted ("what are the
pros and cons?"). What a pronoun may mean are the names and noun phrases of the earlier turns;
later ones weigh more, as do those that were spoken of before, after Lappin and Leass, "An
Algorithm for Pronominal Anaphora Resolution", 1994.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.mentions import Mention, is_closed, is_verb, mentions
from rag.text import tokens

Missing = Literal["nothing", "referent", "question", "topic"]

_PERSON = re.compile(r"\b(?:he|she|him|his|hers?|himself|herself)\b", re.IGNORECASE)
_PERSON_OWNER = re.compile(r"\b(?:his|her)\b(?=\s+\w)", re.IGNORECASE)
_THING = re.compile(
    r"\b(?P<owner>its|their)\b"
    r"|\b(?:it|they|them|theirs|itself|themselves)\b"
    r"|\b(?:this|that|these|those)\b(?=\s*(?:$|[?.!,;]|\b(?:is|are|was|were|do|does|did|has|have"
    r"|can|could|will|would|happen|mean|work|affect|in|for|on|from|to)\b))",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"^(?:(?:and|but|or|also|so|then|ok(?:ay)?|well)[\s,]+)*"
    r"(?:(?:what|how) about|what of|and|but|or|also|same (?:question )?for)\b[\s,]*(?:for\s+)?",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|"
    r"can|could|will|would|should|tell|describe|list|explain|give|name|show|compare)\b",
    re.IGNORECASE,
)
_NEW_SUBJECT = re.compile(
    r"^(?:tell me (?:more )?about|(?:what|who) (?:is|are|was|were)|i(?:'d| would) like|describe|"
    r"i(?:'m| am) |explain|i )\b",
    re.IGNORECASE,
)
_END = re.compile(r"\s*[?.!]*\s*$")


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier turn: what was asked, what was answered, and how the question was understood."""

    question: str
    answer: str = ""
    understood: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """A question with what it lacked; ``referent`` is the name or phrase that was put in."""

    text: str
    missing: Missing
    referent: str = ""


def complete(question: str, said: Sequence[Said]) -> Completion:
    """The question as it would be asked without what was said before.

    Args:
        question: one line.
        said: the earlier turns, oldest first; a title counts as a turn.
    """
    if not said:
        return Completion(question, "nothing")
    fragment = _fragment(question)
    if fragment:
        return Completion(_vary(said, fragment), "question", fragment)
    person = _PERSON.search(question)
    if person:
        who = person_in_focus(said)
        if who:
            owner = bool(_PERSON_OWNER.match(question, person.start()))
            return _put(question, person, who, owner)
    thing = _THING.search(question)
    if thing and not _spoken_of_before(question, thing.start()):
        what = thing_in_focus(said, plural=_is_plural(thing[0]))
        if what:
            return _put(question, thing, what, bool(thing["owner"]))
    full = _full_name(question, said)
    if full:
        return full
    again = same_head(question, said)
    if again:
        return again
    if lacks_topic(question, said):
        topic = topic_in_focus(said)
        if topic:
            return Completion(f"{_END.sub('', question)} ({topic})?", "topic", topic)
    return Completion(question, "nothing")


def _spoken_of_before(question: str, place: int) -> bool:
    """Whether an earlier clause of the question itself says what a pronoun means."""
    clause = re.search(r"(?:\band\b|\bif\b|[,;?.])", question[:place])
    return bool(clause and mentions(question[: clause.start()]))


def _full_name(question: str, said: Sequence[Said]) -> Completion | None:
    """A question with "Andrew Sullivan" for "Sullivan", if that is how he was called before."""
    known = _salience(said, _OLDER_PERSON, people=True)
    for mention in mentions(question):
        if mention.named and " " not in mention.text:
            word = tokens(mention.text)
            fuller = [n for n in known if " " in n and word[0] in (tokens(n)[0], tokens(n)[-1])]
            if fuller:
                name = max(fuller, key=lambda n: known[n])
                text = question[: mention.start] + name + question[mention.end :]
                return Completion(text, "referent", name)
    return None


def _is_plural(pronoun: str) -> bool:
    return pronoun.lower() in {"they", "them", "their", "theirs", "these", "those", "themselves"}


def _put(question: str, place: re.Match[str], referent: str, owner: bool) -> Completion:
    words = referent if not owner else f"{referent}'" if referent[-1] == "s" else f"{referent}'s"
    text = question[: place.start()] + words + question[place.end() :]
    return Completion(text, "referent", referent)


def _fragment(question: str) -> str:
    """What a question without a verb of its own varies in the one before; empty if it is none."""
    lead = _FRAGMENT.match(question)
    rest = _END.sub("", question[lead.end() :] if lead else question)
    if not lead or not rest or _ASKS.search(rest):
        return ""
    return rest


def _vary(said: Sequence[Said], fragment: str) -> str:
    """The question before with ``fragment`` in the place of what it is like."""
    before = said[-1].understood or said[-1].question
    return f"{_END.sub('', before)}: {fragment}?"


def person_in_focus(said: Sequence[Said]) -> str:
    """Whom "he" or "she" means, empty where nobody was spoken of."""
    return _most(_salience(said, _OLDER_PERSON, people=True))


def thing_in_focus(said: Sequence[Said], *, plural: bool = False) -> str:
    """What "it" or "they" means, empty where nothing was spoken of."""
    return _most(_salience(said, _OLDER, plural=plural))


_OLDER = 0.6
_OLDER_PERSON = 0.8
_OLDER_TOPIC = 0.8
_LATER_IN_SENTENCE = 0.3
_RELATION = 0.4
_ANSWERED = 0.25


def _most(scores: dict[str, float]) -> str:
    return max(scores, key=lambda key: scores[key], default="")


def _salience(
    said: Sequence[Said], older: float, *, people: bool = False, plural: bool = False
) -> dict[str, float]:
    """How much each thing is spoken of, by its fullest name."""
    scores: dict[str, float] = {}
    for age, turn in enumerate(reversed(said)):
        asked = turn.understood or turn.question
        for text, share in ((asked, 1.0), (turn.answer, _ANSWERED if people else 0.0)):
            if not share:
                continue
            found = [m for m in mentions(text) if m.person or not people]
            if people and _WHO.match(asked):
                share = 1.5 if text is turn.answer else 1.0
            for place, mention in enumerate(found):
                weight = share * older**age / (1 + _LATER_IN_SENTENCE * place)
                if text[mention.start - 1 : mention.start] == "(":
                    weight = share * older**age
                elif _is_relation(mention, text):
                    weight *= _RELATION
                if plural and not mention.plural and not mention.named:
                    weight *= 0.7
                scores[mention.text] = scores.get(mention.text, 0.0) + weight
        if not people and scores and _opens_subject(turn):
            break
    return _by_fullest_name(scores)


_WHO = re.compile(r"who(?:m|se)?\b", re.IGNORECASE)


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


def _opens_subject(turn: Said) -> bool:
    """Whether a turn turns to something new: "tell me about lung cancer"."""
    opening = _NEW_SUBJECT.match(turn.question)
    found = mentions(turn.question) if opening else []
    stands = not turn.understood or turn.understood == turn.question
    if not found or not stands or _COMPLEMENT.match(turn.question, found[0].end):
        return False
    return found[0].named or not found[0].definite


def _is_relation(mention: Mention, text: str) -> bool:
    """Whether a phrase is about another: "the history of toilets", "the causes"."""
    after = text[mention.end :]
    return bool(re.match(r" of\b", after)) or (mention.definite and not mention.named)


def topic_in_focus(said: Sequence[Said]) -> str:
    """What the conversation is about."""
    return _most(_salience(said, _OLDER_TOPIC))


def lacks_topic(question: str, said: Sequence[Said]) -> bool:
    """Whether a question without a pronoun still leaves open what it is about."""
    found = mentions(question)
    if any(m.named for m in found):
        return False
    if not found:
        return len(tokens(question)) < _SHORT_QUESTION
    if _SUBJECT.search(question[: found[0].start]):
        return False
    open_ended = any(not _COMPLEMENT.match(question, m.end) for m in found)
    return open_ended and (found[0].definite or not _NEW_SUBJECT.match(question))


_SHORT_QUESTION = 10
# A noun without an article right after one of these is what the question is about.
_SUBJECT = re.compile(r"\b(?:is|are|was|were|do|does|did|can|could|will|would|should) $", re.I)
_COMPLEMENT = re.compile(r" (?:of|for|to|on|in|between|with|about|from)\b")


def same_head(question: str, said: Sequence[Said]) -> Completion | None:
    """A question with "the experiment" for the Stanford experiment that was spoken of."""
    for mention in mentions(question):
        if not mention.definite or mention.text.count(" ") > 0:
            continue
        head = mention.text.lower().rstrip("s")
        for turn in reversed(said):
            for earlier in mentions(turn.understood or turn.question):
                words = earlier.text.lower().split()
                if len(words) > 1 and words[-1].rstrip("s") == head:
                    whole = question[: mention.start] + earlier.text + question[mention.end :]
                    return Completion(whole, "referent", earlier.text)
    return None
