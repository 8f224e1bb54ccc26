"""Follow-ups completed from what was said before."""

import pytest

from rag.followups import complete, vary
from rag.mentions import mentions
from rag.salience import Said

THROAT = Said("What is throat cancer?")


@pytest.mark.parametrize(
    ("said", "question", "text", "missing"),
    [
        ((THROAT,), "Is it treatable?", "Is throat cancer treatable?", "referent"),
        ((THROAT,), "What are its symptoms?", "What are throat cancer's symptoms?", "referent"),
        ((THROAT,), "What are the symptoms?", "What are the symptoms (throat cancer)?", "topic"),
        ((THROAT,), "Tell me about lung cancer.", "Tell me about lung cancer.", "nothing"),
        ((THROAT,), "Does melatonin help?", "Does melatonin help?", "nothing"),
        (
            (Said("How was Netflix founded?"),),
            "By whom?",
            "By whom was Netflix founded?",
            "question",
        ),
        (
            (THROAT, Said("Tell me about lung cancer.")),
            "Can it spread?",
            "Can lung cancer spread?",
            "referent",
        ),
        (
            (Said("Who leads the band?", "Andrew Sullivan"),),
            "Where was he born?",
            "Where was Andrew Sullivan born?",
            "referent",
        ),
        (
            (Said("Who was Andrew Sullivan?"),),
            "Where did Sullivan live?",
            "Where did Andrew Sullivan live?",
            "referent",
        ),
        (
            (Said("What was the Stanford experiment?"),),
            "Who designed the experiment?",
            "Who designed the Stanford experiment?",
            "referent",
        ),
        ((), "Is it treatable?", "Is it treatable?", "nothing"),
    ],
)
def test_a_follow_up_gets_what_it_lacks(
    said: tuple[Said, ...], question: str, text: str, missing: str
) -> None:
    done = complete(question, said)
    assert (done.text, done.missing) == (text, missing)


@pytest.mark.parametrize(
    "question",
    [
        "Which prize did He Zhixu win?",
        "How long did it take to build the Golden Gate Bridge?",
        "Who are the Hamilton electors and what were they trying to do?",
    ],
)
def test_what_looks_like_a_pronoun_may_be_none(question: str) -> None:
    assert complete(question, (Said("Who is Andrew Sullivan?"),)).text == question


@pytest.mark.parametrize(
    ("before", "fragment", "text"),
    [
        ("How many papers has Qian Cheng published?", "patents",
         "How many patents has Qian Cheng published?"),
        ("Where was Ann Roe born?", "Bob Ray", "Where was Bob Ray born?"),
        ("How has Netflix impacted society?", "dating", "How has Netflix impacted dating?"),
        ("Why?", "patents", "Why: patents?"),
    ],
)  # fmt: skip
def test_a_fragment_takes_the_place_of_what_is_like_it(
    before: str, fragment: str, text: str
) -> None:
    assert vary(before, fragment) == text


def test_a_later_turn_is_completed_from_the_understood_one() -> None:
    said = (THROAT, Said("Is it treatable?", "", "Is throat cancer treatable?"))
    assert complete("What causes it?", said).text == "What causes throat cancer?"


def test_mentions_are_names_and_noun_phrases() -> None:
    text = "How does the State Key Laboratory of Cells help Thomas A. Hendricks with stem cells?"
    found = {m.text: m.person for m in mentions(text)}
    assert found == {
        "State Key Laboratory of Cells": False, "Thomas A. Hendricks": True, "stem cells": False,
    }  # fmt: skip


def test_known_names_are_mentions_as_they_are() -> None:
    text = "When was the Center for Tissue Repair and Regenerative Medicine founded?"
    start, end = text.index("Center"), text.index(" founded")
    assert [m.text for m in mentions(text, [(start, end)])] == [text[start:end]]
