"""Query to ranked ``Hit``s: dense and lexical search, fused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language import HAS_CHINESE, name_pattern
from rag.timing import stage
from rag.types import Embedder, Hit, Query
from rag.vectors import Rows, Vectors
from rag.versions import IndexVersion

# Each side looks this deep before fusion, whatever is asked for.
_POOL = 50
# Weight of the dense side; tuned in docs/decisions/0002-fusion.md.
DENSE_WEIGHT = 0.7
# What a center's name becomes for the embedder.
_STAND_IN = "the center"
RRF_K = 60


@stage("retrieval")
def retrieve(version: IndexVersion, embedder: Embedder, query: Query, k: int) -> tuple[Hit, ...]:
    """The best ``k`` chunks for a query, from the documents of its centers if it names any."""
    rows = None
    if query.centers:
        rows = version.records.rows_of_centers(query.centers)
    names = version.records.names_of_centers(query.centers) if query.centers else ()
    vector = embedder.embed([without_names(query.text, names, _STAND_IN)])[0]
    dense = version.vectors.search(vector, max(k, _POOL), rows)
    lexical = version.lexical.search(without_names(query.text, names), max(k, _POOL), rows)
    return fused(version, dense, lexical, k)


def fused(
    version: IndexVersion, dense: tuple[Vectors, Rows], lexical: tuple[Vectors, Rows], k: int
) -> tuple[Hit, ...]:
    """The best ``k`` chunks of both sides, each (scores, row numbers), best first."""
    dense_ranks = _ranks(dense[1])
    lexical_ranks = _ranks(lexical[1])
    cosines, shares = _clipped(dense), _shares(lexical)
    return tuple(
        Hit(
            chunk=version.records.chunk(row),
            score=score,
            rank=rank,
            dense_rank=dense_ranks.get(row),
            lexical_rank=lexical_ranks.get(row),
            dense=cosines.get(row),
            lexical=shares.get(row),
            fused=score,
        )
        for rank, (row, score) in enumerate(convex(dense, lexical)[:k], 1)
    )


def without_names(question: str, names: Sequence[str], stand_in: str = "") -> str:
    """``question`` with each of ``names`` replaced.

    Among the documents of one center its name tells no two passages apart, and the longer the
    name the more it drowns the rest of the question.
    """
    for name in names:
        if HAS_CHINESE.search(name):
            question = re.sub(name_pattern(name), stand_in, question)
            continue
        spelled = r"[\W_]+".join(map(re.escape, re.findall(r"\w+", name)))
        if spelled:
            question = re.sub(rf"\b(?:the )?{spelled}\b", stand_in, question, flags=re.IGNORECASE)
    return question if re.search(r"\w", question) else stand_in


def _ranks(rows: Rows) -> dict[int, int]:
    return {int(row): rank for rank, row in enumerate(rows, 1)}


def convex(
    dense: tuple[Vectors, Rows],
    lexical: tuple[Vectors, Rows],
    dense_weight: float = DENSE_WEIGHT,
) -> list[tuple[int, float]]:
    """Convex combination of scores, best first: (row, score in [0, 1]).

    Cosines are used as they are; BM25 scores are divided by the best of their list, so that their
    scale, which depends on the corpus, goes and a lone hit keeps the score 1. After Bruch, Gai and
    Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023 (theoretical minimum).
    """
    scores = {row: dense_weight * score for row, score in _clipped(dense).items()}
    for row, share in _shares(lexical).items():
        scores[row] = scores.get(row, 0.0) + (1 - dense_weight) * share
    return _sorted(scores)


def _clipped(dense: tuple[Vectors, Rows]) -> dict[int, float]:
    """The cosine of each row, none below 0."""
    scores, rows = dense
    return {row: max(0.0, score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)}


def _shares(lexical: tuple[Vectors, Rows]) -> dict[int, float]:
    """The BM25 score of each row as a share of the best."""
    scores, rows = lexical
    best = float(scores[0]) if len(scores) else 1.0
    return {row: score / best for row, score in zip(rows.tolist(), scores.tolist(), strict=True)}


def reciprocal_rank(rankings: Sequence[Rows], k: int = RRF_K) -> list[tuple[int, float]]:
    """Reciprocal rank fusion, best first: (row, score).

    Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual
    Rank Learning Methods", 2009.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking.tolist(), 1):
            scores[row] = scores.get(row, 0.0) + 1 / (k + rank)
    return _sorted(scores)


def _sorted(scores: dict[int, float]) -> list[tuple[int, float]]:
    # Ties go to the lower row, so that two runs agree.
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
