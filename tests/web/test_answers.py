"""The conversation as HTML, and what stands under an answer."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from rag.errors import QueryError
from rag.types import Query
from rag.web.actions import confidence_words
from rag.web.answers import announcement, conversation
from rag.web.quoting import as_markdown, link
from rag.web.session import Exchange, ask, history
from tests.web.samples import (
    ANSWER,
    DOCUMENT,
    EN,
    REFUSAL,
    ZH,
    Elements,
    done,
    lookup,
    play,
    visit,
)

ASKED = Exchange(0, "Who leads it?")


def talk(*exchanges: Exchange, rating: bool = True, **changes: object) -> str:
    return conversation(exchanges, visit(**changes), lookup, rating=rating)


def test_an_answer_shows_exact_words_sentence_and_marker() -> None:
    found = Elements(talk(done(ANSWER)))
    assert "Ann Roe “Ann Roe leads the Lake Center.”\u00a01, source: Lake" in found.text
    assert "Answered from the documents" in found.text
    assert "High confidence (0.93)" in found.text
    assert "Index 0001-a, 22 November 2026" in found.text
    assert "Understood as" not in found.text


def test_the_same_answer_in_a_chinese_page_has_its_own_words_and_chinese_ones_round_them() -> None:
    found = Elements(talk(done(ANSWER), language="zh"))
    assert "Ann Roe leads the Lake Center." in found.text
    assert "把握较大（0.93）" in found.text
    assert "索引 0001-a，2026年11月22日" in found.text
    assert any(a.get("lang") == "en" for tag, a in found.tags if a.get("class") == "point")


def test_a_completed_question_is_shown_as_understood() -> None:
    answer = replace(ANSWER, query=Query("Who leads the Lake Center?", "Who leads it?"))
    assert "Understood as: Who leads the Lake Center?" in Elements(talk(done(answer))).text


@pytest.mark.parametrize(("value", "word"), [(1.0, "High"), (0.6, "Fair"), (0.2, "Low")])
def test_confidence_has_a_word_and_a_number(value: float, word: str) -> None:
    assert confidence_words(value, EN) == f"{word} confidence ({value:.2f})"


def test_the_question_is_shown_before_there_is_an_answer() -> None:
    steps = list(ask(play(ANSWER), (), ASKED))
    assert steps[0] == (Exchange(1, "Who leads it?"),)
    assert "Searching the documents" in Elements(talk(*steps[0])).text
    assert steps[-1] == (Exchange(1, "Who leads it?", ANSWER, done=True),)
    assert "Ann Roe" in announcement(steps[-1], EN)


def test_a_question_that_cannot_be_used_is_answered_with_the_cure() -> None:
    stream = play(QueryError("There is no such center.", "Choose another."))
    *_, last = ask(stream, (), replace(ASKED, center="Moon"))
    assert "There is no such center. Choose another." in Elements(talk(*last)).text


def test_an_unexpected_error_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        *_, last = ask(play(ANSWER, KeyError("secret")), (), Exchange(0, "private question"))
    assert "secret" not in talk(*last)
    assert "Please ask again" in Elements(talk(*last)).text
    assert "请重新提问" in Elements(talk(*last, language="zh")).text
    assert "KeyError" in caplog.text
    assert "private question" not in caplog.text


def test_a_failed_or_stopped_question_is_no_history() -> None:
    exchanges = (done(ANSWER), Exchange(2, "b", failure="x", done=True), Exchange(3, "c", ANSWER))
    assert [turn.question for turn in history(exchanges)] == ["Who leads it?"]


def test_feedback_is_asked_for_only_where_it_is_kept_and_thanked_for_once_given() -> None:
    exchange = done(ANSWER)
    assert "Was this helpful?" not in Elements(talk(exchange, rating=False)).text
    asked = Elements(talk(exchange))
    reasons = [a["value"] for tag, a in asked.tags if a.get("type") == "radio"]
    assert reasons == [
        "wrong_source", "wrong_answer", "should_have_answered", "should_have_refused",
        "incomplete", "outdated",
    ]  # fmt: skip
    thanked = Elements(talk(exchange, rated={exchange.answer_id}))
    assert "Thank you" in thanked.text
    assert not [a for _, a in thanked.tags if a.get("type") == "radio"]


def test_what_the_next_question_will_replace_is_shown() -> None:
    found = Elements(talk(done(ANSWER, 1), done(ANSWER, 2), done(ANSWER, 3), editing=2))
    turns = [a["class"] for tag, a in found.tags if tag == "section"]
    assert turns == ["turn done", "turn done replaced", "turn done replaced"]


def test_an_answer_of_an_older_version_says_so_and_so_does_one_whose_version_is_gone() -> None:
    kept = replace(done(ANSWER), wanted="0001-a")
    assert "earlier index version that the link names" in Elements(talk(kept)).text
    gone = replace(done(ANSWER), wanted="0000-z")
    said = Elements(talk(gone)).text
    assert "index version 0000-z, which is no longer kept" in said
    assert "today's answer" in said
    assert "link" not in Elements(talk(done(ANSWER))).text.replace("Copy link", "")


def test_a_copy_has_the_answer_its_sources_and_nothing_that_markdown_would_act_on() -> None:
    hostile = replace(ANSWER, query=Query("*Who* <b>", "x"))
    copied = as_markdown(done(hostile), hostile, lookup, EN)
    assert "**\\*Who\\* \\<b\\>**" in copied
    assert "**Ann Roe** — “Ann Roe leads the Lake Center.” \\[1\\]" in copied
    assert "\\[1\\] Lake, 1 May 2024: “Ann Roe leads the Lake Center.” `lake.md`" in copied
    assert "Index 0001-a, 22 November 2026" in copied
    addressed = replace(DOCUMENT, source_url="https://lake.example/")
    assert "<https://lake.example/>" in as_markdown(done(ANSWER), ANSWER, lambda *_: addressed, ZH)
    assert as_markdown(done(REFUSAL), REFUSAL, lookup, EN) == ""


def test_a_link_asks_the_question_as_it_was_understood_of_the_same_center_and_version() -> None:
    answer = replace(ANSWER, query=Query("Who leads the Lake Center?", "Who leads it?"))
    asked = link(replace(done(answer), center="Lake Center"), answer)
    assert asked == "?ask=Who+leads+the+Lake+Center%3F&center=Lake+Center&index=0001-a"


def test_half_a_character_in_a_question_is_replaced() -> None:
    *_, last = ask(play(ANSWER), (), Exchange(0, "Who \ud800?"))
    assert last[0].question == "Who ??"
