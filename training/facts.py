"""Invented notices of invented organisations: roles, dates, sums and contacts.

A question asks for one attribute. It is answerable if the notice has exactly that attribute, with
the whole role and the right year; otherwise the notice has one that is easily taken for it. The
tables are in ``training.fact_tables``. Nothing here is about a real organisation or person.
"""

from __future__ import annotations

from random import Random

from rag.text import sentence_spans
from training.examples import Example
from training.fact_tables import (
    FAMILIES,
    FAMILY_NAMES,
    FIELDS,
    GIVEN_NAMES,
    KINDS,
    PERSON_FAMILIES,
    PERSON_UNSAID,
    PERSON_WORDINGS,
    PINYIN_FAMILY,
    PINYIN_SYLLABLES,
    PLACES,
    ROLE_QUESTIONS,
    ROLE_SENTENCES,
    ROLES,
    STREETS,
    TITLES,
    WORDINGS,
    YEAR_EVENTS,
    Attribute,
)

Fact = tuple[str, str, str, str]  # attribute, sentence with {v}, question, value


def organisation(rng: Random) -> tuple[str, str]:
    """A full name and a short form, e.g. the center."""
    kind = rng.choice(KINDS)
    field = rng.choice(FIELDS)
    joined = rng.random()
    name = f"{kind} for {field}" if joined < 0.4 else f"{kind} of {field}" if joined < 0.6 else ""
    name = name or f"{field} {kind}"
    if rng.random() < 0.3:
        name += (
            f", {rng.choice(PLACES)} University"
            if rng.random() < 0.5
            else f" in {rng.choice(PLACES)}"
        )
    return name, f"the {kind.split()[-1].lower()}"


def person(rng: Random) -> str:
    """A Western or a Chinese name, in either order."""
    if rng.random() < 0.5:
        given = "".join(rng.choices(PINYIN_SYLLABLES, k=rng.choice([1, 2, 2])))
        family = rng.choice(PINYIN_FAMILY)
        return f"{given.title()} {family}" if rng.random() < 0.5 else f"{family} {given.title()}"
    middle = f" {rng.choice('ABCDEFGHJKLMPRSTW')}." if rng.random() < 0.15 else ""
    return f"{rng.choice(GIVEN_NAMES)}{middle} {rng.choice(FAMILY_NAMES)}"


def _value(attribute: Attribute, rng: Random) -> str:
    """A value of an attribute, from its own values if it has any."""
    if attribute.kind == "phrase":
        return rng.choice(attribute.values)
    if attribute.kind == "list":
        *items, last = rng.sample(attribute.values, rng.choice([2, 3, 3, 4]))
        return f"{', '.join(items)} and {last}"
    return _invented(attribute.kind, rng)


def _invented(kind: str, rng: Random) -> str:
    months = "January March April May June July September October November December".split()
    place = rng.choice(PLACES)
    if kind == "year":
        return str(rng.randint(1900, 2025))
    if kind == "date":
        return f"{rng.choice(months)} {rng.randint(1, 28)}, {rng.randint(1980, 2025)}"
    if kind == "count":
        count = rng.choice([rng.randint(3, 99), rng.randint(100, 999), rng.randint(1000, 9000)])
        return (
            str(count)
            if rng.random() < 0.7
            else f"{rng.choice(['more than', 'about', 'over'])} {count}"
        )
    if kind == "money":
        amount = rng.choice(
            [f"{rng.randint(1, 90)}.{rng.randint(1, 99)} million", f"{rng.randint(2, 900)},000"]
        )
        return rng.choice(["{} yuan", "${}", "€{}", "{} dollars", "RMB {}", "{} euros"]).format(
            amount
        )
    if kind == "area":
        return f"{rng.randint(2, 60)},{rng.randint(100, 999)} square metres"
    if kind == "percent":
        return f"{rng.randint(2, 98)}%"
    if kind == "phone":
        return f"+{rng.randint(1, 99)} {rng.randint(20, 999)} {rng.randint(1000000, 99999999)}"
    if kind == "email":
        box = rng.choice(["info", "office", "contact", "admissions"])
        return f"{box}@{place.lower()}.edu"
    if kind == "web":
        return f"www.{place.lower()}.org"
    if kind == "address":
        return f"{rng.randint(1, 999)} {rng.choice(STREETS)}, {place}"
    if kind == "hours":
        return f"{rng.randint(7, 10)}:{rng.choice(['00', '30'])} to {rng.randint(16, 21)}:00"
    if kind == "age":
        return f"{rng.randint(28, 75)}"
    if kind == "place":
        return place
    if kind == "field":
        return rng.choice(FIELDS).lower()
    name = person(rng)
    return f"{rng.choice(TITLES)} {name}" if rng.random() < 0.35 else name


def _attribute_fact(attribute: Attribute, rng: Random) -> Fact:
    value = _value(attribute, rng)
    return attribute.name, rng.choice(attribute.sentences), rng.choice(attribute.questions), value


def _role_fact(role: str, rng: Random) -> Fact:
    return (
        role,
        rng.choice(ROLE_SENTENCES).replace("{r}", role),
        rng.choice(ROLE_QUESTIONS).replace("{r}", role),
        _invented("person", rng),
    )


def _year_fact(event: tuple[str, str, str], rng: Random, year: int) -> Fact:
    """Something that happens once a year: its year belongs to the question."""
    name, sentence, question = event
    return (
        f"{name} {year}",
        sentence.replace("{y}", str(year)),
        question.replace("{y}", str(year)),
        _invented("person" if "who" in question.lower() else "count", rng),
    )


