"""The pictures of an evaluation report, each as one SVG element without any network address."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from markupsafe import Markup

mpl.use("agg")

from matplotlib.figure import Figure

from eval.intervals import Floats
from rag.curves import reliability, risk_coverage
from rag.runs import Figure as Estimate

_BLUE, _GREY, _PALE = "#1f5f8b", "#6b7280", "#c9d6e2"
_STYLE: Any = {
    # Letters stay letters: they can be searched, and the page stays small.
    "svg.fonttype": "none",
    # Else two pictures of the same run differ in their ids.
    "svg.hashsalt": "evaluation",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _GREY,
    "xtick.color": _GREY,
    "ytick.color": _GREY,
}
_HEADER = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>\s*", re.DOTALL)
_ID = re.compile(r'(id="|url\(#|href="#)')


def draw_risk(now: Floats, earlier: Floats | None, called: str) -> Markup:
    """The risk–coverage curve of (confidence, right) rows, and behind it an earlier run's."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.2, 3.6), layout="constrained")
        axes = figure.subplots()
        for rows, color, label in ((earlier, _PALE, called), (now, _BLUE, "this run")):
            if rows is not None and len(rows):
                axes.plot(*risk_coverage(rows), color=color, linewidth=2, label=label)
        axes.set(xlabel="share of questions answered, the surest first",
                 ylabel="share of those answers wrong", xlim=(0, 1), ylim=(0, None))  # fmt: skip
        axes.legend(frameon=False, loc="upper left")
        return _svg(figure, "risk")


def draw_calibration(rows: Floats) -> Markup:
    """The share right by confidence, the size of a dot being how many questions are in it."""
    bins = reliability(rows)
    said, true = [one.said for one in bins], [one.true for one in bins]
    sizes = [20 + 3.0 * one.count for one in bins]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(5.2, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="perfect")
        axes.plot(said, true, color=_BLUE, linewidth=1)
        axes.scatter(said, true, s=sizes, color=_BLUE, zorder=3, label="this run")
        axes.set(xlabel="confidence of the answer", ylabel="share of those answers right",
                 xlim=(0, 1), ylim=(-0.03, 1.03))  # fmt: skip
        axes.legend(frameon=False, loc="upper left")
        return _svg(figure, "calibration")


def draw_shares(picture: str, names: Sequence[str], figures: Sequence[Estimate]) -> Markup:
    """Shares with their intervals, one below the other, in the order given.

    ``picture`` is a name, of letters, that no other picture of the page has.
    """
    known = [
        (name, one.value, one.low, one.high)
        for name, one in zip(names, figures, strict=True)
        if one.value is not None and one.low is not None and one.high is not None
    ]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(6.2, 0.5 + 0.34 * len(known)), layout="constrained")
        axes = figure.subplots()
        for place, (_, value, low, high) in enumerate(known):
            axes.plot([low, high], [place, place], color=_PALE, linewidth=6, zorder=1,
                      solid_capstyle="butt")  # fmt: skip
            axes.scatter([value], [place], color=_BLUE, s=42, zorder=2)
        axes.set(xlim=(-0.01, 1.02), ylim=(len(known) - 0.5, -0.5))
        axes.set_yticks(range(len(known)), [name for name, *_ in known])
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
        axes.grid(axis="x", color="#e5e7eb", zorder=0)
        axes.tick_params(axis="y", length=0, labelcolor="#111827")
        return _svg(figure, picture)


def _svg(figure: Figure, name: str) -> Markup:
    """``name`` tells the picture's ids from those of the others on the page."""
    written = io.StringIO()
    figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    # An element inside a page has no document header, and the metadata only name web addresses.
    # Matplotlib writes it, and escapes the words in it.
    return Markup(_ID.sub(rf"\1{name}-", _HEADER.sub("", written.getvalue())))  # noqa: S704
