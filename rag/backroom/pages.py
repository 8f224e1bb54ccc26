"""The pages of the back room, in the order of its menu."""

from __future__ import annotations

from rag.backroom import conversations, gaps, judging, quality
from rag.backroom.corpus import page as corpus
from rag.backroom.desk import Page

PAGES: tuple[Page, ...] = (
    quality.PAGE,
    conversations.PAGE,
    judging.PAGE,
    gaps.PAGE,
    corpus.PAGE,
)
