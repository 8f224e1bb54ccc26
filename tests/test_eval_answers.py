from pathlib import Path

import pytest

from eval.answers import AnswersReport, evaluate_answers, report_of
from eval.intervals import Estimate
from eval.tables import answers_lines
from rag.marking import GoldMark, Mark, RefusalMark
from rag.questions import GoldQuestion, GoldSpan, QuestionSet, Split, UnansweredQuestion
from rag.record_file import write_records
from rag.records import Records
from rag.types import Answer, Citation, Document, Query
from tests.storing import stored

LAKE = "Ann Roe leads the Lake Center."


def mark(
    split: Split,
    *faults: str,
    refused: bool = False,
    citations: int = 1,
    faithful: int = 1,
    astray: int = 0,
    elapsed: float = 0.1,
) -> Mark:
    return Mark(
        question_id="q001",
        question="Who?",
        split=split,
        status="refused" if refused else "answered",
        said="Ann Roe",
        refused=refused,
        faults=faults,
        citations=citations,
        faithful=faithful,
        astray=astray,
        elapsed=elapsed,
    )


def means(report: AnswersReport, part: int) -> dict[str, float | None]:
    return {name: given.mean for name, given in report.figures[part].estimates.items()}


def test_figures_are_those_computed_by_hand() -> None:
    gold = [
        GoldMark(mark("dev", citations=2, faithful=2), "direct", "same words", True),
        GoldMark(mark("dev", "lacks `x`", faithful=0, astray=1), "list", "other words", False),
        GoldMark(mark("dev", "refused", refused=True, citations=0), "direct", "same words", False),
        GoldMark(mark("test"), "direct", "two sentences", True),
    ]
    none = [
        RefusalMark(mark("dev", refused=True, citations=0), "telephone", True),
        RefusalMark(mark("dev", "answered"), "deputy", True),
        RefusalMark(mark("dev", refused=True, citations=0), "off subject", False),
    ]
    report = report_of("0001", gold, none)
    assert means(report, 0) == pytest.approx(
        {
            "right": 1 / 3,
            "answerable refused": 1 / 3,
            "unanswerable refused": 2 / 3,
            "on-subject refused": 1 / 2,
            # Of three answers with a citation.
            "wrong-center answers": 1 / 3,
            # Of four citations, 2 + 0 + 1 are faithful.
            "quote fidelity": 3 / 4,
            "gold span cited": 1 / 3,
            "right, direct": 1 / 2,
            "right, description": None,
            "right, list": 0.0,
            "right, same words": 1 / 2,
            "right, other words": 0.0,
            "right, two sentences": None,
        }
    )
    assert means(report, 1)["right"] == 1.0
    assert means(report, 2)["right"] == pytest.approx(2 / 4)
    assert report.figures[1].estimates["unanswerable refused"] == Estimate(None, None, None, 0)
    assert [one.part for one in report.figures] == ["dev", "test", "overall"]


def test_latency_is_in_milliseconds() -> None:
    gold = [
        GoldMark(mark("dev", elapsed=seconds), "direct", "same words", True)
        for seconds in (0.1, 0.2, 0.3)
    ]
    dev, test, overall = report_of("0001", gold, []).latencies
    assert dev.p50 == pytest.approx(200)
    assert dev.p95 == pytest.approx(290)
    assert (test.p50, test.p95) == (None, None)
    assert overall.p50 == dev.p50


class Parrot:
    """Says the same whatever is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, question: str) -> Answer:
        self.asked.append(question)
        citation = Citation(1, "lake.md", "Lake", "Lake Center", None, 0, 30, LAKE, 0, 7)
        return Answer(
            query=Query(question, question),
            text="Ann Roe [1]",
            points=(),
            citations=(citation,),
            hits=(),
            confidence=0.9,
            notices=(),
            withheld=0,
            index_version="0001",
            elapsed=0.0,
        )


def test_every_question_is_asked_and_failures_are_told(tmp_path: Path) -> None:
    document = Document("lake.md", "Lake", LAKE, "0", center="Lake Center")
    write_records(tmp_path / "chunks.sqlite", [stored(document)])
    leads, rooms = (
        GoldQuestion(
            question_id=name,
            question=asked,
            spans=(GoldSpan("lake.md", 0, 30, LAKE),),
            words=((word,),),
            form="direct",
            difficulty="same words",
            center="Lake Center",
        )
        for name, asked, word in (("q001", "Who?", "Ann Roe"), ("q003", "How many?", "12"))
    )
    deputy = UnansweredQuestion("u001", "Which deputy?", "deputy", True, "Lake Center")
    parrot = Parrot()
    steps: list[tuple[int, int]] = []
    report = evaluate_answers(
        QuestionSet((leads, rooms), (deputy,)),
        parrot,
        Records(tmp_path / "chunks.sqlite"),
        "0001",
        lambda done, total: steps.append((done, total)),
    )
    # The first question is asked twice: once to warm up.
    assert parrot.asked == ["Who?", "Who?", "How many?", "Which deputy?"]
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert means(report, 2)["right"] == 0.5
    assert means(report, 2)["unanswerable refused"] == 0.0
    assert [one.question_id for one in report.failures()] == ["q003", "u001"]
    # q003 is of dev, u001 of test.
    text = "\n".join(answers_lines(report, ["dev"]))
    assert "wrong: 1 of dev, 1 of test" in text
    assert "How many?" in text
    assert "lacks `12`" in text
    assert "Which deputy?" not in text
    assert "Which deputy?" in "\n".join(answers_lines(report, ["dev", "test"]))
