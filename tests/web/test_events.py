"""What the page's events do when they cross each other."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr
import pytest

from rag.chatbot import Chatbot
from rag.web.events import Events
from rag.web.session import Exchange, Visit
from rag.web.telling import Updates

_QUESTIONS = ("Who is the director of CPMRC?", "Who heads it?", "Where is it?")


class _Waiting:
    """A chatbot, always at its one version."""

    def __init__(self, chatbot: Chatbot) -> None:
        self._chatbot = chatbot

    def at(self, version: str = "") -> Chatbot:  # noqa: ARG002  # a live one has several
        return self._chatbot

    def opened(self, version: str) -> Chatbot:  # noqa: ARG002
        return self._chatbot

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chatbot, name)


@pytest.fixture(scope="module")
def events(chatbot: Chatbot) -> Events:
    # Gradio makes a loop of its own, and leaves it open, where none is running.
    async def made() -> Events:
        with gr.Blocks():
            return Events(_Waiting(chatbot), None, 90)  # type: ignore[arg-type]  # for a live one

    return asyncio.run(made())


def _steps(
    events: Events, question: str, before: tuple[Exchange, ...], visit: Visit
) -> list[Updates]:
    return list(events._steps(Exchange(0, question), before, visit))


def _conversation(events: Events) -> tuple[tuple[Exchange, ...], Visit]:
    """Three questions that were answered."""
    visit, exchanges = Visit(), ()
    for question in _QUESTIONS:
        exchanges = _steps(events, question, exchanges, visit)[-1][events.parts.exchanges]
    return exchanges, visit


def test_what_an_edit_would_replace_comes_back_even_where_the_answer_was_ready(
    events: Events,
) -> None:
    before, visit = _conversation(events)
    visit.editing = 2
    # All steps were made, of which the visitor saw the first when he pressed Stop.
    seen = _steps(events, "Who funds it?", before, visit)[0][events.parts.exchanges]
    after = events.stopped("", seen, visit)[events.parts.exchanges]
    assert [one.question for one in after] == list(_QUESTIONS)


def test_a_stop_that_comes_after_the_answer_brings_nothing_back(events: Events) -> None:
    before, visit = _conversation(events)
    visit.editing = 2
    seen = _steps(events, "Who funds it?", before, visit)[-1][events.parts.exchanges]
    after = events.stopped("", seen, visit)[events.parts.exchanges]
    assert [one.question for one in after] == [_QUESTIONS[0], "Who funds it?"]


def test_a_step_says_only_what_the_page_does_not_show_yet(events: Events) -> None:
    parts = events.parts
    before, visit = _conversation(events)
    first, *_, last = _steps(events, _QUESTIONS[0], before, visit)
    assert parts.conversation in first
    assert not {parts.sources, parts.welcome} & first.keys()
    assert {parts.conversation, parts.sources, parts.send, parts.bridge} <= last.keys()
    assert last[parts.sources].count('class="group"') == len(before) + 1


def test_sources_of_a_replaced_question_are_drawn_anew(events: Events) -> None:
    before, visit = _conversation(events)
    visit.editing = 1
    last = _steps(events, "Where is the Zunyi center?", before, visit)[-1]
    assert last[events.parts.sources].count('class="group"') == 1
    assert "Where is the Zunyi center" in last[events.parts.sources]
