"""The page *Conversations*: what was asked and answered, and what people thought of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import gradio as gr

from rag.accounts.users import Person
from rag.backroom import picking, testing
from rag.backroom.controls import choice, submit, typed
from rag.backroom.desk import PRIVATE, Desk, Page
from rag.backroom.entries import RATED, REASONS, STATUSES, as_seen, facts, heading, listed, made
from rag.backroom.picking import Picked, Picker
from rag.backroom.testing import TestDesk
from rag.backroom.working import SCRIPT, STYLES, Opened, Wire, pressed
from rag.errors import QueryError
from rag.journal.reading import Entry, Rated, Selection
from rag.rating import Reason
from rag.types import Document, Status
from rag.web.layout import formatted
from rag.web.markup import Markup, button, element, join
from rag.web.telling import Updates

_SIZE = 25
_ABOUT = "What was asked and answered, as people saw it, and what they thought of it."


@dataclass(frozen=True, slots=True)
class View:
    """What one member of staff looks at: filters, where in the list, which answer."""

    fields: Mapping[str, str] = field(default_factory=dict)
    offset: int = 0
    answer_id: str = ""


class Conversations:
    """The page's components and what they do."""

    def __init__(self, desk: Desk) -> None:
        """Make the components, in their places."""
        self._desk = desk
        self._opened = Opened(desk.settings)
        self.view = gr.State(View())
        with gr.Column(elem_id="desk"):
            self.head = formatted(elem_id="desk-head")
            with gr.Column(elem_id="lists") as self.lists:
                self.filters = formatted(elem_id="filters")
                self.list = formatted(elem_id="list")
            with gr.Column(visible=False, elem_id="entry") as self.one:
                self.entry = formatted(elem_id="entry-head")
                with gr.Row(elem_id="seen"):
                    self.conversation = formatted(elem_id="conversation")
                    self.sources = formatted(elem_id="sources")
            self.wire = Wire()
            self.picker = Picker(desk, self.wire)
            self.test = TestDesk(desk, self.wire, self.picker)
        shown: list[Any] = [
            self.view, self.head, self.lists, self.filters, self.list, self.one, self.entry,
            self.conversation, self.sources, self.wire.bridge, *self.picker.parts, *self.test.parts,
        ]  # fmt: skip
        inputs = [self.view, self.picker.state]
        gr.on([desk.arrived], desk.allowed("judge", self.arrive), None, shown, **PRIVATE)
        self.wire.bridge.press(
            desk.allowed("judge", self.press), inputs, shown,
            **PRIVATE | {"trigger_mode": "multiple"},
        )  # fmt: skip

    def arrive(self, person: Person) -> Updates:  # the desk's
        """The newest answers."""
        return self._list(View()) | {self.head: element("h1", "Conversations")}

    def press(self, person: Person, view: View, picked: Picked, event: gr.EventData) -> Updates:
        """What a button or a form of the page does."""
        said = pressed(event)
        if said.verb in picking.VERBS:
            answer = self._entry(view.answer_id).answer if view.answer_id else None
            return self.picker.press(said, picked, answer) or self.wire.nothing
        if said.verb in testing.VERBS:
            return self.test.press(person, said, picked)
        if said.verb == "open":
            return self._open(replace(view, answer_id=said.about))
        if said.verb == "test":
            entry = self._entry(view.answer_id)
            return self.wire.join(
                self.picker.begin(entry.answer),
                self.test.begin(entry.summary.query, entry.answer),
            )
        if said.verb == "filter":
            return self._list(View(said.fields), focus="#list .open")
        if said.verb == "conversation":
            talk = self._entry(view.answer_id).summary.conversation
            return self._list(View({"conversation": talk}), focus="#list .open")
        if said.verb == "all":
            return self._list(View(), focus="#list .open")
        if said.verb == "page":
            return self._list(replace(view, offset=said.number()), focus="#list .open")
        return self._list(replace(view, answer_id=""), focus="#list .open")

    def _list(self, view: View, focus: str = "") -> Updates:
        reader = self._opened.reader
        listing = reader.list(selection_of(view.fields), view.offset, _SIZE)
        return (
            {
                self.view: view,
                self.lists: gr.Column(visible=True),
                self.one: gr.Column(visible=False),
                self.filters: _filters(view.fields, reader.centers()),
                self.list: listed(listing, view.offset, _SIZE),
            }
            | self.picker.hide()
            | self.test.hide()
            | (self.wire.tell(focus=focus) if focus else {})
        )

    def _open(self, view: View) -> Updates:
        entry = self._entry(view.answer_id)
        version = entry.summary.index_version
        # The documents as they were, while the version is kept.
        self._desk.chatbot.at(version)
        created = made(self._desk.index_dir, version)
        seen, sources = as_seen(entry, self._document, created)
        head = join(
            element("p", button("list", "Back to the list", class_="quiet")),
            heading("As the person saw it", "entry-title"),
            facts(entry, self._opened.book.judgments_of(view.answer_id)),
            element(
                "p",
                button("test", "Make it a test", class_="quiet"),
                button("conversation", "The whole conversation", class_="quiet"),
                class_="row",
            ),
        )
        return (
            {
                self.view: view,
                self.lists: gr.Column(visible=False),
                self.one: gr.Column(visible=True),
                self.entry: head,
                self.conversation: seen,
                self.sources: sources,
            }
            | self.picker.hide()
            | self.test.hide()
            | self.wire.tell(focus="#entry-title")
        )

    def _entry(self, answer_id: str) -> Entry:
        entry = self._opened.reader.entry(answer_id)
        if entry is None:
            raise QueryError("This answer is no longer kept.", "Go back to the list.")
        return entry

    def _document(self, doc_id: str, version: str) -> Document | None:
        return self._desk.chatbot.opened(version).document(doc_id)


