"""What a follow-up takes for granted."""

from __future__ import annotations

import pytest

from eval.rewrites import Rewritten
from eval.topics import fit
from rag.calibration import Calibration
from rag.salience import Said
from rag.topics import topics, topics_for

TOILETS = (
    Said("Tell me about the history of toilets."),
    Said("Where does the term come from?", "", "Where does the term come from (toilets)?"),
)
# Only what was asked first counts.
FIRST = Calibration((("first", 2.0),), -1.0, 0.5, "")


def test_a_phrase_that_the_question_lacks_comes_from_the_first_question() -> None:
    assert topics_for("What are the types?", TOILETS, weights=FIRST) == ("history", "toilets")


def test_a_phrase_that_is_part_of_another_is_not_said_twice() -> None:
    said = (Said("What is throat cancer?"), Said("Where is the throat?"))
    every = Calibration((), 1.0, 0.5, "")
    assert topics_for("What are the symptoms?", said, weights=every) == ("throat cancer",)


def test_what_the_question_has_is_no_topic() -> None:
    found = topics("What are the types of toilets?", TOILETS)
    assert "toilets" not in {topic.text for topic in found}


@pytest.mark.parametrize(
    "question",
    [
        "Who were the Sea Peoples?",
        "Tell me about lung cancer.",
        "Does melatonin help?",
    ],
)
def test_a_question_that_says_its_subject_takes_nothing_for_granted(question: str) -> None:
    assert topics(question, TOILETS) == []


def test_what_an_answer_said_weighs_less_than_what_was_asked() -> None:
    said = (Said("What is throat cancer?", "A disease of the vocal cords."),)
    asked = {topic.text: topic.features["answer only"] for topic in topics("What helps?", said)}
    assert asked["throat cancer"] == 0.0
    assert asked["vocal cords"] == 1.0


def test_weights_are_learnt_from_what_people_added() -> None:
    said = (Said("What is throat cancer?"), Said("What are the main symptoms?"))
    turns = [
        Rewritten(str(n), "dev", "Which remedies exist?", said, "Which remedies for throat cancer?")
        for n in range(20)
    ]
    learnt = fit([(turns, 1.0)])
    support = {t.text: learnt.support(t.features) for t in topics("Which remedies exist?", said)}
    assert support["throat cancer"] > 0.5 > support["symptoms"]
