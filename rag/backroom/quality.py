"""The page *Quality*: the latest evaluation, what it changed, and running it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from rag.accounts.users import Person
from rag.backroom import charts, picking, testing
from rag.backroom.desk import PRIVATE, Desk, Page
from rag.backroom.picking import Picked, Picker
from rag.backroom.results import figures_of, head_of, listed
from rag.backroom.testing import TestDesk
from rag.backroom.working import SCRIPT, STYLES, Pressed, Wire, pressed
from rag.evaluating import Evaluation, Progress
from rag.quality import Past, certainty, lines_of, past_runs, run_of
from rag.runs import Run
from rag.web.layout import formatted
from rag.web.markup import Markup, button, element, join
from rag.web.telling import Updates

_ABOUT = "How good the answers are: the latest evaluation, and what it changed."
_MOST_RUNS = 20
# How often the page looks how far an evaluation is, in seconds.
_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class View:
    """Which questions one member of staff looks at."""

    fields: Mapping[str, str] = field(default_factory=lambda: {"part": "dev"})
    offset: int = 0
    question: str = ""


class Quality:
    """The page's components and what they do."""

    def __init__(self, desk: Desk) -> None:
        """Make the components, in their places."""
        self._desk = desk
        self._evaluation = Evaluation(desk.settings)
        self._kept: tuple[tuple[Past, ...], Run | None, Run | None] = ((), None, None)
        self.view = gr.State(View())
        self.seen = gr.State("none")
        with gr.Column(elem_id="desk"):
            self.head = formatted(elem_id="desk-head")
            self.running = formatted(elem_id="running")
            self.figures = formatted(elem_id="figures")
            with gr.Row(elem_classes=["charts"]):
                self.time, self.time_table = _chart("accuracy", "Accuracy, refusal, recall")
                self.latency, self.latency_table = _chart("latency", "Latency")
            with gr.Row(elem_classes=["charts"]):
                self.risk, self.risk_table = _chart("risk", "Risk and coverage")
                self.calibration, self.calibration_table = _chart("calibration", "Calibration")
            self.questions = formatted(elem_id="questions")
            self.wire = Wire()
            self.picker = Picker(desk, self.wire)
            self.test = TestDesk(desk, self.wire, self.picker)
            self.timer = gr.Timer(_LOOK, active=False)
        shown: list[Any] = [
            self.view, self.seen, self.head, self.running, self.figures, self.time,
            self.time_table, self.latency, self.latency_table, self.risk, self.risk_table,
            self.calibration, self.calibration_table, self.questions, self.timer,
            self.wire.bridge, *self.picker.parts, *self.test.parts,
        ]  # fmt: skip
        inputs = [self.view, self.picker.state]
        arrived = gr.on([desk.arrived], desk.allowed("judge", self.arrive), None, shown, **PRIVATE)
        # Figures first: the browser takes a second to get ready for pictures.
        arrived.then(desk.allowed("judge", self.draw), None, shown, **PRIVATE)
        self.wire.bridge.press(
            desk.allowed("judge", self.press), inputs, shown,
            **PRIVATE | {"trigger_mode": "multiple"},
        )  # fmt: skip
        self.timer.tick(desk.allowed("judge", self.look), [self.view, self.seen], shown, **PRIVATE)

    def arrive(self, person: Person) -> Updates:  # the desk's
        """The latest run, but for its pictures."""
        return self._all(View())

    def draw(self, person: Person) -> Updates:  # the desk's
        """The pictures."""
        return self._pictures() or self.wire.nothing

    def look(self, person: Person, view: View, seen: str) -> Updates:
        """How far the evaluation is; the new run, once it is done."""
        progress = self._evaluation.progress
        if progress.state != "running" and seen == "running":
            return self._all(view) | self._pictures()
        return self._progress(progress)

    def press(self, person: Person, view: View, picked: Picked, event: gr.EventData) -> Updates:
        """What a button or a form of the page does."""
        said = pressed(event)
        if said.verb in picking.VERBS:
            return self.picker.press(said, picked, None) or self.wire.nothing
        if said.verb in testing.VERBS:
            return self.test.press(person, said, picked)
        if said.verb == "run":
            self._evaluation.start()
            return self._progress(self._evaluation.progress) | self.wire.tell(focus="#run-state")
        if said.verb == "halt":
            self._evaluation.stop()
            return self._progress(self._evaluation.progress) | self.wire.tell(focus="#run-state")
        if said.verb == "test":
            return self._test(said)
        if said.verb == "questions":
            view = View(said.fields)
        else:
            view = replace(view, offset=said.number())
        return self._questions(view) | self.wire.tell(focus="#questions .row select")

    def _test(self, said: Pressed) -> Updates:
        _, run, _ = self._runs()
        number = said.number()
        if run is None or number >= len(run.outcomes):
            return self.wire.nothing
        outcome = run.outcomes[number]
        question = outcome.understood or outcome.question
        return self.wire.join(self.picker.begin(None), self.test.begin(question, None))

    def _runs(self) -> tuple[tuple[Past, ...], Run | None, Run | None]:
        """The runs, and the latest two of them whole; read again when there is another."""
        found = past_runs(self._desk.settings.data_dir / "eval" / "runs", _MOST_RUNS)
        if found != self._kept[0]:
            latest = run_of(found[-1]) if found else None
            before = run_of(found[-2]) if len(found) > 1 else None
            self._kept = found, latest, before
        return self._kept

    def _all(self, view: View) -> Updates:
        runs, run, _ = self._runs()
        updates = self._progress(self._evaluation.progress) | self.picker.hide() | self.test.hide()
        if run is None:
            told = "No evaluation has been kept yet. Run one, or run `python -m eval all`."
            head = join(element("h1", "Quality"), element("p", told, class_="note"))
            return updates | {self.head: head, self.view: view}
        updates |= {self.head: head_of(run), self.figures: figures_of(runs)}
        return updates | self._questions(view)

    def _pictures(self) -> Updates:
        runs, run, before = self._runs()
        if run is None:
            return {}
        now = certainty(run.outcomes)
        then = certainty(before.outcomes) if before else None
        return {
            self.time: charts.over_time(runs),
            self.time_table: charts.over_time_table(runs),
            self.latency: charts.latency(runs),
            self.latency_table: charts.latency_table(runs),
            self.risk: charts.risk(now, then),
            self.risk_table: charts.risk_table(now),
            self.calibration: charts.calibration(now),
            self.calibration_table: charts.calibration_table(now),
        }

    def _questions(self, view: View) -> Updates:
        _, run, before = self._runs()
        lines = lines_of(run, before) if run else ()
        shown = listed(lines, view.fields, view.offset, compared=before is not None)
        return {self.view: view, self.questions: shown}

    def _progress(self, progress: Progress) -> Updates:
        running = progress.state == "running"
        return {
            self.running: _progress(progress),
            self.timer: gr.Timer(_LOOK, active=running),
            self.seen: progress.state,
        }


