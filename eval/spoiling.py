"""Wrong sentences made from right ones, one change each.

The changes know nothing of how sentences are checked: what a number or a name is, is told here
again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.told import Told

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_MONTHS = re.compile(rf"\b(?:{_MONTH})\b")
_NUMBER = re.compile(
    r"(?<![\w.,-])\d+(?:[.,]\d+)*(?![\w%]*-)\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve)\b"
)
_SPELT = "two three four five six seven eight nine ten eleven twelve".split()
_NAME = re.compile(
    r"(?<![.!?\"“] )(?<!^)\b[A-Z][\w’'-]+(?: (?:of (?:the )?|for |and )?[A-Z][\w’'-]+)+"
)
_PERSON = re.compile(r"\b(?:Professor |Dr\.? )?([A-Z][a-z]+(?: [A-Z][a-z]+){1,2})\b")
_ORGANISATION = re.compile(
    r"Universit|Center|Centre|Ministry|Institute|School|Base|Laborator|Council|Commission|Academy|"
    r"Department|Hospital|Award|Foundation|College|Company|Committee|Plan|Project|Corridor|Road",
)
_UNITS = {
    "m2": ("km2", "hectares", "square feet"),
    "million": ("billion", "thousand"),
    "billion": ("million", "trillion"),
    "Euros": ("dollars", "yuan"),
    "yuan": ("dollars", "Euros"),
    "dollars": ("euros", "yen"),
    "years": ("months", "weeks"),
    "days": ("weeks", "hours"),
    "hours": ("minutes", "days"),
    "miles": ("kilometers", "feet"),
    "km": ("m", "miles"),
    "percent": ("per mille", "points"),
    "papers": ("patents", "books"),
    "projects": ("papers", "prizes"),
    "patents": ("papers", "companies"),
    "people": ("patients", "institutions"),
    "researchers": ("nurses", "students"),
    "titles": ("patents", "prizes"),
    "times": ("years",),
    "hospitals": ("laboratories", "schools"),
    "scholars": ("patients", "nurses"),
    "platforms": ("hospitals", "journals"),
    "items": ("rooms", "years"),
    "studios": ("clinics", "journals"),
    "aspects": ("buildings", "countries"),
    "teams": ("hospitals", "companies"),
    "institutions": ("students", "countries"),
}
_BE = re.compile(r"\b(is|are|was|were|has|have|had|will|can|could|would)\b(?! not)")
_PAST = re.compile(r"(?<=\s)([a-z]{3,}ed)\b")
_PRESENT = re.compile(
    r"(?<=[A-Za-z]{2} )(studies|leads|heads|works|covers|wants|seeks|includes|belongs|relies|"
    r"cooperates|aims|holds|occupies|supports|sets|makes|hopes)\b"
)
_ADDED = (
    "and is funded by the World Bank",
    "which makes it the largest in Asia",
    "and employs a staff of 300",
    "and is open to visitors on weekdays",
    "thanks to a gift of private donors",
    "after years of public protest",
    "which was praised by the mayor of Shanghai",
    "and was later sold to a company",
    "although its results were never published",
    "and plans to open a branch in Germany",
    "which costs about 5 million dollars a year",
    "and trains pilots and engineers",
    "because the old building had burnt down",
    "and has its own museum of art",
    "which surprised most experts",
    "together with the University of Oxford",
    "and has since moved to Beijing",
    "while a second one was closed in 2018",
    "and accepts only male applicants",
    "for which it received the Nobel Prize",
    "and is known for its excellent food",
    "which reduced mortality by 40 percent",
    "despite strong opposition",
    "and offers free courses online",
    "under the supervision of the army",
    "and runs a daily radio program",
)

Kind = str


@dataclass(frozen=True, slots=True)
class Pool:
    """What can be put in the place of something, from all the sentences of one half."""

    years: tuple[str, ...]
    numbers: tuple[str, ...]
    people: tuple[str, ...]
    names: tuple[str, ...]
    centers: tuple[tuple[str, ...], ...]
    added: tuple[str, ...]


def pool_of(told: Sequence[Told], half: str) -> Pool:
    """Values that stand in the sentences; of the added clauses each half has its own."""
    text = "\n".join(one.sentence for one in told)
    centers = {
        (one.document.center, *one.document.aliases): None for one in told if one.document.center
    }
    named = dict.fromkeys(_NAME.findall(text))
    people = {m[1]: None for m in _PERSON.finditer(text) if not _ORGANISATION.search(m[1])}
    return Pool(
        tuple(dict.fromkeys(_YEAR.findall(text))) or ("1999",),
        tuple(
            n
            for n in dict.fromkeys(_NUMBER.findall(text))
            if n[0].isdigit() and not _YEAR.fullmatch(n)
        ),
        tuple(people),
        tuple(name for name in named if _ORGANISATION.search(name)),
        tuple(tuple(filter(None, names)) for names in centers),
        _ADDED[::2] if half == "dev" else _ADDED[1::2],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Hand:
    """The ways to spoil one sentence of a document."""

    told: Told
    pool: Pool
    draw: random.Random

    def number(self) -> str | None:
        found = [m for m in _NUMBER.finditer(self.told.sentence) if not _YEAR.fullmatch(m[0])]
        if not found:
            return None
        match = self.draw.choice(found)
        if match[0].isalpha():
            other = self.draw.choice([word for word in _SPELT if word != match[0]])
        else:
            near = str(int(match[0]) + self.draw.choice((1, 2, 10))) if match[0].isdigit() else None
            others = [n for n in (*self.pool.numbers, near) if n and n != match[0]]
            # As often a number of the same document, which is the hardest to tell.
            own = [
                n
                for n in others
                if re.search(rf"(?<![\w.]){re.escape(n)}\b", self.told.document.text)
            ]
            other = self.draw.choice(own if own and self.draw.random() < 0.5 else others)
        return _put(self.told.sentence, match.span(), other)

    def date(self) -> str | None:
        years = list(_YEAR.finditer(self.told.sentence))
        months = [m for m in _MONTHS.finditer(self.told.sentence) if years]
        if not years:
            return None
        match = self.draw.choice(years + months)
        if match in months:
            other = self.draw.choice([m for m in _MONTH.split("|") if m != match[0]])
        else:
            own = _YEAR.findall(self.told.document.text)
            near = str(int(match[0]) + self.draw.choice((-1, 1, 10)))
            others = [y for y in (*self.pool.years, *own, near) if y != match[0]]
            other = self.draw.choice(others)
        return _put(self.told.sentence, match.span(), other)

    def name(self) -> str | None:
        own = {self.told.document.center, self.told.document.title, *self.told.document.aliases}
        people = [m for m in _PERSON.finditer(self.told.sentence) if m[1] in self.pool.people]
        spans = [(m.span(1), self.pool.people) for m in people]
        spans += [
            (m.span(), self.pool.names)
            for m in _NAME.finditer(self.told.sentence)
            if m[0] in self.pool.names and not any(n and (n in m[0] or m[0] in n) for n in own)
        ]
        if not spans:
            return None
        span, others = self.draw.choice(spans)
        said = self.told.sentence[slice(*span)]
        # Another of the center's own names, or a part of one, would be right.
        names = " / ".join(name for name in own if name)
        fitting = [
            n for n in others if n not in self.told.sentence and n not in names and said not in n
        ]
        return _put(self.told.sentence, span, self.draw.choice(fitting)) if fitting else None

    def center(self) -> str | None:
        own = next((names for names in self.pool.centers if self.told.document.center in names), ())
        others = [n for names in self.pool.centers if names != own for n in names[:1]]
        for name in sorted(own, key=len, reverse=True):
            at = self.told.sentence.find(name)
            if at >= 0 and others:
                return _put(self.told.sentence, (at, at + len(name)), self.draw.choice(others))
        return None

    def negation(self) -> str | None:
        said = self.told.sentence
        if re.search(r"\b(?:not|never|no one|none|without|neither|nor|fail\w*)\b", said, re.I):
            changed = re.sub(r"\bNo one\b", "Someone", said)
            changed = re.sub(r"\b(?:not|never) ", "", changed)
            return changed if changed != said else None
        ways: list[str] = []
        if match := _BE.search(said):
            word = self.draw.choice(("not", "never", "no longer"))
            ways.append(said[: match.end()] + f" {word}" + said[match.end() :])
        if match := _PAST.search(said):
            ways.append(_put(said, match.span(), f"never {match[0]}"))
        if match := _PRESENT.search(said):
            stem = re.sub(r"ies$", "y", match[0])
            stem = stem if stem != match[0] else match[0][:-1]
            ways.append(
                _put(said, match.span(), self.draw.choice((f"does not {stem}", f"doesn’t {stem}")))
            )
        return self.draw.choice(ways) if ways else None

    def unit(self) -> str | None:
        ways = [
            (match.span(1), other)
            for unit, others in _UNITS.items()
            for match in re.finditer(
                rf"(?:\d|{'|'.join(_SPELT)})(?:[\w ]{{0,25}}?)\b({unit})\b", self.told.sentence
            )
            for other in others
            if other not in self.told.sentence
        ]
        return _put(self.told.sentence, *self.draw.choice(ways)) if ways else None

    def addition(self) -> str | None:
        clause = self.draw.choice(self.pool.added)
        comma = "," if clause.startswith(("which", "although", "for which", "while")) else ""
        return self.told.sentence.rstrip(".") + f"{comma} {clause}."


WAYS: dict[Kind, Callable[[_Hand], str | None]] = {
    "number": _Hand.number,
    "date": _Hand.date,
    "name": _Hand.name,
    "center": _Hand.center,
    "negation": _Hand.negation,
    "unit": _Hand.unit,
    "added clause": _Hand.addition,
}


def spoil(told: Told, kind: Kind, pool: Pool, draw: random.Random) -> str | None:
    """The sentence with one change of a kind; ``None`` where there is nothing to change."""
    return WAYS[kind](_Hand(told, pool, draw))


def _put(text: str, span: tuple[int, int], instead: str) -> str:
    return text[: span[0]] + instead + text[span[1] :]
