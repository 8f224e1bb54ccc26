"""Figures with bootstrap intervals, for each part of a question set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

SEED = 20_250_508
LEVEL = 0.95
RESAMPLES = 2_000

Part = Literal["dev", "test", "overall"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of ``n`` values with its interval; all ``None`` where there is no value."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one part of a set, by name."""

    part: Part
    estimates: Mapping[str, Estimate]


def estimate(values: Sequence[float], seed: int = SEED) -> Estimate:
    """The mean with its 95 % percentile bootstrap interval.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. Questions are what
    is drawn, so an interval says how much the figure hangs on which questions were asked.

    >>> estimate([1.0, 1.0, 1.0])
    Estimate(mean=1.0, low=1.0, high=1.0, n=3)
    """
    sample = np.asarray(values, np.float64)
    if not len(sample):
        return Estimate(None, None, None, 0)
    draws = np.random.default_rng(seed).integers(0, len(sample), (RESAMPLES, len(sample)))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(sample[draws].mean(axis=1), [tail, 1 - tail])
    return Estimate(float(sample.mean()), float(low), float(high), len(sample))
