"""A visit from the first look to a new conversation, at three widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import TELEPHONE, Visitor

pytestmark = pytest.mark.browser

WIDTHS = {390: 844, 768: 1024, 1440: 900}


@pytest.mark.parametrize("width", [390, pytest.param(768, marks=pytest.mark.slow), 1440])
def test_a_visit(visitor: Visitor, width: int) -> None:
    page = visitor.page
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    narrow = width < 1024
    # Before anything is asked: what the corpus says of its centers, each with its source.
    fact = page.locator("#cards .center-card", has_text="Professor Qian Cheng")
    expect(fact).to_be_visible()
    assert visitor.overflow() <= 0
    fact.locator("button.cite").first.click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("mark strong")).to_have_text("Professor Qian Cheng")
    expect(dialog.locator("mark strong")).to_be_in_viewport()
    assert visitor.overflow() <= 0
    dialog.get_by_role("button", name="Close").click()
    expect(page.locator("dialog")).to_have_count(0)
    # An example, its source, the document in full and back.
    page.locator("button.example", has_text="Cancer Precision").click()
    expect(page.locator("#conversation .turn.done")).to_have_count(1)
    assert visitor.overflow() <= 0
    pane = page.locator("#sources-pane")
    marker = page.locator("#marker-1-1")
    if narrow:
        expect(pane).to_be_hidden()
        opener = page.locator("button[value=sources-1]")
        expect(opener).to_contain_text("source")
        opener.click()
        expect(pane).to_be_visible()
        page.keyboard.press("Escape")
        expect(pane).to_be_hidden()
        expect(opener).to_be_focused()
    else:
        expect(pane).to_be_visible()
        expect(page.locator("button[value=sources-1]")).to_be_hidden()
    marker.click()
    assert visitor.focused() == "source-1-1"
    expect(page.locator("#source-1-1 mark")).to_be_in_viewport()
    page.locator("button[value=read-1-1]").click()
    expect(page.locator("dialog[open] mark strong")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert visitor.overflow() <= 0
    if narrow:
        expect(pane).to_be_visible()
        page.locator("#sources-pane .sources-head button").click()
        expect(pane).to_be_hidden()
        expect(marker).to_be_focused()
    # Why, a follow-up, a refusal.
    if not narrow:
        page.locator("#why-1 summary").click()
        expect(page.locator("#why-1 tbody tr").first).to_contain_text("Cancer Precision")
        expect(page.locator("#why-1 .score").first).to_be_visible()
    assert "Understood as: " in visitor.ask("When was it founded?")
    assert "Not answered by the documents" in visitor.ask(TELEPHONE)
    # The second question is mended: it and the third make way for its successor.
    page.locator("button[value=edit-2]").click()
    box = page.locator("#question textarea")
    expect(box).to_have_value("When was it founded?")
    expect(page.locator("#editing")).to_contain_text("question 2")
    box.fill("Who is the director of the Tissue Repair Center?")
    box.press("Enter")
    expect(page.locator("#conversation .turn")).to_have_count(2)
    expect(page.locator("#conversation .turn.done").last).to_contain_text("He Zhixu")
    expect(page.locator("#editing p")).to_have_count(0)
    assert visitor.overflow() <= 0
    # Helpful; then a new conversation.
    page.locator("button[value=helpful-2]").click()
    expect(page.locator("#rated-2")).to_be_focused()
    page.locator("#new").click()
    expect(page.locator(".turn, .card")).to_have_count(0)
    expect(page.locator("#greeting .hero")).to_be_visible()


def test_an_edit_can_be_left_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask(TELEPHONE)
    page.locator("button[value=edit-1]").click()
    expect(page.locator("#editing p")).to_be_visible()
    page.get_by_role("button", name="Keep as it is").click()
    expect(page.locator("#editing p")).to_have_count(0)
    visitor.ask("Which centers are there?")
    expect(page.locator("#conversation .turn.done")).to_have_count(2)


def test_an_answer_is_copied_with_its_citations_and_its_link(visitor: Visitor) -> None:
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.ask("Who is the director of the Cancer Precision Medicine Research Center?")
    page.locator("button[value=copy]").click()
    expect(page.locator("#said [role=status]")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "“Professor Qian Cheng is the director of" in copied
    assert "\\[1\\] Cancer Precision Medicine Research Center" in copied
    page.locator("button[value=link]").click()
    expect(page.locator("button[value=link].did")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{visitor.address}?ask=Who+is+the+director")
    assert copied.rstrip().endswith(link)


def test_the_theme_can_be_changed_and_stays(visitor: Visitor) -> None:
    page = visitor.page
    dark = "document.body.classList.contains('dark')"
    assert page.evaluate(dark) is False
    page.locator("button[value=theme]").click()
    assert page.evaluate(dark) is True
    visitor.arrive()
    assert page.evaluate(dark) is True
    page.locator("button[value=theme]").click()
    assert page.evaluate(dark) is False
