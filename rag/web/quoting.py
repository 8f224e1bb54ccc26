"""An answer for elsewhere: as Markdown with its citations, as a link that asks again."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from rag.types import Answer, Citation
from rag.web.markup import is_web_address
from rag.web.session import Exchange, Lookup
from rag.web.words import Words

# What Markdown would act on; a document's words are to be shown, not to be obeyed.
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
# What is longer is no link that a mail program leaves whole.
_LONGEST_LINKED = 1_000


def as_markdown(exchange: Exchange, answer: Answer, lookup: Lookup, words: Words) -> str:
    """The question, the answer and each source with its quote; empty where nothing is cited."""
    if not answer.citations:
        return ""
    question = " ".join(answer.query.text.split())
    lines = [f"**{_plain(question)}**", "", *_said(answer), ""]
    lines += [_source(citation, answer, lookup, words) for citation in answer.citations]
    day = words.day(exchange.indexed)
    index = words("index", version=answer.index_version, day=day)
    return "\n".join([*lines, "", f"{words('title')}, {_plain(index)}"])


def link(exchange: Exchange, answer: Answer) -> str:
    """The query of an address at which the page asks this question of this index version.

    What is asked is the question as it was understood, for it has to stand alone.
    """
    text = " ".join(answer.query.text.split())[:_LONGEST_LINKED]
    asked = {"ask": text, "center": exchange.center, "index": answer.index_version}
    present = {key: value for key, value in asked.items() if value}
    # Half a character has no UTF-8.
    return "?" + urlencode(present, errors="replace")


def _said(answer: Answer) -> list[str]:
    said = []
    for point in answer.points:
        text = f"“{_plain(point.text)}”"
        if point.exact:
            text = f"**{_plain(point.exact)}** — {text}"
        if point.label:
            text = f"{_plain(point.label)}: {text}"
        said.append(f"- {text} " + "".join(f"\\[{marker}\\]" for marker in point.markers))
    return said


def _source(citation: Citation, answer: Answer, lookup: Lookup, words: Words) -> str:
    document = lookup(citation.doc_id, answer.index_version)
    about = [citation.title]
    if document:
        about += [fact for fact in (document.institution, document.publisher) if fact]
        about += [words.day(document.date)] if document.date else []
    if citation.page:
        about.append(words("page", page=citation.page))
    address = document.source_url if document else None
    where = f"<{address}>" if address and is_web_address(address) else f"`{citation.doc_id}`"
    known = ", ".join(dict.fromkeys(_plain(fact) for fact in about))
    return f"- \\[{citation.marker}\\] {known}: “{_plain(citation.quote)}” {where}"


def _plain(text: str) -> str:
    """Text on one line that Markdown leaves as it is."""
    return _ACTIVE.sub(r"\\\1", " ".join(text.split()))
