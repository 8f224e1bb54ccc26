"""The page *Gaps*: what people asked in vain, by topic: what to add to the corpus next."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.accounts.users import Person
from rag.backroom import picking, testing
from rag.backroom.controls import Cell, folded, table
from rag.backroom.desk import PRIVATE, Desk, Page
from rag.backroom.picking import Picked, Picker
from rag.backroom.testing import TestDesk
from rag.backroom.working import SCRIPT, STYLES, Opened, Wire, pressed
from rag.centers import Center, centers_of
from rag.gaps import Gaps, Overview
from rag.grouping import Complaint, Topic, unnamed
from rag.types import Embedder
from rag.web.layout import formatted
from rag.web.markup import Markup, button, element, join, spoken
from rag.web.telling import Updates

_ABOUT = "What people asked in vain, by topic: what to add to the corpus next."
_MOST_TOPICS = 40
_MOST_QUESTIONS = 12
# How often the page looks whether more questions were read, in seconds.
_LOOK = 2.0


class GapsPage:
    """The page's components and what they do."""

    def __init__(self, desk: Desk) -> None:
        """Make the components, in their places."""
        self._opened = Opened(desk.settings)
        self._desk = desk
        self._centers: tuple[str, tuple[Center, ...]] = ("", ())
        self._gaps = Gaps(
            lambda most: self._opened.reader.in_vain(most), self._embedder, self._unnamed
        )
        self.overview = gr.State(Overview((), 0, 0))
        with gr.Column(elem_id="desk"):
            self.head = formatted(elem_id="desk-head")
            self.topics = formatted(elem_id="topics")
            self.wire = Wire()
            self.picker = Picker(desk, self.wire)
            self.test = TestDesk(desk, self.wire, self.picker)
            self.timer = gr.Timer(_LOOK, active=False)
        looked: list[Any] = [self.overview, self.head, self.topics, self.timer]
        shown = [*looked, self.wire.bridge, *self.picker.parts, *self.test.parts]
        gr.on([desk.arrived], desk.allowed("judge", self.look), None, looked, **PRIVATE)
        self.timer.tick(desk.allowed("judge", self.look), None, looked, **PRIVATE)
        self.wire.bridge.press(
            desk.allowed("judge", self.press), [self.overview, self.picker.state], shown,
            **PRIVATE | {"trigger_mode": "multiple"},
        )  # fmt: skip

    def _embedder(self, language: str) -> Embedder | None:
        chatbot = self._desk.chatbot.at()
        if chatbot is None:
            return None
        return chatbot.multilingual if language == "zh" else chatbot.embedder

    def _unnamed(self, question: str) -> str:
        chatbot = self._desk.chatbot.at()
        if chatbot is None:
            return question
        if self._centers[0] != chatbot.version.name:
            documents = chatbot.version.records.documents()
            self._centers = chatbot.version.name, centers_of(documents)
        return unnamed(question, self._centers[1])

    def look(self, person: Person) -> Updates:  # the desk's
        """The topics as far as their questions are read; the others are read meanwhile."""
        overview = self._gaps.overview()
        if overview.unread:
            self._gaps.read_aside()
        return {
            self.overview: overview,
            self.head: _head(overview),
            self.topics: join(*map(_topic, range(_MOST_TOPICS), overview.topics)),
            self.timer: gr.Timer(_LOOK, active=bool(overview.unread)),
        }

    def press(
        self, person: Person, overview: Overview, picked: Picked, event: gr.EventData
    ) -> Updates:
        """What a button or a form of the page does."""
        said = pressed(event)
        if said.verb in picking.VERBS:
            return self.picker.press(said, picked, None) or self.wire.nothing
        if said.verb in testing.VERBS:
            return self.test.press(person, said, picked)
        complaint = _complaint(overview, said.about)
        if said.verb != "test" or complaint is None:
            return self.wire.nothing
        return self.wire.join(self.picker.begin(None), self.test.begin(complaint.question, None))


def _head(overview: Overview) -> Markup:
    told = f"{overview.questions:,} questions were refused, or answered of no help"
    if not overview.questions:
        told = "Nobody has asked in vain yet"
    parts = [element("h1", "Gaps"), element("p", f"{told}. The most asked topic comes first.")]
    if overview.unread:
        left = f"{overview.unread:,} of them are still being read; the page fills by itself."
        parts.append(element("p", left, class_="note"))
    hidden = len(overview.topics) - _MOST_TOPICS
    if hidden > 0:
        parts.append(element("p", f"{hidden:,} rarer topics are not shown.", class_="note"))
    return join(*parts)


def _topic(number: int, topic: Topic) -> Markup:
    name = ", ".join(topic.words) or "without a word of its own"
    facts = [f"asked {_times(topic.times)}"]
    facts += [f"refused {_times(topic.refused)}"] if topic.refused else []
    facts += [f"of no help {_times(topic.unhelpful)}"] if topic.unhelpful else []
    centers = ", ".join(f"{center} ({count})" for center, count in topic.centers)
    shown = topic.complaints[:_MOST_QUESTIONS]
    rows = (_row(f"{number}_{place}", one) for place, one in enumerate(shown))
    caption = "Its questions, the most asked first"
    if len(topic.complaints) > _MOST_QUESTIONS:
        caption += f"; {len(topic.complaints) - _MOST_QUESTIONS} more are not shown"
    heads: list[str | Cell] = [
        "Question",
        *(Cell(w, figure=True) for w in ("Asked", "Refused", "Of no help")),
        "Test",
    ]
    return element(
        "article",
        element("h2", name, **spoken(name)),
        element("p", *(element("span", fact) for fact in facts), class_="counts"),
        element("p", f"About: {centers or 'no center in particular'}"),
        folded("Questions", table(caption, heads, rows)),
        class_="topic",
    )


def _row(place: str, one: Complaint) -> list[Cell | str]:
    counts = (one.times, one.refused, one.unhelpful)
    return [
        element("span", one.question, **spoken(one.question)),
        *(Cell(str(count), figure=True) for count in counts),
        button(f"test-{place}", "Make a test", class_="quiet"),
    ]


def _complaint(overview: Overview, place: str) -> Complaint | None:
    first, _, second = place.partition("_")
    if not (first.isdecimal() and second.isdecimal()):
        return None
    topic, number = int(first), int(second)
    if topic >= len(overview.topics) or number >= len(overview.topics[topic].complaints):
        return None
    return overview.topics[topic].complaints[number]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _build(desk: Desk) -> None:
    GapsPage(desk)


PAGE = Page("gaps", "Gaps", _ABOUT, "judge", _build, styles=STYLES, scripts=(SCRIPT,))
