"""The pictures of the page *Quality*, each of them a figure of plotly's with a table beside it.

Plotly takes no colours of a style sheet: those of text and lines are put in their place by
``work.css``, in light and dark. What is drawn has colours that stand out from both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from rag.backroom.controls import Cell, folded, heads, table
from rag.curves import Floats, reliability, risk_coverage
from rag.quality import Past
from rag.web.markup import Markup

# 3 to 1 or more against the surfaces of both schemes (WCAG 2.2, 1.4.11), and told apart by dashes
# and marks too.
COLOURS = ("#2a8a92", "#b5651d", "#7a6fb0")
_DASHES = ("solid", "dash", "dot")
_MARKS = ("circle", "square", "diamond")
_HEIGHT = 300
MEASURES: Mapping[str, str] = {
    "answer accuracy": "answers right",
    "refusal recall": "refused, of what no document says",
    "recall@5": "recall, 5 best chunks",
}
_QUANTILES = {"p50": "half of the answers", "p95": "19 of 20 answers"}


def over_time(runs: Sequence[Past]) -> go.Figure:
    """Accuracy, refusal and recall of each run, the oldest to the left."""
    names = [_name(run, number) for number, run in enumerate(runs)]
    lines = {}
    for measure, label in MEASURES.items():
        figures = [run.figure(measure) for run in runs]
        lines[label] = [figure.value if figure else None for figure in figures]
    return _lines(names, lines, "share of questions", percent=True)


def over_time_table(runs: Sequence[Past]) -> Markup:
    """The same as a table."""
    names = heads(["Run", "Index version"], list(MEASURES.values()))
    rows: list[list[Cell | str]] = []
    for run in reversed(runs):
        row: list[Cell | str] = [_when(run), Cell(run.index_version)]
        for measure in MEASURES:
            found = run.figure(measure)
            row.append(Cell(share(found.value if found else None), figure=True))
        rows.append(row)
    caption = "Accuracy, refusal and recall, the newest run first"
    return folded("As a table", table(caption, names, rows))


def latency(runs: Sequence[Past]) -> go.Figure:
    """How long whole answers took in each run."""
    names = [_name(run, number) for number, run in enumerate(runs)]
    lines = {
        label: [run.latency.get("whole", {}).get(quantile) for run in runs]
        for quantile, label in _QUANTILES.items()
    }
    return _lines(names, lines, "milliseconds, at most", percent=False)


def latency_table(runs: Sequence[Past]) -> Markup:
    """The same as a table."""
    names = heads(["Run", "Index version"], [f"{label}, ms" for label in _QUANTILES.values()])
    rows: list[list[Cell | str]] = [
        [
            _when(run),
            Cell(run.index_version),
            *(
                Cell(_number(run.latency.get("whole", {}).get(quantile)), figure=True)
                for quantile in _QUANTILES
            ),
        ]
        for run in reversed(runs)
    ]
    return folded("As a table", table("How long answers took, the newest run first", names, rows))


def risk(now: Floats, before: Floats | None) -> go.Figure:
    """The risk–coverage curve, and behind it that of the run before."""
    figure = _figure("share of questions answered, the surest first", "share of those wrong")
    for rows, name, number in ((now, "this run", 0), (before, "the run before", 1)):
        if rows is not None and len(rows):
            coverage, wrong = risk_coverage(rows)
            figure.add_scatter(
                x=coverage.tolist(), y=wrong.tolist(), mode="lines", name=name,
                line={"color": COLOURS[number], "dash": _DASHES[number], "width": 2},
            )  # fmt: skip
    figure.update_xaxes(range=[0, 1.01], tickformat=".0%")
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return figure


def risk_table(now: Floats) -> Markup:
    """The curve at each tenth."""
    rows: list[list[Cell | str]] = []
    if len(now):
        coverage, wrong = risk_coverage(now)
        for tenth in range(1, 11):
            at = max(round(tenth / 10 * len(coverage)) - 1, 0)
            rows.append([share(float(coverage[at])), Cell(share(float(wrong[at])), figure=True)])
    names = heads(["Questions answered, the surest first"], ["Of those wrong"])
    return folded("As a table", table("What refusing buys", names, rows))


def calibration(now: Floats) -> go.Figure:
    """Confidence beside the share right; a dot is the larger, the more answers it stands for."""
    figure = _figure("confidence of the answer", "share of those right")
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="perfect",
        line={"color": COLOURS[1], "dash": "dash", "width": 1},
    )  # fmt: skip
    bins = reliability(now)
    most = max((one.count for one in bins), default=1)
    figure.add_scatter(
        x=[one.said for one in bins], y=[one.true for one in bins], mode="lines+markers",
        name="this run", text=[f"{one.count} questions" for one in bins],
        line={"color": COLOURS[0], "width": 1},
        marker={"size": [8 + 18 * (one.count / most) ** 0.5 for one in bins]},
    )  # fmt: skip
    figure.update_xaxes(range=[0, 1.01], tickformat=".0%")
    figure.update_yaxes(range=[0, 1.05], tickformat=".0%")
    return figure


def calibration_table(now: Floats) -> Markup:
    """The same as a table."""
    rows: list[list[Cell | str]] = [
        [
            share(one.said),
            Cell(share(one.true), figure=True),
            Cell(str(one.count), figure=True),
        ]
        for one in reliability(now)
    ]
    names = heads(["Mean confidence"], ["Share right", "Questions"])
    return folded("As a table", table("Is the confidence true?", names, rows))


def share(value: float | None) -> str:
    """A share in percent.

    >>> share(0.9666), share(None)
    ('96.7 %', '–')
    """
    return "–" if value is None else f"{100 * value:.1f} %"


def _lines(
    names: Sequence[str], lines: Mapping[str, Sequence[float | None]], axis: str, *, percent: bool
) -> go.Figure:
    figure = _figure("", axis)
    for number, (label, values) in enumerate(lines.items()):
        colour = COLOURS[number]
        figure.add_scatter(
            x=list(names), y=list(values), mode="lines+markers", name=label,
            line={"color": colour, "dash": _DASHES[number], "width": 2},
            marker={"symbol": _MARKS[number], "size": 8},
        )  # fmt: skip
    if percent:
        lowest = min((v for values in lines.values() for v in values if v is not None), default=0)
        figure.update_yaxes(tickformat=".0%", range=[max(0, min(0.8, lowest - 0.05)), 1.01])
    else:
        figure.update_yaxes(rangemode="tozero")
    figure.update_xaxes(type="category")
    return figure


def _figure(x: str, y: str) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        template="none",
        height=_HEIGHT,
        margin={"l": 56, "r": 36, "t": 8, "b": 44},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, sans-serif", "size": 13},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": {"text": x}, "zeroline": False, "showgrid": False, "fixedrange": True},
        yaxis={"title": {"text": y}, "zeroline": False, "fixedrange": True},
        hovermode="closest",
        dragmode=False,
    )
    return figure


def _name(run: Past, number: int) -> str:
    """A run under the axis; the number keeps two of the same minute apart."""
    version = run.index_version.partition("-")[0]
    return f"{number + 1}. {run.created[5:10]} {run.created[11:16]}<br>index {version}"


def _when(run: Past) -> str:
    return f"{run.created[:10]} {run.created[11:16]}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
