"""The page *Judge*: one answer at a time, and two versions side by side."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import gradio as gr

from rag.accounts.users import Person
from rag.agreement import agreements
from rag.backroom import picking, testing
from rag.backroom.blind import Blind
from rag.backroom.controls import Cell, choice, fresh, radios, submit, table, typed
from rag.backroom.desk import PRIVATE, Desk, Page
from rag.backroom.entries import VERDICTS, as_seen, made
from rag.backroom.picking import Picked, Picker
from rag.backroom.testing import TestDesk
from rag.backroom.working import SCRIPT, STYLES, Opened, Pressed, Wire, pressed
from rag.duel import Duel
from rag.errors import QueryError
from rag.journal.judging import SAMPLES, Sample
from rag.journal.reading import Entry
from rag.rating import Judgment, Verdict
from rag.types import Document
from rag.web.layout import formatted
from rag.web.markup import Markup, button, element, join
from rag.web.telling import Updates

_ABOUT = "Say of answers, one at a time, whether they are right; compare two versions, blind."
_SAMPLES: dict[str, str] = {
    "unrated": "nobody rated them",
    "unsure": "not of high confidence",
    "refused": "refused",
    "unhelpful": "somebody found them of no help",
    "judged": "another judge has judged them",
}
_KEYS = (
    "Keys, while the focus is below: 1 to 4 choose, g goes to the document, Enter there takes what "
    "is selected, Ctrl and Enter save, s skips."
)
_VERDICT = "#judging input[name=verdict]"


@dataclass(frozen=True, slots=True)
class Judging:
    """What one judge is at: an answer of a sample, or a duel."""

    answer_id: str = ""
    sample: Sample | None = None
    duel: Duel | None = None


class Judge:
    """The page's components and what they do."""

    def __init__(self, desk: Desk) -> None:
        """Make the components, in their places."""
        self._desk = desk
        self._opened = Opened(desk.settings)
        self._blind = Blind(desk)
        self._chance = secrets.SystemRandom()
        self.state = gr.State(Judging())
        with gr.Column(elem_id="desk"):
            self.head = formatted(elem_id="desk-head")
            self.queue = formatted(elem_id="queue")
            self.done = formatted(elem_id="judge-told")
            with gr.Column(elem_id="judging"):
                with gr.Row(elem_id="seen"):
                    self.conversation = formatted(elem_id="conversation")
                    self.sources = formatted(elem_id="sources")
                self.form = formatted(elem_id="verdict")
                self.wire = Wire()
                self.picker = Picker(desk, self.wire)
                self.test = TestDesk(desk, self.wire, self.picker)
            self.duels = formatted(elem_id="duels")
            self.agreement = formatted(elem_id="agreement")
        shown: list[Any] = [
            self.state, self.head, self.queue, self.done, self.conversation, self.sources,
            self.form, self.duels, self.agreement, self.wire.bridge, *self.picker.parts,
            *self.test.parts,
        ]  # fmt: skip
        gr.on([desk.arrived], desk.allowed("judge", self.arrive), None, shown, **PRIVATE)
        self.wire.bridge.press(
            desk.allowed("judge", self.press), [self.state, self.picker.state], shown,
            **PRIVATE | {"trigger_mode": "multiple"},
        )  # fmt: skip

    def arrive(self, person: Person) -> Updates:
        """The first answer."""
        head = join(element("h1", "Judge"), element("p", _KEYS, class_="note"))
        return self._next(person, Judging()) | self._standing() | {self.head: head}

    def press(
        self, person: Person, state: Judging, picked: Picked, event: gr.EventData
    ) -> Iterator[Updates]:
        """What a button or a form of the page does."""
        said = pressed(event)
        if said.verb == "duel":
            yield {self.done: element("p", "Asking both versions …", class_="told")}
            yield self._duel(said)
        else:
            yield self._press(person, said, state, picked)

    def _press(self, person: Person, said: Pressed, state: Judging, picked: Picked) -> Updates:
        if said.verb in picking.VERBS:
            answer = self._entry(state.answer_id).answer if state.answer_id else None
            return self.picker.press(said, picked, answer) or self.wire.nothing
        if said.verb in testing.VERBS:
            return self.test.press(person, said, picked)
        if said.verb == "better" and state.duel:
            told = self._blind.judged(
                person, state.duel, said.fields.get("better", ""), self._opened.book
            )
            updates = {self.done: told, self.form: "", self.state: Judging()}
            return updates | self._standing() | self.wire.tell(focus="#revealed")
        if said.verb in {"judge", "judgetest"} and state.answer_id:
            return self._judge(person, said, state, picked)
        if said.verb == "open":
            return self._show(replace(state, answer_id=said.about, duel=None))
        if said.verb == "sample":
            sample = said.fields.get("sample", "")
            chosen = next((one for one in SAMPLES if one == sample), None)
            return self._next(person, Judging(sample=chosen), focus=_VERDICT)
        if said.verb == "skip" and state.duel:
            first, second = sorted(
                (state.duel.first.index_version, state.duel.second.index_version)
            )
            return self._duel(replace(said, fields={"one": second, "other": first}))
        return self._next(person, replace(state, duel=None), focus=_VERDICT)

    def _judge(self, person: Person, said: Pressed, state: Judging, picked: Picked) -> Updates:
        verdict = said.fields.get("verdict", "")
        if verdict not in VERDICTS:
            raise QueryError("No verdict is chosen.", "Choose one of the four, by key 1 to 4.")
        judgment = Judgment(
            state.answer_id, person.name, cast("Verdict", verdict), datetime.now(UTC),
            picked.gold, picked.quote, said.fields.get("note", ""),
        )  # fmt: skip
        self._opened.book.note(judgment)
        told = element(
            "p",
            f"Saved: {VERDICTS[verdict].lower()}. ",
            button(f"open-{state.answer_id}", "Change it", class_="quiet"),
            class_="told",
        )
        if said.verb == "judge":
            return self._next(person, state, focus=_VERDICT) | self._standing() | {self.done: told}
        entry = self._entry(state.answer_id)
        refusal = verdict == "should_have_refused"
        going_on = element("p", button("skip", "Next answer", class_="quiet"), class_="row")
        return (
            {self.form: going_on, self.done: told}
            | self._standing()
            | self.test.begin(entry.summary.query, entry.answer, refusal=refusal)
        )

    def _next(self, person: Person, state: Judging, focus: str = "") -> Updates:
        """Another answer that this judge has not judged."""
        book = self._opened.book
        answer_id = book.draw(person.name, state.sample, self._chance)
        left = book.left(person.name)
        queue = {self.queue: _queue(state.sample, left)}
        if answer_id is None:
            told = element("p", "Nothing is left to judge here.", class_="told")
            nothing = {self.conversation: told, self.sources: "", self.form: "", self.done: ""}
            away = self.picker.hide() | self.test.hide()
            return queue | nothing | away | {self.state: replace(state, answer_id="", duel=None)}
        shown = self._show(replace(state, answer_id=answer_id, duel=None))
        updates = queue | shown | {self.done: ""}
        return self.wire.join(updates, self.wire.tell(focus=focus)) if focus else updates

    def _show(self, state: Judging) -> Updates:
        entry = self._entry(state.answer_id)
        created = made(self._desk.index_dir, entry.summary.index_version)
        seen, sources = as_seen(entry, self._document, created)
        return {
            self.state: state,
            self.conversation: seen,
            self.sources: sources,
            self.form: _form(),
            **self.test.hide(),
            **self.picker.begin(entry.answer),
        }

    def _duel(self, said: Pressed) -> Updates:
        one, other = said.fields.get("one", ""), said.fields.get("other", "")
        opened = self._opened
        question = said.fields.get("question", "")
        found = self._blind.duel(one, other, question, opened.reader, opened.book)
        seen, sources = self._blind.shown(found)
        return {
            self.state: Judging(duel=found),
            self.conversation: seen,
            self.sources: sources,
            self.form: self._blind.form(),
            self.done: "",
            **self.picker.hide(),
            **self.test.hide(),
        } | self.wire.tell(focus="#judging input[name=better]")

    def _standing(self) -> Updates:
        """How far judges agree, and what they found of versions."""
        book = self._opened.book
        duels = join(
            element("h2", "Two versions side by side, blind"),
            self._blind.chooser(),
            self._blind.tally(book),
        )
        return {self.duels: duels, self.agreement: _agreement(self._opened)}

    def _entry(self, answer_id: str) -> Entry:
        entry = self._opened.reader.entry(answer_id)
        if entry is None:
            raise QueryError("This answer is no longer kept.", "Go on with another one.")
        return entry

    def _document(self, doc_id: str, version: str) -> Document | None:
        return self._desk.chatbot.opened(version).document(doc_id)


