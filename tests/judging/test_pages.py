"""What the pages make of filters, of entries, and of whatever a browser may send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.backroom.controls import Cell, paging, table
from rag.backroom.conversations import selection_of
from rag.backroom.entries import as_seen, facts, listed
from rag.backroom.picking import Picked
from rag.backroom.testing import draft_of
from rag.backroom.working import pressed
from rag.journal.reading import Entry, Listing, Selection, Summary, TimedRating
from rag.rating import Judgment, Rating
from rag.types import Place
from tests.web.samples import ANSWER, HOSTILE, QUOTE, START, Elements, lookup

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ID = "a" * 32


def summary(**change: Any) -> Summary:
    fields: dict[str, Any] = {
        "answer_id": ID, "conversation": "c" * 32, "time": NOW, "question": "Who leads it?",
        "query": "Who leads the Lake Center?", "language": "en", "centers": ("Lake Center",),
        "status": "answered", "confidence": 0.926, "text": ANSWER.text, "index_version": "0001-a",
        "code_version": "1", "settings": "s", "seconds": 0.1, "rating": "unhelpful",
        "reason": "wrong_answer",
    }  # fmt: skip
    return Summary(**(fields | change))


def event(said: object) -> gr.EventData:
    return gr.EventData(None, said)


def test_an_answer_is_shown_as_the_chat_page_shows_it() -> None:
    entry = Entry(summary(), ANSWER, (TimedRating(Rating(False, "wrong_answer", "No!"), NOW),))
    said, sources = (Elements(part) for part in as_seen(entry, lookup, "2026-02-01T00:00"))
    assert QUOTE in said.text
    assert "High confidence (0.93)" in said.text
    assert QUOTE in sources.text
    assert not [tag for tag, attributes in said.tags if attributes.get("class") == "rate"]
    judged = Judgment(ID, "jo", "partly", NOW, Place("lake.md", START, START + 3), "Ann", "hm")
    known = Elements(facts(entry, [judged])).text
    for words in ("The answer is wrong", "“No!”", "Judged by jo", "Partly right", "lake.md", "hm"):
        assert words in known


def test_an_answer_of_an_unknown_form_is_shown_by_its_text() -> None:
    said, sources = as_seen(Entry(summary(), None, ()), lookup)
    assert ANSWER.text in Elements(said).text
    assert sources == ""


def test_a_list_opens_each_entry_and_says_where_one_is() -> None:
    shown = Elements(listed(Listing((summary(),) * 3, 28), 25, 25))
    opening = [a["value"] for tag, a in shown.tags if tag == "button"]
    assert opening == [f"open-{ID}"] * 3 + ["page-0"]
    assert "26 to 28 of 28" in shown.text
    assert "No answer fits" in Elements(listed(Listing((), 0), 0, 25)).text
    assert paging(0, 25, 0) == ""
    assert "page-25" in paging(0, 25, 26).replace("&#45;", "-")


@given(HOSTILE)
def test_what_people_typed_stays_text(typed: str) -> None:
    shown = Elements(
        listed(Listing((summary(question=typed, centers=(typed,)),), 1), 0, 25)
        + facts(
            Entry(summary(query=typed), ANSWER, (TimedRating(Rating(False, None, typed), NOW),))
        )
        + table(typed, [typed, Cell(typed)], [[typed, Cell(typed, figure=True)]])
    )
    allowed = {
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "button", "p", "span", "dl",
        "dt", "dd",
    }  # fmt: skip
    assert {tag for tag, _ in shown.tags} <= allowed


def test_filters_select_what_they_say() -> None:
    fields = {
        "rated": "unhelpful", "reason": "outdated", "status": "refused", "center": "Lake Center",
        "since": "2026-01-02", "until": "2026-01-03", "least": "0.25", "most": "0.5",
    }  # fmt: skip
    assert selection_of(fields) == Selection(
        rated="unhelpful", reason="outdated", status="refused", center="Lake Center",
        since=datetime(2026, 1, 2, tzinfo=UTC), until=datetime(2026, 1, 4, tzinfo=UTC),
        least=0.25, most=0.5,
    )  # fmt: skip
    assert selection_of({}) == Selection()


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "x", "", "2026-13-01", "0001-01-01x"])
def test_a_filter_that_means_nothing_selects_nothing_out(value: str) -> None:
    fields = dict.fromkeys(("rated", "reason", "status", "since", "until", "least", "most"), value)
    assert selection_of(fields) == Selection()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON, _JSON)
def test_a_browser_may_send_anything(said: object, fields: object) -> None:
    for sent in (said, {"verb": said, "fields": fields}, {"verb": "take-1", "fields": fields}):
        found = pressed(event(sent))
        assert found.number() >= 0
        assert found.offset("start") >= -1
        draft = draft_of(found.fields, Picked(), ("Lake Center",))
        assert draft.center in {None, "Lake Center"}


def test_a_form_is_read_as_it_was_filled_in() -> None:
    sent = {"verb": "judge-now-1", "fields": {"verdict": "wrong", "start": 7, "end": "x"}}
    found = pressed(event(sent))
    assert (found.verb, found.about) == ("judge", "now-1")
    assert (found.offset("start"), found.offset("end"), found.offset("none")) == (7, -1, -1)
    draft = draft_of({"outcome": "gold", "words": "a;b", "form": "?"}, Picked(), ())
    assert (draft.words, draft.form) == ("a\nb", "direct")
    assert draft.gold is not None, "gold that was not picked is missed, not taken for a refusal"
