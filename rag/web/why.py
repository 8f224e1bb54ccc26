"""The passages that were read for an answer, with the scores that put them in order."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from rag.types import Answer, Document, Hit
from rag.web.markup import Markup, element, hidden, spoken
from rag.web.passages import holds
from rag.web.words import Words

_MOST = 10
_LONGEST_OPENING = 90
_SCORES = ("dense", "lexical", "fused", "reader")


def why(turn: int, answer: Answer, find: Callable[[str], Document | None], words: Words) -> Markup:
    """A table that folds out; a score that a passage does not have is said to be none."""
    hits = list({hit.chunk.chunk_id: hit for hit in answer.hits}.values())[:_MOST]
    shown = [name for name in _SCORES if any(_score(hit, name) is not None for hit in hits)]
    heads = [element("th", words("why-passage"), scope="col")]
    heads += [element("th", words(f"why-{name}"), scope="col") for name in shown]
    rows = [_row(hit, answer, find(hit.chunk.doc_id), shown, words) for hit in hits]
    table = element(
        "table",
        element("caption", words("why-note")),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
    )
    body = element("div", table, class_="scores", tabindex="0")
    return element(
        "details", element("summary", words("why")), body, class_="why", id=f"why-{turn}"
    )


def _row(
    hit: Hit, answer: Answer, document: Document | None, shown: list[str], words: Words
) -> Markup:
    chunk = hit.chunk
    opening = textwrap.shorten(chunk.text, _LONGEST_OPENING, placeholder=" …")
    title = document.title if document else chunk.doc_id
    used = any(holds(hit, citation) for citation in answer.citations)
    name = element(
        "th",
        element("span", title, class_="from", **spoken(title)),
        element("span", words("why-cited"), class_="used") if used else "",
        element("span", opening, class_="opening", **spoken(opening)),
        scope="row",
    )
    return element("tr", name, *(_cell(hit, score, words) for score in shown))


def _cell(hit: Hit, name: str, words: Words) -> Markup:
    score = _score(hit, name)
    if score is None:
        return element("td", element("span", "–"), hidden(words("why-nothing")))
    share = min(max(score, 0.0), 1.0)
    bar = element("span", class_="score", style=f"--share:{share:.2f}")
    return element("td", element("span", f"{share:.2f}", class_="figure"), bar)


def _score(hit: Hit, name: str) -> float | None:
    score: float | None = getattr(hit, name)
    return score
