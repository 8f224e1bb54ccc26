"""Make it a test: a question with its gold goes to those that wait to be accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

import gradio as gr

from rag.accounts.users import Person
from rag.backroom.controls import choice, fresh, radios, submit, typed
from rag.backroom.desk import Desk
from rag.backroom.picking import Picked, Picker
from rag.backroom.working import Pressed, Wire
from rag.pending import propose
from rag.proposals import Draft, proposal
from rag.questions import Difficulty, GoldForm, GoldQuestion, Kind
from rag.types import Answer, Place
from rag.web.layout import formatted
from rag.web.markup import Markup, button, element, join
from rag.web.telling import Updates

VERBS = frozenset({"propose", "untest"})
_GOLD, _REFUSAL = "gold", "refusal"
_OUTCOMES = {_GOLD: "The documents answer it", _REFUSAL: "It is to be refused"}
_FORMS: dict[str, str] = {
    "direct": "a fact, in few words", "description": "a description", "list": "a list",
}  # fmt: skip
_DIFFICULTIES: dict[str, str] = {name: name for name in get_args(Difficulty)}
_KINDS: dict[str, str] = {name: name for name in get_args(Kind)}
# Gold that is wanted and was not picked: no document has it, which is then told.
_NOWHERE = Place("", 0, 0)


class TestDesk:
    """The form of a test; hidden until ``begin``."""

    def __init__(self, desk: Desk, wire: Wire, picker: Picker) -> None:
        """Make the components, in their places."""
        self._desk = desk
        self._wire = wire
        self._picker = picker
        with gr.Column(visible=False, elem_id="testing") as self.column:
            self.form = formatted(elem_id="test-form")
        self.told = formatted(elem_id="test-told")

    @property
    def parts(self) -> list[gr.components.Component | gr.blocks.BlockContext]:
        """What its updates may change."""
        return [self.column, self.form, self.told]

    def begin(self, question: str, answer: Answer | None, *, refusal: bool = False) -> Updates:
        """Ask what a right answer to ``question`` is; it begins from what was answered."""
        form = answer.query.form if answer else "direct"
        outcome = _REFUSAL if refusal else _GOLD
        return {
            self.column: gr.Column(visible=True),
            self.form: _form(question, form, outcome, self._desk.chatbot.centers, answer),
            self.told: "",
        } | self._wire.tell(focus="#testing input")

    def hide(self) -> Updates:
        """Away with it, what it said included."""
        return {self.column: gr.Column(visible=False), self.told: ""}

    def press(self, person: Person, said: Pressed, picked: Picked) -> Updates:
        """Propose what the form says, or away with it.

        Raises:
            RagError: the proposal is not complete, or cannot be kept.
        """
        if said.verb == "untest":
            return self.hide()
        draft = draft_of(said.fields, picked, self._desk.chatbot.centers)
        path = self._desk.settings.pending_questions
        pending = proposal(draft, self._desk.chatbot.document, person.name)
        propose(path, pending)
        asked = pending.question
        told = join(
            element("h3", f"Proposed as {asked.question_id}.", id="test-done", tabindex="-1"),
            element("p", f"“{asked.question}” waits in {path.name}; "
                    "`python -m eval accept` puts it into the accepted set, if it is right with "
                    + (f"{'; '.join(' or '.join(group) for group in asked.words)}."
                       if isinstance(asked, GoldQuestion) else "a refusal.")),
        )  # fmt: skip
        return {
            self.column: gr.Column(visible=False),
            self.told: told,
        } | self._wire.tell(focus="#test-done")


def draft_of(fields: Mapping[str, str], picked: Picked, centers: tuple[str, ...]) -> Draft:
    """What the form says; what is none of its choices is taken for the first of them."""
    refusal = fields.get("outcome") == _REFUSAL
    center = fields.get("center", "")
    return Draft(
        question=fields.get("question", ""),
        gold=None if refusal else picked.gold or _NOWHERE,
        words=fields.get("words", "").replace(";", "\n"),
        form=cast("GoldForm", _one_of(fields.get("form"), _FORMS)),
        difficulty=cast("Difficulty", _one_of(fields.get("difficulty"), _DIFFICULTIES)),
        kind=cast("Kind", _one_of(fields.get("kind"), _KINDS)),
        center=center if center in centers else None,
        note=fields.get("note", "")[:500],
    )


def _one_of(value: str | None, options: Mapping[str, str]) -> str:
    return value if value and value in options else next(iter(options))


def _form(
    question: str, form: str, outcome: str, centers: tuple[str, ...], answer: Answer | None
) -> Markup:
    about = answer.query.centers[0] if answer and len(answer.query.centers) == 1 else ""
    names = {"": "none in particular"} | {name: name for name in centers}
    gold = element(
        "div",
        typed("words", "Words that a right answer says, as they stand in the gold "
              "( | between alternatives, ; between words that are all needed)"),
        choice("form", "Form of the answer", _FORMS, form),
        choice("difficulty", "How it is asked", _DIFFICULTIES, "other words"),
        class_="of-gold",
    )  # fmt: skip
    refused = element(
        "div",
        choice("kind", "What sort of question", _KINDS, "attribute"),
        choice("center", "About", names, about),
        class_="of-refusal",
    )
    return element(
        "form",
        element("h2", "Make it a test"),
        typed("question", "Question, as it can stand alone", question, maxlength="1000"),
        radios("outcome", "What is right", _OUTCOMES, outcome),
        gold,
        refused,
        typed("note", "A note for whoever accepts it, if you like", maxlength="500"),
        element(
            "p",
            submit("propose", "Propose it", main=True),
            button("untest", "Leave it", class_="quiet"),
            class_="row",
        ),
        class_="test",
        id=fresh(),
    )
