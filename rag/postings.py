"""The best rows of several postings lists; long ones are only looked up where they cannot win."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.vectors import Rows, Vectors

# Rows of which only the best score is looked at first.
_BLOCK = 1024
# Lists shorter than this share of all rows are added without asking whether they have to be.
_SHORT = 0.02
# Sums in another order differ by less than this share.
_ROUNDING = 1e-4


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows that have a term, in rising order, and what the term adds to the score of each."""

    rows: NDArray[np.int32]
    scores: Vectors


def best_rows(lists: Sequence[Postings], count: int, k: int) -> tuple[Vectors, Rows]:
    """The ``k`` rows with the highest sums over all lists, best first, the lower row where equal.

    Lists are added up from the shortest to the longest, as long as a row that none of them had
    could still be among the best; the others are looked up for the rows that are left (MaxScore:
    Turtle and Flood, "Query Evaluation: Strategies and Optimizations", 1995). The sums that are
    returned are made in the order of ``lists``.

    Args:
        lists: scores above 0; a list may stand twice.
        count: of all rows.
        k: how many are wanted; rows that are in no list are never among them.
    """
    most = [float(part.scores.max(initial=0.0)) for part in lists]
    order = sorted(range(len(lists)), key=lambda at: len(lists[at].rows))
    totals = np.zeros(count, np.float32)
    left, least = sum(most), 0.0
    for at in order:
        part = lists[at]
        if len(part.rows) > _SHORT * count:
            least = _kth_at_least(totals, k)
            if least > left * (1 + _ROUNDING):
                break
        totals[part.rows] += part.scores
        left -= most[at]
    else:
        left, least = 0.0, _kth_at_least(totals, k)
    lowest = (least - left) * (1 - _ROUNDING) - left * _ROUNDING
    near = np.flatnonzero(totals >= lowest) if lowest > 0 else np.flatnonzero(totals > 0)
    return _first(sums(lists, near), near, k)


def best_among(lists: Sequence[Postings], rows: Rows, k: int) -> tuple[Vectors, Rows]:
    """The same of ``rows`` alone."""
    rows = np.sort(np.asarray(rows, np.int64))
    scores = sums(lists, rows)
    there = scores > 0
    return _first(scores[there], rows[there], k)


def sums(lists: Sequence[Postings], rows: Rows) -> Vectors:
    """The sum over all lists for each of ``rows``, added in the order of the lists."""
    totals = np.zeros(len(rows), np.float32)
    # As the lists have them: searching converts nothing then.
    wanted = rows.astype(np.int32)
    for part in lists:
        if not len(part.rows):
            continue
        at = np.minimum(np.searchsorted(part.rows, wanted), len(part.rows) - 1)
        there = part.rows[at] == wanted
        totals[there] += part.scores[at[there]]
    return totals


def _kth_at_least(totals: Vectors, k: int) -> float:
    """What the ``k``-th best is at least: so many blocks of rows have one that is as good."""
    best = np.maximum.reduceat(totals, np.arange(0, len(totals), _BLOCK)) if len(totals) else totals
    return float(np.partition(best, len(best) - k)[len(best) - k]) if len(best) >= k > 0 else 0.0


def _first(scores: Vectors, rows: Rows, k: int) -> tuple[Vectors, Rows]:
    # Ties go to the lower row, so that two runs agree.
    if len(scores) > 4 * k > 0:
        at_least = np.partition(scores, len(scores) - k)[len(scores) - k]
        scores, rows = scores[scores >= at_least], rows[scores >= at_least]
    order = np.lexsort((rows, -scores))[:k]
    return scores[order], rows[order].astype(np.int64)
