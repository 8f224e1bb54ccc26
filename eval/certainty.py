"""Is a confidence true, and does it tell right answers from wrong ones?

Rows are (confidence, right), of shape (..., n, 2), so that resampled questions can be measured
many times at once.
"""

from __future__ import annotations

import numpy as np

from eval.intervals import Floats
from rag.curves import BINS, bins_of, risk_coverage


def calibration_error(rows: Floats) -> Floats:
    """Expected calibration error over ten bins of equal width.

    The mean gap between confidence and the share of right answers in each bin, bins weighted by
    their questions. Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using
    Bayesian Binning", 2015.

    >>> float(calibration_error(np.array([[0.95, 1.0], [0.95, 0.0], [0.25, 0.0], [0.25, 1.0]])))
    0.35
    """
    confidence, gaps = rows[..., 0], rows[..., 0] - rows[..., 1]
    bins = bins_of(confidence)
    total = np.zeros(rows.shape[:-2])
    for number in range(BINS):
        # The weight of a bin times its mean gap is its summed gap over all questions.
        total += np.abs(np.where(bins == number, gaps, 0.0).sum(axis=-1))
    return np.asarray(total / rows.shape[-2])


def risk_area(rows: Floats) -> Floats:
    """Area under the risk–coverage curve: the mean risk over all coverages.

    Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers",
    2019.

    >>> float(risk_area(np.array([[0.9, 1.0], [0.5, 0.0]])))
    0.25
    """
    return np.asarray(risk_coverage(rows)[1].mean(axis=-1))
