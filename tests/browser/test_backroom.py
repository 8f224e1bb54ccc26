"""A maintainer's work by keyboard alone, at two widths; and axe on what he sees."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from rag.chatbot import Chatbot
from rag.questions import QUESTIONS
from rag.versions import current_version
from tests.backroom.staff import PASSWORD, add_user
from tests.browser.conftest import PATIENCE
from tests.browser.test_accessibility import check_both_colours, press_until
from tests.served import served

pytestmark = pytest.mark.browser

_PAGE = """# Ocean Light Center

The Ocean Light Center studies the light that animals of the deep sea make. Professor Ines Roe is
the director of the Ocean Light Center. It was founded in 2014.

## Equipment

The center has two deep-sea cameras and a research vessel, the Lantern.
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory, index_dir: Path) -> Path:
    """A ``DATA_DIR`` of its own: publishing changes it."""
    found = tmp_path_factory.mktemp("backroom")
    shutil.copytree(index_dir, found / "index")
    add_user(found, "mei", "maintainer")
    add_user(found, "jo", "judge")
    return found


@pytest.fixture(scope="module")
def backroom(browser: Browser, chatbot: Chatbot, data_dir: Path) -> Iterator[str]:
    # The gate asks each accepted question; a few tell its page as much as all of them.
    accepted = data_dir / "accepted.jsonl"
    few = QUESTIONS.read_text("utf-8").splitlines(keepends=True)[:8]
    accepted.write_text("".join(few), "utf-8")
    with served(
        chatbot, data_dir, multilingual=False, accepted_questions=accepted, calls_a_minute=0
    ) as app:
        yield f"{app.address}/"


@pytest.fixture
def window(browser: Browser, backroom: str) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield opened
    opened.close()


def log_in(page: Page, address: str, name: str) -> None:
    """Log in by keyboard."""
    page.goto(f"{address}staff/corpus")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#masthead .menu")).to_be_visible()


def act(page: Page, selector: str) -> None:
    """Go to a button by keyboard and press it."""
    press_until(page, "Tab", selector)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [768, pytest.param(1440, marks=pytest.mark.slow)])
def test_a_maintainer_uploads_previews_publishes_and_goes_back_without_a_mouse(
    window: BrowserContext, backroom: str, data_dir: Path, tmp_path: Path, width: int
) -> None:
    # Another text each time: what is published already would change nothing.
    file = tmp_path / f"ocean-{width}.md"
    file.write_text(_PAGE.replace("two deep-sea", f"{width} deep-sea"), "utf-8")
    page = window.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    # From now on no dialog of the system opens: Playwright does not wait until it is told of one,
    # and a key pressed just after it began to listen may have opened one already.
    page.on("filechooser", lambda _: None)
    log_in(page, backroom, "mei")
    before = current_version(data_dir / "index")
    expect(page.locator("#documents tbody tr")).to_have_count(5)
    # Counted, so that nothing more arrives.
    expect(page.locator("#documents")).not_to_contain_text("…")
    press_until(page, "Tab", "#about-center textarea, #about-center input")
    page.keyboard.type("Ocean Light Center")
    press_until(page, "Tab", "#upload")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    preview = page.locator("#preview")
    expect(preview.locator(".chunk")).not_to_have_count(0)
    expect(preview).to_contain_text("Ocean Light Center (new to the corpus)")
    expect(page.locator("#told")).to_contain_text("waits to be published")
    expect(page.locator("#changes")).to_contain_text(file.name)
    # It is no document yet.
    expect(page.locator("#documents tbody tr")).to_have_count(5)
    act(page, "#publish")
    expect(page.locator("#progress h3")).to_contain_text("The quality gate passed")
    expect(page.locator("#told")).to_contain_text("Published 000")
    expect(page.locator("#documents")).to_contain_text(f"uploads/{file.name}")
    published = current_version(data_dir / "index")
    assert published != before
    act(page, "#compare")
    expect(page.locator("#difference")).to_contain_text(f"added: uploads/{file.name}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('#go-back')")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("Current is 000")
    expect(page.locator("#documents")).not_to_contain_text(f"uploads/{file.name}")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert dialogs == []
    _forget(data_dir, before)


def _forget(data_dir: Path, before: str | None) -> None:
    """As it was before, for the next width."""
    assert before is not None
    (data_dir / "index" / "CURRENT").write_text(before + "\n")
    shutil.rmtree(data_dir / "uploads")


def test_axe_finds_nothing_in_the_back_room(
    window: BrowserContext, backroom: str, tmp_path: Path, data_dir: Path
) -> None:
    page = window.new_page()
    # A colour on its way to another has the contrast of neither.
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{backroom}staff/login")
    check_both_colours(page)
    page.locator("#name").fill("mei")
    page.locator("#password").fill("wrong password")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_be_visible()
    check_both_colours(page)
    log_in(page, backroom, "mei")
    expect(page.locator("#documents tbody tr")).to_have_count(5)
    file = tmp_path / "ocean.md"
    file.write_text(_PAGE, "utf-8")
    page.locator("#upload input, input[type=file]").first.set_input_files(file)
    expect(page.locator("#preview .chunk")).not_to_have_count(0)
    check_both_colours(page)
    page.set_viewport_size({"width": 768, "height": 900})
    check_both_colours(page)
    page.goto(f"{backroom}staff/")
    expect(page.locator("#offer .pages")).to_be_visible()
    check_both_colours(page)
    page.goto(f"{backroom}staff/logout")
    check_both_colours(page)
    shutil.rmtree(data_dir / "uploads")


def test_a_judge_is_not_shown_the_way_to_the_corpus_and_sees_nothing_of_it(
    window: BrowserContext, backroom: str
) -> None:
    page = window.new_page()
    log_in(page, backroom, "jo")
    expect(page.locator("#masthead .menu")).not_to_contain_text("Corpus")
    expect(page.locator("body")).to_contain_text(re.compile("You may not do this"))
    expect(page.locator("#documents table")).to_have_count(0)


def test_logging_out_leads_to_the_login_and_the_page_is_gone(
    window: BrowserContext, backroom: str
) -> None:
    page = window.new_page()
    log_in(page, backroom, "mei")
    act(page, "#masthead .account a")
    page.wait_for_url("**/staff/logout")
    act(page, "main button")
    page.wait_for_url("**/staff/login")
    page.goto(f"{backroom}staff/corpus")
    assert page.url.endswith("/staff/login?then=/corpus")
    assert len(window.pages) == 1
