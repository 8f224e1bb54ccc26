import json
from dataclasses import replace
from pathlib import Path

from eval.gold import check, read_corpus, rewrite
from rag.config import ROOT
from rag.gold import locate
from rag.questions import GoldQuestion, GoldSpan, QuestionSet, load_questions
from rag.types import Document

CORPUS = read_corpus(ROOT / "corpus")
PAGE = "Ann Roe leads it. It has 12 rooms."


def document(text: str, doc_id: str = "a.md") -> Document:
    return Document(doc_id=doc_id, title="Lake Center", text=text, sha256="0")


def question(quote: str, start: int, doc_id: str = "a.md") -> GoldQuestion:
    return GoldQuestion(
        question_id="q1",
        question="Who leads it?",
        spans=(GoldSpan(doc_id, start, start + len(quote), quote),),
        words=(("Ann Roe",),),
        form="direct",
        difficulty="same words",
        center="Lake Center",
    )


def test_every_gold_span_is_its_quote_in_the_corpus() -> None:
    wrong = [
        f"{question.question_id}: {span.quote}"
        for question in load_questions().answerable
        for span in question.spans
        if CORPUS[span.doc_id].text[span.start : span.end] != span.quote
    ]
    assert wrong == [], "after a page was edited, run `python -m eval gold`"


def test_every_gold_word_is_in_a_gold_quote() -> None:
    assert check(load_questions(), CORPUS).wordless == ()


def test_a_quote_is_found_where_it_went() -> None:
    asked = question("Ann Roe leads it.", 0)
    located = locate(asked, {"a.md": document("A new first line.\n\n" + PAGE)})
    assert located.question.spans[0] == replace(asked.spans[0], start=19, end=36)
    assert (located.moved, located.lost) == (1, ())


def test_of_two_places_the_nearest_is_taken() -> None:
    text = "Ann Roe. Bob. Ann Roe. Cid. Ann Roe."
    assert locate(question("Ann Roe", 15), {"a.md": document(text)}).question.spans[0].start == 14


def test_a_quote_that_is_gone_is_lost_and_stays() -> None:
    asked = question("Ann Roe leads it.", 0)
    for corpus in ({"a.md": document("Bob Poe leads it.")}, {}):
        located = locate(asked, corpus)
        assert located.lost == asked.spans
        assert located.question == asked


def test_gold_words_that_no_quote_has_are_reported() -> None:
    asked = question("It has 12 rooms.", 18)
    report = check(QuestionSet((asked,), ()), {"a.md": document(PAGE)})
    assert report.wordless == (("q1", ("Ann Roe",)),)


def test_rewriting_changes_offsets_only(tmp_path: Path) -> None:
    line = {
        "id": "q1",
        "question": "Who leads it?",
        "doc_id": "a.md",
        "start": 5,
        "end": 12,
        "quote": "Ann Roe",
        "words": [["Ann Roe", "Dr. Roé"]],
        "form": "direct",
        "difficulty": "same words",
        "center": "Lake Center",
        "also": [{"doc_id": "b.md", "start": 0, "end": 3, "quote": "Roe"}],
    }
    other = {"id": "u1", "question": "Why?", "kind": "date", "on_subject": True}
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in (line, other)), "utf-8")
    corpus = {"a.md": document(PAGE), "b.md": document("It is Roe.", "b.md")}
    report = rewrite(path, corpus)
    assert (report.spans, report.moved, report.lost) == (2, 2, ())
    after = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
    also = [{"doc_id": "b.md", "start": 6, "end": 9, "quote": "Roe"}]
    assert after == [line | {"start": 0, "end": 7, "also": also}, other]
    assert list(after[0]) == list(line)
    assert rewrite(path, corpus).moved == 0
    assert [p.name for p in tmp_path.iterdir()] == ["set.jsonl"]
