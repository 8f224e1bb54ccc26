"""From a wrong answer to a document that mends it, and back: what the back room is for."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from eval.__main__ import main
from rag.chatbot import Chatbot
from rag.config import ROOT, Settings, load_settings
from rag.embedding import SentenceEmbedder
from rag.formats.content import Metadata
from rag.indexing import build_index
from rag.questions import load_questions
from rag.upkeep.job import Publisher
from rag.upkeep.uploads import Uploads
from rag.upkeep.versions import go_back
from rag.versions import open_current
from tests.browser.judge import Judge, add_user
from tests.browser.visitor import Visitor
from tests.served import served

pytestmark = pytest.mark.browser

QUESTION = "Who is the director of the Waterside Laboratory?"
GOLD = "Professor Ann Roe is the director of the Lake Research Center."
_PAGES = {
    "lake.md": f"---\ntitle: Lake Research Center\ncenter: Lake Research Center\n---\n\n"
    f"## Leader\n\n{GOLD} It has twelve rooms.\n",
    "hill.md": "---\ntitle: Hill Institute\ncenter: Hill Institute\n---\n\n"
    "## Leader\n\nProfessor Bo Ek is the director of the Hill Institute.\n",
}
_UPLOADED = b"The Lake Research Center is also called the Waterside Laboratory.\n"
_PATIENCE = 300


@pytest.fixture
def settings(tmp_path: Path, embedder: SentenceEmbedder) -> Settings:
    """A small corpus, published; a question set with one question; a judge."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, text in _PAGES.items():
        (corpus / name).write_text(text, "utf-8")
    accepted = tmp_path / "questions.jsonl"
    accepted.write_text(
        '{"id": "u1", "question": "Who won the cup?", "kind": "off subject", "on_subject": false}\n'
    )
    made = load_settings(
        data_dir=tmp_path / "data", corpus_dir=corpus, accepted_questions=accepted,
        multilingual=False,
    )  # fmt: skip
    build_index(made.corpus, made.index_dir, embedder, made.chunk_tokens)
    add_user(made.data_dir, "jo")
    return made


@pytest.fixture
def address(
    browser: Browser, chatbot: Chatbot, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    # So that commands have them too.
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("CORPUS_DIR", str(settings.corpus_dir))
    monkeypatch.setenv("ACCEPTED_QUESTIONS", str(settings.accepted_questions))
    monkeypatch.setenv("MULTILINGUAL", "false")
    answering = chatbot.on(open_current(settings.index_dir, chatbot.embedder))
    with served(answering, settings.data_dir, calls_a_minute=0) as app:
        yield f"{app.address}/"


def accepted() -> str:
    """What ``python -m eval accept --all`` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "eval", "accept", "--all"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def passes(settings: Settings) -> bool:
    """Whether ``python -m eval answers`` on the published index has no failure."""
    command = ["answers", "--failures", "all", "--index", str(settings.index_dir)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    return QUESTION not in done.stdout


def comes_to_say(visitor: Visitor, words: str) -> None:
    """Ask anew until the running app answers from the version that is published now."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        visitor.page.locator("#new").click()
        expect(visitor.page.locator("#conversation .turn")).to_have_count(0)
        if words in visitor.ask(QUESTION):
            return
        assert time.monotonic() < deadline, f"the chat never said {words}"


def test_a_wrong_answer_becomes_a_test_that_a_document_makes_pass(
    page: Page, address: str, settings: Settings, embedder: SentenceEmbedder
) -> None:
    # A visitor gets an answer that is wrong, for the documents do say it, and says so.
    visitor = Visitor(page, address)
    visitor.arrive()
    assert "Ann Roe" not in visitor.ask(QUESTION)
    page.locator("#conversation .rate summary").click()
    page.get_by_label("It should have answered").check()
    page.locator("#conversation .rate [type=submit]").click()
    expect(page.locator("#rated-1")).to_be_visible()
    # A judge finds it, picks the gold in the document, and makes it a test.
    judge = Judge(page, address)
    judge.log_in("jo")
    judge.open("conversations")
    found = page.locator("#list .open", has_text=QUESTION)
    expect(found).to_have_count(1)
    page.locator("#filters select[name=reason]").select_option("should_have_answered")
    page.locator("#filters button[value=filter]").click()
    expect(page.locator("#list .open")).to_have_count(1)
    found.click()
    page.locator("button[value=test]").click()
    expect(page.locator("#testing form")).to_be_visible()
    page.locator("#chooser select").select_option("lake.md")
    page.locator("#chooser button").click()
    box = page.locator("#source textarea")
    expect(box).to_have_value(_text())
    expect(box).to_be_focused()
    box.evaluate(
        "(box, gold) => box.setSelectionRange(box.value.indexOf(gold), "
        "box.value.indexOf(gold) + gold.length)",
        GOLD,
    )
    page.locator("#source button").click()
    expect(page.locator("#gold mark")).to_have_text(GOLD)
    page.locator("#testing input[name=words]").fill("Ann Roe")
    page.locator("#testing button[value=propose]").click()
    expect(page.locator("#test-done")).to_be_visible()
    # It is accepted, and fails.
    assert "1 accepted" in accepted()
    (one,) = load_questions(settings.accepted_questions).answerable
    assert one.question == QUESTION
    assert one.spans[0].quote == GOLD
    assert not passes(settings)
    # A document is uploaded and published: it passes, and the chat says it.
    uploads = Uploads(settings.corpus, 2**20)
    about = Metadata(
        title="Names", center="Lake Research Center", aliases=("Waterside Laboratory",)
    )
    uploads.receive("names.txt", _UPLOADED, about)
    publisher = Publisher(settings, settings.index_dir, embedder, uploads)
    assert publisher.start("mei")
    state = publisher.wait(_PATIENCE)
    assert state.report is not None, state.problem
    assert state.report.published
    assert passes(settings)
    visitor.arrive()
    comes_to_say(visitor, "Ann Roe")
    # Gone back, it fails again.
    go_back(settings.index_dir, None, embedder.name)
    assert not passes(settings)
    comes_to_say(visitor, "no mention of Waterside")


def _text() -> str:
    return _PAGES["lake.md"].split("---\n\n")[1].strip()