def selection_of(fields: Mapping[str, str]) -> Selection:
    """Which entries the filters select; what a filter cannot mean selects nothing out."""
    since, until = _day(fields.get("since")), _day(fields.get("until"))
    return Selection(
        rated=cast("Rated | None", _one_of(fields.get("rated"), RATED)),
        reason=cast("Reason | None", _one_of(fields.get("reason"), REASONS)),
        status=cast("Status | None", _one_of(fields.get("status"), STATUSES)),
        center=fields.get("center") or None,
        since=since,
        until=until + timedelta(days=1) if until else None,
        least=_share(fields.get("least")),
        most=_share(fields.get("most")),
        conversation=fields.get("conversation") or None,
    )


def _filters(fields: Mapping[str, str], centers: Sequence[str]) -> Markup:
    def listed(name: str, label: str, options: Mapping[str, str]) -> Markup:
        return choice(name, label, {"": "any"} | dict(options), fields.get(name, ""))

    return element(
        "form",
        listed("rated", "Rating", RATED),
        listed("reason", "Reason", REASONS),
        listed("status", "Status", STATUSES),
        listed("center", "Center", {name: name for name in centers}),
        typed("since", "From", fields.get("since", ""), "date"),
        typed("until", "To", fields.get("until", ""), "date"),
        _confidence("least", "Confidence from", fields),
        _confidence("most", "to", fields),
        element(
            "p",
            submit("filter", "Show", main=True),
            button("all", "Show all", class_="quiet"),
            class_="row",
        ),
        class_="filters",
    )


def _confidence(name: str, label: str, fields: Mapping[str, str]) -> Markup:
    return typed(name, label, fields.get(name, ""), "number", min="0", max="1", step="0.01")


def _one_of(value: str | None, options: Mapping[str, str]) -> str | None:
    return value if value and value in options else None


def _day(value: str | None) -> datetime | None:
    try:
        return datetime.strptime(value or "", "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _share(value: str | None) -> float | None:
    try:
        share = float(value or "")
    except ValueError:
        return None
    return share if math.isfinite(share) else None


def _build(desk: Desk) -> None:
    Conversations(desk)


PAGE = Page(
    "conversations", "Conversations", _ABOUT, "judge", _build, styles=STYLES, scripts=(SCRIPT,)
)
