"""Figures with bootstrap intervals, and whether two runs differ, question by question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from eval.options import SEED as SEED

LEVEL = 0.95
RESAMPLES = 2_000
PERMUTATIONS = 4_999
# Permutations that are computed at once: a few ten megabytes.
_BATCH = 1_000

Part = Literal["dev", "test", "overall"]
Floats = NDArray[np.float64]
# What a question adds to a figure is a row of numbers; a figure maps (..., n, k) to (...).
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of ``n`` questions with its interval; all ``None`` where there is no question."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one part of a set, by name."""

    part: Part
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Difference:
    """How much a figure rose over the same ``n`` questions; ``p`` of the test that it did not."""

    value: float
    low: float
    high: float
    p: float
    n: int


def ratio(rows: Floats) -> Floats:
    """The sum of the first column over that of the second; with ones there it is the mean.

    >>> float(ratio(np.array([[1.0, 2.0], [0.0, 2.0]])))
    0.25
    """
    sums = rows.sum(axis=-2)
    whole = sums[..., 1]
    # Where nothing was drawn that counts, there is no share: 0 of 0 differs from nothing.
    share = np.divide(sums[..., 0], whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(share, np.float64)


def interval(rows: Floats, statistic: Statistic = ratio, seed: int = SEED) -> Estimate:
    """A figure with its 95 % percentile bootstrap interval.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. Questions are what
    is drawn, so an interval says how much the figure hangs on which questions were asked.

    Args:
        rows: what each question adds, shape (n, k).
        statistic: the figure.
        seed: of the draws.
    """
    if not len(rows):
        return Estimate(None, None, None, 0)
    value = float(statistic(rows))
    if len(rows) == 1:
        return Estimate(value, value, value, 1)
    low, high = _drawn(len(rows), lambda drawn: statistic(rows[drawn]), seed)
    return Estimate(value, low, high, len(rows))


def estimate(values: Sequence[float], seed: int = SEED) -> Estimate:
    """The mean with its 95 % percentile bootstrap interval.

    >>> estimate([1.0, 1.0, 1.0])
    Estimate(mean=1.0, low=1.0, high=1.0, n=3)
    """
    sample = np.asarray(values, np.float64)
    return interval(np.column_stack([sample, np.ones_like(sample)]), ratio, seed)


def difference(
    before: Floats, after: Floats, statistic: Statistic = ratio, seed: int = SEED
) -> Difference:
    """How much a figure rose from one run to another on the same questions.

    ``p`` is that of the two-sided paired randomization test: if the runs do not differ, each
    question's two rows could as well change places (Noreen, "Computer-Intensive Methods for Testing
    Hypotheses", 1989; for retrieval Smucker, Allan and Carterette, "A Comparison of Statistical
    Significance Tests for Information Retrieval Evaluation", 2007). The interval is the percentile
    bootstrap of the difference, drawing questions.

    Args:
        before: what each question added, shape (n, k), with n at least 1.
        after: the same questions in the other run, in the same order.
        statistic: the figure.
        seed: of the draws.
    """
    count = len(before)
    value = float(statistic(after) - statistic(before))
    if count == 1 or np.array_equal(before, after):
        return Difference(value, value, value, 1.0, count)
    both = np.concatenate([after, before])
    tested = stats.permutation_test(
        (np.arange(count), np.arange(count, 2 * count)),
        # SciPy names an axis; a statistic goes along the last but one, always.
        lambda one, other, axis: statistic(both[one]) - statistic(both[other]),  # noqa: ARG005
        permutation_type="samples",
        n_resamples=PERMUTATIONS,
        batch=_BATCH,
        vectorized=True,
        rng=np.random.default_rng(seed),
    )
    low, high = _drawn(count, lambda d: statistic(after[d]) - statistic(before[d]), seed)
    return Difference(value, low, high, float(tested.pvalue), count)


def _drawn(
    count: int, statistic: Callable[[NDArray[np.int64]], Floats], seed: int
) -> tuple[float, float]:
    """The percentile interval of a statistic of row numbers; (..., n) becomes (...)."""
    found = stats.bootstrap(
        (np.arange(count),),
        # As above: the axis that SciPy names is always the same.
        lambda drawn, axis: statistic(drawn),  # noqa: ARG005
        n_resamples=RESAMPLES,
        confidence_level=LEVEL,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(found.low), float(found.high)
