"""Answers to keep: small ones, and with every field filled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from rag.types import Answer, Chunk, Citation, Hit, Place, Point, Query
from rag.usage import Writing

TEXT = "It was founded in 2011.\n\nAnn Roe leads the Lake Center. Su Li (李素) works there."
QUOTE = "Ann Roe leads the Lake Center."
START = TEXT.index(QUOTE)
CITATION = Citation(
    1, "lake.pdf", "Lake", "Lake Center", 3, START, START + len(QUOTE), QUOTE, START, START + 7
)
ANSWER = Answer(
    query=Query(
        "Who leads the Lake Center?", "Who leads it? 谁?", "en", ("Lake Center",), "direct",
        Place("lake.pdf", 0, 5),
    ),
    text=f"Ann Roe: {QUOTE} [1]",
    points=(Point("Ann Roe", QUOTE, (1,), "Lake Center"),),
    citations=(CITATION,),
    hits=(
        Hit(Chunk("lake.pdf#1", "lake.pdf", 0, len(TEXT), "Staff", TEXT), 0.9, 1, 2, None),
        Hit(Chunk("lake.pdf#2", "lake.pdf", 3, 9, "", TEXT[3:9]), 0.1234567890123, 2, None, 1),
    ),
    confidence=0.926,
    notices=("The documents are old.",),
    withheld=1,
    index_version="0001-abc",
    elapsed=0.125,
    incomplete=True,
    writing=Writing("small", "1", 812, 64, 1.5, 2, 1, 0, "It broke off."),
)  # fmt: skip
REFUSAL = replace(
    ANSWER, query=Query("Who?", "Who?"), text="The documents do not say.", points=(),
    citations=(), confidence=0.1, withheld=0, incomplete=False,
    writing=None,
)  # fmt: skip


def eventually(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds; patience, not a measure."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError("it never came to hold")
        time.sleep(0.02)
