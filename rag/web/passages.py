"""Where evidence stands in its passage, and how old a document is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from rag.dates import days_of
from rag.types import Citation, Document, Hit, Span

# On each side of evidence that no chunk of this turn holds.
_AROUND = 240
_OLD = datetime.timedelta(days=365)


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


def holds(hit: Hit, citation: Citation) -> bool:
    """Whether a hit's chunk and cited words share characters."""
    chunk = hit.chunk
    return (
        chunk.doc_id == citation.doc_id
        and chunk.start < citation.end
        and citation.start < chunk.end
    )


def is_old(date: str | None, today: datetime.date) -> bool:
    """Whether a document's date lies more than a year back, whichever day it means."""
    days = days_of(date) if date else None
    return days is not None and today - days[1] > _OLD


def _round(citation: Citation, hits: Sequence[Hit], text: str) -> Span:
    holding = [hit.chunk for hit in hits if holds(hit, citation)]
    if holding:
        left = min(chunk.start for chunk in holding)
        right = max(chunk.end for chunk in holding)
    else:
        left, right = _line_round((citation.start, citation.end), text)
    return max(min(left, citation.start), 0), min(max(right, citation.end), len(text))


def _line_round(span: Span, text: str) -> Span:
    """The lines that a span lies in; of a long one whole words, so many characters on each side."""
    start = text.rfind("\n", 0, span[0]) + 1
    end = text.find("\n", span[1])
    end = len(text) if end < 0 else end
    if span[0] - start > _AROUND:
        start = text.find(" ", span[0] - _AROUND, span[0]) + 1 or span[0]
    if end - span[1] > _AROUND:
        end = max(text.rfind(" ", span[1], span[1] + _AROUND), span[1])
    return start, end
