"""The chat page while a language model writes: sentences as they come, what is withheld, Stop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.writing import open_writer
from tests.browser.visitor import DIRECTOR, Visitor
from tests.llm.server import ScriptedServer, Stage, says
from tests.served import served

pytestmark = pytest.mark.browser

TRUE = "The Cancer Precision Medicine Research Center is directed by Professor Qian Cheng"
FALSE = "It was founded by Mallory Evil in 1950"


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedServer]:
    with ScriptedServer(says()) as server:
        yield server


@pytest.fixture(scope="module")
def fluent(
    browser: Browser, chatbot: Chatbot, index_dir: Path, model: ScriptedServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:  # fmt: skip
    """The address of the app with the scripted model as its writer."""
    # So that what ends a request is never its time.
    times = {"llm_first_words": 300, "llm_seconds": 300}
    settings = load_settings(llm_base_url=model.url, llm_model="scripted", **times)
    writing = chatbot.on(chatbot.version, open_writer(settings, chatbot.embedder))
    data = tmp_path_factory.mktemp("fluent")
    with served(writing, data, index_dir, multilingual=False, calls_a_minute=0) as app:
        yield f"{app.address}/"


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
