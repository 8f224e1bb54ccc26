"""The Sources panel as HTML: one card a citation, the evidence marked in its passage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.types import Answer, Chunk, Citation, Document, Hit, Span
from rag.web.answers import shortened
from rag.web.markup import Markup, element, hidden, is_web_address, join
from rag.web.session import Exchange

_MOST_NEAREST = 3
_LONGEST_HEADING = 140
# On each side of evidence that no chunk of this turn holds.
_AROUND = 240
_EMPTY = "The passages that an answer rests on appear here, with the words that were used marked."
_NONE = "No passage was used."
_NEAREST = "Nearest passages"
_NEAREST_NOTE = "They do not answer the question. They are what the search found closest to it."

# A document by its ``doc_id``; None where the index has it no more.
Lookup = Callable[[str], Document | None]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage in five parts; joined they are a slice of the document.

    ``lead + exact + tail`` is the cited sentence; ``exact`` is empty where no words stand out.
    """

    before: str
    lead: str
    exact: str
    tail: str
    after: str


def sources(exchanges: Sequence[Exchange], lookup: Lookup) -> str:
    """The cards of every exchange, the latest first, so that earlier markers still lead somewhere.

    One block an exchange, with an empty line between, as in the conversation.
    """
    groups = [_group(e, e.answer, lookup) for e in reversed(exchanges) if e.answer]
    return "\n\n".join(groups) or element("p", _EMPTY, class_="empty")


def excerpt(citation: Citation, hits: Sequence[Hit], document: Document | None) -> Excerpt:
    """The cited sentence with the text round it: that of its chunks, else a little on each side.

    Where the document is gone or has changed since, the quote alone is shown.
    """
    text = document.text if document else ""
    intact = text[citation.start : citation.end] == citation.quote
    if not intact:
        text = citation.quote
    start = citation.start if intact else 0
    end = start + len(citation.quote)
    shift = start - citation.start
    answer_start = min(max(citation.answer_start + shift, start), end)
    answer_end = min(max(citation.answer_end + shift, answer_start), end)
    left, right = _round(citation, hits, text) if intact else (start, end)
    return Excerpt(
        before=text[left:start],
        lead=text[start:answer_start],
        exact=text[answer_start:answer_end],
        tail=text[answer_end:end],
        after=text[end:right],
    )


def _round(citation: Citation, hits: Sequence[Hit], text: str) -> Span:
    holding = [
        hit.chunk
        for hit in hits
        if hit.chunk.doc_id == citation.doc_id
        and hit.chunk.start < citation.end
        and citation.start < hit.chunk.end
    ]
    if holding:
        left = min(chunk.start for chunk in holding)
        right = max(chunk.end for chunk in holding)
    else:
        left, right = citation.start - _AROUND, citation.end + _AROUND
    return max(min(left, citation.start), 0), min(max(right, citation.end), len(text))


def _group(exchange: Exchange, answer: Answer, lookup: Lookup) -> Markup:
    heading = element("h3", shortened(exchange.question, _LONGEST_HEADING), dir="auto")
    turn = exchange.number
    if answer.citations:
        cards = [_source(turn, c, answer.hits, lookup(c.doc_id)) for c in answer.citations]
    elif answer.hits:
        # The parts of a question are searched for one by one and may find the same chunk.
        chunks = list({hit.chunk.chunk_id: hit.chunk for hit in answer.hits}.values())
        nearest = [_nearest(turn, n, c, lookup) for n, c in enumerate(chunks[:_MOST_NEAREST], 1)]
        label = element("h4", _NEAREST, class_="nearest")
        cards = [label, element("p", _NEAREST_NOTE, class_="note"), *nearest]
    else:
        cards = [element("p", _NONE, class_="note")]
    return element("section", heading, *cards, class_="group")


def _source(
    turn: int, citation: Citation, hits: Sequence[Hit], document: Document | None
) -> Markup:
    number = citation.marker
    part = excerpt(citation, hits, document)
    exact = element("strong", part.exact) if part.exact else ""
    marked = element("mark", part.lead, exact, part.tail)
    back = element("a", "Back to the answer", href=f"#marker-{turn}-{number}")
    title = element(
        "h4", hidden("Source "), element("span", str(number), class_="number"), " ", citation.title
    )
    return element(
        "article",
        title,
        _about(citation.center, document, citation.page),
        element("blockquote", part.before, marked, part.after, class_="passage", dir="auto"),
        _foot(citation.doc_id, document, back),
        class_="card",
        id=f"source-{turn}-{number}",
        tabindex="-1",
    )


def _nearest(turn: int, number: int, chunk: Chunk, lookup: Lookup) -> Markup:
    document = lookup(chunk.doc_id)
    page = document.page_at(chunk.start) if document else None
    return element(
        "article",
        element("h4", document.title if document else chunk.doc_id),
        _about(document.center if document else None, document, page),
        element("blockquote", chunk.text, class_="passage", dir="auto"),
        _foot(chunk.doc_id, document),
        class_="card unused",
        id=f"nearest-{turn}-{number}",
        tabindex="-1",
    )


def _about(center: str | None, document: Document | None, page: int | None) -> Markup:
    """Center, institution, date and page, as far as they are known and not said by the title."""
    title = document.title if document else ""
    known = [
        center if center != title else None,
        document.institution if document else None,
        document.date if document else None,
        f"page {page}" if page else None,
    ]
    shown = [element("span", fact) for fact in known if fact]
    return element("p", *shown, class_="about") if shown else Markup()


def _foot(doc_id: str, document: Document | None, back: Markup | None = None) -> Markup:
    parts = [element("span", doc_id, class_="doc")]
    address = document.source_url if document else None
    if address and is_web_address(address):
        # A visitor's question must not travel to the center's site as a referrer.
        parts.append(
            element(
                "a",
                "Original page",
                href=address,
                rel="noopener noreferrer nofollow",
                target="_blank",
            )
        )
    if back:
        parts.append(back)
    return element("p", join(*parts, between=" "), class_="foot")
