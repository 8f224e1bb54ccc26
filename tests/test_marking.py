from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rag.marking import faithful, mark_answer, mark_refusal, says
from rag.questions import GoldQuestion, GoldSpan, UnansweredQuestion
from rag.record_file import write_records
from rag.records import Records
from rag.types import Answer, Citation, Document, Query
from tests.storing import stored

LAKE = "Ann Roe leads the Lake Center. It has 12 rooms."
HILL = "Bob Poe leads the Hill Center."
QUESTION = GoldQuestion(
    question_id="q001",
    question="Who leads the Lake Center?",
    spans=(GoldSpan("lake.md", 0, 30, LAKE[:30]),),
    words=(("Ann Roe", "A. Roe"),),
    form="direct",
    difficulty="same words",
    center="Lake Center",
)
NONE = UnansweredQuestion("u001", "Who is the deputy?", "deputy", True, "Lake Center")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    documents = [
        Document("lake.md", "Lake", LAKE, "0", center="Lake Center"),
        Document("lake-2.md", "Lake again", LAKE, "0", center="Lake Center"),
        Document("hill.md", "Hill", HILL, "0", center="Hill Center"),
    ]
    write_records(tmp_path / "chunks.sqlite", map(stored, documents))
    return Records(tmp_path / "chunks.sqlite")


def cite(doc_id: str, start: int = 0, end: int = 30) -> Citation:
    text = HILL if doc_id == "hill.md" else LAKE
    return Citation(1, doc_id, "", None, None, start, end, text[start:end], start, start)


def answer(text: str, citations: Sequence[Citation] = ()) -> Answer:
    return Answer(
        query=Query("Who?", "Who?"),
        text=text,
        points=(),
        citations=tuple(citations),
        hits=(),
        confidence=0.9,
        notices=(),
        withheld=0,
        index_version="0001",
        elapsed=0.0,
    )


def faults(records: Records, given: Answer, question: GoldQuestion = QUESTION) -> tuple[str, ...]:
    return mark_answer(question, given, records, 0.1).mark.faults


def test_gold_words_and_gold_document_are_right(records: Records) -> None:
    marked = mark_answer(QUESTION, answer("ann roé [1]", [cite("lake.md")]), records, 0.25)
    assert marked.mark.right
    assert marked.on_span
    assert (marked.mark.citations, marked.mark.faithful, marked.mark.astray) == (1, 1, 0)
    assert marked.mark.elapsed == 0.25


def test_every_group_has_to_be_said(records: Records) -> None:
    question = replace(QUESTION, words=(("Ann Roe",), ("12", "twelve")))
    assert faults(records, answer("Ann Roe [12]", [cite("lake.md")]), question) == (
        "lacks `12 / twelve`",
    )
    assert not faults(records, answer("Ann Roe; Twelve", [cite("lake.md")]), question)


def test_a_refusal_is_wrong_where_there_is_an_answer(records: Records) -> None:
    marked = mark_answer(QUESTION, answer("The documents do not say who Ann Roe is."), records, 0.1)
    assert marked.mark.refused
    assert marked.mark.faults == ("refused",)


def test_right_words_from_another_page_of_the_center_are_not_enough(records: Records) -> None:
    given = answer("Ann Roe [1]", [cite("lake-2.md")])
    assert faults(records, given) == ("cites no gold document",)


def test_another_document_with_the_answer_may_be_gold_too(records: Records) -> None:
    also = GoldSpan("lake-2.md", 0, 30, LAKE[:30])
    question = replace(QUESTION, spans=(*QUESTION.spans, also))
    assert not faults(records, answer("Ann Roe [1]", [cite("lake-2.md")]), question)


def test_another_centers_document_may_not_be_cited(records: Records) -> None:
    given = answer("Ann Roe [1] Bob Poe [2]", [cite("lake.md"), cite("hill.md")])
    marked = mark_answer(QUESTION, given, records, 0.1)
    assert marked.mark.faults == ("cites hill.md",)
    assert marked.mark.astray == 1


def test_only_direct_answers_have_to_be_short(records: Records) -> None:
    given = answer("Ann Roe " + "x" * 392 + " [1]", [cite("lake.md")])
    assert faults(records, given) == ()
    given = answer("Ann Roe " + "x" * 393 + " [1]", [cite("lake.md")])
    assert faults(records, given) == ("401 characters long",)
    assert faults(records, given, replace(QUESTION, form="description")) == ()


def test_the_wrong_sentence_of_the_right_document_is_not_on_the_span(records: Records) -> None:
    given = answer("Ann Roe [1]", [cite("lake.md", 31, 47)])
    assert not mark_answer(QUESTION, given, records, 0.1).on_span


def test_to_claim_nothing_is_right_where_there_is_no_answer(records: Records) -> None:
    refusal = mark_refusal(NONE, answer("The documents do not say."), records, 0.1)
    assert refusal.mark.right
    assert refusal.mark.refused
    greeting = replace(answer("Hello."), query=Query("hello", "hello", form="chitchat"))
    assert mark_refusal(NONE, greeting, records, 0.1).mark.right


def test_any_claim_is_wrong_where_there_is_no_answer(records: Records) -> None:
    marked = mark_refusal(NONE, answer("Bob Poe [1]", [cite("hill.md")]), records, 0.1)
    assert marked.mark.faults == ("answered",)
    assert marked.mark.astray == 1
    somewhere = replace(NONE, center=None)
    marked = mark_refusal(somewhere, answer("Bob Poe [1]", [cite("hill.md")]), records, 0.1)
    assert marked.mark.astray == 0


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("It has 120 people.", "120", True),
        ("It has 1200 people.", "120", False),
        ("It costs 120.5 yuan.", "120", False),
        ("It costs 1.120 yuan.", "120", False),
        ("There are 120.", "120", True),
        ("Rank 'A+'.", "A+", True),
        ("Professor ANN ROE", "Ann Roe", True),
        ("Annroe", "Ann", False),
        ("中心主任程前教授", "程前", True),
        ("[2] [3]", "2", False),
    ],
)
def test_words_are_found_whole(text: str, words: str, said: bool) -> None:
    assert says(text, words) is said


@pytest.mark.parametrize(
    "change",
    [
        {"start": 1},
        {"end": 29},
        {"quote": "Ann Roe leads the Hill Center."},
        {"doc_id": "gone.md"},
        {"end": 0, "quote": ""},
        {"start": -5, "end": 0, "quote": LAKE[-5:0]},
    ],
)
def test_a_quote_that_is_not_the_slice_is_unfaithful(records: Records, change: object) -> None:
    assert isinstance(change, dict)
    assert faithful(cite("lake.md"), records)
    assert not faithful(replace(cite("lake.md"), **change), records)
