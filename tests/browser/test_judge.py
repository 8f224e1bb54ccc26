"""A judge in the back room: by keyboard, at two widths, with axe, and with nobody else to ask."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.chatbot import Chatbot
from rag.config import ROOT, load_settings
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.journal.judging import JudgmentBook
from rag.journal.recording import Journal
from rag.pending import load_pending
from rag.questions import UnansweredQuestion
from rag.rating import Rating
from rag.records import Records
from rag.runs import dump_run
from rag.versions import RECORDS, current_version, open_current, version_folder
from tests.browser.judge import Judge, add_user
from tests.browser.test_accessibility import check_both_colours
from tests.browser.visitor import DIRECTOR, TELEPHONE
from tests.outcomes import answers, run_of
from tests.served import served

pytestmark = pytest.mark.browser

WIDTHS = {768: 1024, 1440: 900}
# Where the window is wide nothing is in the way.
NARROW_FIRST = [768, pytest.param(1440, marks=pytest.mark.slow)]
QUESTIONS = (
    DIRECTOR, TELEPHONE, "When was the Cancer Precision Medicine Research Center founded?",
    "Is there a car park at the ZJU Medical Center?", "Where can I park my car at CPMRC?",
    "What is the e-mail address of CPMRC?", "Which centers study tumors?",
)  # fmt: skip


@pytest.fixture(scope="module")
def room(
    tmp_path_factory: pytest.TempPathFactory, index_dir: Path, embedder: SentenceEmbedder,
    chatbot: Chatbot,
) -> Path:  # fmt: skip
    """A ``DATA_DIR`` with two versions, a journal, two runs, and two judges."""
    folder = tmp_path_factory.mktemp("room")
    shutil.copytree(index_dir, folder / "index")
    build_index(ROOT / "corpus", folder / "index", embedder, 64)
    build_index(ROOT / "corpus", folder / "index", embedder, load_settings().chunk_tokens)
    settings = load_settings(data_dir=folder)
    journal = Journal.open(settings)
    assert journal is not None
    for number, question in enumerate(QUESTIONS):
        journal.record(f"{number:032x}", f"{number + 1:032x}", chatbot.ask(question))
    journal.rate(f"{1:032x}", Rating(helpful=False, reason="outdated", note="He retired."))
    journal.close()
    runs = folder / "eval" / "runs"
    runs.mkdir(parents=True)
    for day, wrong in ((1, 6), (2, 4)):
        run = run_of(*answers(40 - wrong, wrong), created=f"2026-03-0{day}T10:00:00+00:00")
        run = replace(run, latency={"whole": {"p50": 200.0 + day, "p95": 400.0}})
        (runs / f"{day}.json").write_text(dump_run(run))
    for name in ("jo", "mei"):
        add_user(folder, name)
    return folder


@pytest.fixture(scope="module")
def staff_address(browser: Browser, room: Path, chatbot: Chatbot) -> Iterator[str]:
    answering = chatbot.on(open_current(room / "index", chatbot.embedder))
    with pytest.MonkeyPatch.context() as patch:
        # An evaluation is a process of its own.
        patch.setenv("MULTILINGUAL", "false")
        with served(answering, room, calls_a_minute=0) as app:
            yield f"{app.address}/"


@pytest.fixture
def judge(page: Page, staff_address: str) -> Iterator[Judge]:
    """Someone who has logged in."""
    come = Judge(page, staff_address)
    come.log_in("jo")
    yield come
    page.context.clear_cookies()
    assert page.evaluate("window.poisoned") is None


@pytest.mark.parametrize("width", NARROW_FIRST)
def test_answers_are_judged_by_keyboard_alone(judge: Judge, room: Path, width: int) -> None:
    page = judge.page
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    judge.press("#masthead a[href='/staff/judge']")
    expect(page.locator("#verdict form")).to_be_visible()
    assert judge.overflow() <= 0
    # Only a refusal, so that what is judged is known.
    judge.reach("#queue select")
    page.keyboard.type("refused")
    judge.press("#queue button")
    expect(page.locator("#verdict input").first).to_be_focused()
    expect(page.locator("#conversation .standing")).to_contain_text("Not answered")
    # The gold: from the document's beginning to the end of its first line that has words.
    page.keyboard.press("3")
    page.keyboard.press("g")
    box = page.locator("#source textarea")
    expect(box).to_be_focused()
    page.keyboard.press("Control+Home")
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    chosen = box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")
    assert len(chosen) == 12
    page.keyboard.press("Enter")
    expect(page.locator("#gold-taken")).to_be_focused()
    expect(page.locator("#gold mark")).to_have_text(chosen.strip())
    judge.reach("#verdict input[name=note]", "Shift+Tab")
    page.keyboard.type("It is there.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#judge-told")).to_contain_text("Saved: wrong.")
    expect(page.locator("#verdict input").first).to_be_focused()
    assert judge.overflow() <= 0
    book = JudgmentBook.open(load_settings(data_dir=room))
    (judged,) = [
        judgment
        for answer_id in book.by_judge()["jo"]
        for judgment in book.judgments_of(answer_id)
        if judgment.verdict == "wrong" and judgment.quote == chosen.strip()
    ][:1]
    book.close()
    assert judged.note == "It is there."
    assert judged.gold is not None
    text = _text(room, judged.gold.doc_id)
    assert text[judged.gold.start : judged.gold.end] == judged.quote
    # Keys of one letter do nothing where something is typed.
    judge.reach("#verdict input[name=note]")
    page.keyboard.type("1s4g")
    expect(page.locator("#verdict input[name=note]")).to_have_value("1s4g")
    expect(page.locator("#verdict input:checked")).to_have_count(0)
    # Another one becomes a test that it is to be refused.
    judge.reach("#verdict input[name=verdict]", "Shift+Tab")
    page.keyboard.press("4")
    judge.press("#verdict button[value=judgetest]")
    expect(page.locator("#testing input[name=question]")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(f" ({width})")
    judge.press("#testing button[value=propose]")
    expect(page.locator("#test-done")).to_be_focused()
    pending = load_pending(load_settings(data_dir=room).pending_questions)
    asked = pending[-1].question
    assert isinstance(asked, UnansweredQuestion)
    assert asked.question.endswith(f"({width})")
    assert pending[-1].by == "jo"


def _text(room: Path, doc_id: str) -> str:
    name = current_version(room / "index")
    assert name
    records = Records(version_folder(room / "index", name) / RECORDS)
    document = records.document(doc_id)
    assert document is not None
    return document.text


@pytest.mark.parametrize("width", NARROW_FIRST)
def test_two_versions_are_compared_blind_and_told_apart_afterwards(
    judge: Judge, room: Path, width: int
) -> None:
    page = judge.page
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    judge.open("judge")
    expect(page.locator("#duels form")).to_be_visible()
    versions = page.locator("#duels select[name=one] option").all_inner_texts()
    judge.reach("#duels input[name=question]")
    page.keyboard.type(DIRECTOR)
    judge.press("#duels button[value=duel]")
    expect(page.locator(".sides .turn")).to_have_count(2)
    expect(page.locator(".sides")).to_contain_text("Qian Cheng")
    shown = page.locator("#judging").inner_text() + page.locator("#judging").inner_html()
    assert not [version for version in versions if version in shown], "it is told before"
    expect(page.locator("#verdict input").first).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#revealed")).to_be_focused()
    told = page.locator("#revealed").inner_text()
    assert len([version for version in versions if version in told]) == 2
    book = JudgmentBook.open(load_settings(data_dir=room))
    latest = book.preferences()[0]
    book.close()
    assert (latest.judge, latest.question, latest.better) == ("jo", DIRECTOR, "second")
    assert f"A was {latest.first}, B was {latest.second}" in told
    expect(page.locator("#duels table")).to_contain_text(latest.first)
    assert judge.overflow() <= 0


@pytest.mark.parametrize("width", NARROW_FIRST)
def test_a_badly_rated_answer_is_found_and_seen_as_the_person_saw_it(
    judge: Judge, width: int
) -> None:
    page = judge.page
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    judge.open("conversations")
    expect(page.locator("#list .open")).to_have_count(len(QUESTIONS))
    judge.reach("#filters select[name=rated]")
    page.keyboard.type("not helpful")
    judge.press("#filters button[value=filter]")
    expect(page.locator("#list .open")).to_have_count(1)
    expect(page.locator("#list .open")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#entry-title")).to_be_focused()
    expect(page.locator("#conversation .exact")).to_contain_text("Qian Cheng")
    expect(page.locator("#sources mark strong")).to_contain_text("Qian Cheng")
    expect(page.locator("#entry-head")).to_contain_text("He retired.")
    assert judge.overflow() <= 0
    judge.press("#entry-head button[value=list]")
    expect(page.locator("#list .open")).to_have_count(1)


def test_the_pictures_come_from_here_and_each_has_its_table(judge: Judge) -> None:
    page = judge.page
    judge.open("quality")
    expect(page.locator(".chart .main-svg .legend").first).to_be_attached()
    assert page.locator(".chart").count() == 4
    for chart in page.locator(".chart").all():
        expect(chart.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        chart.locator("summary").click()
        expect(chart.locator("tbody tr").first).to_be_visible()
    expect(page.locator("#figures")).to_contain_text("answer accuracy")
    page.locator("#questions select[name=shown]").select_option("changed")
    page.locator("#questions button[value=questions]").click()
    expect(page.locator("#questions tbody tr")).to_have_count(2)
    expect(page.locator("#questions tbody")).to_contain_text("fixed")
    assert [url for url in judge.requests if not url.startswith((judge.address, "data:"))] == []


def test_an_evaluation_is_started_watched_and_stopped(judge: Judge, room: Path) -> None:
    page = judge.page
    judge.open("quality")
    kept = set((room / "eval" / "runs").iterdir())
    judge.press("#running button[value=run]")
    bar = page.locator("#running progress")
    expect(bar).to_be_visible()
    expect(page.locator("#running .progress")).to_contain_text("questions,")
    judge.press("#running button[value=halt]")
    expect(page.locator("#running button[value=run]")).to_be_visible()
    expect(page.locator("#running")).to_contain_text("Stopped")
    assert set((room / "eval" / "runs").iterdir()) == kept


def test_what_was_asked_in_vain_stands_by_topic_and_becomes_a_test(
    judge: Judge, room: Path
) -> None:
    page = judge.page
    judge.open("gaps")
    parking = page.locator(".topic", has_text="park")
    expect(parking.first).to_be_visible()
    parking.first.locator("summary").click()
    parking.first.locator("button[value^=test-]").first.click()
    form = page.locator("#testing form")
    expect(form.locator("input[name=question]")).to_be_focused()
    form.get_by_text("It is to be refused").click()
    form.locator("button[value=propose]").click()
    expect(page.locator("#test-done")).to_be_focused()
    lines = load_settings(data_dir=room).pending_questions.read_text("utf-8").splitlines()
    assert "park" in json.loads(lines[-1])["question"]


def test_axe_finds_nothing_on_any_page(judge: Judge) -> None:
    page = judge.page
    # A colour on its way to another has the contrast of neither.
    page.emulate_media(reduced_motion="reduce")
    judge.open("quality")
    expect(page.locator(".chart .main-svg .legend").first).to_be_attached()
    for summary in page.locator(".chart summary").all():
        summary.click()
    check_both_colours(page)
    judge.open("conversations")
    expect(page.locator("#list .open").first).to_be_visible()
    check_both_colours(page)
    page.locator("#list .open").last.click()
    page.locator("button[value=test]").click()
    expect(page.locator("#testing form")).to_be_visible()
    check_both_colours(page)
    judge.open("judge")
    expect(page.locator("#verdict form")).to_be_visible()
    check_both_colours(page)
    page.locator("#duels input[name=question]").fill(DIRECTOR)
    page.locator("#duels button[value=duel]").click()
    expect(page.locator(".sides .turn")).to_have_count(2)
    check_both_colours(page)
    judge.open("gaps")
    expect(page.locator(".topic").first).to_be_visible()
    page.locator(".topic summary").first.click()
    check_both_colours(page)
