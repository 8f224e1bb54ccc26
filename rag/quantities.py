"""Numbers, dates and units of a text in one spelling each, with the words that they count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Literal

from rag.mentions import is_closed
from rag.synonyms import plain_terms
from rag.text import Span, tokens

Bound = Literal["", "more", "less", "about"]

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: number for number, word in enumerate(_SMALL)}
_WORDS |= {word: 10 * number for number, word in enumerate(_TENS, 2)}
_WORDS |= {"dozen": 12, "hundred": 100}
_ORDINALS = (
    "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_ORDINAL_WORDS = {word: number for number, word in enumerate(_ORDINALS, 2)}
_SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "mn": 10**6, "bn": 10**9, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8,
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun",
            "july jul", "august aug", "september sept sep", "october oct", "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
# What stands behind a number, written in several ways; the first of each line is its name here.
_UNITS = {
    spelling: spellings.split("|")[0]
    for spellings in (
        "m2|m²|sqm|sq m|square meters|square metres|square meter|square metre|平方米|m^2",
        "km2|km²|square kilometers|square kilometres|square kilometer|square kilometre|平方公里",
        "ft2|ft²|square feet|square foot|sq ft", "hectare|hectares|ha", "acre|acres",
        "km|kilometers|kilometres|kilometer|kilometre", "m|meters|metres|meter|metre",
        "cm|centimeters|centimetres", "mm|millimeters|millimetres", "mile|miles", "nm|nanometers",
        "percent|%|per cent|per-cent", "yuan|rmb|cny|renminbi|元|yuan renminbi",
        "euro|euros|eur|€", "dollar|dollars|usd|us dollars|$|us$", "pound|pounds|gbp|£",
        "yen|jpy|¥", "kg|kilograms|kilogrammes|kilogram", "g|grams|gram", "mg|milligrams",
        "ton|tons|tonne|tonnes", "l|liters|litres|liter|litre", "ml|milliliters|millilitres",
        "year|years|年", "month|months", "week|weeks", "day|days", "hour|hours", "minute|minutes",
        "second|seconds", "century|centuries", "bed|beds",
        "decade|s",  # "the 1840s"
    )
    for spelling in spellings.split("|")
}  # fmt: skip
_BOUNDS: dict[str, Bound] = {
    "more than": "more", "over": "more", "above": "more", "exceeding": "more", "exceeds": "more",
    "exceed": "more", "exceeded": "more", "upwards of": "more", "greater than": "more",
    "in excess of": "more", "at least": "more", "no fewer than": "more", "beyond": "more",
    "no less than": "more", "fewer than": "less", "less than": "less", "under": "less",
    "below": "less", "up to": "less", "at most": "less", "no more than": "less",
    "not more than": "less", "nearly": "less", "almost": "less", "about": "about",
    "around": "about", "approximately": "about", "roughly": "about", "some": "about",
    "circa": "about",
}  # fmt: skip
_BEFORE = re.compile(rf"\b({'|'.join(sorted(_BOUNDS, key=len, reverse=True))})\s+\S{{0,3}}$")
_AFTER = re.compile(r"\s*(?:\+|or more\b|and more\b|以上|多)")

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"\b(?P<d1>{_DAY})?(?:\s+of)?\s*\b(?P<m1>{_MONTH})\b\.?,?(?:\s+of)?\s+(?P<y1>{_YEAR})\b"
    rf"|\b(?P<m2>{_MONTH})\b\.?\s+(?P<d2>{_DAY})\b(?:,?\s+(?P<y2>{_YEAR})\b)?"
    rf"|\b(?P<d3>{_DAY})\s+(?:of\s+)?(?P<m3>{_MONTH})\b"
    rf"|\b(?P<y4>{_YEAR})[-/.](?P<m4>0?[1-9]|1[0-2])(?:[-/.](?P<d4>0?[1-9]|[12]\d|3[01]))?\b"
    rf"|(?P<y5>{_YEAR})\s*年(?:\s*(?P<m5>\d{{1,2}})\s*月(?:\s*(?P<d5>\d{{1,2}})\s*日)?)?"
    r"|(?:(?<=\bin )|(?<=\bsince )|(?<=\buntil )|(?<=\bfrom )|(?<=\bby ))"
    r"(?P<y7>1\d\d\d)\b(?![.,]\d)"
    rf"|\b(?P<y6>{_YEAR})\b(?![.,]\d|\s*(?:%|m2|m²))",
)
_LONE_MONTH = re.compile(rf"\b(?:in|of|since|until|by|last|this|early|late|mid)\s+({_MONTH})\b")
_NUMERAL = r"\d{1,3}(?:[,  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER_WORD = "|".join(sorted({*_WORDS, *_ORDINAL_WORDS} - {"one"}, key=len, reverse=True))
_SCALE = "|".join(_SCALES)
_NUMBER = re.compile(
    rf"(?P<sign>[$€£¥]|us\$)?(?:(?<![\w.])|(?<=[a-z]-)|(?<=[$€£¥]))"
    rf"(?:(?P<digits>{_NUMERAL})(?P<ordinal>st|nd|rd|th)?|"
    rf"\b(?P<word>{_NUMBER_WORD}|one(?=[ -](?:{_SCALE})))"
    rf"(?:-(?P<rest>{'|'.join(_SMALL[1:10])}|{'|'.join(_ORDINALS[:8])}))?\b)"
    rf"(?:[\s-]*(?P<scale>{_SCALE})s?(?![a-z]))?",
)
_UNIT = re.compile(
    r"[\s-]*(?:of\s+)?(?P<unit>"
    + "|".join(re.escape(u) for u in sorted(_UNITS, key=len, reverse=True))
    + r")(?![a-z0-9])"
)
_NO_LONGER_COUNTED = re.compile(
    r"[,;:()!?。，；\n]|\.(?:\s|$)|\d|\b(?:and|or|but|of|from|in|at|by|for)\b"
)
_END_OF_CLAUSE = re.compile(r"[,;:()!?。，；\n]|\.(?:\s|$)")
_NEARBY = 50  # characters
_DESCRIBING = frozenset("new main major big different various important good long high old".split())
# How far behind a number the word stands that it counts.
_COUNTED_WITHIN = 5


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it stands in a text.

    ``value`` is a plain decimal; ``unit`` is empty where none is known; ``counted`` are the terms
    of the next few words, the nearest first, each with its word, up to a small word or comma;
    ``nearby`` those up to the end of the clause; ``start`` and ``end`` are offsets into the text.
    """

    value: str
    unit: str
    bound: Bound
    counted: tuple[tuple[str, str], ...]
    nearby: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Date:
    """A date; what it does not tell is 0."""

    year: int
    month: int
    day: int
    start: int
    end: int

    def is_in(self, other: Date) -> bool:
        """Whether ``other`` says all that this one says."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(not mine or mine == theirs for mine, theirs in pairs)


def dates_in(text: str) -> list[Date]:
    """The dates of a text, in order.

    >>> [(d.year, d.month, d.day) for d in dates_in("Since Feb 2019; on 25th December 2019")]
    [(2019, 2, 0), (2019, 12, 25)]
    """
    found: list[Date] = []
    small = _lowered(text)
    for match in _DATE.finditer(small):
        parts = {key[0]: value for key, value in match.groupdict().items() if value}
        month = parts.get("m", "0")
        found.append(
            Date(
                int(parts.get("y", 0)),
                _MONTHS.get(month) or int(month),
                int(re.sub(r"\D", "", parts.get("d", "0"))),
                *match.span(),
            )
        )
    for match in _LONE_MONTH.finditer(small):
        if not any(date.start < match.end() and match.start(1) < date.end for date in found):
            found.append(Date(0, _MONTHS[match[1]], 0, *match.span(1)))
    return sorted(found, key=lambda date: date.start)


def quantities_in(text: str, dates: list[Date]) -> list[Quantity]:
    """The numbers of a text that are no part of its ``dates``, in order.

    >>> [(q.value, q.unit) for q in quantities_in("3,000 m² and 2.1 million Euros, twenty-two", [])]
    [('3000', 'm2'), ('2100000', 'euro'), ('22', '')]
    """
    return list(_quantities(_lowered(text), [(date.start, date.end) for date in dates]))


def _quantities(small: str, taken: list[Span]) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(small):
        start, end = match.span()
        if any(a < end and start < b for a, b in taken):
            continue
        value = _value(match)
        after = _AFTER.match(small, end)
        behind = after.end() if after else end
        unit = _UNIT.match(small, behind)
        sign = match["sign"]
        named = _UNITS[unit["unit"]] if unit else _UNITS.get(sign, "") if sign else ""
        before = _BEFORE.search(small[max(0, start - 24) : start])
        bound: Bound = _BOUNDS[before[1]] if before else "more" if after else ""
        rest = _NO_LONGER_COUNTED.split(small[behind : behind + 60], maxsplit=1)[0]
        counted = tuple((term, word) for word in _counted(rest) for term in plain_terms(word))
        clause = _END_OF_CLAUSE.split(small[behind : behind + _NEARBY], maxsplit=1)[0]
        nearby = tuple(plain_terms(clause))
        yield Quantity(value, named, bound, counted, nearby, start, unit.end() if unit else end)


def _counted(behind: str) -> list[str]:
    """The words up to the first small one: "120 people in total" counts people."""
    words = tokens(" ".join(behind.split()[:_COUNTED_WITHIN]))
    return list(takewhile(lambda word: not is_closed(word) or word in _DESCRIBING, words))


def _value(match: re.Match[str]) -> str:
    if match["digits"]:
        value = Decimal(re.sub(r"[,  ]", "", match["digits"]))
    else:
        word, rest = match["word"], match["rest"]
        value = Decimal(_WORDS.get(word, _ORDINAL_WORDS.get(word, 0)))
        if rest:
            value += _WORDS.get(rest) or ({"first": 1} | _ORDINAL_WORDS).get(rest, 0)
    if match["scale"]:
        value *= _SCALES[match["scale"]]
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _lowered(text: str) -> str:
    """Small letters at the same offsets."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(c.lower()[:1] for c in text)
