"""From logits to probabilities: a logistic model fitted on the calibration articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.reader import Output, Reader
from training.judged import Judged, judged_pairs
from training.sources import Question

Floats = NDArray[np.float64]
_SEED = 20
_STEPS = 50
_RIDGE = 1e-3


def calibrate(reader: Reader, questions: Sequence[Question]) -> dict[str, object]:
    """Fit on the questions of the calibration part.

    Answerable and unanswerable pairs weigh the same in total, and so do the kinds of unanswerable
    ones: what share of real questions has an answer is not for the reader to know.

    Returns:
        The weights for ``rag.reader.Calibration`` and what they were fitted on.
    """
    pairs = judged_pairs([q for q in questions if q.part == "calibration"], _SEED)
    outputs = reader.measure([p.source.question for p in pairs], [p.passage for p in pairs])
    known = [(p, o[0]) for p, o in zip(pairs, outputs, strict=True) if o]
    features = features_of([output for _, output in known])
    labels = np.array([float(pair.answers) for pair, _ in known])
    weights = _balanced([pair for pair, _ in known])
    answerable, margin, bias = (float(x) for x in fit_logistic(features, labels, weights))
    kinds = Counter(pair.kind for pair, _ in known)
    return {
        "weights": {"answerable": answerable, "margin": margin, "bias": bias},
        "method": "logistic regression, answerable and unanswerable pairs weighing the same",
        "fitted_on": dict(kinds.most_common()),
        "sets": dict(Counter(pair.source.source for pair, _ in known).most_common()),
        "seed": _SEED,
    }


def features_of(outputs: Sequence[Output]) -> Floats:
    """Answerability logit, span margin and 1 of each pair, shape (pairs, 3)."""
    return np.array([[o.answerable, o.margin, 1.0] for o in outputs])


def _balanced(pairs: Sequence[Judged]) -> Floats:
    counts = Counter(pair.kind for pair in pairs)
    negatives = len(counts) - 1
    share = {k: 0.5 if k == "answerable" else 0.5 / negatives for k in counts}
    return np.array([share[p.kind] / counts[p.kind] for p in pairs]) * len(pairs)


def fit_logistic(features: Floats, labels: Floats, weights: Floats) -> Floats:
    """Coefficients by Newton's method with a slight ridge, which keeps them finite.

    Args:
        features: shape (n, k), a constant column for a bias.
        labels: 0 or 1, shape (n,).
        weights: of the examples, shape (n,).
    """
    coefficients = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(features @ coefficients, -30, 30)))
        gradient = features.T @ (weights * (chances - labels)) + _RIDGE * coefficients
        spread = weights * chances * (1 - chances)
        hessian = (features * spread[:, None]).T @ features + _RIDGE * np.eye(len(coefficients))
        step = np.linalg.solve(hessian, gradient)
        coefficients = coefficients - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return np.asarray(coefficients, np.float64)