def _family(rng: Random, *, of_person: bool = False, reworded: float = 0.0) -> list[Fact]:
    """Facts that are easily taken for one another, each with its own value.

    ``reworded`` is the share of families whose questions are put in other words.
    """
    other_words = rng.random() < reworded
    draw = rng.random()
    if of_person or other_words:
        plain = PERSON_FAMILIES
        families = (PERSON_WORDINGS if of_person else WORDINGS) if other_words else plain
        attributes = rng.choice(families)
        return [_attribute_fact(a, rng) for a in rng.sample(attributes, min(4, len(attributes)))]
    if draw < 0.42:
        related = list(rng.choice(ROLES))
        return [_role_fact(role, rng) for role in rng.sample(related, min(len(related), 4))]
    if draw < 0.6:
        event = rng.choice(YEAR_EVENTS)
        first = rng.randint(1990, 2021)
        years = rng.sample(range(first, first + 5), 3)
        return [_year_fact(event, rng, year) for year in years]
    related_attributes = list(rng.choice(FAMILIES))
    return [
        _attribute_fact(a, rng)
        for a in rng.sample(related_attributes, min(4, len(related_attributes)))
    ]


def notice(rng: Random, hosts: list[str], *, answerable: bool, reworded: float = 0.0) -> Example:
    """One example: a notice of a few facts among sentences of real passages, and a question.

    Args:
        rng: of all that is drawn.
        hosts: passages of the training part, to set the facts among.
        answerable: whether the fact that is asked for stands in the notice.
        reworded: share of notices asked about in other words than they use.
    """
    of_person = rng.random() < 0.22
    name, short = organisation(rng)
    pronoun = rng.choice(["he", "she"]) if of_person else "it"
    if of_person:
        name, short = person(rng), rng.choice(["the professor", "the researcher", "the physician"])
    family = _family(rng, of_person=of_person, reworded=reworded)
    asked, rest = family[0], family[1:]
    shown = rng.sample(
        rest, rng.randint(1 if not answerable or rng.random() < 0.8 else 0, len(rest))
    )
    if rng.random() < 0.6:
        names = {fact[0] for fact in family}
        more = _family(rng, of_person=of_person)[: rng.randint(1, 3)]
        shown += [fact for fact in more if fact[0] not in names]
    wrong_place = not answerable and rng.random() < 0.2
    other_name = person(rng) if of_person else organisation(rng)[0]
    if answerable or wrong_place:
        shown.append(asked)
    rng.shuffle(shown)
    titled = rng.random() < 0.6
    pieces: list[tuple[str, str | None]] = []
    named = False
    for fact in shown:
        subject = (
            name
            if (not named and not titled) or rng.random() < 0.25
            else rng.choice([short, short, pronoun])
        )
        if subject == pronoun and not (named and fact[1].startswith("{o}")):
            subject = short
        named = True
        if wrong_place and fact is asked and not titled:
            subject = other_name
        pieces.append((fact[1].replace("{o}", subject), fact[3] if fact is asked else None))
        if fact is not asked:
            pieces[-1] = (pieces[-1][0].replace("{v}", fact[3]), None)
    pieces = _among(pieces, hosts, rng)
    passage, span = _join(pieces)
    asked_name = name if titled or rng.random() < 0.6 else short
    title = name if titled else ""
    if wrong_place:
        # The fact is there, of another organisation than the one that is asked about.
        asked_name = name
        title = other_name if titled else ""
        passage = passage.replace(name, other_name) if titled else passage
    if not of_person and asked_name != short and rng.random() < 0.7:
        asked_name = f"the {asked_name}"
    asks = asked[2]
    if not answerable and not of_person and rng.random() < 0.2:
        asks = _unsaid_of(shown, rng) or asks
    question = asks.replace("{o}", asked_name)
    if rng.random() < 0.15:
        question = question.rstrip("?").lower()
    if titled and rng.random() < 0.4:
        title += " | " + rng.choice(
            ["Home", "About", "People", "Contact", "News", "Introduction", "Overview"]
        )
    kind = "positive fact" if answerable else "fact"
    return Example(kind, question, passage, span if answerable else None, title)


def _unsaid_of(shown: list[Fact], rng: Random) -> str | None:
    """A question on one of the persons or roles that are shown, which no fact answers."""
    people = [fact for fact in shown if any(fact[0] in group for group in ROLES)]
    if not people:
        return None
    role, _, _, holder = rng.choice(people)
    return rng.choice(PERSON_UNSAID).replace("{p}", holder).replace("{r}", role)


def _among(
    pieces: list[tuple[str, str | None]], hosts: list[str], rng: Random
) -> list[tuple[str, str | None]]:
    """The facts among a few whole sentences of a real passage."""
    if rng.random() < 0.25:
        return pieces
    host = rng.choice(hosts)
    sentences = [host[a:b] for a, b in sentence_spans(host)][: rng.randint(1, 5)]
    cut = rng.randint(0, len(sentences))
    if rng.random() < 0.3:
        mixed: list[tuple[str, str | None]] = list(pieces)
        for sentence in sentences:
            mixed.insert(rng.randint(0, len(mixed)), (sentence, None))
        return mixed
    around = [(s, None) for s in sentences]
    return [*around[:cut], *pieces, *around[cut:]]


def _join(pieces: list[tuple[str, str | None]]) -> tuple[str, tuple[int, int] | None]:
    passage, span = "", None
    for sentence, value in pieces:
        text = sentence[:1].upper() + sentence[1:]
        if value is not None:
            at = len(passage) + text.index("{v}")
            span = (at, at + len(value))
            text = text.replace("{v}", value)
        passage += text + " "
    return passage.rstrip(), span


def notices(count: int, hosts: list[str], rng: Random, reworded: float) -> list[Example]:
    """``count`` examples, half of them answerable; see ``notice`` for ``reworded``."""
    return [
        notice(rng, hosts, answerable=number % 2 == 0, reworded=reworded) for number in range(count)
    ]
