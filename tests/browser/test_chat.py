"""The chat page in a real browser: ask, read, follow a marker, do harm in vain."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import DIRECTOR, TELEPHONE, Visitor

pytestmark = pytest.mark.browser

HOSTILE = (
    "",
    "   ",
    "x" * 10_000,
    "😀🧪🎉",
    "癌症精准医学研究中心的主任是谁？",
    "'; DROP TABLE document; --",
    "<script>window.poisoned=1</script><img src=x onerror=window.poisoned=1>",
    "[a](javascript:window.poisoned=1) **b** $$c$$ `d` <https://poison.example/>",
    "${window.poisoned=1} {{constructor.constructor('window.poisoned=1')()}}",
    "\x00\x1b[2J\u202etxt.exe",
)


def _follow_marker_to(visitor: Visitor, words: str) -> None:
    """Click markers until the card that has the focus marks ``words``; all must take the focus."""
    markers = visitor.page.locator("#conversation .turn:last-of-type .marker")
    found = False
    for number in range(markers.count()):
        marker = markers.nth(number)
        marker.click()
        card = str(marker.get_attribute("href")).removeprefix("#")
        assert visitor.focused() == card
        marked = visitor.page.locator(f"#{card} mark")
        expect(marked).to_be_in_viewport()
        found = found or words in marked.inner_text()
    assert found


def test_a_marker_leads_to_the_card_with_the_answer_marked(visitor: Visitor) -> None:
    assert "Qian Cheng" in visitor.ask(DIRECTOR)
    _follow_marker_to(visitor, "Qian Cheng")


def test_the_same_on_a_phone_without_overflow(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    assert visitor.overflow() <= 0
    assert "Qian Cheng" in visitor.ask(DIRECTOR)
    _follow_marker_to(visitor, "Qian Cheng")
    assert visitor.overflow() <= 0


def test_a_marker_works_by_keyboard_and_leads_back(visitor: Visitor) -> None:
    visitor.ask(DIRECTOR)
    visitor.page.locator("#marker-1-1").press("Enter")
    assert visitor.focused() == "source-1-1"
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    assert visitor.focused() == "marker-1-1"


def test_a_marker_keeps_the_conversation_where_the_address_has_a_query(visitor: Visitor) -> None:
    visitor.arrive("?from=a-letter")
    visitor.ask(DIRECTOR)
    visitor.page.locator("#marker-1-1").click()
    assert visitor.focused() == "source-1-1"


def test_markers_of_an_earlier_answer_still_lead_to_their_card(visitor: Visitor) -> None:
    visitor.ask(DIRECTOR)
    visitor.ask("When was it founded?")
    visitor.page.locator("#marker-1-1").click()
    assert visitor.focused() == "source-1-1"


def test_a_follow_up_says_how_it_was_understood(visitor: Visitor) -> None:
    visitor.ask(DIRECTOR)
    assert "Understood as: " in visitor.ask("When was it founded?")


def test_the_answer_is_announced_once_to_those_who_listen(visitor: Visitor) -> None:
    visitor.ask(DIRECTOR)
    expect(visitor.page.locator("#said [role=status]")).to_contain_text("Qian Cheng")


def test_no_request_leaves_the_origin_of_the_page(visitor: Visitor) -> None:
    visitor.ask(DIRECTOR)
    visitor.page.locator("#marker-1-1").click()
    visitor.ask(TELEPHONE)
    ours = (visitor.address, "data:", f"blob:{visitor.address}")
    assert visitor.requests
    assert [url for url in visitor.requests if not url.startswith(ours)] == []


def test_a_poisoned_document_shows_as_text_and_runs_nothing(visitor: Visitor) -> None:
    visitor.choose_center("Poison Garden")
    visitor.ask("Who is the director of the Poison Garden Center?")
    shown = visitor.page.locator("#sources").inner_text()
    for words in ("<script>window.poisoned=1</script>", '<img src="x"', "</script>"):
        assert words in shown
    assert "](javascript:window.poisoned=1)" in shown
    for marker in visitor.page.locator("#conversation .marker").all():
        marker.click()
    assert visitor.page.evaluate("window.poisoned") is None
    harmful = (
        "[href^='javascript' i], [src='x'], [onclick], [onerror], [onload], "
        "#conversation img, #sources img, #sources svg, #sources b, [href*='poison.example']"
    )
    assert visitor.page.locator(harmful).count() == 0


def test_hostile_questions_get_a_friendly_reply_and_the_next_one_an_answer(
    visitor: Visitor,
) -> None:
    for question in HOSTILE:
        reply = visitor.ask(question)
        assert not {"Traceback", "Error", "Exception"} & set(reply.split()), question
        assert len(reply) < 3_000
        assert visitor.page.locator(".toast-body").count() == 0, question
        assert visitor.overflow() <= 0, question
    assert visitor.page.evaluate("window.poisoned") is None
    assert visitor.page.locator("#conversation a:not(.marker), #conversation img").count() == 0
    assert "Qian Cheng" in visitor.ask(DIRECTOR)


def test_a_refusal_shows_the_nearest_passages_as_such(visitor: Visitor) -> None:
    assert "Not answered by the documents" in visitor.ask(TELEPHONE)
    shown = visitor.page.locator("#sources")
    expect(shown).to_contain_text("Nearest passages")
    expect(shown).to_contain_text("do not answer the question")
    assert visitor.page.locator("#sources .card").count() > 0
    assert visitor.page.locator("#sources mark, #conversation .marker").count() == 0


def test_an_example_is_asked_by_a_click_and_a_new_conversation_brings_it_back(
    visitor: Visitor,
) -> None:
    example = visitor.page.locator(".example").first
    text = example.inner_text()
    example.click()
    expect(visitor.page.locator("#conversation .turn.done")).to_contain_text(text)
    expect(example).to_be_hidden()
    visitor.page.get_by_role("button", name="New conversation").click()
    expect(example).to_be_visible()
    expect(visitor.page.locator(".turn, .card")).to_have_count(0)


def test_two_visitors_do_not_see_each_other(visitor: Visitor, browser: Browser) -> None:
    visitor.ask(DIRECTOR)
    with browser.new_context() as context:
        other = Visitor(context.new_page(), visitor.address)
        other.arrive()
        assert other.page.locator(".turn").count() == 0
