"""What points back into a conversation: "the third one", "the other one", "no, I meant ..."."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.asking import with_article
from rag.centers import Center, mentioned_centers
from rag.types import Answer, Place, Turn

_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th",
            "seventh 7th", "eighth 8th", "ninth 9th", "tenth 10th",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b(?:the )?(?:(?P<ordinal>{'|'.join(_ORDINALS)}|last)(?: (?:one|item|point|entry|of (?:them|"
    r"these|those)|on the list))?"
    r"|(?:number|item|point|no\.) (?P<number>\d{1,2}))\b(?!\s+(?!about\b|do|is\b|was\b|has|"
    r"have|mean|stand|work|study|look)\w)",
    re.IGNORECASE,
)
# Nothing is asked of the item but what it is.
_BARE = re.compile(
    r"^(?:(?:and|or|so|ok(?:ay)?|well)[\s,]+)*(?:(?:what|which|who)(?:'s| is| was| about| are)?|"
    r"how about|tell me|give me|show me|name)?\s*(?:the )?\s*[?.!]*$",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:(?:no|nope|sorry|wait|oops|hm+|not (?:that|this)(?: one)?|wrong(?: one)?)\b[\s,.!–-]*)+"
    r"(?:(?:but |rather |actually )?(?:i (?:meant?|was asking about|am asking about|wanted)|"
    r"make that|what about|how about)\b[\s,:]*)?(?P<rest>.*)$"
    r"|^(?:actually[\s,]+)?i (?:meant?|was asking about)\b[\s,:]*(?P<meant>.*)$",
    re.IGNORECASE,
)
_NOT = re.compile(r",?\s*\bnot (?:the )?.*$", re.IGNORECASE)
_OTHER = re.compile(
    r"\bthe other (?:one|(?:research )?cent(?:er|re)|institute|base)\b"
    r"(?: (?:in|at|of|from) (?-i:[A-Z]\w+(?: [A-Z]\w+)*))?",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(r"[:：]$")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list that was just given.

    ``name`` is what it is called; ``start`` and ``end`` bound the words of the question that
    point to it; ``bare`` is whether the question asks for nothing but the entry.
    """

    name: str
    start: int
    end: int
    bare: bool
    center: str | None
    place: Place | None


def correction_in(question: str) -> str | None:
    """What is meant instead, ``None`` where nothing is corrected: "no, the other one"."""
    found = _CORRECTION.match(question)
    if not found:
        return None
    rest = (found["rest"] or found["meant"] or "").strip()
    return _NOT.sub("", rest).strip() or None


def asks_for_other(question: str) -> bool:
    """Whether "the other one" is meant."""
    return _OTHER.search(question) is not None


def named_other(question: str, name: str) -> str:
    """The question with a center's name for "the other one"."""
    return _OTHER.sub(with_article(name), question)


def other_center(
    history: Sequence[Turn], focus: str | None, centers: Sequence[Center]
) -> tuple[str, ...]:
    """The centers that "the other one" may mean, beside the one in focus.

    The other one that was spoken of, else the others of the same institution, else all others.
    """
    spoken: list[str] = []
    for turn in reversed(history):
        answer = turn.answer
        about = (*answer.query.centers, *(c.center for c in answer.citations if c.center))
        spoken += [name for name in about if name != focus and name not in spoken]
    if len(spoken) == 1:
        return tuple(spoken)
    institution = next((c.institution for c in centers if c.name == focus), ())
    siblings = [c.name for c in centers if c.institution == institution and c.name != focus]
    if institution and siblings:
        return tuple(siblings)
    return tuple(c.name for c in centers if c.name != focus)


def chosen_center(question: str, turn: Turn, centers: Sequence[Center]) -> str | None:
    """Which of the offered centers a reply takes, ``None`` if it takes none."""
    choices = turn.answer.choices
    named = [name for name in mentioned_centers(f"- {question}", centers) if name in choices]
    if len(named) == 1:
        return named[0]
    number = re.fullmatch(r"\s*(\d{1,2})[.)]?\s*", question)
    place = int(number[1]) if number else _number_in(question, len(choices))
    return choices[place - 1] if place and place <= len(choices) else None


def _number_in(question: str, count: int) -> int:
    """Which one of ``count`` a question points to, from 1; 0 if to none."""
    found = _ORDINAL.search(question)
    if not found:
        return 0
    if found["number"]:
        return int(found["number"])
    word = found["ordinal"].lower()
    return count if word == "last" else _ORDINALS[word]


def item_in(question: str, turns: Sequence[Turn]) -> Item | None:
    """The entry of the list that was given last which a question points to.

    A turn that asked for another entry of the list does not end it.
    """
    for turn in reversed(turns):
        item = _item_of(question, turn.answer)
        if item is not None or not _ORDINAL.search(turn.question):
            return item
    return None


def _item_of(question: str, answer: Answer) -> Item | None:
    found = _ORDINAL.search(question)
    points = [p for p in answer.points if not _LEAD_IN.search(p.text)]
    number = _number_in(question, len(points))
    if not found or len(points) < 2 or not 0 < number <= len(points):
        return None
    point = points[number - 1]
    cited = next((c for c in answer.citations if c.marker in point.markers), None)
    place = None
    if cited is not None and (at := cited.quote.find(point.text)) >= 0:
        start = cited.start + at
        place = Place(cited.doc_id, start, start + len(point.text))
    rest = question[: found.start()] + question[found.end() :]
    return Item(
        name=point.label or _name_of(point.text),
        start=found.start(),
        end=found.end(),
        bare=_BARE.match(rest) is not None,
        center=cited.center if cited else None,
        place=place,
    )


def _name_of(text: str) -> str:
    """What an entry of a list is called: what stands before its colon, or else all of it."""
    name = re.split(r"[:：;]", text, maxsplit=1)[0].strip(" .")
    return name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME].rsplit(" ", 1)[0]
