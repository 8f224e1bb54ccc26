"""The sets of questions in Chinese, and what is measured with them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.chinese import CHINESE, CHINESE_FITS, CMRC, paragraph_recall, translated
from eval.gold import check, read_corpus
from eval.overcenters import FITS, Topic, load
from eval.talking import ConversationReport, conversation_lines
from rag.config import ROOT
from rag.embedding import SentenceEmbedder
from rag.language import HAS_CHINESE
from rag.marking import Mark
from rag.multilingual import UniversalSentenceEncoder
from rag.questions import SPLITS, QuestionSet, SetError, load_questions, split_of


def texts(questions: QuestionSet) -> set[str]:
    answerable = {q.question for q in questions.answerable}
    return answerable | {q.question for q in questions.unanswerable}


def test_the_set_is_as_large_as_it_should_be_and_its_gold_is_where_it_says() -> None:
    questions = load_questions(CHINESE)
    assert (len(questions.answerable), len(questions.unanswerable)) == (22, 8)
    assert all(HAS_CHINESE.search(question) for question in texts(questions))
    assert len(texts(questions)) == 30
    for split in SPLITS:
        assert questions.part(split).answerable
        assert questions.part(split).unanswerable
    report = check(questions, read_corpus(ROOT / "corpus"))
    assert (report.moved, report.lost, report.wordless) == (0, (), ())


def test_what_weights_are_learnt_on_is_of_dev_and_in_no_other_set() -> None:
    learnt_on = translated()
    ids = [q.question_id for q in learnt_on.answerable]
    ids += [q.question_id for q in learnt_on.unanswerable]
    assert {split_of(name) for name in ids} == {"dev"}
    assert len(ids) == 143
    tested = load_questions(CHINESE).part("test")
    assert not texts(learnt_on) & texts(tested)
    topics, english = load(CHINESE_FITS, Topic), load(FITS, Topic)
    assert [(t.purpose, t.centers) for t in topics] == [(t.purpose, t.centers) for t in english]


def test_a_paragraph_is_found_by_its_own_question(
    tmp_path: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder
) -> None:
    texts = {
        "什么鱼生活在湖里？": "湖里生活着许多鲤鱼。鲤鱼吃水草。",
        "山上有什么树？": "山上长满了松树。松树四季常青。",
        "谁发明了蒸汽机？": "瓦特改良了蒸汽机。他是苏格兰人。",
    }
    parts = [{"context": text, "qas": [{"question": q}]} for q, text in texts.items()]
    path = tmp_path / CMRC
    data = {"data": [{"paragraphs": parts}]}
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    words, both = paragraph_recall(path, embedder, multilingual, 128)
    assert (both.paragraphs, both.questions, both.first, both.among_five) == (3, 3, 1.0, 1.0)
    assert words.questions == 3
    drawn = paragraph_recall(path, embedder, multilingual, 128, most=2)
    assert drawn[0].questions == 2


def test_a_set_that_cannot_be_read_is_told(
    tmp_path: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder
) -> None:
    path = tmp_path / CMRC
    for content in (b"", b"no gzip", gzip.compress(b"{}")):
        path.write_bytes(content)
        with pytest.raises(SetError, match="--data"):
            paragraph_recall(path, embedder, multilingual, 128)


def test_the_report_shows_figures_and_only_the_failures_of_its_split() -> None:
    def mark(name: str, right: bool) -> Mark:
        faults = () if right else ("refused",)
        return Mark(name, "主任是谁？", split_of(name), "refused", "…", True, faults, 0, 0, 0, 0.1)

    names = [f"zh{number:03}" for number in range(1, 31)]
    marks = tuple(mark(name, number > 3) for number, name in enumerate(names))
    lines = list(conversation_lines(ConversationReport("1", (), (), (), None, (), marks), ["dev"]))
    assert "in Chinese right: 26 of 30 = 0.867  (≥ 0.80)" in lines
    listed = [line for line in lines if line.startswith("  zh")]
    assert listed
    assert all(" dev " in line for line in listed)