def _chart(name: str, title: str) -> tuple[gr.Plot, gr.Markdown]:
    with gr.Column(elem_classes=["chart"]):
        # The only words here that are there from the start.
        gr.Markdown(element("h2", title), sanitize_html=True, container=False)
        plot = gr.Plot(show_label=False, container=False, elem_id=f"{name}-chart")
        return plot, formatted(elem_id=f"{name}-table")


def _progress(progress: Progress) -> Markup:
    """How far the evaluation is, with the button that fits."""
    start = button("run", "Run the evaluation again", class_="main")
    if progress.state == "running":
        said = f"{progress.asked} of {progress.total} questions, {progress.seconds:.0f} s"
        if not progress.total:
            said = "Opening the index and the models …"
        bar = element(
            "label",
            element("span", said),
            element("progress", value=str(progress.asked), max=str(progress.total or 1)),
            class_="progress",
        )
        stop = button("halt", "Stop it", class_="quiet")
        return element("div", bar, stop, class_="row", id="run-state", tabindex="-1")
    told = {
        "none": "It asks every question of every set, some minutes long; answers go on.",
        "done": f"Done in {progress.seconds:.0f} s.",
        "ended": "Stopped; nothing was kept.",
        "failed": f"It failed: {progress.problem or 'without a word'}",
    }[progress.state]
    note = element("span", told, class_="warning" if progress.state == "failed" else "note")
    return element("div", start, note, class_="row", id="run-state", tabindex="-1")


def _build(desk: Desk) -> None:
    Quality(desk)


PAGE = Page("quality", "Quality", _ABOUT, "judge", _build, styles=STYLES, scripts=(SCRIPT,))
