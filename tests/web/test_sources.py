"""Sources: what is marked, what is said of a document, why it was taken."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from rag.types import Document, Hit
from rag.web.answers import conversation
from rag.web.passages import excerpt, is_old
from rag.web.session import Exchange
from rag.web.sources import sources
from tests.web.samples import (
    ANSWER,
    CHUNK,
    CITATION,
    DOCUMENT,
    EN,
    QUOTE,
    REFUSAL,
    ZH,
    Elements,
    done,
    lookup,
    visit,
)


def cards(*exchanges: Exchange, document: Document | None = DOCUMENT) -> str:
    return sources(exchanges, lambda *_: document, EN)


def test_every_marker_leads_to_a_card_and_back_and_no_id_comes_twice() -> None:
    twice = replace(ANSWER, points=ANSWER.points * 2)
    exchanges = [done(twice, 1), done(twice, 2)]
    found = Elements(conversation(exchanges, visit(), lookup) + cards(*exchanges)).tags
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"] for _, a in found if "href" in a} <= {f"#{i}" for i in ids}


def test_the_passage_round_the_evidence_is_its_chunk() -> None:
    found = excerpt(CITATION, ANSWER.hits, DOCUMENT)
    assert (found.before, found.exact, found.after) == ("", "Ann Roe", " It has 12 rooms.")
    assert found.lead + found.exact + found.tail == QUOTE


def test_without_a_chunk_it_is_its_line_and_no_word_is_cut() -> None:
    found = excerpt(CITATION, (), DOCUMENT)
    assert (found.before, found.after) == ("", " It has 12 rooms.")
    long = "word " * 200
    text = f"# Head\n{long}{QUOTE} {long}\nTail"
    start = text.index(QUOTE)
    moved = replace(
        CITATION, start=start, end=start + len(QUOTE), answer_start=start, answer_end=start + 7
    )
    found = excerpt(moved, (), replace(DOCUMENT, text=text))
    assert set(found.before.split()) == set(found.after.split()) == {"word"}
    assert len(found.before) < 250


@pytest.mark.parametrize("document", [None, replace(DOCUMENT, text="Another text.")])
def test_a_document_that_has_changed_since_shows_the_quote_alone(document: Document | None) -> None:
    found = excerpt(CITATION, ANSWER.hits, document)
    assert (found.before, found.exact, found.tail) == ("", "Ann Roe", QUOTE[7:])


def test_a_card_says_whose_document_it_is_and_each_thing_once() -> None:
    document = replace(DOCUMENT, institution="Lake University", publisher="Lake Press")
    said = Elements(cards(done(ANSWER), document=document)).text
    assert "Lake CenterLake Universitypublished by Lake Press1 May 2024" in said
    same = replace(document, publisher="Lake University")
    assert "published by" not in Elements(cards(done(ANSWER), document=same)).text


def test_a_document_is_old_a_year_after_the_last_day_that_its_date_can_mean() -> None:
    today = datetime.date(2026, 11, 22)
    assert is_old("2025-11-21", today)
    assert not is_old("2025-11-22", today)
    assert not is_old("2025", today)
    assert is_old("2024", today)
    assert not is_old("in spring", today)
    assert not is_old(None, today)


def test_an_old_document_says_so_and_a_new_one_does_not() -> None:
    assert "It may be out of date" in Elements(cards(done(ANSWER))).text
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    fresh = replace(DOCUMENT, date=today)
    assert "out of date" not in Elements(cards(done(ANSWER), document=fresh)).text


def test_a_refusal_shows_nearest_passages_that_claim_nothing() -> None:
    text = Elements(cards(done(REFUSAL))).text
    assert "Nearest passages" in text
    assert "do not answer" in text
    assert "<mark>" not in cards(done(REFUSAL))
    assert "used" not in Elements(cards(done(REFUSAL))).text


def test_sources_of_earlier_questions_stay_below_the_latest() -> None:
    found = Elements(cards(done(ANSWER, 1), done(ANSWER, 2))).tags
    ids = [str(a["id"]) for _, a in found if "id" in a]
    assert [i for i in ids if i.startswith("source")] == ["source-2-1", "source-1-1"]


def test_why_shows_each_score_as_a_bar_with_its_number_and_none_as_none() -> None:
    found = Elements(cards(done(ANSWER)))
    bars = [a["style"] for _, a in found.tags if "style" in a]
    assert bars == ["--share:0.61", "--share:0.43", "--share:0.90"]
    for words in ("0.61", "0.43", "0.90", "Meaning", "Both", "Reader", "used"):
        assert words in found.text
    # No passage has a score for words: the column is not there.
    assert "Words" not in found.text
    other = Hit(replace(CHUNK, chunk_id="lake.md#2", start=0, end=5), 0.1, 2, lexical=0.5)
    both = Elements(cards(done(replace(ANSWER, hits=(*ANSWER.hits, other)))))
    assert "Words" in both.text
    assert "–none" in both.text


def test_the_chinese_panel_says_everything_but_the_documents_words_in_chinese() -> None:
    found = Elements(sources([done(ANSWER)], lookup, ZH))
    assert "回到答案" in found.text
    assert QUOTE in found.text
    assert "为什么是这个答案" in found.text
