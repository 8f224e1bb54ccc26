import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.coverage import gaps
from rag.centers import centers_of, mentioned_centers
from rag.config import ROOT
from rag.loaders import corpus_files, load
from rag.questions import QuestionSet, SetError, line_of, load_questions, split_of

QUESTIONS = load_questions()
ACCEPTED = ROOT / "eval" / "questions.jsonl"
CORPUS = {d.doc_id: d for d in (load(p, ROOT / "corpus") for p in corpus_files(ROOT / "corpus"))}
# Who asks about a person by name has said which center is meant.
PEOPLE = (
    "Qian Cheng|He Zhixu|Ying Songmin|Hickson|Xu Zhengping|Tian Mei|Li Xiaoming|Wang Zhaopin|"
    "Fang Xiangming"
).split("|")

GOLD: dict[str, Any] = {
    "id": "q1",
    "question": "Who leads it?",
    "doc_id": "a.md",
    "start": 0,
    "end": 3,
    "quote": "Ann",
    "words": [["Ann"]],
    "form": "direct",
    "difficulty": "same words",
    "center": "Lake Center",
}
NONE: dict[str, Any] = {"id": "u1", "question": "Why?", "kind": "date", "on_subject": True}


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "set.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("\n".join(texts) + "\n", "utf-8")
    return path


def test_the_set_is_large_enough() -> None:
    assert len(QUESTIONS.answerable) >= 110
    assert len(QUESTIONS.unanswerable) >= 70


def test_at_least_half_of_the_unanswerable_are_on_the_subject() -> None:
    on_subject = sum(q.on_subject for q in QUESTIONS.unanswerable)
    assert 2 * on_subject >= len(QUESTIONS.unanswerable)


def test_every_document_has_gold_as_first_span() -> None:
    assert {q.spans[0].doc_id for q in QUESTIONS.answerable} == set(CORPUS)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_every_form_difficulty_and_kind_is_in_both_splits(split: Any) -> None:
    part = QUESTIONS.part(split)
    assert gaps(part, CORPUS) == ()


def test_what_no_question_asks_about_is_told() -> None:
    some = QuestionSet(
        tuple(q for q in QUESTIONS.answerable if q.form != "list"),
        tuple(q for q in QUESTIONS.unanswerable if q.kind != "date"),
    )
    assert gaps(some, [*CORPUS, "new.md"]) == (
        "no question has the document `new.md`",
        "no question has the form `list`",
        "no question has the kind of unanswerable question `date`",
    )


def test_no_question_is_asked_twice() -> None:
    asked = [q.question for q in QUESTIONS.answerable]
    asked += [q.question for q in QUESTIONS.unanswerable]
    assert [question for question, times in Counter(asked).items() if times > 1] == []


def test_centers_are_those_of_the_corpus() -> None:
    for question in QUESTIONS.answerable:
        assert question.center == CORPUS[question.spans[0].doc_id].center, question.question_id
    known = {document.center for document in CORPUS.values()}
    assert {q.center for q in QUESTIONS.unanswerable} - {None} <= known


def test_some_questions_name_neither_center_nor_person() -> None:
    centers = centers_of(CORPUS.values())
    unnamed = [
        question
        for question in QUESTIONS.answerable
        if not mentioned_centers(question.question, centers)
        and not any(person in question.question for person in PEOPLE)
    ]
    assert 0.1 <= len(unnamed) / len(QUESTIONS.answerable) <= 0.25


@pytest.mark.parametrize(
    ("question_id", "first_byte", "split"),
    [("q001", 168, "dev"), ("q002", 237, "test"), ("u001", 153, "test"), ("u002", 52, "dev")],
)
def test_a_split_never_changes(question_id: str, first_byte: int, split: str) -> None:
    assert hashlib.sha256(question_id.encode()).digest()[0] == first_byte
    assert split_of(question_id) == split


def test_splits_are_about_halves() -> None:
    for questions in (QUESTIONS.answerable, QUESTIONS.unanswerable):
        share = sum(split_of(q.question_id) == "test" for q in questions) / len(questions)
        assert 0.4 <= share <= 0.6


def test_parts_are_the_whole() -> None:
    dev, test = QUESTIONS.part("dev"), QUESTIONS.part("test")
    assert len(dev.answerable) + len(test.answerable) == len(QUESTIONS.answerable)
    assert len(dev.unanswerable) + len(test.unanswerable) == len(QUESTIONS.unanswerable)


def test_a_line_becomes_a_question(tmp_path: Path) -> None:
    also = [{"doc_id": "b.md", "start": 1, "end": 4, "quote": "Ann"}]
    read = load_questions(written(tmp_path, GOLD | {"also": also}, "", NONE))
    assert read.answerable[0].doc_ids == {"a.md", "b.md"}
    assert read.answerable[0].words == (("Ann",),)
    assert read.unanswerable[0].center is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Line 1 of set.jsonl is not JSON"),
        ("[1]", "not a JSON object"),
        (GOLD | {"form": "essay"}, "`form`"),
        (GOLD | {"words": [[]]}, "`words.0`"),
        (GOLD | {"start": "0"}, "`start`"),
        (GOLD | {"note": "x"}, "`note`"),
        (NONE | {"kind": "riddle"}, "`kind`"),
        ({"id": "u1", "question": "Why?", "kind": "date"}, "`on_subject`"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: object, said: str) -> None:
    with pytest.raises(SetError, match=said.replace(".", r"\.")):
        load_questions(written(tmp_path, line))


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="repeats the id u1"):
        load_questions(written(tmp_path, NONE, NONE))


def test_a_missing_file_is_an_error_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="cannot be read") as caught:
        load_questions(tmp_path / "none.jsonl")
    assert caught.value.cure


def test_a_question_is_written_as_it_was_read() -> None:
    lines = [json.loads(line) for line in ACCEPTED.read_text("utf-8").splitlines()]
    written = {one["id"]: one for one in map(line_of, QUESTIONS.answerable)}
    written |= {one["id"]: one for one in map(line_of, QUESTIONS.unanswerable)}
    assert [written[line["id"]] for line in lines] == lines
