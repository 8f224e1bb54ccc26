"""No violation of WCAG 2.2 A or AA in our markup, by axe; and everything by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag.config import load_settings
from rag.journal.reading import JournalReader
from rag.rating import Rating
from tests.browser.visitor import DIRECTOR, TELEPHONE, Visitor

pytestmark = pytest.mark.browser

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# What Gradio's own markup violates, by axe's rule: nothing of ours can mend it.
OF_GRADIO: frozenset[str] = frozenset()
# Our markup is what Markdown components show, and the line for screen readers.
OURS = ".md, #said"
_TABS = 80


def violations(page: Page) -> Iterator[tuple[str, str, bool]]:
    """Rule, element, and whether it is ours, for all that axe finds."""
    found: dict[str, Any] = Axe().run(page, options={"runOnly": RULES}).response
    for violation in found["violations"]:
        for node in violation["nodes"]:
            selector = str(node["target"][0])
            ours = page.evaluate(
                "([at, ours]) => !!document.querySelector(at)?.closest(ours)", [selector, OURS]
            )
            yield violation["id"], f"{selector}: {node['html'][:160]}", bool(ours)


def check(page: Page) -> None:
    found = list(violations(page))
    assert [(rule, node) for rule, node, ours in found if ours] == []
    others = [(rule, node) for rule, node, ours in found if not ours and rule not in OF_GRADIO]
    assert others == []


def check_both_colours(page: Page) -> None:
    """As ``check``, in light colours and in dark ones; the page is light again after it."""
    for dark in (True, False):
        page.emulate_media(color_scheme="dark" if dark else "light")
        # Gradio looks at the scheme when a page is loaded, and sets this class; ours is all CSS.
        page.evaluate(
            "dark => { if (document.querySelector('.gradio-container'))"
            " document.body.classList.toggle('dark', dark) }",
            dark,
        )
        assert page.evaluate("getComputedStyle(document.body).colorScheme") == (
            "dark" if dark else "light"
        )
        check(page)


# Both colours and both languages; the other two pairs of them in the slow lane.
@pytest.mark.parametrize(
    ("scheme", "language"),
    [
        ("light", "en"),
        ("dark", "zh"),
        pytest.param("light", "zh", marks=pytest.mark.slow),
        pytest.param("dark", "en", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_in_any_state(visitor: Visitor, scheme: str, language: str) -> None:
    page = visitor.page
    # A colour on its way to another has the contrast of neither.
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    if language == "zh":
        page.locator("button[value=speak-zh]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#cards dl").first).to_be_visible()
    assert page.evaluate("document.body.classList.contains('dark')") is (scheme == "dark")
    check(page)
    page.locator("#center input").click()
    expect(page.get_by_role("option").first).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    visitor.ask(TELEPHONE)
    visitor.ask(DIRECTOR)
    page.locator("#sources .why summary").first.click()
    page.locator("#conversation .rate summary").last.click()
    page.locator("button[value=edit-1]").click()
    expect(page.locator("#editing p")).to_be_visible()
    check(page)
    page.locator("#sources .card button").first.click()
    expect(page.locator("dialog[open]")).to_be_visible()
    check(page)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 844})
    check(page)
    page.locator("#conversation .marker").first.click()
    expect(page.locator("#sources-pane")).to_have_attribute("role", "dialog")
    check(page)


def press_until(page: Page, key: str, selector: str) -> None:
    """Press ``key`` until what has the focus matches ``selector``."""
    for _ in range(_TABS):
        page.keyboard.press(key)
        if page.evaluate("at => document.activeElement.matches(at)", selector):
            return
    raise AssertionError(f"{key} does not lead to {selector}")


def test_a_question_is_asked_its_source_read_and_its_answer_rated_without_a_mouse(
    visitor: Visitor, data: Path
) -> None:
    page = visitor.page
    question = f"{DIRECTOR} Please."
    press_until(page, "Tab", "#question textarea")
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    expect(page.locator("#conversation .turn.done")).to_have_count(1)
    expect(page.locator("#said [role=status]")).to_contain_text("Qian Cheng")
    press_until(page, "Shift+Tab", ".marker")
    page.keyboard.press("Enter")
    assert visitor.focused().startswith("source-1-")
    press_until(page, "Tab", "button[value^=read-]")
    page.keyboard.press("Enter")
    text = page.locator("dialog[open] .text")
    expect(text).to_be_focused()
    expect(text.locator("mark strong")).to_be_in_viewport()
    expect(text.locator("mark strong")).to_have_text("Professor Qian Cheng")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.value").startswith("read-1-")
    press_until(page, "Tab", "a.back")
    page.keyboard.press("Enter")
    assert visitor.focused().startswith("marker-1-")
    press_until(page, "Tab", ".rate summary")
    page.keyboard.press("Enter")
    press_until(page, "Tab", "input[type=radio]")
    page.keyboard.press("ArrowDown")
    press_until(page, "Tab", "input[name=note]")
    page.keyboard.type("It names a title too.")
    press_until(page, "Tab", ".rate [type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#rated-1")).to_be_focused()
    expect(page.locator("#rated-1")).to_contain_text("Thank you")
    expected = Rating(False, "wrong_answer", "It names a title too.")
    # The journal is written behind the page's back.
    for _ in range(100):
        if (question, expected) in rated(data):
            break
        page.wait_for_timeout(100)
    assert (question, expected) in rated(data)


def rated(data: Path) -> list[tuple[str, Rating]]:
    """The questions whose answers were rated, with the ratings, as the journal has them."""
    reader = JournalReader.open(load_settings(data_dir=data))
    try:
        entries = list(reader.all_entries())
    finally:
        reader.close()
    return [(entry.summary.question, r.rating) for entry in entries for r in entry.ratings]