def _queue(sample: Sample | None, left: dict[Sample, int]) -> Markup:
    options = {"": "of all sorts"}
    options |= {name: f"{_SAMPLES[name]} ({count:,} left)" for name, count in left.items()}
    return element(
        "form",
        choice("sample", "Answers", options, sample or ""),
        submit("sample", "Judge these"),
        class_="row",
    )


def _form() -> Markup:
    return element(
        "form",
        radios("verdict", "This answer is", VERDICTS),
        typed("note", "A note, if you like", maxlength="500"),
        element(
            "p",
            submit("judge", "Save, and go on", main=True),
            submit("judgetest", "Save, and make it a test"),
            button("skip", "Skip", class_="quiet"),
            class_="row",
        ),
        class_="verdict",
        id=fresh(),
    )


def _agreement(opened: Opened) -> Markup:
    head = element("h2", "Do judges agree?")
    found = agreements(opened.book.by_judge())
    if not found:
        told = "No answer has been judged by two yet: judge what another judge has judged."
        return join(head, element("p", told, class_="note"))
    heads: list[str | Cell] = [
        "Judges",
        *(Cell(w, figure=True) for w in ("Answers", "Same verdict", "Cohen's kappa")),
    ]
    rows: list[list[Cell | str]] = [
        [
            " and ".join(one.judges),
            Cell(str(one.count), figure=True),
            Cell(f"{one.same:.0%}", figure=True),
            Cell("–" if one.kappa is None else f"{one.kappa:.2f}", figure=True),
        ]
        for one in found
    ]
    note = (
        "Kappa is 1 where two always agree, and 0 where they agree as often as chance would have "
        "it; below 0.4 the verdicts are worth little (Landis and Koch, 1977: at most fair)."
    )
    return join(head, table("Every two judges", heads, rows), element("p", note, class_="note"))


def _build(desk: Desk) -> None:
    Judge(desk)


PAGE = Page("judge", "Judge", _ABOUT, "judge", _build, styles=STYLES, scripts=(SCRIPT,))
