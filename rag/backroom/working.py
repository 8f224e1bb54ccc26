"""How a page of the back room and its script talk to each other."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from pydantic import TypeAdapter, ValidationError

from rag.config import Settings
from rag.journal.judging import JudgmentBook
from rag.journal.reading import JournalReader
from rag.web.telling import Updates, message
from rag.web.theme import STYLES as CHAT_STYLES

SCRIPT = Path(__file__).with_name("work.js")
# What people saw is shown as they saw it, in the chat page's own style.
STYLES = (*CHAT_STYLES[2:], Path(__file__).with_name("work.css"))
_CONNECT = "window.work.connect(trigger, watch, props, ['press'])"
# Nothing that is typed into a form here is longer.
_LONGEST = 5000


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button or a form of the page: its verb, what follows the verb, what the form has."""

    verb: str
    about: str
    fields: Mapping[str, str]

    def number(self, least: int = 0) -> int:
        """What follows the verb as a number, ``least`` where it is none."""
        return _number(self.about, least)

    def offset(self, name: str) -> int:
        """A field as an offset, -1 where it is none."""
        return _number(self.fields.get(name, ""), -1)


_FIELDS = TypeAdapter(dict[str, str | int | float | None])


def pressed(event: gr.EventData) -> Pressed:
    """What a browser says was pressed; it may say anything."""
    said = event._data if isinstance(event._data, dict) else {}
    verb, _, about = str(said.get("verb", ""))[:200].partition("-")
    try:
        found = _FIELDS.validate_python(said.get("fields") or {})
    except ValidationError:
        found = {}
    fields = {name: "" if v is None else str(v)[:_LONGEST] for name, v in found.items()}
    return Pressed(verb, about, fields)


class Wire:
    """The parts of a page that are not seen: what its script says, and what it is told."""

    def __init__(self) -> None:
        self.bridge = gr.HTML("", html_template="", js_on_load=_CONNECT, elem_id="bridge")
        self.said = gr.HTML(
            "",
            html_template='<p role="status" aria-live="polite" class="unseen">${value}</p>',
            js_on_load=None,
            elem_id="said",
        )
        self._turn = 0

    @property
    def nothing(self) -> Updates:
        """What changes nothing; Gradio takes no updates at all for a mistake."""
        return {self.bridge: gr.skip()}

    def tell(self, **told: object) -> Updates:
        """Tell the script something; the same again is told again."""
        self._turn += 1
        return {self.bridge: message(told | {"turn": self._turn})}

    def join(self, *several: Updates) -> Updates:
        """Updates as one, with everything that any of them tells the script."""
        joined: Updates = {}
        told: dict[str, object] = {}
        for updates in several:
            joined |= updates
            told |= json.loads(updates.get(self.bridge, "{}"))
        return joined | (self.tell(**told) if told else {})


class Opened:
    """The journal as staff use it, opened when it is first wanted."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._reader: JournalReader | None = None
        self._book: JudgmentBook | None = None
        self._opening = threading.Lock()

    @property
    def reader(self) -> JournalReader:
        """What reads the journal.

        Raises:
            JournalError: it cannot be opened; the next time it is tried again.
        """
        with self._opening:
            if self._reader is None:
                self._reader = JournalReader.open(self._settings)
            return self._reader

    @property
    def book(self) -> JudgmentBook:
        """The judgments.

        Raises:
            JournalError: they cannot be opened; the next time it is tried again.
        """
        with self._opening:
            if self._book is None:
                self._book = JudgmentBook.open(self._settings)
            return self._book


def _number(text: str, least: int) -> int:
    try:
        return max(int(text), least)
    except ValueError:
        return least
