"""Stopping an answer, and leaving a conversation while one is on its way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.chatbot import Chatbot
from tests.browser.thinking import Thinking
from tests.browser.visitor import DIRECTOR, Visitor
from tests.served import served

pytestmark = pytest.mark.browser

UNANSWERED = "What is the meaning of it all?"


@pytest.fixture(scope="module")
def thinking(
    browser: Browser, chatbot: Chatbot, index_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a page whose chatbot thinks about ``UNANSWERED`` for good."""
    slow = Thinking(chatbot)
    data = tmp_path_factory.mktemp("thinking")
    with served(slow, data, index_dir, journal=False, calls_a_minute=0) as app:
        yield f"{app.address}/"
        slow.over.set()


@pytest.fixture
def waiting(page: Page, thinking: str) -> Visitor:
    """Someone who has got one answer and waits for another."""
    visitor = Visitor(page, thinking)
    visitor.arrive()
    visitor.ask(DIRECTOR)
    visitor.send(UNANSWERED)
    expect(page.locator(".turn")).to_have_count(2)
    return visitor


def test_the_question_is_in_the_page_before_its_answer(waiting: Visitor) -> None:
    expect(waiting.page.locator(".turn").last).to_contain_text(UNANSWERED)
    expect(waiting.page.locator(".turn").last).to_contain_text("Searching")
    expect(waiting.page.get_by_role("button", name="Ask")).to_be_hidden()


def test_a_stopped_question_can_be_mended_and_the_next_is_answered(waiting: Visitor) -> None:
    waiting.page.get_by_role("button", name="Stop").click()
    expect(waiting.page.locator(".turn")).to_have_count(1)
    expect(waiting.page.get_by_label("Your question")).to_have_value(UNANSWERED)
    # As a person would: the next question goes out when the page offers to send it.
    expect(waiting.page.get_by_role("button", name="Ask")).to_be_visible()
    assert "Qian Cheng" in waiting.ask(DIRECTOR)


def test_a_question_sent_while_one_is_on_its_way_stays_in_its_box(waiting: Visitor) -> None:
    waiting.send("Who is next?")
    waiting.page.get_by_role("button", name="Stop").click()
    expect(waiting.page.locator(".turn")).to_have_count(1)
    expect(waiting.page.get_by_label("Your question")).to_have_value("Who is next?")


def test_stop_leaves_alone_what_was_typed_in_the_meantime(waiting: Visitor) -> None:
    box = waiting.page.get_by_label("Your question")
    box.fill("Who is next?")
    waiting.page.get_by_role("button", name="Stop").click()
    expect(waiting.page.locator(".turn")).to_have_count(1)
    expect(box).to_have_value("Who is next?")


def test_a_new_conversation_forgets_the_question_on_its_way(waiting: Visitor) -> None:
    waiting.page.get_by_role("button", name="New conversation").click()
    expect(waiting.page.locator(".turn, .card")).to_have_count(0)
    expect(waiting.page.get_by_role("button", name="Ask")).to_be_visible()
    waiting.ask(DIRECTOR)
    expect(waiting.page.locator(".turn")).to_have_count(1)


def test_changing_the_language_while_an_answer_is_on_its_way_does_not_end_it(
    waiting: Visitor,
) -> None:
    page = waiting.page
    page.locator("button[value=speak-zh]").click()
    stop = page.locator("#stop")
    expect(stop).to_have_text("停止")
    expect(page.locator("#conversation .turn")).to_have_count(2)
    stop.click()
    expect(page.locator("#conversation .turn")).to_have_count(1)
    expect(page.locator("#conversation .standing")).to_contain_text("依据文档作答")
    expect(page.locator("#ask")).to_be_visible()


def test_a_stopped_edit_brings_back_what_it_would_have_replaced(waiting: Visitor) -> None:
    page = waiting.page
    page.locator("#stop").click()
    expect(page.locator("#conversation .turn")).to_have_count(1)
    page.locator("button[value=edit-1]").click()
    expect(page.locator("#editing p")).to_be_visible()
    waiting.send(UNANSWERED)
    expect(page.locator("#conversation .turn:not(.done)")).to_have_count(1)
    expect(page.locator("#conversation .turn")).to_have_count(1)
    page.locator("#stop").click()
    expect(page.locator("#conversation .turn.done")).to_have_count(1)
    expect(page.locator("#conversation")).to_contain_text("Qian Cheng")
