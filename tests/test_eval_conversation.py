"""What is measured of conversations."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.conversation import CONVERSATIONS, AskedTurn, Conversation, mark_turn
from eval.gold import read_corpus
from eval.overcenters import (
    FITS,
    MATCH,
    SEVERAL,
    OverQuestion,
    Topic,
    cited_centers,
    load,
    mark_match,
    mark_several,
)
from eval.rewrites import Rewritten, canard, cast2020, completed, measure, raw_turn
from eval.talking import ConversationReport, conversation_lines
from rag.config import ROOT
from rag.questions import SetError
from rag.salience import Said
from rag.text import fold
from rag.types import Answer, Citation, Query


def answer(text: str, *centers: str) -> Answer:
    citations = tuple(
        Citation(number, "a.md", "A", center, None, 0, 1, "x", 0, 0)
        for number, center in enumerate(centers, 1)
    )
    return Answer(Query("q", "q"), text, (), citations, (), 1.0, (), 0, "0001", 0.0)


def test_the_sets_are_as_large_as_they_should_be_and_fit_the_corpus() -> None:
    corpus = read_corpus(ROOT / "corpus")
    conversations = load(CONVERSATIONS, Conversation)
    assert len(conversations) >= 40
    assert 2 * sum(c.split == "test" for c in conversations) >= len(conversations)
    assert all(2 <= len(c.turns) <= 5 for c in conversations)
    texts: dict[str, str] = {}
    for document in corpus.values():
        texts[document.center or ""] = texts.get(document.center or "", "") + fold(document.text)
    for conversation in conversations:
        for turn in conversation.turns:
            assert turn.words or turn.status, turn.question
            own = " ".join(texts[center] for center in turn.centers)
            for group in turn.words:
                assert any(fold(word) in own for word in group), (turn.question, group)
    several, match = load(SEVERAL, OverQuestion), load(MATCH, OverQuestion)
    assert (len(several), len(match)) == (24, 16)
    assert sum(not question.centers for question in match) == 4
    fits = load(FITS, Topic)
    named = {name for question in (*several, *match) for name in question.centers}
    assert named | {name for topic in fits for name in topic.centers} <= set(texts)
    topics = {topic.topic for topic in fits}
    assert not any(topic in line.question for line in match for topic in topics)


def test_a_turn_is_right_with_its_words_from_its_center() -> None:
    turn = AskedTurn(question="Who?", kind="pronoun", centers=("A",), words=(("Ann", "Roe"),))
    refused = AskedTurn(question="Phone?", status="refused")
    both = Conversation(id="c1", split="dev", turns=(turn, refused))
    assert not mark_turn(both, 1, turn, answer("Roe [1]", "A")).faults
    assert mark_turn(both, 1, turn, answer("Bob [1]", "A")).faults == ("lacks `Ann / Roe`",)
    assert mark_turn(both, 1, turn, answer("Roe [1]", "A", "B")).faults == ("cites B",)
    assert mark_turn(both, 1, turn, answer("Nothing")).faults == ("refused",)
    assert not mark_turn(both, 1, refused, answer("Nothing")).faults
    assert mark_turn(both, 1, refused, answer("1234 [1]", "A")).faults == ("answered",)


def test_several_centers_need_just_the_right_ones_and_a_match_the_right_first() -> None:
    question = OverQuestion(id="s1", split="dev", question="?", centers=("A", "B"), form="each")
    assert mark_several(question, answer("", "B", "A")).right
    assert not mark_several(question, answer("", "A")).right
    assert not mark_several(question, answer("", "A", "B", "C")).right
    assert cited_centers(answer("", "B", "A", "B")) == ("B", "A")
    assert mark_match(question, answer("", "B", "C")).right
    assert not mark_match(question, answer("", "C", "A")).right
    none = OverQuestion(id="m1", split="dev", question="?", centers=())
    assert mark_match(none, answer("")).right
    assert not mark_match(none, answer("", "A")).right


def test_recovery_counts_content_words() -> None:
    said = (Said("What is throat cancer?"),)
    turns = [
        Rewritten("1", "dev", "Is it treatable?", said, "Is throat cancer treatable?"),
        Rewritten("2", "dev", "Is it bad?", said, "Is lung cancer bad?"),
    ]
    raw, done = measure(turns, "raw", raw_turn), measure(turns, "completed", completed)
    assert (raw.recovered, raw.wrong) == (0.0, 0.0)
    # Of throat, cancer, lung and cancer three are recovered; one "throat" is wrong.
    assert (done.recovered, done.wrong) == (3 / 4, 1 / 2)


def write(path: Path, content: object) -> None:
    path.write_bytes(gzip.compress(json.dumps(content).encode()))


def test_public_conversations_are_read_with_what_was_said_before(tmp_path: Path) -> None:
    turns = [
        {"number": 1, "raw_utterance": "What is flu?", "manual_rewritten_utterance": "x"},
        {"number": 2, "raw_utterance": "Is it bad?", "manual_rewritten_utterance": "Is flu bad?"},
    ]
    write(tmp_path / "cast2020-manual.json.gz", [{"number": 81, "turn": turns}])
    (turn,) = cast2020(tmp_path)
    assert (turn.question, turn.rewrite) == ("Is it bad?", "Is flu bad?")
    assert [said.question for said in turn.earlier] == ["What is flu?"]
    lines = [
        {"History": ["Ann Roe", "Life", *said], "QuAC_dialog_id": f"d{dialogue}", "Question": "q",
         "Question_no": number, "Rewrite": "r"}
        for dialogue in range(20)
        for number, said in ((1, []), (2, ["q", "born in Rome"]))
    ]  # fmt: skip
    write(tmp_path / "canard-dev.json.gz", lines)
    dev, test = canard(tmp_path, "dev"), canard(tmp_path, "test")
    assert len(dev) + len(test) == 40
    assert {t.turn_id.split("_")[0] for t in dev}.isdisjoint(t.turn_id.split("_")[0] for t in test)
    second = next(t for t in dev if t.turn_id.endswith("_2"))
    assert [(s.question, s.answer) for s in second.earlier] == [
        ("Ann Roe", "Life"), ("q", "born in Rome"),
    ]  # fmt: skip
    with pytest.raises(SetError):
        cast2020(tmp_path / "nowhere")


def test_the_report_hides_the_failures_of_test() -> None:
    turn = AskedTurn(question="Who leads it?", centers=("A",), words=(("Ann",),))
    marks = tuple(
        mark_turn(Conversation(id="c1", split=split, turns=(turn, turn)), 1, turn, answer("No"))
        for split in ("dev", "test")
    )
    report = ConversationReport("0001", marks, (), (), None, (), (), ())
    text = "\n".join(conversation_lines(report, ["dev"]))
    assert "c1.2 dev" in text
    assert "c1.2 test" not in text
    assert "follow-ups right: 0 of 2 = 0.000 !" in text
