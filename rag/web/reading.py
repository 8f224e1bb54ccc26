"""A document in full: its text in parts that a browser can show, with cited words marked."""

from __future__ import annotations

from collections.abc import Iterator

from rag.types import Document, Span
from rag.web.markup import Markup, button, element, join, spoken
from rag.web.session import Opened
from rag.web.sources import about, original
from rag.web.words import Words

# Characters that are sent at once, some ten pages: a document may have ten million.
PART = 30_000
_HEADING = ("# ", "## ", "### ", "#### ", "##### ", "###### ")


def parts_of(text: str) -> list[Span]:
    """Spans of at most about ``PART`` characters that cover a text, cut at ends of lines."""
    parts: list[Span] = []
    start = 0
    while start < len(text) or not parts:
        end = min(start + PART, len(text))
        if end < len(text):
            line = text.rfind("\n", start, end)
            end = line + 1 if line > start else end
        parts.append((start, end))
        start = end
    return parts


def part_with(offset: int, parts: list[Span]) -> int:
    """The number of the part, from 0, in which ``offset`` lies."""
    return next((n for n, (_, end) in enumerate(parts) if offset < end), len(parts) - 1)


def document_dialog(
    number: int, document: Document, opened: Opened, part: int, words: Words
) -> Markup:
    """One part of a document as a dialog; ``number`` tells it from those before."""
    parts = parts_of(document.text)
    part = min(max(part, 0), len(parts) - 1)
    head = element(
        "header",
        element("h2", document.title, id=f"document-title-{number}", **spoken(document.title)),
        button("close", words("close"), class_="quiet"),
        about(document, words, document.center, document.page_at(opened.span[0])),
        original(document, words),
    )
    lines = _lines(document, parts[part], opened)
    text = element(
        "div",
        *lines,
        class_="text",
        id=f"document-text-{number}",
        tabindex="0",
        dir="auto",
        **({"lang": document.language} if document.language.isalpha() else {}),
    )
    foot = _turning(part, len(parts), words)
    return element("dialog", head, text, foot, class_="document", id=f"document-{number}")


def missing_dialog(number: int, words: Words) -> Markup:
    """Said where the document is gone."""
    head = element(
        "header",
        element("h2", words("read"), id=f"document-title-{number}"),
        button("close", words("close"), class_="quiet"),
    )
    said = element("p", words("document-gone"), class_="text")
    return element("dialog", head, said, class_="document", id=f"document-{number}")


def _turning(part: int, count: int, words: Words) -> Markup:
    if count == 1:
        return Markup()
    said = element("span", words("part", number=part + 1, count=count))
    earlier = button(f"part-{part - 1}", words("earlier"), class_="quiet") if part else ""
    later = button(f"part-{part + 1}", words("later"), class_="quiet") if part + 1 < count else ""
    return element("footer", earlier, said, later)


def _lines(document: Document, part: Span, opened: Opened) -> Iterator[Markup]:
    """Each line of text that is not blank as a paragraph, a heading as one that looks so."""
    start = part[0]
    for line in document.text[slice(*part)].split("\n"):
        span = start, start + len(line)
        start = span[1] + 1
        if not line.strip():
            continue
        mark = next((h for h in _HEADING if line.startswith(h)), "")
        shown = span[0] + len(mark), span[1]
        kind = "heading" if mark else "item" if line.startswith("- ") else "line"
        yield element("p", _marked(document.text, shown, opened), class_=kind)


def _marked(text: str, span: Span, opened: Opened) -> Markup:
    """A line with what of it is cited marked, and the exact words stronger."""
    start, end = _within(opened.span, span)
    if start >= end:
        return join(text[slice(*span)])
    first, last = _within(opened.exact, (start, end))
    if first >= last:
        first = last = start
    exact = element("strong", text[first:last]) if first < last else ""
    marked = element("mark", text[start:first], exact, text[last:end])
    return join(text[span[0] : start], marked, text[end : span[1]])


def _within(span: Span, bounds: Span) -> Span:
    start = max(span[0], bounds[0])
    return start, max(start, min(span[1], bounds[1]))
