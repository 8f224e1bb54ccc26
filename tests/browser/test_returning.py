"""Coming back: by a reload, by a link, in another language, after another version came out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.versions import open_current
from tests.browser.visitor import DIRECTOR, Visitor
from tests.served import served

pytestmark = pytest.mark.browser

LEADER = "Who is the director of the Harbor Center?"


def publish(site: Path, embedder: SentenceEmbedder, director: str, more: str = "") -> str:
    """Publish a version in which ``director`` leads the Harbor Center."""
    text = f"---\ncenter: Harbor Center\n---\n\n{director} is the director of the Harbor Center.\n"
    (site / "corpus").mkdir(exist_ok=True)
    (site / "corpus" / "harbor.md").write_text(text + more)
    index = site / "index"
    tokens = load_settings().chunk_tokens
    return build_index(site / "corpus", index, embedder, tokens).version


@pytest.fixture(scope="module")
def harbor(
    browser: Browser, chatbot: Chatbot, embedder: SentenceEmbedder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, str]]:  # fmt: skip
    """A site with one short document, and where it is served."""
    site = tmp_path_factory.mktemp("harbor")
    publish(site, embedder, "Professor Ann Lee")
    answering = chatbot.on(open_current(site / "index", chatbot.embedder))
    with served(answering, site, multilingual=False, calls_a_minute=0) as app:
        yield site, f"{app.address}/"


def link_of(page: Page) -> str:
    """The query of the link under the last answer."""
    return str(page.locator("#conversation .as-link").last.text_content())


def test_a_conversation_survives_a_reload_until_a_new_one_begins(visitor: Visitor) -> None:
    page = visitor.page
    visitor.ask(DIRECTOR)
    page.locator("button[value=helpful-1]").click()
    expect(page.locator("#rated-1")).to_be_visible()
    visitor.arrive()
    expect(page.locator("#conversation .turn.done")).to_have_count(1)
    expect(page.locator("#rated-1")).to_be_visible()
    expect(page.locator("#source-1-1 mark")).to_contain_text("Qian Cheng")
    # What was said before is still what "it" means.
    assert "Understood as: " in visitor.ask("When was it founded?")
    # Another tab of the browser shows it too.
    other = Visitor(page.context.new_page(), visitor.address)
    other.arrive()
    expect(other.page.locator("#conversation .turn.done")).to_have_count(2)
    other.page.close()
    page.locator("#new").click()
    expect(page.locator(".turn")).to_have_count(0)
    kept = "Object.keys(localStorage).concat(Object.keys(sessionStorage))"
    page.wait_for_function(f"!{kept}.some(key => key.includes('conversation'))")
    visitor.arrive()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_link_asks_again_and_leaves_the_kept_conversation_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.choose_center("Cancer Precision")
    visitor.ask("Who leads it?")
    asked = link_of(page)
    assert "center=Cancer" in asked
    other = Visitor(page.context.new_page(), visitor.address)
    other.arrive(asked)
    expect(other.page.locator("#conversation .turn.done")).to_have_count(1)
    expect(other.page.locator("#conversation")).to_contain_text("Qian Cheng")
    assert "ask=" not in other.page.url
    other.page.close()
    visitor.arrive()
    expect(page.locator("#conversation .question")).to_contain_text("Who leads it?")


def test_a_link_answers_from_its_version_and_says_so_where_that_is_gone(
    page: Page, harbor: tuple[Path, str], embedder: SentenceEmbedder
) -> None:
    site, address = harbor
    visitor = Visitor(page, address)
    visitor.arrive()
    assert "Ann Lee" in visitor.ask(LEADER)
    asked = link_of(page)
    second = publish(site, embedder, "Professor Bartholomew Montgomery", "\nIt is large.\n")
    expect_version(visitor, second)
    # What the centers are said to be follows the version.
    page.locator("#new").click()
    expect(page.locator("#cards")).to_contain_text("Bartholomew Montgomery")
    visitor.arrive(asked)
    expect(page.locator("#conversation .turn.done")).to_have_count(1)
    expect(page.locator("#conversation")).to_contain_text("Ann Lee")
    expect(page.locator("#conversation .notice")).to_contain_text("earlier index version")
    expect(page.locator("#source-1-1 mark")).to_contain_text("Ann Lee")
    page.locator("button[value=read-1-1]").click()
    expect(page.locator("dialog[open] mark strong")).to_have_text("Professor Ann Lee")
    page.keyboard.press("Escape")
    visitor.arrive(asked.partition("index=")[0] + "index=0099-0123456789ab")
    expect(page.locator("#conversation")).to_contain_text("Bartholomew Montgomery")
    expect(page.locator("#conversation .notice")).to_contain_text("no longer kept")


def expect_version(visitor: Visitor, version: str) -> None:
    """Come again until the page names ``version``."""
    for _ in range(60):
        visitor.arrive()
        if version in visitor.page.locator("#foot").inner_text():
            return
        visitor.page.wait_for_timeout(500)
    raise AssertionError(f"{version} never came")


def test_a_large_document_is_read_in_parts(
    page: Page, harbor: tuple[Path, str], embedder: SentenceEmbedder
) -> None:
    site, address = harbor
    filler = "".join(f"Ship {number} came in.\n\n" for number in range(4_000))
    last = "The crane of the Harbor Center is called Old Bessie.\n"
    version = publish(site, embedder, "Professor Ann Lee", f"\n{filler}{last}")
    visitor = Visitor(page, address)
    expect_version(visitor, version)
    visitor.ask("What is the crane of the Harbor Center called?")
    page.locator("#sources .card", has_text="Bessie").locator("button").first.click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("mark")).to_contain_text("Old Bessie")
    expect(dialog.locator("mark")).to_be_in_viewport()
    expect(dialog.locator("footer")).to_contain_text("Part 3 of 3")
    dialog.get_by_role("button", name="Earlier part").click()
    expect(page.locator("dialog[open] footer")).to_contain_text("Part 2 of 3")
    expect(page.locator("dialog[open] mark")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.value.split('-')[0]") in {"read", "near"}


def test_the_interface_follows_the_browsers_language_and_the_switch(
    browser: Browser, address: str
) -> None:
    with browser.new_context(locale="zh-CN") as context:
        visitor = Visitor(context.new_page(), address)
        visitor.arrive()
        page = visitor.page
        expect(page.locator("html")).to_have_attribute("lang", "zh")
        expect(page.locator("#ask")).to_have_text("提问")
        expect(page).to_have_title("研究中心问答")
        visitor.ask(DIRECTOR)
        expect(page.locator("#conversation .standing")).to_contain_text("依据文档作答")
        page.get_by_role("button", name="English").click()
        expect(page.locator("#ask")).to_have_text("Ask")
        expect(page.locator("#conversation .standing")).to_contain_text("Answered from the")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        visitor.arrive()
        expect(page.locator("#masthead h1")).to_have_text("Research center chat")
        expect(page.locator("#conversation .turn.done")).to_have_count(1)
