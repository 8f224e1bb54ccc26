"""Hits in the order that retrieval, the reader and the nearest sentence agree on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rag.types import Hit

# Both tuned on the dev questions: docs/decisions/0004-reranking.md.
READER_WEIGHT = 1.0
LIKENESS_WEIGHT = 1.0


def rerank(
    hits: Sequence[Hit], chances: Sequence[float], likeness: Sequence[float]
) -> tuple[Hit, ...]:
    """Hits by their score, over the best of them, plus chance and likeness, each weighted.

    Args:
        hits: best first.
        chances: the reader's probability for each hit, in order.
        likeness: for each hit the highest cosine of the question and one of its sentences.
    """
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    scored = [
        (
            hit.score / best + READER_WEIGHT * chance + LIKENESS_WEIGHT * like,
            dataclasses.replace(hit, reader=chance),
        )
        for hit, chance, like in zip(hits, chances, likeness, strict=True)
    ]
    # Ties keep the order of retrieval.
    scored.sort(key=lambda pair: (-pair[0], pair[1].rank))
    return tuple(
        dataclasses.replace(hit, score=score, rank=rank)
        for rank, (score, hit) in enumerate(scored, 1)
    )
