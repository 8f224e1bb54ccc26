"""A sentence cut to the length that one point of an answer may have."""

from __future__ import annotations

from rag.text import Span
from rag.types import Evidence

# Longest text of one point: a short answer that fits a phone's screen.
LONGEST_POINT = 400


def excerpt(text: str, evidence: Evidence, most: int) -> str:
    """The evidence's sentence, cut at words to ``most`` characters round its exact words."""
    if evidence.end - evidence.start <= most:
        return text[evidence.start : evidence.end]
    spare = max(0, most - 4 - (evidence.answer_end - evidence.answer_start))
    start = max(evidence.start, evidence.answer_start - spare // 2)
    end = min(evidence.end, start + most - 4)
    start = max(evidence.start, min(start, end - most + 4))
    if start > evidence.start:
        space = text.find(" ", start, evidence.answer_start)
        start = space + 1 if space >= 0 else start
    if end < evidence.end:
        space = text.rfind(" ", max(start, evidence.answer_end), end)
        end = space if space > start else end
    before = "… " if start > evidence.start else ""
    after = " …" if end < evidence.end else ""
    return f"{before}{text[start:end]}{after}"


def excerpt_of(text: str, span: Span, most: int = LONGEST_POINT) -> str:
    """A sentence, cut at a word to ``most`` characters."""
    return excerpt(text, Evidence("", *span, span[0], span[0], 0.0), most)
