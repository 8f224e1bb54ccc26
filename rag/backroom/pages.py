"""The pages of the back room, in the order of its menu."""

from __future__ import annotations

from rag.backroom import conversations, corpus, gaps, judging, quality
from rag.backroom.desk import Page

PAGES: tuple[Page, ...] = (
    quality.PAGE,
    conversations.PAGE,
    judging.PAGE,
    gaps.PAGE,
    corpus.PAGE,
)
