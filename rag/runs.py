"""Evaluation runs as they are kept: what was asked, what was said, and every figure.

``python -m eval all`` writes them; whoever shows them reads them here. ``docs/evaluation.md``
says what the figures mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rag.errors import RagError
from rag.questions import Split
from rag.types import Status

FORMAT = 1
_RUN_CURE = "Run `python -m eval all` to make one."


class RunError(RagError):
    """A kept run is missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as it was shown; ``quote`` is the slice ``[start:end]`` of the document."""

    doc_id: str
    title: str
    center: str | None
    page: int | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, and how good its answer was.

    ``set`` names the question set, ``slices`` what the question belongs to, by kind of slice, such
    as ``form``. ``expected`` tells people what a right answer has, ``faults`` what is wrong with
    this one. ``counts`` has what the question adds to each measure that it counts for, and
    ``seconds`` how long the answer took, whole and by part.
    """

    question_id: str
    set: str
    split: Split
    question: str
    understood: str
    slices: Mapping[str, str]
    status: Status
    said: str
    expected: str
    right: bool
    faults: tuple[str, ...]
    confidence: float
    cited: tuple[Cited, ...]
    counts: Mapping[str, tuple[float, ...]]
    seconds: Mapping[str, float]

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all other questions, the same in every run."""
        return self.set, self.question_id


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over ``n`` questions with its 95 % interval; ``None`` where there is none."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Run:
    """One evaluation.

    ``created`` is ISO 8601, UTC. ``surroundings`` tell with what code, settings, libraries, machine
    and seed it was made. ``figures`` are by part of the sets (``dev``, ``test``, ``overall``) and
    name of the measure; ``latency`` in milliseconds by part of an answer, then ``p50``, ``p95``.
    """

    format: int
    name: str
    created: str
    index_version: str
    surroundings: Mapping[str, Any]
    figures: Mapping[str, Mapping[str, Figure]]
    latency: Mapping[str, Mapping[str, float]]
    outcomes: tuple[Outcome, ...]

    def digest(self) -> str:
        """Twelve hexadecimal digits, the same for runs that differ in nothing but time."""
        figures = {part: {n: asdict(f) for n, f in by.items()} for part, by in self.figures.items()}
        outcomes = [asdict(replace(one, seconds={})) for one in self.outcomes]
        text = json.dumps([figures, outcomes], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


_RUN = TypeAdapter(Run)


def dump_run(run: Run) -> str:
    """A run as JSON, an outcome a line, so that two of them can be compared line by line."""
    fields = asdict(run)
    outcomes = fields.pop("outcomes")
    head = json.dumps(fields, ensure_ascii=False, indent=1, allow_nan=False)
    lines = (json.dumps(one, ensure_ascii=False, allow_nan=False) for one in outcomes)
    return f'{head[:-2]},\n "outcomes": [\n' + ",\n".join(lines) + "\n ]\n}\n"


def load_run(path: Path) -> Run:
    """Read what ``dump_run`` wrote.

    Raises:
        RunError: there is no such file, or it is no run of this format.
    """
    try:
        fields = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as exc:
        raise RunError(f"The evaluation run {path} cannot be read.", _RUN_CURE) from exc
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise RunError(f"{path.name} is no evaluation run of format {FORMAT}.", _RUN_CURE)
    try:
        return _RUN.validate_python(fields)
    except ValidationError as exc:
        place = ".".join(map(str, exc.errors()[0]["loc"]))
        raise RunError(f"The evaluation run {path.name} has a wrong `{place}`.", _RUN_CURE) from exc


def kept_runs(folder: Path) -> list[Path]:
    """The runs of a folder, the newest first; other records and broken files are left out."""
    found: list[tuple[str, Path]] = []
    for path in folder.glob("*.json") if folder.is_dir() else ():
        try:
            fields = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(fields, dict) and fields.get("format") == FORMAT and "outcomes" in fields:
            found.append((str(fields.get("created", "")), path))
    return [path for _, path in sorted(found, reverse=True)]


def without_texts(run: Run) -> Run:
    """A run with what comparing needs and no more: neither answers nor citations nor times."""
    bare: Sequence[Outcome] = [
        replace(
            one, understood="", said="", expected="", slices={}, faults=(), cited=(), seconds={}
        )
        for one in run.outcomes
    ]
    return replace(run, outcomes=tuple(bare), latency={})
