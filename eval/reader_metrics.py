"""What the reader is measured by: span overlap, ranking, calibration, intervals by cluster."""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.text import sentence_spans

Floats = NDArray[np.float64]
LEVEL = 0.95
RESAMPLES = 1_000
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval; ``n`` is the number of questions."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def auroc(scores: Floats, labels: Floats) -> float:
    """The chance that a positive scores above a negative, ties counting half.

    >>> auroc(np.array([0.9, 0.8, 0.3, 0.3]), np.array([1.0, 0.0, 1.0, 0.0]))
    0.625
    """
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    positives = float(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return float("nan")
    return float(
        (ranks[labels > 0].sum() - positives * (positives + 1) / 2) / positives / negatives
    )


def mean(values: Floats, _: Floats) -> float:
    """The mean of the first argument, to be used where ``auroc`` could be."""
    return float(values.mean())


def interval(
    values: Sequence[float],
    labels: Sequence[float],
    clusters: Sequence[Hashable],
    figure: Callable[[Floats, Floats], float],
    seed: int,
) -> Interval:
    """A figure with its percentile interval, drawing whole clusters.

    Questions on one paragraph hang together, so drawing single ones would make it too narrow.
    """
    value, label = np.asarray(values, np.float64), np.asarray(labels, np.float64)
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row, cluster in enumerate(clusters):
        rows[cluster].append(row)
    groups = [np.array(group) for group in rows.values()]
    rng = np.random.default_rng(seed)
    figures = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        figures.append(figure(value[drawn], label[drawn]))
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(figures, [tail, 1 - tail])
    return Interval(figure(value, label), float(low), float(high), len(value))


def plain(text: str) -> list[str]:
    """Words as SQuAD compares them: small letters, no punctuation, no articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def f1(found: str, answers: Sequence[str]) -> float:
    """The best word overlap with any of the answers (Rajpurkar et al., 2016).

    >>> f1("the red fox", ["fox", "a brown fox"])
    0.6666666666666666
    """
    return max(_overlap(plain(found), plain(answer)) for answer in answers)


def _overlap(found: list[str], answer: list[str]) -> float:
    common = sum((Counter(found) & Counter(answer)).values())
    if not common:
        return float(found == answer)
    precision, recall = common / len(found), common / len(answer)
    return 2 * precision * recall / (precision + recall)


def exact(found: str, answers: Sequence[str]) -> float:
    """1 if the words are those of one of the answers."""
    return float(any(plain(found) == plain(answer) for answer in answers))


def picked_sentence(passage: str, start: int, end: int) -> tuple[int, int]:
    """The sentence with most of the span; the span itself where it lies in none."""
    spans = sentence_spans(passage)
    best = max(spans, key=lambda s: min(end, s[1]) - max(start, s[0]), default=(start, end))
    return best if min(end, best[1]) > max(start, best[0]) else (start, end)


def risk_coverage(chances: Floats, right: Floats) -> list[tuple[float, float]]:
    """(share answered, share of those that is wrong) for each share from a tenth to all.

    The most certain are answered first.
    """
    order = np.argsort(-chances, kind="stable")
    wrong = 1 - right[order]
    points = []
    for tenth in range(1, 11):
        count = max(1, round(len(order) * tenth / 10))
        points.append((tenth / 10, float(wrong[:count].mean())))
    return points
