"""Pictures of a calibration: is the confidence true, and what does refusing buy?"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("agg")

from matplotlib.figure import Figure

from eval.calibrate import Learnt
from rag.curves import risk_coverage

_BINS = 5
_BLUE, _GREY = "#1f5f8b", "#8a8f98"


def draw_calibration(learnt: Learnt, finder: str, path: Path) -> None:
    """Reliability by bins of equal count, and the risk-coverage curve, as one SVG."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    outcome = learnt.outcome
    groups = np.array_split(np.argsort(outcome.support), _BINS)
    said = [float(outcome.support[group].mean()) for group in groups]
    true = [float(outcome.right[group].mean()) for group in groups]
    left.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="perfect")
    left.plot(said, true, color=_BLUE, marker="o", label=f"{finder}, out of fold")
    left.set(xlabel="confidence", ylabel="share right", title="Is the confidence true?")
    left.legend()
    coverage, risk = risk_coverage(outcome.certainty)
    right.plot(coverage, risk, color=_BLUE)
    at = float((outcome.support >= learnt.threshold).mean())
    right.axvline(at, color=_GREY, linestyle="--", label=f"threshold {learnt.threshold:.2f}")
    right.set(xlabel="share of questions answered", ylabel="share of answers wrong",
              title="What does refusing buy?", ylim=(0, None))  # fmt: skip
    right.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
