"""The chat page, ready to be served: which event of which part does what."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.metrics import Metrics
from rag.observing import Observer
from rag.rating import Recorder
from rag.web.api import add_api
from rag.web.events import Answering, Events
from rag.web.words import Words

# Questions answered at the same time; each takes a processor core for a moment.
_AT_ONCE = 4
_DAYS = 90
# The script is there before the parts are; Gradio hands its own values of the inputs on.
_ARRIVE = "(visit, bridge) => [visit, window.chat.arrival()]"
_SHOW_LATEST = "() => window.chat.latest()"

# Nothing of the page is an endpoint for programs: Gradio's default is public.
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def build_page(
    chatbot: Answering,
    journal: Recorder | None = None,
    days: int = _DAYS,
    metrics: Metrics | None = None,
) -> gr.Blocks:
    """The chat page over ``chatbot``.

    Args:
        chatbot: answers.
        journal: keeps answers and feedback; without one the page asks for no feedback.
        days: how long the journal keeps them, for the page to say so.
        metrics: what counts questions; by default one of its own that nobody reads.
    """
    observer = Observer(metrics or Metrics())
    blocks: gr.Blocks
    with gr.Blocks(title=Words("en")("title"), analytics_enabled=False, fill_width=True) as blocks:
        events = Events(chatbot, journal, days, observer)
        _wire(blocks, events)
        add_api(chatbot, journal, observer)
    # A slow answer holds up no other visitor.
    blocks.queue(default_concurrency_limit=_AT_ONCE)
    return blocks


def _wire(blocks: gr.Blocks, events: Events) -> None:
    parts = events.parts
    state = [parts.exchanges, parts.visit]
    everything, talk = list(vars(parts).values()), parts.talk
    # Gradio's default, "once", drops a question that is sent before the browser has heard that the
    # one before was stopped. `reply` itself sees to it that there is one at a time.
    asking = _PRIVATE | {"trigger_mode": "multiple"}
    typed = [parts.question, parts.center, *state]
    arrived = blocks.load(
        events.arrive, [parts.visit, parts.bridge], everything, js=_ARRIVE, **_PRIVATE
    )
    # All who arrive while the key facts are being made wait for them, nobody for the others.
    arrived.then(events.facts, parts.visit, parts.cards, concurrency_limit=None, **_PRIVATE)
    running = [
        gr.on([parts.question.submit, parts.send.click], events.reply, typed, talk, **asking),
        parts.bridge.ask(events.reply_to_offer, state, talk, **asking),
        arrived.then(events.reply_to_link, state, talk, **asking),
    ]
    mended = [parts.question, *state]
    parts.stop.click(events.stopped, mended, talk, cancels=running, **_PRIVATE)
    parts.new.click(events.cleared, parts.visit, talk, cancels=running, **_PRIVATE)
    parts.bridge.rate(events.rate, state, talk, **asking)
    # Of several that wait only the last is wanted.
    latest = _PRIVATE | {"trigger_mode": "always_last"}
    parts.bridge.edit(events.edit, state, talk, **latest)
    parts.bridge.read(events.read, state, [parts.reader], **latest)
    parts.bridge.speak(events.speak, state, everything, **latest)
    parts.conversation.change(None, js=_SHOW_LATEST, **_PRIVATE)
