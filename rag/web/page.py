"""The chat page: its parts and what they do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import gradio as gr

from rag.chatbot import Chatbot
from rag.live import LiveChatbot
from rag.types import Document, Recorder
from rag.web.answers import announcement, conversation
from rag.web.api import add_api
from rag.web.markup import element, escape
from rag.web.session import Exchange, ask, finished
from rag.web.sources import sources

TITLE = "Research center chat"
_PROMISE = (
    "Ask who leads a research center, what it studies, what equipment it has, when it was founded. "
    "Every answer shows the exact words of a document that it rests on."
)
_WELCOME = "Try one of these questions, or ask your own:"
_CORPUS = "The example corpus is an edited summary of public pages, not the centers' own words."
_STOPPED = "Stopped."
_ALL_CENTERS = "All centers"
# Questions answered at the same time; each takes a processor core for a moment.
_AT_ONCE = 4
# Only a convenience: brings the newest exchange into view when it starts and when it grows. The
# page works without it. Gradio has no event for "is in the page now", hence the short wait.
_SHOW_LATEST = """() => { setTimeout(() => {
  const latest = document.querySelector("#conversation .turn:last-of-type");
  if (latest) latest.scrollIntoView({block: "nearest"});
}, 80); }"""

# Nothing of the page is an endpoint for programs: Gradio's default is public.
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

_Updates = tuple[Any, ...]
Answering = Chatbot | LiveChatbot


class _Page:
    """The components that the events change."""

    def __init__(self, chatbot: Answering) -> None:
        self._chatbot = chatbot
        self.exchanges = gr.State(())
        with gr.Column(elem_id="page"):
            self._build()
        self.outputs = [
            self.exchanges,
            self.conversation,
            self.sources,
            self.said,
            self.question,
            self.welcome,
            self.send,
            self.stop,
        ]

    def _build(self) -> None:
        chatbot = self._chatbot
        with gr.Row(elem_id="masthead"):
            _formatted(element("header", element("h1", TITLE), element("p", _PROMISE)))
            with gr.Row(elem_id="toolbar"):
                self.center = gr.Dropdown(
                    _center_choices(chatbot),
                    value="",
                    label="Search in",
                    filterable=False,
                    elem_id="center",
                    interactive=True,
                )
                self.new = gr.Button("New conversation", elem_id="new", size="md")
        with gr.Row(elem_id="panes"):
            with gr.Column(elem_id="talk"):
                self._build_talk()
            with gr.Column(elem_id="sources-pane"):
                _formatted(element("h2", "Sources"))
                self.sources = _formatted(sources((), self._document), "sources")
        self.footer = _formatted(_footer(chatbot))

    def _build_talk(self) -> None:
        with gr.Column(elem_id="scroll"):
            _formatted(element("h2", "Conversation", class_="unseen"))
            with gr.Column(elem_id="welcome") as self.welcome:
                _formatted(element("p", _WELCOME))
                self.examples = [
                    (text, gr.Button(text, elem_classes="example", size="md"))
                    for text in self._chatbot.examples()
                ]
            self.conversation = _formatted("", "conversation")
        with gr.Row(elem_id="composer"):
            self.question = gr.Textbox(
                label="Your question",
                placeholder="Who leads …?",
                lines=1,
                max_lines=5,
                elem_id="question",
                scale=1,
            )
            self.send = gr.Button("Ask", variant="primary", elem_id="ask", scale=0, min_width=88)
            self.stop = gr.Button("Stop", elem_id="stop", visible=False, scale=0, min_width=88)
        # The conversation itself is no live region: as it streams, its last block is replaced at
        # each step, and a screen reader would begin anew each time. This one line says the answer
        # once. It is the only dynamic text outside of Gradio's sanitiser: escaped, without a tag.
        self.said = gr.HTML(
            "",
            html_template='<p role="status" aria-live="polite" class="unseen">${value}</p>',
            js_on_load=None,
            elem_id="said",
        )

    def _document(self, doc_id: str) -> Document | None:
        return self._chatbot.document(doc_id)

    def show(
        self, exchanges: Sequence[Exchange], question: str | None = None, said: str | None = None
    ) -> _Updates:
        """New values for ``outputs``; the question box is left alone unless ``question`` is given.

        Its text must survive while an answer streams: a visitor may be typing the next one.
        """
        busy = bool(exchanges) and not exchanges[-1].done
        return (
            tuple(exchanges),
            conversation(exchanges),
            sources(exchanges, self._document),
            announcement(exchanges) if said is None else escape(said),
            gr.skip() if question is None else question,
            gr.Column(visible=not exchanges),
            gr.Button(visible=not busy),
            gr.Button(visible=busy),
        )

    async def reply(
        self, question: str, center: str | None, exchanges: Sequence[Exchange]
    ) -> AsyncIterator[_Updates]:
        """Answer a question: the visitor sees it at once, then the answer as it grows.

        Each step runs in a thread that Stop abandons. Gradio's own thread for a plain generator is
        waited for instead, and until then the visitor's next question would be.

        While an answer is on its way, another question is left in its box.
        """
        if exchanges and not exchanges[-1].done:
            yield tuple(gr.skip() for _ in self.outputs)
            return
        steps = self._steps(question, center, exchanges)
        while (updates := await asyncio.to_thread(next, steps, None)) is not None:
            yield updates

    def _steps(
        self, question: str, center: str | None, exchanges: Sequence[Exchange]
    ) -> Iterator[_Updates]:
        for number, state in enumerate(
            ask(self._chatbot.stream, exchanges, question, center or None)
        ):
            yield self.show(state, None if number else "")

    def stopped(self, typed: str, exchanges: Sequence[Exchange]) -> _Updates:
        """Forget the question on its way; its text goes back to where it can be mended.

        Unless the visitor has typed the next one there by now.
        """
        pending = "".join(e.question for e in exchanges if not e.done)
        return self.show(finished(exchanges), typed or pending, _STOPPED)

    def renewed(self) -> _Updates:
        """The centers and the index version of now: another may have been published since."""
        return gr.Dropdown(choices=_center_choices(self._chatbot)), _footer(self._chatbot)

    def cleared(self) -> _Updates:
        """A new conversation."""
        return self.show((), "")


def build_page(chatbot: Answering, journal: Recorder | None = None) -> gr.Blocks:
    """The chat page over ``chatbot``, ready to be served; answers are noted in ``journal``."""
    blocks: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        page = _Page(chatbot)
        _wire(page)
        add_api(chatbot, journal)
        blocks.load(page.renewed, None, [page.center, page.footer], **_PRIVATE)
    # A slow answer holds up no other visitor.
    blocks.queue(default_concurrency_limit=_AT_ONCE)
    return blocks


def _wire(page: _Page) -> None:
    # Gradio's default, "once", drops a question that is sent before the browser has heard that the
    # one before was stopped. `reply` itself sees to it that there is one at a time.
    asking = _PRIVATE | {"trigger_mode": "multiple"}
    inputs = [page.question, page.center, page.exchanges]
    running = [
        gr.on([page.question.submit, page.send.click], page.reply, inputs, page.outputs, **asking)
    ]
    for text, button in page.examples:
        # An example is about its own center, whatever the filter says.
        answer = _example(page, text)
        running.append(button.click(answer, page.exchanges, page.outputs, **asking))
    page.stop.click(
        page.stopped, [page.question, page.exchanges], page.outputs, cancels=running, **_PRIVATE
    )
    page.new.click(page.cleared, None, page.outputs, cancels=running, **_PRIVATE)
    page.conversation.change(None, js=_SHOW_LATEST, **_PRIVATE)


def _example(page: _Page, text: str) -> Callable[..., AsyncIterator[_Updates]]:
    async def reply(exchanges: Sequence[Exchange]) -> AsyncIterator[_Updates]:
        async for updates in page.reply(text, None, exchanges):
            yield updates

    return reply


def _formatted(value: str, elem_id: str | None = None) -> gr.Markdown:
    """A component for our markup: Gradio sanitises it, and its Markdown finds nothing to do.

    Not ``gr.Chatbot``: its messages are a live region that is read from the start at each step of
    the stream, its headings and order cannot be ours, and it brings buttons of its own. Not
    ``gr.HTML``: it does not sanitise.
    """
    return gr.Markdown(
        value, elem_id=elem_id, sanitize_html=True, latex_delimiters=[], container=False
    )


def _center_choices(chatbot: Answering) -> list[tuple[str, str]]:
    return [(_ALL_CENTERS, ""), *((name, name) for name in chatbot.centers)]


def _footer(chatbot: Answering) -> str:
    manifest = chatbot.version.manifest
    day = datetime.fromisoformat(manifest.created)
    index = f"Index {manifest.version} of {day.day} {day:%B %Y}."
    return element("footer", element("p", f"{_CORPUS} {index}"))
