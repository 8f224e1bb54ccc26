"""Is a confidence true, and what does refusing buy? The points of the two curves that show it.

Rows are (confidence, right), of shape (..., n, 2), so that resampled questions can be measured
many times at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """One bin of confidence: its mean, the share right, and how many answers it has."""

    said: float
    true: float
    count: int


def risk_coverage(rows: Floats) -> tuple[Floats, Floats]:
    """Coverage and risk as the threshold falls: shares of questions answered, of those wrong.

    El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", 2010. Of
    equally confident answers the wrong ones come first, so that no order of questions flatters.
    """
    confidence, right = rows[..., 0], rows[..., 1]
    order = np.lexsort((right, -confidence), axis=-1)
    wrong = 1 - np.take_along_axis(right, order, axis=-1)
    answered = np.arange(1, rows.shape[-2] + 1)
    return answered / rows.shape[-2], np.cumsum(wrong, axis=-1) / answered


def bins_of(confidence: Floats) -> NDArray[np.int64]:
    """The number of each confidence's bin, of ``BINS`` of equal width."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def reliability(rows: Floats) -> tuple[Reliability, ...]:
    """Confidence beside the share right, for each of the ten bins that is not empty.

    Args:
        rows: of shape (n, 2).
    """
    confidence, right = rows[:, 0], rows[:, 1]
    bins = bins_of(confidence)
    return tuple(
        Reliability(
            float(confidence[bins == number].mean()),
            float(right[bins == number].mean()),
            int((bins == number).sum()),
        )
        for number in range(BINS)
        if (bins == number).any()
    )
