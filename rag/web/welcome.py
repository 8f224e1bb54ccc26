"""What the page shows before anything was asked."""

from __future__ import annotations

from collections.abc import Sequence

from rag.keyfacts import Card, Fact, Overview
from rag.web.markup import Markup, button, element, hidden, join, spoken
from rag.web.words import Words

_LINES = (1, 2, 3)


def greeting(words: Words) -> Markup:
    """What this can and cannot answer."""
    return element(
        "section",
        element("h2", words("hero"), class_="hero"),
        element("div", _list("can", words), _list("cannot", words), class_="limits"),
        class_="greeting",
    )


def cards(overview: Overview | None, centers: Sequence[str], words: Words) -> Markup:
    """Questions to try, and each center with its key facts; its name alone until they are known."""
    known = overview.cards if overview else tuple(Card(center, ()) for center in centers[:6])
    more = overview.more if overview else max(0, len(centers) - len(known))
    shown = [_card(number, card, words) for number, card in enumerate(known, 1)]
    parts = [element("h3", words("centers")), element("div", *shown, class_="cards")]
    if more:
        parts.append(element("p", words("more-centers", count=more), class_="more"))
    if overview is None:
        parts.append(element("p", words("facts-coming"), class_="more"))
    tried = _examples(overview.examples, words) if overview and overview.examples else ""
    return element("section", tried, *parts, class_="offer")


def _list(key: str, words: Words) -> Markup:
    lines = (element("li", words(f"{key}-{number}")) for number in _LINES)
    return element("div", element("h3", words(key)), element("ul", *lines), class_=key)


def _examples(questions: Sequence[str], words: Words) -> Markup:
    shown = (
        element("li", button("ask", text, class_="example", **spoken(text))) for text in questions
    )
    return join(element("h3", words("try")), element("ul", *shown, class_="examples"))


def _card(number: int, card: Card, words: Words) -> Markup:
    facts = [_fact(number, place, fact, words) for place, fact in enumerate(card.facts, 1)]
    return element(
        "article",
        element("h4", card.center, **spoken(card.center)),
        element("dl", *facts) if facts else "",
        class_="center-card",
    )


def _fact(card: int, place: int, fact: Fact, words: Words) -> Markup:
    kind = words(f"fact-{fact.kind}")
    said = [element("span", line, class_="fact-line", **spoken(line)) for line in fact.lines]
    source = button(
        f"fact-{card}-{place}",
        words("fact-source"),
        hidden(f": {kind}, {fact.citation.title}"),
        class_="cite",
    )
    return element("div", element("dt", kind), element("dd", *said, source))
