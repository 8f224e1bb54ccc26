"""A run as one HTML page: what a manager wants to know first, and then everything else."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from eval.comparing import Compared, Comparison, alarms, compare
from eval.measures import BY_NAME, MEASURES, Measure, figure, rows_of
from eval.pictures import draw_calibration, draw_risk, draw_shares
from eval.record import RecordError
from eval.runlines import target_text
from rag.questions import Split
from rag.runs import Figure, Outcome, Run

TEMPLATE = Path(__file__).with_name("report.html")
_WORST = 10
# Longest name beside a picture.
_LONGEST_NAME = 46
# (kind of slice, heading, measure), in the order of the page.
_SLICES = (
    ("center", "By center", "answer accuracy"),
    ("document", "By document", "answer accuracy"),
    ("form", "By form of the answer", "answer accuracy"),
    ("difficulty", "By difficulty of the question", "answer accuracy"),
    ("kind", "Unanswerable questions, by kind: share refused", "refusal recall"),
    ("kind", "Follow-ups, by kind", "follow-ups right"),
    ("form", "Over several centers, by form", "several centers right"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A measure as the page shows it."""

    measure: Measure
    now: Figure
    target: str
    percent: str
    met: bool | None
    compared: Compared | None


@dataclass(frozen=True, slots=True)
class Slices:
    """A measure on each slice of one kind, the lowest first, as rows and as a picture."""

    heading: str
    rows: tuple[tuple[str, Figure], ...]
    picture: Markup


def write_page(
    run: Run, earlier: Run | None, path: Path, listed: Sequence[Split], called: str
) -> None:
    """Write the report of ``run`` beside ``earlier``; answers of splits in ``listed`` are shown.

    ``called`` is what the page calls the earlier run.

    Raises:
        RecordError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(run, earlier, listed, called), "utf-8")
    except OSError as exc:
        raise RecordError(f"{path} cannot be written.", "Check its permissions.") from exc


def page(
    run: Run, earlier: Run | None, listed: Sequence[Split], called: str = "the accepted run"
) -> str:
    """The report as HTML, which needs nothing from anywhere else."""
    comparison = compare(earlier, run) if earlier else None
    certainty = BY_NAME["risk–coverage area"]
    now = rows_of(certainty, run.outcomes)
    before = rows_of(certainty, earlier.outcomes) if earlier else None
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = number
    return environment.from_string(TEMPLATE.read_text("utf-8")).render(
        run=run,
        comparison=comparison,
        earlier=called,
        alarms=alarms(comparison) if comparison else [],
        lines=lines_of(run, comparison),
        summary=summary(run),
        risk=draw_risk(now, before, called) if len(now) else "",
        calibration=draw_calibration(now) if len(now) else "",
        slices=slices_of(run.outcomes),
        worst=worst(run.outcomes, listed),
        wrong={
            split: sum(not o.right for o in run.outcomes if o.split == split)
            for split in ("dev", "test")
        },
        listed=listed,
    )


def lines_of(run: Run, comparison: Comparison | None) -> list[Line]:
    """Every measure that the run has, over all questions."""
    compared = {one.measure.name: one for one in comparison.measures} if comparison else {}
    figures = run.figures["overall"]
    return [
        Line(
            measure, figures[measure.name], target_text(measure), _percent(measure),
            measure.met(figures[measure.name].value or 0.0), compared.get(measure.name),
        )
        for measure in MEASURES
        if measure.name in figures
    ]  # fmt: skip


def _percent(measure: Measure) -> str:
    """What a share should be, as the cards say it."""
    least = measure.exact if measure.exact is not None else measure.target
    if least is None:
        return ""
    text = f"{100 * least:.3g} %"
    if measure.exact is not None:
        return text
    return f"at most {text}" if measure.lowest else f"at least {text}"


def summary(run: Run) -> list[str]:
    """What the figures say, in plain sentences."""
    figures = run.figures["overall"]
    said: list[str] = []

    def tell(name: str, text: str) -> None:
        found = figures.get(name)
        if found is None or found.value is None or found.low is None or found.high is None:
            return
        count = round(found.value * found.n)
        between = f"{found.low:.0%} to {found.high:.0%}"
        said.append(text.format(count=count, n=found.n, share=f"{found.value:.0%}", range=between))

    tell(
        "answer accuracy",
        "Of {n} questions that the documents answer, {count} were answered right: {share} "
        "(for other such questions, most likely {range}).",
    )
    tell(
        "refusal recall",
        "Of {n} questions that they do not answer, {count} were refused: {share} ({range}).",
    )
    exact = figures.get("quote fidelity")
    if exact and exact.value is not None:
        whole = exact.value == 1
        said.append(
            "Every quotation is word for word what the document says."
            if whole
            else f"{1 - exact.value:.1%} of the quotations are not what the document says."
        )
    astray = figures.get("wrong-center citations")
    if astray and astray.value is not None:
        said.append(
            "No answer cited another center than the one asked about."
            if astray.value == 0
            else f"{astray.value:.1%} of the citations are of a wrong center."
        )
    return said


def slices_of(outcomes: Sequence[Outcome]) -> list[Slices]:
    """The slices of the page; those that no question has are left out."""
    found: list[Slices] = []
    for number_, (kind, heading, name) in enumerate(_SLICES):
        measure = BY_NAME[name]
        counted = [o for o in outcomes if measure.column in o.counts and kind in o.slices]
        names = dict.fromkeys(o.slices[kind] for o in counted)
        rows: list[tuple[str, Figure]] = []
        for value in names:
            one = figure(measure, [o for o in counted if o.slices[kind] == value])
            rows.append((value, Figure(one.mean, one.low, one.high, one.n)))
        if not rows:
            continue
        rows.sort(key=lambda row: (row[1].value or 0.0, row[0]))
        shorts = [f"{_short(value)} ({one.n})" for value, one in rows]
        drawn = draw_shares(f"slice{number_}", shorts, [one for _, one in rows])
        found.append(Slices(heading, tuple(rows), drawn))
    return found


def _short(name: str) -> str:
    return textwrap.shorten(re.sub(r"^.*/|\.\w+$", "", name), _LONGEST_NAME, placeholder=" …")


def worst(outcomes: Sequence[Outcome], listed: Sequence[Split]) -> list[tuple[str, Outcome]]:
    """The ten worst answers of some splits, each with what is bad about it.

    Citing another center comes first, then claiming what no document says, then what is wrong, the
    most confident first; then refusals of what could be answered; then what is right but badly
    cited or unsure.
    """
    return [
        (_badness(one)[1], one)
        for one in sorted((o for o in outcomes if o.split in listed), key=_worst_first)[:_WORST]
    ]


def _worst_first(outcome: Outcome) -> tuple[float, ...]:
    tier, _ = _badness(outcome)
    if outcome.right:
        return tier, outcome.counts.get("citation recall", (1.0,))[0], outcome.confidence
    return tier, 0.0, -outcome.confidence


def _badness(outcome: Outcome) -> tuple[int, str]:
    if outcome.counts.get("wrong-center citations", (0.0,))[0]:
        return 0, "cites a wrong center"
    if outcome.right:
        return 4, "right, but the least sure or the worst cited"
    if "refusal recall" in outcome.counts:
        return 1, "claims what no document says"
    if outcome.status in ("answered", "partial"):
        return 2, "wrong"
    return 3, "refused, though the documents answer it"


def number(value: float | None) -> str:
    """A figure with three digits, a dash where there is none.

    >>> number(0.5), number(None)
    ('0.500', '–')
    """
    return "–" if value is None else f"{value:.3f}"
