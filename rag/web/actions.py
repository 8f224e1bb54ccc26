"""What stands under an answer: how sure it is, copying, linking, feedback."""

from __future__ import annotations

from typing import get_args

from rag.rating import Reason
from rag.types import Answer
from rag.web.markup import Markup, button, element, hidden, join
from rag.web.quoting import as_markdown, link
from rag.web.session import Exchange, Lookup
from rag.web.words import Words

# Bands of words over the calibrated probability; the number stands beside them.
_HIGH_CONFIDENCE = 0.8
_FAIR_CONFIDENCE = 0.5
LONGEST_NOTE = 500


def confidence_words(confidence: float, words: Words) -> str:
    """A probability in words, with its number.

    >>> confidence_words(0.926, Words("en"))
    'High confidence (0.93)'
    """
    if confidence >= _HIGH_CONFIDENCE:
        band = "high"
    elif confidence >= _FAIR_CONFIDENCE:
        band = "fair"
    else:
        band = "low"
    return words(f"confidence-{band}", value=f"{confidence:.2f}")


def standing(exchange: Exchange, answer: Answer, words: Words) -> Markup:
    """Whether the documents answer, how sure that is, which index version said so."""
    if answer.status == "chitchat" or not answer.query.text.strip():
        return Markup()
    parts = [element("span", words(f"status-{answer.status}"), class_="status")]
    if answer.citations:
        parts.append(element("span", confidence_words(answer.confidence, words)))
    day = words.day(exchange.indexed)
    index = words("index", version=answer.index_version, day=day)
    # When it was made is not known where it is no longer kept.
    parts.append(element("span", index.rstrip(", ，")))
    return element("p", *parts, class_="standing")


def actions(exchange: Exchange, answer: Answer, lookup: Lookup, words: Words) -> Markup:
    """The sources on a phone, copying, linking."""
    turn = exchange.number
    parts: list[Markup] = []
    if answer.citations or answer.hits:
        count = len(answer.citations)
        label = words("sources-count", count=count) if count else words("passages")
        parts.append(button(f"sources-{turn}", label, class_="quiet narrow"))
    if answer.citations:
        parts.append(button("copy", words("copy"), hidden(words("copy-said")), class_="quiet"))
    if answer.query.form != "chitchat":
        parts.append(button("link", words("link"), hidden(words("link-said")), class_="quiet"))
    payloads = (
        _payload("as-markdown", as_markdown(exchange, answer, lookup, words)),
        _payload("as-link", link(exchange, answer)),
    )
    return element("div", *parts, *payloads, class_="actions")


def feedback(exchange: Exchange, words: Words, *, rated: bool) -> Markup:
    """Helpful or not, with a reason and a note; or thanks."""
    turn = exchange.number
    if rated:
        return element(
            "p", words("thanks"), class_="rate thanks", id=f"rated-{turn}", tabindex="-1"
        )
    reasons = (_reason(turn, reason, words) for reason in get_args(Reason))
    note = element(
        "label",
        element("span", words("note")),
        element("input", type="text", name="note", maxlength=str(LONGEST_NOTE)),
        class_="note",
    )
    form = element(
        "form",
        element("fieldset", element("legend", words("reason")), *reasons),
        note,
        element("button", words("send"), type="submit", value=f"rate-{turn}", class_="quiet"),
    )
    return element(
        "div",
        element("span", words("helpful"), class_="ask-rating", id=f"rating-{turn}"),
        button(f"helpful-{turn}", hidden(f"{words('helpful')} "), words("yes"), class_="quiet"),
        element(
            "details",
            element("summary", hidden(f"{words('helpful')} "), words("no"), class_="quiet"),
            form,
        ),
        class_="rate",
    )


def _reason(turn: int, reason: str, words: Words) -> Markup:
    return element(
        "label",
        element("input", type="radio", name=f"reason-{turn}", value=reason),
        element("span", words(f"reason-{reason}")),
    )


def _payload(name: str, text: str) -> Markup:
    """Text for the page's script, shown to nobody."""
    return element("span", text, class_=name, hidden="hidden") if text else join()
