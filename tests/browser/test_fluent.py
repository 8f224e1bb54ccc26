"""The chat page while a language model writes: sentences as they come, what is withheld, Stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import serving
from tests.browser.visitor import DIRECTOR, Visitor
from tests.llm.server import ScriptedServer, Stage, says

pytestmark = pytest.mark.browser

TRUE = "The Cancer Precision Medicine Research Center is directed by Professor Qian Cheng"
FALSE = "It was founded by Mallory Evil in 1950"


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedServer]:
    with ScriptedServer(says()) as server:
        yield server


@pytest.fixture(scope="module")
def fluent(browser: Browser, index_dir: Path, data: Path, model: ScriptedServer) -> Iterator[str]:
    """The address of the app with the scripted model as its writer."""
    del browser
    where = ("--host", "127.0.0.1", "--port", "0", "--index", str(index_dir))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLM_BASE_URL", model.url)
        patch.setenv("LLM_MODEL", "scripted")
        # So that what ends a request is never its time.
        patch.setenv("LLM_FIRST_WORDS", "300")
        patch.setenv("LLM_SECONDS", "300")
        with serving("app.py", *where, data=data, MULTILINGUAL="false") as address:
            yield address


@pytest.fixture
def reader(page: Page, fluent: str) -> Visitor:
    come = Visitor(page, fluent)
    come.arrive()
    return come


def true(stage: Stage) -> str:
    return f"{TRUE} [{stage.number_of('is the director of the')}]."


def test_a_sentence_is_shown_with_its_source_while_the_model_still_writes(
    reader: Visitor, model: ScriptedServer
) -> None:
    goes_on = threading.Event()

    def play(stage: Stage) -> None:
        stage.begin()
        stage.piece(true(stage) + " ")
        goes_on.wait(60)
        stage.piece(f"{FALSE} [1].")
        stage.end()

    model.play = play
    page = reader.page
    reader.send(DIRECTOR)
    writing = page.locator(".turn:not(.done)")
    expect(writing).to_contain_text(TRUE)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    goes_on.set()
    done = page.locator(".turn.done")
    expect(done).to_contain_text("1 sentence of the language model withheld")
    expect(done).to_contain_text("A language model put this into words")
    expect(done).not_to_contain_text("Mallory")
    done.locator(".marker").first.click()
    expect(page.locator(f"#{reader.focused()} mark").first).to_contain_text("Qian Cheng")


@pytest.mark.parametrize(
    ("code", "said"), [(500, "cannot be reached"), (429, "takes no more questions")]
)
def test_a_model_that_is_down_is_told_and_the_documents_answer(
    code: int, said: str, reader: Visitor, model: ScriptedServer
) -> None:
    model.play = lambda stage: stage.status(code, {"message": "no"})
    assert "Qian Cheng" in reader.ask(DIRECTOR)
    expect(reader.page.locator(".notice").first).to_contain_text(said)
    expect(reader.page.locator(".notice").first).to_contain_text("the documents' own words")


def test_stop_ends_what_the_model_is_asked(reader: Visitor, model: ScriptedServer) -> None:
    waiting = hangs(model)
    reader.send(DIRECTOR)
    assert waiting.wait(60)
    reader.page.get_by_role("button", name="Stop").click()
    expect(reader.page.locator(".turn")).to_have_count(0)
    assert model.seen.left.wait(60)


def test_a_browser_that_goes_away_ends_what_the_model_is_asked(
    context: BrowserContext, fluent: str, model: ScriptedServer
) -> None:
    waiting = hangs(model)
    visitor = Visitor(context.new_page(), fluent)
    visitor.arrive()
    visitor.send(DIRECTOR)
    assert waiting.wait(60)
    visitor.page.close()
    assert model.seen.left.wait(60)


def hangs(model: ScriptedServer) -> threading.Event:
    """Make the model think for good; the event is set when it has been asked."""
    asked = threading.Event()
    model.seen.left.clear()

    def play(stage: Stage) -> None:
        stage.begin()
        asked.set()
        stage.wait_until_left(120)

    model.play = play
    return asked
