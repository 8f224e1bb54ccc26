"""A follow-up to a question that stands alone, from what was said before; no language model.

What is missing is one of three things: what a pronoun stands for, the rest of the question that a
fragment varies ("and patents?"), or the topic that a question takes for granted ("what are the
pros and cons?").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.calibration import Calibration
from rag.mentions import Mention, mentions
from rag.salience import (
    COMPLEMENT,
    Names,
    Said,
    no_names,
    people,
    person_in_focus,
    thing_in_focus,
)
from rag.text import fold, tokens
from rag.topics import topics_for

Missing = Literal["nothing", "referent", "question", "topic"]

# A capital inside a sentence, or before another one, makes a name: "He Zhixu".
_PERSON = re.compile(
    r"(?:\b(?P<owner>(?:his|her)\b(?=\s+\w))|\b(?:he|she|him|his|hers?|himself|herself)\b"
    r"|^(?:He|She|Him|His|Her)\b(?! [A-Z]))"
)
# "That" and "this" alone, not before a noun nor as a conjunction.
_THING = re.compile(
    r"\b(?P<owner>its|their)\b"
    r"|\b(?:it(?! takes?\b| costs?\b| into\b| possible\b| true\b)|they|them|theirs|itself"
    r"|themselves)\b"
    r"|\b(?:this|that|these|those)\b(?=\s*(?:$|[?.!,;]|\b(?:is|are|was|were|do|does|did|has|have"
    r"|can|could|will|would|happen|mean|work|affect|in|for|on|from|to)\b))",
    re.IGNORECASE,
)
_PLURAL = frozenset("they them their theirs these those themselves".split())
_FRAGMENT = re.compile(
    r"^(?:(?:and|but|or|also|so|then|ok(?:ay)?|well)[\s,]+)*"
    r"(?:(?:what|how) about|what of|and|but|or|also|same (?:question )?for)\b[\s,]*"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|"
    r"can|could|will|would|should|tell|describe|list|explain|give|name|show|compare)\b",
    re.IGNORECASE,
)
# "By whom?", "why?": the rest is that of the question before.
_BARE_WORD = re.compile(
    r"^(?:(?:and|but|so)[\s,]+)?(?P<word>(?:by|with|for|from|to|since|until|at|in) (?:whom|when|"
    r"where|what|which year)|when|where|why|how|how long|how many|who"
    r"|in (?:which|what) year)\s*[?.!]*$",
    re.IGNORECASE,
)
_QUESTION_WORD = re.compile(
    r"^(?:(?:in|on|at|by|with|for|from|to|since) )?(?:when|where|why|how(?: long| often)?|whom?|"
    r"(?:what|which) (?:year|date|day|place|city))\s+(?=(?:is|are|was|were|do|does|did|has|have|"
    r"had|can|could|will|would)\b)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"(for|at|in|of|on|with|from|by)\s+", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(?:the|a|an|his|her|its|their)\s+$", re.IGNORECASE)
_CLAUSE = re.compile(r"\band\b|\bif\b|[,;?.]")
_END = re.compile(r"\s*[?.!]*\s*$")


@dataclass(frozen=True, slots=True)
class Completion:
    """A question with what it lacked; ``referent`` is the name or phrase that was put in."""

    text: str
    missing: Missing = "nothing"
    referent: str = ""


def complete(
    question: str,
    said: Sequence[Said],
    names: Names = no_names,
    weights: Calibration | None = None,
) -> Completion:
    """The question as it would be asked without what was said before.

    Args:
        question: one line.
        said: the earlier turns, oldest first; a title counts as a turn.
        names: finds what is known by name, such as centers.
        weights: of what a question takes for granted; by default the learnt ones.
    """
    if not said:
        return Completion(question)
    rest = _QUESTION_WORD.sub("", said[-1].asked)
    bare = _BARE_WORD.match(question)
    if bare and rest != said[-1].asked:
        return Completion(f"{bare['word'].capitalize()} {rest}", "question")
    fragment = fragment_of(question)
    if fragment:
        return Completion(vary(said[-1].asked, fragment, names), "question", fragment)
    person = _PERSON.search(question)
    who = person_in_focus(said, names) if person else ""
    if person and who:
        return _put(question, person, who)
    thing = _THING.search(question)
    if thing and not _spoken_of_before(question, thing.start(), names):
        what = thing_in_focus(said, names, plural=thing[0].lower() in _PLURAL)
        if what:
            return _put(question, thing, what)
    return (
        _full_name(question, said, names)
        or _full_phrase(question, said, names)
        or _with_topics(question, said, names, weights)
        or Completion(question)
    )


def fragment_of(question: str) -> str:
    """What a question without a verb of its own varies in the one before; empty if it is none."""
    lead = _FRAGMENT.match(question)
    rest = _END.sub("", lead["rest"]) if lead else ""
    return "" if _ASKS.search(rest) else rest


def vary(before: str, fragment: str, names: Names = no_names) -> str:
    """The question ``before`` with ``fragment`` in the place of what is like it.

    A name takes the place of a name, a phrase that of the last phrase.
    """
    text = _END.sub("", before)
    lead = _PREPOSITION.match(fragment)
    if lead and not re.search(rf" {lead[1]} (?!.* {lead[1]} )", text, re.IGNORECASE):
        # "How about on Sundays?" adds to the question before.
        return f"{text} {fragment}?"
    fragment = fragment[lead.end() :] if lead else fragment
    new = mentions(fragment, names(fragment))
    named = bool(new) and new[0].named
    alike = [
        m for m in mentions(text, names(text)) if m.named == named and not _in_brackets(text, m)
    ]
    if not alike:
        return f"{text}: {fragment}?"
    place = alike[-1]
    article = _ARTICLE.search(text[: place.start])
    start = (
        article.start() if article and _ARTICLE.match(f"{fragment.split()[0]} ") else place.start
    )
    return f"{text[:start]}{fragment}{text[place.end :]}?"


def points_to_person(question: str) -> bool:
    """Whether a question has "he", "her" or the like."""
    return _PERSON.search(question) is not None


def owned(name: str) -> str:
    """A name as an owner: "the Base's", "the sharks'"."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _in_brackets(text: str, mention: Mention) -> bool:
    return text[mention.start - 1 : mention.start] == "("


