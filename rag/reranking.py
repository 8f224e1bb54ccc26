"""Hits in the order that retrieval and the reader agree on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rag.types import Hit


def rerank(hits: Sequence[Hit], chances: Sequence[float], weight: float) -> tuple[Hit, ...]:
    """Hits by their score, divided by the best of them, plus ``weight`` times the chance.

    Args:
        hits: best first.
        chances: the reader's probability for each hit, in order.
        weight: how much the reader counts beside retrieval; tuned on the calibration articles.
    """
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    scored = [
        (hit.score / best + weight * chance, hit) for hit, chance in zip(hits, chances, strict=True)
    ]
    # Ties keep the order of retrieval.
    scored.sort(key=lambda pair: (-pair[0], pair[1].rank))
    return tuple(
        dataclasses.replace(hit, score=score, rank=rank)
        for rank, (score, hit) in enumerate(scored, 1)
    )
