"""What the browser keeps and says, which may be anything."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.rating import Rating
from rag.web.hearing import Rated, ToRead, ToSpeak, arrival_of, heard
from rag.web.keeping import kept, restored
from rag.web.session import Exchange, Link
from tests.web.samples import ANSWER, HOSTILE, REFUSAL, done, visit

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_conversation_comes_back_as_it_was() -> None:
    exchanges = (done(ANSWER, 1), done(REFUSAL, 2), Exchange(3, "c", broken=True, done=True))
    rated = {exchanges[0].answer_id}
    found = restored(kept(visit(rated=rated), (*exchanges, Exchange(4, "on its way"))))
    assert found is not None
    assert found.exchanges == exchanges
    assert (found.conversation, set(found.rated)) == ("c" * 32, rated)


def test_of_a_long_conversation_the_end_is_kept_and_numbered_anew() -> None:
    found = restored(kept(visit(), [done(ANSWER, n, f"question {n}") for n in range(1, 101)]))
    assert found is not None
    assert [e.number for e in found.exchanges] == list(range(1, len(found.exchanges) + 1))
    assert found.exchanges[-1].question == "question 100"
    assert len(found.exchanges) < 100


def test_a_conversation_that_no_browser_could_keep_is_cut() -> None:
    large = replace(ANSWER, text="x" * 300_000)
    text = kept(visit(), [done(large, n) for n in range(1, 21)])
    assert len(text) < 3_000_000
    found = restored(text)
    assert found is not None
    assert found.exchanges


@given(JSON | HOSTILE)
def test_what_is_no_conversation_is_none(value: object) -> None:
    assert restored(json.dumps(value)) is None
    assert restored(str(value)) is None


def test_an_id_that_was_tampered_with_is_not_taken() -> None:
    text = kept(visit(), [done(ANSWER)])
    assert restored(text.replace("c" * 32, "../../etc/passwd")) is None
    assert restored(text.replace(f"{1:032x}", "<script>")) is None


@given(JSON | HOSTILE)
def test_whatever_a_browser_brings_it_is_let_in(value: object) -> None:
    assert arrival_of(value).kept == arrival_of(json.dumps(value)).kept == ""


def test_an_address_asks_its_question() -> None:
    told = {"language": "zh-CN", "ask": "Who?", "center": "Lake Center", "index": "0001-a"}
    arrival = arrival_of(json.dumps(told))
    assert arrival.link == Link("Who?", "Lake Center", "0001-a")
    assert arrival_of(json.dumps({"ask": "  "})).link is None


def test_a_rating_is_as_the_journal_takes_it() -> None:
    said = heard(Rated, {"turn": 1, "helpful": False, "reason": "outdated", "note": "x" * 9_999})
    assert said is not None
    assert said.rating == Rating(False, "outdated", "x" * 500)
    odd = heard(Rated, {"turn": 1, "helpful": False, "reason": "because", "note": ""})
    assert odd is not None
    assert odd.rating == Rating(False, None, "")
    good = heard(Rated, {"turn": 1, "helpful": True, "reason": "outdated", "note": ""})
    assert good is not None
    assert good.rating == Rating(True, None, "")


@pytest.mark.parametrize("said", [None, "x", 1, [], {"language": "fr"}, {"place": 1}, {"turn": {}}])
def test_what_makes_no_sense_is_not_heard(said: object) -> None:
    assert heard(ToSpeak, said) is None
    assert heard(ToRead, said) is None
    assert heard(Rated, said) is None