def _put(question: str, place: re.Match[str], referent: str) -> Completion:
    words = owned(referent) if place["owner"] else referent
    text = question[: place.start()] + words + question[place.end() :]
    return Completion(text, "referent", referent)


def _spoken_of_before(question: str, place: int, names: Names) -> bool:
    """Whether an earlier clause of the question itself says what a pronoun means."""
    clause = _CLAUSE.search(question[:place])
    first = question[: clause.start()] if clause else ""
    return bool(first) and bool(mentions(first, names(first)))


def _full_name(question: str, said: Sequence[Said], names: Names) -> Completion | None:
    """A question with "Andrew Sullivan" for "Sullivan", if that is how he was called before."""
    known = people(said, names)
    for mention in mentions(question, names(question)):
        if mention.person and " " not in mention.text:
            word = fold(mention.text)
            full = [n for n in known if " " in n and word in (tokens(n)[0], tokens(n)[-1])]
            if full:
                name = max(full, key=lambda n: known[n])
                text = question[: mention.start] + name + question[mention.end :]
                return Completion(text, "referent", name)
    return None


def _full_phrase(question: str, said: Sequence[Said], names: Names) -> Completion | None:
    """A question with "the Stanford experiment" for "the experiment" that was asked about."""
    for mention in mentions(question, names(question)):
        if not mention.definite or " " in mention.text or COMPLEMENT.match(question, mention.end):
            continue
        head = _head(mention.text)
        for turn in reversed(said):
            for earlier in mentions(turn.asked, names(turn.asked)):
                if " " in earlier.text and _head(earlier.text) == head:
                    text = question[: mention.start] + earlier.text + question[mention.end :]
                    return Completion(text, "referent", earlier.text)
    return None


def _head(phrase: str) -> str:
    return fold(phrase.split()[-1]).rstrip("s")


def _with_topics(
    question: str, said: Sequence[Said], names: Names, weights: Calibration | None
) -> Completion | None:
    found = topics_for(question, said, names, weights)
    return with_topic(question, ", ".join(found)) if found else None


def with_topic(question: str, topic: str) -> Completion:
    """The question with its topic in brackets."""
    return Completion(f"{_END.sub('', question)} ({topic})?", "topic", topic)
