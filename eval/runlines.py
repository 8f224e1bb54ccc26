"""Runs and comparisons as plain text for a terminal, and as fields for JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from eval.comparing import Compared, Comparison
from eval.measures import MEASURES, Measure
from rag.questions import Split
from rag.runs import Figure, Outcome, Run

_PARTS = ("dev", "test", "overall")
_LONGEST = 160


def run_lines(run: Run) -> Iterator[str]:
    """Every figure over dev, test and both; `*` marks the headline, `!` a missed target."""
    yield f"index {run.index_version}, {len(run.outcomes)} questions, digest {run.digest()}"
    width = max(len(measure.name) for measure in MEASURES) + 2
    yield " " * width + "".join(f"{part:<25}" for part in _PARTS) + "target"
    for measure in MEASURES:
        cells = [run.figures.get(part, {}).get(measure.name) for part in _PARTS]
        if not any(cells):
            continue
        name = f"{'*' if measure.headline else ' '}{measure.name}"
        written = "".join(f"{_cell(measure, cell):<25}" for cell in cells)
        yield f"{name:<{width}}{written}{target_text(measure)}".rstrip()
    for part, times in run.latency.items():
        yield f" {part}: p50 {times['p50']:.0f} ms, p95 {times['p95']:.0f} ms"


def comparison_lines(comparison: Comparison, listed: Sequence[Split]) -> Iterator[str]:
    """Each measure in both runs, then the questions of the splits in ``listed`` that changed."""
    before, after = comparison.before, comparison.after
    yield f"from {before.name} of {before.created} to {after.name} of {after.created}"
    for name, (one, other) in comparison.changed.items():
        yield f"  other {name}: {_short(one)} → {_short(other)}"
    if comparison.same:
        yield "no difference: every question has the same outcome"
    else:
        width = max(len(measure.name) for measure in MEASURES) + 2
        for found in comparison.measures:
            if found.before is not None or found.after is not None:
                mark = "*" if found.measure.headline else " "
                yield f"{mark}{found.measure.name:<{width}}{_difference(found)}"
    for what, outcomes in (
        ("now right", comparison.fixed),
        ("now wrong", comparison.broken),
        ("asked for the first time", comparison.added),
        ("not asked any more", comparison.dropped),
    ):
        if outcomes:
            yield f"{what}: {len(outcomes)}"
            yield from _questions(outcomes, listed)


def comparison_fields(comparison: Comparison) -> dict[str, object]:
    """A comparison for JSON, without the texts of the runs."""
    return {
        "before": {"name": comparison.before.name, "created": comparison.before.created},
        "after": {"name": comparison.after.name, "created": comparison.after.created},
        "same": comparison.same,
        "changed": comparison.changed,
        "measures": {
            one.measure.name: {
                "before": one.before,
                "after": one.after,
                "verdict": one.verdict,
                "difference": asdict(one.difference) if one.difference else None,
            }
            for one in comparison.measures
        },
        "fixed": [one.question_id for one in comparison.fixed],
        "broken": [one.question_id for one in comparison.broken],
        "added": [one.question_id for one in comparison.added],
        "dropped": [one.question_id for one in comparison.dropped],
    }


def target_text(measure: Measure) -> str:
    """What a measure should be, empty where nothing is asked of it."""
    if measure.exact is not None:
        return f"= {measure.exact:g}"
    if measure.target is None:
        return ""
    return f"{'≤' if measure.lowest else '≥'} {measure.target:.3g}"


def _cell(measure: Measure, figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return "–"
    missed = " !" if measure.met(figure.value) is False else ""
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]{missed}"


def _difference(found: Compared) -> str:
    one, other = (f"{v:.3f}" if v is not None else "–" for v in (found.before, found.after))
    said = f"{one} → {other}  "
    difference = found.difference
    if difference is None:
        return said + "not in both"
    if found.verdict == "no difference":
        return said + "no difference"
    return said + (
        f"{found.verdict} by {difference.value:+.3f} [{difference.low:+.3f}, "
        f"{difference.high:+.3f}], p {difference.p:.4f}"
    )


def _questions(outcomes: Sequence[Outcome], listed: Sequence[Split]) -> Iterator[str]:
    for one in outcomes:
        if one.split in listed:
            yield f"  {one.question_id} {one.split}  {one.question}"
            if one.said and not one.right:
                yield f"      said: {_short(one.said)}"
                yield f"      why wrong: {'; '.join(one.faults)}"


def _short(text: str) -> str:
    return textwrap.shorten(text, _LONGEST, placeholder=" …")
