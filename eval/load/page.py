"""A run as one page that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from eval.load.running import Load
from eval.load.sampling import Sample

_TITLES = (
    "Visitors, and answers a second",
    "Time to a whole answer (s), of the last ten seconds",
    "Resident memory (MiB)",
    "Open files and sockets; threads",
    "Processors in use",
)


def page(run: Load) -> str:
    """The page, with the script that draws it in it."""
    figure = make_subplots(rows=len(_TITLES), cols=1, shared_xaxes=True, subplot_titles=_TITLES)
    at = [moment.seconds for moment in run.moments]
    _line(figure, 1, "visitors", at, [moment.visitors for moment in run.moments])
    _line(figure, 1, "answers a second", at, [moment.answers_a_second for moment in run.moments])
    _line(figure, 2, "half are faster", at, [moment.p50 / 1000 for moment in run.moments])
    _line(figure, 2, "19 of 20 are faster", at, [moment.p95 / 1000 for moment in run.moments])
    then = [sample.seconds for sample in run.samples]
    _line(figure, 3, "resident", then, [sample.mib for sample in run.samples])
    _line(figure, 4, "files and sockets", then, [sample.files for sample in run.samples])
    _line(figure, 4, "threads", then, [sample.threads for sample in run.samples])
    _line(figure, 5, "processors", then, [sample.processors for sample in run.samples])
    figure.update_layout(height=1300, template="plotly_white")
    figure.update_xaxes(title_text="seconds", row=len(_TITLES), col=1)
    drawn = figure.to_html(full_html=False, include_plotlyjs=True)
    lines = "".join(f"<li>{escape(line)}</li>" for line in told(run))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Under load</title>'
        f"<body style='font-family: sans-serif'><h1>Under load</h1><ul>{lines}</ul>{drawn}"
    )


def told(run: Load) -> list[str]:
    """A run in a few lines."""
    steps = ", ".join(f"{visitors} for {seconds} s" for visitors, seconds in run.steps)
    lines = [
        f"Visitors, each asking again a second after an answer: {steps}.",
        f"{run.answers} answers; p50 {run.p50 / 1000:.2f} s, p95 {run.p95 / 1000:.2f} s, "
        f"p99 {run.p99 / 1000:.2f} s.",
        f"Failures: {'; '.join(run.failures) or 'none'}.",
    ]
    if run.samples:
        lines.append(_taken(run.samples))
    return lines


def _taken(samples: Sequence[Sample]) -> str:
    first, last = samples[0], samples[-1]
    most = max(sample.mib for sample in samples)
    return (
        f"Memory {first.mib:.0f} MiB at first, {last.mib:.0f} at last, {most:.0f} at most; "
        f"files and sockets {first.files}, {last.files}, {max(s.files for s in samples)}; "
        f"threads {first.threads}, {last.threads}, {max(s.threads for s in samples)}."
    )


def _line(figure: go.Figure, row: int, name: str, x: Sequence[float], y: Sequence[float]) -> None:
    figure.add_trace(go.Scatter(x=x, y=y, name=name, mode="lines"), row=row, col=1)
