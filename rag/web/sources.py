"""The Sources panel as HTML: one card a citation, the evidence marked in its passage."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from rag.types import Answer, Chunk, Citation, Document, Hit
from rag.web.answers import shortened
from rag.web.markup import Markup, button, element, hidden, is_web_address, join, spoken
from rag.web.passages import excerpt, is_old
from rag.web.session import Drawn, Exchange, Lookup
from rag.web.why import why
from rag.web.words import Words

_MOST_NEAREST = 3
_LONGEST_HEADING = 140


def sources(
    exchanges: Sequence[Exchange], lookup: Lookup, words: Words, drawn: Drawn | None = None
) -> str:
    """The cards of every exchange, the latest first, so that earlier markers still lead somewhere.

    One block an exchange, with an empty line between, as in the conversation. What is in ``drawn``
    is not drawn anew, and what is done is put there.
    """
    drawn = {} if drawn is None else drawn
    groups = []
    for exchange in reversed(exchanges):
        if exchange.answer:
            key = (exchange.number, exchange.answer_id, words.language)
            group = drawn.get(key) or _group(exchange, exchange.answer, lookup, words)
            if exchange.done and exchange.answer_id:
                drawn[key] = group
            groups.append(group)
    return "\n\n".join(groups) or element("p", words("sources-empty"), class_="empty")


def nearest(answer: Answer) -> list[Chunk]:
    """The passages that are shown where nothing is cited."""
    # The parts of a question are searched for one by one and may find the same chunk.
    chunks = {hit.chunk.chunk_id: hit.chunk for hit in answer.hits}
    return list(chunks.values())[:_MOST_NEAREST]


def about(document: Document, words: Words, center: str | None, page: int | None) -> Markup:
    """Center, institution, publisher, date and page, as far as they are known, each once."""
    publisher = document.publisher
    known = [
        center if center != document.title else None,
        document.institution,
        words("published-by", publisher=publisher)
        if publisher and publisher != document.institution
        else None,
        words.day(document.date) if document.date else None,
        words("page", page=page) if page else None,
    ]
    shown = [element("span", fact) for fact in known if fact]
    return element("p", *shown, class_="about", dir="auto") if shown else Markup()


def original(document: Document, words: Words) -> Markup:
    """A link to where the document came from, if it has a plain address."""
    address = document.source_url
    if not address or not is_web_address(address):
        return Markup()
    # A visitor's question must not travel to the center's site as a referrer.
    rel = "noopener noreferrer nofollow"
    return element("a", words("original"), href=address, rel=rel, target="_blank")


def _group(exchange: Exchange, answer: Answer, lookup: Lookup, words: Words) -> Markup:
    asked = shortened(exchange.question, words, _LONGEST_HEADING)
    heading = element("h3", asked, **spoken(asked))
    turn = exchange.number

    def find(doc_id: str) -> Document | None:
        return lookup(doc_id, answer.index_version)

    if answer.citations:
        cards = [_source(turn, c, answer.hits, find(c.doc_id), words) for c in answer.citations]
    elif answer.hits:
        label = element("h4", words("passages"), class_="nearest")
        note = element("p", words("passages-note"), class_="note")
        chunks = enumerate(nearest(answer), 1)
        cards = [label, note, *(_nearest(turn, n, c, find(c.doc_id), words) for n, c in chunks)]
    else:
        cards = [element("p", words("sources-none"), class_="note")]
    if exchange.done and answer.hits:
        cards.append(why(exchange.number, answer, find, words))
    return element("section", heading, *cards, class_="group", id=f"group-{turn}", tabindex="-1")


def _source(
    turn: int, citation: Citation, hits: Sequence[Hit], document: Document | None, words: Words
) -> Markup:
    number = citation.marker
    part = excerpt(citation, hits, document)
    exact = element("strong", part.exact) if part.exact else ""
    marked = element("mark", part.lead, exact, part.tail)
    passage = element(
        "blockquote", part.before, marked, part.after, class_="passage", **_language(document)
    )
    back = element("a", words("back"), href=f"#marker-{turn}-{number}", class_="back")
    title = element(
        "h4",
        hidden(words("source", number="")),
        element("span", str(number), class_="number"),
        " ",
        element("span", citation.title, **spoken(citation.title)),
    )
    return element(
        "article",
        title,
        about(document, words, citation.center, citation.page) if document else "",
        _age(document, words),
        passage,
        _foot(f"read-{turn}-{number}", citation.doc_id, document, words, back),
        class_="card",
        id=f"source-{turn}-{number}",
        tabindex="-1",
    )


def _nearest(
    turn: int, number: int, chunk: Chunk, document: Document | None, words: Words
) -> Markup:
    page = document.page_at(chunk.start) if document else None
    title = document.title if document else chunk.doc_id
    return element(
        "article",
        element("h4", title, **spoken(title)),
        about(document, words, document.center, page) if document else "",
        _age(document, words),
        element("blockquote", chunk.text, class_="passage", **_language(document)),
        _foot(f"near-{turn}-{number}", chunk.doc_id, document, words),
        class_="card unused",
        id=f"nearest-{turn}-{number}",
        tabindex="-1",
    )


def _language(document: Document | None) -> dict[str, str]:
    known = {"lang": document.language} if document and document.language.isalpha() else {}
    return {"dir": "auto", **known}


def _age(document: Document | None, words: Words) -> Markup:
    today = datetime.datetime.now(datetime.UTC).date()
    if document is None or document.date is None or not is_old(document.date, today):
        return Markup()
    return element("p", words("old", day=words.day(document.date)), class_="old")


def _foot(
    verb: str, doc_id: str, document: Document | None, words: Words, back: Markup | None = None
) -> Markup:
    parts: list[Markup] = []
    if document:
        parts += [button(verb, words("read"), hidden(f": {document.title}"), class_="quiet")]
        parts += [original(document, words)]
    parts += [back] if back else []
    name = element("span", doc_id, class_="doc")
    return element("div", join(*parts, between=" "), name, class_="foot")
