"""Lists in a document's text: the items and the line that leads into them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.text import LIST_MARKER, Span, sentence_spans

_LEAD_IN = re.compile(r"[:：]$")
# Texts whose lists are kept, and how long one may be: 32 MB at most.
_KEPT_TEXTS, _KEPT_CHARACTERS = 32, 250_000


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list. Spans are document offsets; ``heading`` and ``lead_in`` are empty where none is.

    ``span`` reaches from the lead-in, or else the first item, to the end of the last item.
    """

    span: Span
    heading: Span
    lead_in: Span
    items: tuple[Span, ...]


def list_at(text: str, place: Span) -> ListBlock | None:
    """The list that ``place`` lies in or leads into, if there is one of two items or more."""
    for block in lists_in(text):
        if block.span[0] < place[1] and block.span[1] > place[0]:
            return block
    return None


def lists_in(text: str) -> tuple[ListBlock, ...]:
    """All lists of two items or more, in order."""
    return _latest(text) if len(text) < _KEPT_CHARACTERS else _found(text)


# For one answer the same text is looked through for each of its sentences.
@lru_cache(_KEPT_TEXTS)
def _latest(text: str) -> tuple[ListBlock, ...]:
    return _found(text)


def _found(text: str) -> tuple[ListBlock, ...]:
    blocks: list[ListBlock] = []
    items: list[Span] = []
    lead_in: Span | None = None
    previous: Span | None = None
    heading = (0, 0)
    start = 0
    for line in [*text.split("\n"), "."]:
        mark = LIST_MARKER.match(line)
        if mark:
            lead_in = previous if not items else lead_in
            items.append((start + mark.end(), start + len(line)))
        elif line.strip():
            if len(items) > 1:
                blocks.append(_block(text, items, lead_in, heading))
            items, lead_in = [], None
            previous = (start, start + len(line))
            if line.startswith("#"):
                heading = previous
        start += len(line) + 1
    return tuple(blocks)


def _block(text: str, items: list[Span], before: Span | None, heading: Span) -> ListBlock:
    lead_in = (items[0][0], items[0][0])
    if before and _LEAD_IN.search(text[slice(*before)]) and text[before[0]] != "#":
        # Of a paragraph only the last sentence leads into the list.
        lead_in = (sentence_spans(text, *before) or [before])[-1]
    return ListBlock((lead_in[0], items[-1][1]), heading, lead_in, tuple(items))
