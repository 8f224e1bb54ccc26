"""Evaluation runs over time, and what a run changed since the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from rag.curves import Floats
from rag.runs import FORMAT, Figure, Outcome, Run, RunError, load_run

# What the lines of a run's file begin with behind what is said of the whole run.
_OUTCOMES = ' "outcomes": ['
# What a question adds to the curves of confidence.
_CERTAINTY = "certainty"
_FIGURES = TypeAdapter(Mapping[str, Mapping[str, Figure]])
_LATENCY = TypeAdapter(Mapping[str, Mapping[str, float]])

Change = Literal["", "fixed", "broken", "new"]


@dataclass(frozen=True, slots=True)
class Past:
    """A kept run without its questions; ``created`` is ISO 8601, UTC."""

    path: Path
    name: str
    created: str
    index_version: str
    figures: Mapping[str, Mapping[str, Figure]]
    latency: Mapping[str, Mapping[str, float]]

    def figure(self, measure: str, part: str = "overall") -> Figure | None:
        """A figure, ``None`` where it was not measured."""
        return self.figures.get(part, {}).get(measure)


@dataclass(frozen=True, slots=True)
class Line:
    """A question of a run and what became of it since the run before."""

    outcome: Outcome
    change: Change


def past_runs(folder: Path, most: int) -> tuple[Past, ...]:
    """The newest kept runs, the oldest of them first; broken files are left out."""
    paths = folder.glob("*.json") if folder.is_dir() else ()
    found = [past for past in map(_past, paths) if past]
    return tuple(sorted(found, key=lambda past: (past.created, past.path.name))[-most:])


def run_of(past: Past) -> Run | None:
    """The whole run, ``None`` where its file is gone or broken meanwhile."""
    try:
        return load_run(past.path)
    except RunError:
        return None


def lines_of(run: Run, before: Run | None) -> tuple[Line, ...]:
    """The questions of a run; what was never asked before is new, if there was a run before."""
    earlier = {one.key: one.right for one in before.outcomes} if before else None
    return tuple(Line(one, _change(one, earlier)) for one in run.outcomes)


def certainty(outcomes: Sequence[Outcome]) -> Floats:
    """(confidence, right) of the questions that count for it, of shape (n, 2)."""
    rows = [one.counts[_CERTAINTY] for one in outcomes if _CERTAINTY in one.counts]
    return np.array(rows, np.float64).reshape(len(rows), 2)


def _change(outcome: Outcome, earlier: Mapping[tuple[str, str], bool] | None) -> Change:
    if earlier is None:
        return ""
    before = earlier.get(outcome.key)
    if before is None:
        return "new"
    if before == outcome.right:
        return ""
    return "fixed" if outcome.right else "broken"


def _past(path: Path) -> Past | None:
    """What a file says of its whole run: a thousandth of what it says of the questions."""
    try:
        fields = _head(path)
        if not isinstance(fields, dict) or fields.get("format") != FORMAT:
            return None
        return Past(
            path=path,
            name=str(fields["name"]),
            created=str(fields["created"]),
            index_version=str(fields["index_version"]),
            figures=_FIGURES.validate_python(fields["figures"]),
            latency=_LATENCY.validate_python(fields["latency"]),
        )
    except (OSError, ValueError, KeyError, ValidationError):
        return None


def _head(path: Path) -> Any:
    lines: list[str] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith(_OUTCOMES):
                return json.loads("".join(lines).rstrip().rstrip(",") + "}")
            lines.append(line)
    return None
