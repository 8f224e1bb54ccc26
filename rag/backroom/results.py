"""What a run found, as tables: its main figures, and its questions one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.backroom.charts import share
from rag.backroom.controls import Cell, choice, paging, submit, table
from rag.quality import Line, Past
from rag.runs import Run
from rag.web.markup import Markup, button, element, join, spoken

SIZE = 25
_HEADLINE = (
    "answer accuracy", "answerable refused", "refusal recall", "on-subject refused",
    "citation recall", "grounded statements", "quote fidelity", "wrong-center citations",
    "recall@5", "risk–coverage area", "calibration error", "follow-ups right",
    "several centers right", "matches right", "Chinese right",
)  # fmt: skip
_SHOWN = {"": "all", "wrong": "wrong", "changed": "changed since the run before"}
# Nobody is to tune on what reports are made of.
_PARTS = {"dev": "dev", "test": "test (texts hidden)", "": "both (texts of test hidden)"}
_CHANGES = {"": "", "fixed": "fixed", "broken": "broken", "new": "new"}


def head_of(run: Run) -> Markup:
    """Which run it is, and how it went."""
    created = f"{run.created[:10]} {run.created[11:16]} UTC"
    wrong = sum(not one.right for one in run.outcomes)
    told = (
        f"The latest run, “{run.name}” of {created}: index {run.index_version}, "
        f"{len(run.outcomes)} questions, {wrong} of them answered wrong."
    )
    return join(element("h1", "Quality"), element("p", told))


def figures_of(runs: Sequence[Past]) -> Markup:
    """The main figures of the newest run beside those of the run before."""
    latest, before = runs[-1], runs[-2] if len(runs) > 1 else None
    rows: list[list[Cell | str]] = []
    for name in _HEADLINE:
        now = latest.figure(name)
        if now is None:
            continue
        then = before.figure(name) if before else None
        between = "–"
        if now.low is not None and now.high is not None:
            between = f"{100 * now.low:.1f} to {100 * now.high:.1f} %"
        rows.append(
            [
                name,
                Cell(share(now.value), figure=True),
                Cell(between, figure=True),
                Cell(str(now.n), figure=True),
                Cell(share(then.value if then else None), figure=True),
            ]
        )
    heads: list[str | Cell] = [
        "Measure",
        *(Cell(w, figure=True) for w in ("Now", "95 % interval", "Questions")),
    ]
    caption = "The main figures; docs/evaluation.md says what each means"
    return table(caption, [*heads, Cell("Run before", figure=True)], rows)


def _wanted(line: Line, fields: Mapping[str, str]) -> bool:
    shown, part, name = fields.get("shown", ""), fields.get("part", ""), fields.get("set", "")
    return (
        (not part or line.outcome.split == part)
        and (not name or line.outcome.set == name)
        and (shown != "wrong" or not line.outcome.right)
        and (shown != "changed" or bool(line.change))
    )


def listed(
    lines: Sequence[Line], fields: Mapping[str, str], offset: int, *, compared: bool
) -> Markup:
    """The questions that ``fields`` ask for, a page of them; ``compared`` with a run before."""
    wanted = [(number, line) for number, line in enumerate(lines) if _wanted(line, fields)]
    shown = wanted[offset : offset + SIZE]
    sets = {"": "all"} | {line.outcome.set: line.outcome.set for line in lines}
    form = element(
        "form",
        choice("shown", "Questions", _SHOWN, fields.get("shown", "")),
        choice("set", "Set", sets, fields.get("set", "")),
        choice("part", "Part", _PARTS, fields.get("part", "")),
        submit("questions", "Show"),
        class_="row",
    )
    heads: list[str | Cell] = [
        "Question",
        "Set",
        "Result",
        "Change",
        "Said",
        "Expected",
        "Test",
    ]
    caption = "Questions of the latest run"
    if not compared:
        caption += "; there is no run before"
    rows = table(caption, heads, (_row(number, line) for number, line in shown))
    return join(element("h2", "Questions"), form, rows, paging(offset, SIZE, len(wanted)))


def _row(number: int, line: Line) -> list[Cell | str]:
    one = line.outcome
    hidden = one.split == "test"
    result = "right" if one.right else "wrong"
    if one.faults and not hidden:
        result = f"wrong: {', '.join(one.faults)}"
    return [
        element("span", one.question, **spoken(one.question)),
        Cell(f"{one.set}, {one.split}"),
        element("span", result, class_="" if one.right else "warning"),
        Cell(_CHANGES[line.change]),
        Cell("hidden" if hidden else one.said[:200]),
        Cell("hidden" if hidden else one.expected[:200]),
        button(f"test-{number}", "Make a test", class_="quiet"),
    ]
