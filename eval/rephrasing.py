"""The same in other words, by rules: what a good writer may do to a sentence of a document."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from eval.told import Told

_MONTHS = "January February March April May June July August September October November December"
_SHORT = {month: month[:3] for month in _MONTHS.split()} | {"June": "June", "July": "July"}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
# Other words for the same.
_WORDS = {
    "was founded in": "was established in",
    "has published": "has authored",
    "is located in": "lies in",
    "professional team": "expert team",
    "covers six aspects": "spans six aspects",
    "looks for": "searches for",
    "total funding": "overall funding",
    "obtained": "received",
    "took place": "was held",
    "decided on building": "resolved to build",
    "leads": "heads",
    "heads": "leads",
    "studies": "investigates",
    "seeks to explain": "tries to explain",
    "makes use of": "uses",
    "is meant to": "is intended to",
    "approved": "authorized",
    "occupies": "covers",
    "has hired": "has recruited",
    "in China and abroad": "at home and abroad",
    "received": "was given",
    "attended the": "took part in the",
    "gave support": "provided support",
    "wants to": "aims to",
    "hopes to": "aims to",
    "works toward": "pursues",
    "set up": "established",
    "has worked with": "has cooperated with",
    "in many ways": "in various ways",
    "promoted": "advanced",
    "brought together": "united",
    "unites": "brings together",
    "is described as": "is called",
    "concentrates on": "focuses on",
    "lasted": "took",
    "thanked": "expressed thanks to",
    "stressed": "emphasized",
    "more than": "over",
    "above": "over",
    "began": "started",
    "built": "constructed",
    "began in": "started in",
    "large": "big",
    "many": "numerous",
    "people": "persons",
    "use": "employ",
    "used": "employed",
    "show": "display",
    "help": "assist",
    "children": "kids",
    "also": "additionally",
    "such as": "like",
    "about": "approximately",
    "because": "since",
    "areas": "fields",
    "said": "stated",
    "almost": "nearly",
    "city": "town",
    "often": "frequently",
    "however": "yet",
    "known as": "called",
    "located": "situated",
    "including": "among them",
    "created": "made",
    "called": "named",
    "began to": "started to",
}
_WHOLE = re.compile(r"(?<![\w.,:/–-])\d+(?![\w.,:%/–-]\w|[\w%–])(?! (?:[A-Z]|\())")
_TITLE = re.compile(r"\b(?:Professor|Dr\.?) (?=[A-Z])")
_PERSON = re.compile(r"\bProfessor ([A-Z][a-z]+) ([A-Z][a-z]+)\b")
_DATE_END = re.compile(
    r"^(?P<rest>[A-Z][^,;:]*?) (?P<date>(?:in|on|since) (?:[A-Z][a-z]+ )?(?:\d{1,2}, )?\d{4})\.$"
)
_PASSIVE = re.compile(
    r"^(?P<who>(?:The |Professor )?[A-Z][\w ]*?) (?P<verb>approved|launched|founded|built|"
    r"completed|published|established|created|designed|developed|signed|promoted|received|wrote|"
    r"directed) "
    r"(?P<what>[^,;:]+?)(?P<when> in (?:[A-Z][a-z]+ )?\d{4})?\.$"
)
_NOT_PASSIVE = re.compile(r"\b(?:and|was|were|is|are|has|have|had|which|that)\b")
# Words that have a capital only where they begin a sentence.
_SMALL_FIRST = frozenset(
    "Many Others Because Medical Within Beginning During After The In On A An It They These This "
    "More Since Among One With Such There Several Building By For At Some".split()
)
_PARTICIPLE = {"wrote": "written"}


@dataclass(frozen=True, slots=True)
class _Hand:
    """The ways, for one sentence of a document."""

    told: Told
    draw: random.Random

    def spell(self, said: str) -> str:
        """22 as twenty-two, eight as 8, 3000 as 3,000."""

        def other(match: re.Match[str]) -> str:
            number = int(match[0])
            # "December 25", "Article 5" and "No. 7" are not written otherwise, nor are years.
            if re.search(r"[A-Z]\w*\.? $", said[: match.start()]) or 999 < number < 2100:
                return match[0]
            if number >= 2100:
                return f"{number:,}"
            if number < len(_ONES):
                return _ONES[number]
            tens, ones = divmod(number, 10)
            if number < 100:
                return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
            return match[0]

        changed = re.sub(_WHOLE, other, said)
        if changed != said:
            return changed
        return re.sub(
            rf"(?<!-)\b(?:{'|'.join(_ONES[3:11])})\b(?!-)",
            lambda match: str(_ONES.index(match[0])), said, count=1,
        )  # fmt: skip

    def short_month(self, said: str) -> str:
        return re.sub(rf"\b(?:{'|'.join(_SHORT)})(?= \d)", lambda match: _SHORT[match[0]], said)

    def day_first(self, said: str) -> str:
        return re.sub(rf"\b({'|'.join(_SHORT)}) (\d{{1,2}}), (\d{{4}})\b", r"\2 \1 \3", said)

    def units(self, said: str) -> str:
        for one, others in (
            ("m2", ("m²", "square meters")), ("yuan", ("RMB",)), ("Euros", ("EUR", "euros")),
            ("percent", ("%",)), ("dollars", ("USD",)), ("km", ("kilometers",)),
        ):  # fmt: skip
            if re.search(rf"\d[\w ]* {one}\b", said):
                return re.sub(rf"\b{one}\b", self.draw.choice(others), said)
        return said

    def family_name_last(self, said: str) -> str:
        return _PERSON.sub(r"Professor \2 \1", said)

    def without_title(self, said: str) -> str:
        return _TITLE.sub("", said)

    def alias(self, said: str) -> str:
        """The center by another of its names, or as "the center"."""
        center = self.told.document.center
        if not center or center not in said:
            return said
        bare = center.removeprefix("The ")
        alias = self.draw.choice((*self.told.document.aliases, "center")).removeprefix("the ")
        changed = re.sub(
            rf"\b(?:the )?{re.escape(bare)}", f"the {alias}", said, count=1, flags=re.I
        )
        return changed[:1].upper() + changed[1:]

    def synonym(self, said: str) -> str:
        fitting = [word for word in _WORDS if re.search(rf"\b{word}\b", said)]
        if not fitting:
            return said
        word = self.draw.choice(fitting)
        return re.sub(rf"\b{word}\b", _WORDS[word], said, count=1)

    def date_first(self, said: str) -> str:
        match = _DATE_END.match(said)
        if not match:
            return said
        date = match["date"]
        return f"{date[0].upper()}{date[1:]}, {_inside(match['rest'])}."

    def passive(self, said: str) -> str:
        match = _PASSIVE.match(said)
        if not match or re.search(_NOT_PASSIVE, f"{match['who']} {match['what']}"):
            return said
        what = match["what"]
        verb = _PARTICIPLE.get(match["verb"], match["verb"])
        be = "were" if re.search(r"(?:[^s]s|teams)$", what.split(" of ")[0]) else "was"
        who = _inside(match["who"])
        return f"{what[0].upper()}{what[1:]} {be} {verb} by {who}{match['when'] or ''}."

    def framed(self, said: str) -> str:
        frame = self.draw.choice(
            ("According to the documents, ", "The documents state that ", "Notably, ")
        )
        return frame + _inside(said)

    def fewer(self, said: str) -> str:
        """Without its last clause."""
        cut = re.match(r"^(.{25,}?), (?:among them|which|and (?=the|it|he|they)|with) ", said)
        return f"{cut[1]}." if cut and cut[1].count("(") == cut[1].count(")") else said

    def joined(self, said: str) -> str:
        """With the next sentence of the paragraph behind it."""
        text = self.told.document.text
        end = text.find(self.told.sentence) + len(self.told.sentence)
        after = re.match(r" ([A-Z][^\n]*?\w{3}\.)(?=\s|$)", text[end:])
        if not after or len(said) + len(after[1]) > _LONGEST:
            return said
        link = self.draw.choice(("; ", ", and "))
        return said.rstrip(".") + link + _inside(after[1])

    def cleft(self, said: str) -> str:
        match = _DATE_END.match(said)
        if not match:
            return said
        return f"It was {match['date']} that {_inside(match['rest'])}."


def _inside(said: str) -> str:
    """The sentence without the capital of its beginning, unless that is a name's."""
    first = said.split(" ", 1)[0]
    return said[0].lower() + said[1:] if first in _SMALL_FIRST else said


Way = Callable[[_Hand, str], str]
WAYS: dict[str, Way] = {
    "number spelt otherwise": _Hand.spell,
    "month cut short": _Hand.short_month,
    "day first": _Hand.day_first,
    "unit spelt otherwise": _Hand.units,
    "family name last": _Hand.family_name_last,
    "no title": _Hand.without_title,
    "center's other name": _Hand.alias,
    "synonym": _Hand.synonym,
    "date first": _Hand.date_first,
    "passive": _Hand.passive,
    "framed": _Hand.framed,
    "clause left out": _Hand.fewer,
    "joined with the next": _Hand.joined,
    "cleft": _Hand.cleft,
}
_MOST = 4
_LONGEST = 330


def rephrase(told: Told, way: str, draw: random.Random) -> str | None:
    """The sentence changed in one way, and in up to two more; ``None`` where that way is none."""
    hand = _Hand(told, draw)
    said = WAYS[way](hand, told.sentence)
    if said == told.sentence:
        return None
    others = [
        other
        for other in WAYS
        if other not in {way, "framed", "passive", "date first", "cleft", "joined with the next"}
    ]
    for other in draw.sample(others, draw.randrange(_MOST)):
        said = WAYS[other](hand, said)
    return said
