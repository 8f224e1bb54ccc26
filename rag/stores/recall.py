"""How much of what exact search finds an approximate one finds, and exact search to compare."""

from __future__ import annotations

import numpy as np

from rag.vectors import Rows, Vectors

# Rows that are compared at once: 75 MB of vectors of 384 numbers.
_BLOCK = 50_000
# What is as near as the last of the best belongs to the best: the same text may stand twice.
_AS_NEAR = 1e-5


def exact_scores(vectors: Vectors, asked: Vectors, k: int) -> Vectors:
    """Inner products of the best ``k`` rows for each question, best first, by comparing them all.

    Args:
        vectors: of shape (rows, dim), in memory or mapped.
        asked: of shape (questions, dim).
        k: how many, no more than there are rows.

    Returns:
        Scores of shape (questions, k).
    """
    best = np.empty((len(asked), 0), np.float32)
    for begin in range(0, len(vectors), _BLOCK):
        scores = asked @ vectors[begin : begin + _BLOCK].T
        joined = np.concatenate([best, scores], axis=1)
        if joined.shape[1] > k:
            joined = np.partition(joined, joined.shape[1] - k, axis=1)[:, -k:]
        best = joined
    return np.sort(best, axis=1)[:, ::-1]


def recall(vectors: Vectors, asked: Vectors, found: list[Rows], best: Vectors) -> float:
    """Share in [0, 1] of the best rows that were found, over all questions.

    A row counts where its score is as good as the last of the best: of equal vectors any will do.

    Args:
        vectors: of shape (rows, dim).
        asked: of shape (questions, dim).
        found: for each question the rows that were found, no more than were asked for.
        best: what ``exact_scores`` gives.
    """
    if not best.size:
        return 1.0
    hits = 0
    for question, rows, scores in zip(asked, found, best, strict=True):
        hits += int(np.count_nonzero(vectors[rows] @ question >= scores[-1] - _AS_NEAR))
    return hits / best.size
