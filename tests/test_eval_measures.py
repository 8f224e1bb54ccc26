"""Each measure against a figure that was computed by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.certainty import calibration_error, risk_area
from eval.citations import grounded, recall_and_precision, stands
from eval.conversation import AskedTurn, Conversation
from eval.measures import BY_NAME, MEASURES, compared, figure
from eval.outcomes import (
    Asked,
    gold_outcome,
    over_outcome,
    turn_outcome,
    unanswered_outcome,
)
from eval.overcenters import OverQuestion
from eval.runlines import target_text
from eval.running import latency_of
from rag.config import ROOT
from rag.curves import risk_coverage
from rag.questions import GoldQuestion, GoldSpan, UnansweredQuestion
from rag.record_file import write_records
from rag.records import Records
from rag.runs import Outcome
from rag.types import Answer, Citation, Document, Point, Query
from tests.outcomes import outcome
from tests.storing import stored

FIRST, SECOND, THIRD = "Ann Roe leads it.", "It has 12 rooms.", "It is old."
TEXT = f"{FIRST} {SECOND} {THIRD}"
GOLD = GoldQuestion(
    "q001", "Who leads it?", (GoldSpan("lake.md", 0, 17, FIRST),), (("Ann Roe",),),
    "direct", "same words", "Lake",
)  # fmt: skip
NONE = UnansweredQuestion("u001", "Which deputy?", "deputy", True, "Lake")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    documents = [
        Document("hill.md", "Hill", TEXT, "0", center="Hill"),
        Document("lake.md", "Lake", TEXT, "0", center="Lake"),
    ]
    write_records(tmp_path / "chunks.sqlite", map(stored, documents))
    return Records(tmp_path / "chunks.sqlite")


def cite(marker: int, sentence: str, doc_id: str = "lake.md", shift: int = 0) -> Citation:
    start = TEXT.index(sentence) + shift
    end = start + len(sentence)
    center = doc_id.removesuffix(".md").capitalize()
    return Citation(marker, doc_id, center, center, None, start, end, TEXT[start:end], start, start)


def answer(
    points: list[tuple[str, tuple[int, ...]]], *citations: Citation, confidence: float = 0.5
) -> Answer:
    made = tuple(Point("", text, markers) for text, markers in points)
    said = "\n".join(text for text, _ in points) or "The documents do not say."
    return Answer(
        Query("q", "q"), said, made, citations, (), confidence, (), 0, "0001", 0.0
    )  # fmt: skip


def counted(made: Outcome, measure: str) -> tuple[float, ...]:
    return made.counts[measure]


def test_a_statement_stands_where_its_words_are_in_its_citations(records: Records) -> None:
    cut = Point("Ann Roe", "… leads it. It has …", (1, 2))
    assert stands(cut, [cite(1, FIRST + " " + SECOND)], records)
    assert not stands(cut, [cite(1, FIRST)], records)
    assert not stands(Point("", FIRST, (1,)), [cite(1, FIRST, shift=1)], records)
    assert not stands(Point("", FIRST, ()), [], records)
    # What a citation claims to quote counts for nothing.
    lie = Citation(1, "lake.md", "", None, None, 0, 3, FIRST, 0, 0)
    assert not stands(Point("", FIRST, (1,)), [lie], records)
    assert grounded(answer([(FIRST, (1,)), (THIRD, (1,))], cite(1, FIRST)), records) == (1, 2)


@pytest.mark.parametrize(
    ("points", "citations", "recall", "precision"),
    [
        # One statement, one citation at the gold.
        ([(FIRST, (1,))], [cite(1, FIRST)], 1.0, 1.0),
        # The second statement's citation is not at the gold: 1 of 2 statements, 1 of 2 citations.
        ([(FIRST, (1,)), (SECOND, (2,))], [cite(1, FIRST), cite(2, SECOND)], 1 / 2, 1 / 2),
        # A citation that supports nothing, beside one that does alone: it is not needed.
        ([(FIRST, (1, 2))], [cite(1, FIRST), cite(2, THIRD)], 1.0, 1 / 2),
        # Only both together have all words: both are needed.
        ([(f"{FIRST} … {SECOND}", (1, 2))], [cite(1, FIRST), cite(2, SECOND)], 1.0, 1.0),
        # Right words, wrong place.
        ([(THIRD, (1,))], [cite(1, THIRD)], 0.0, 0.0),
        # Right words at the right place of another document.
        ([(FIRST, (1,))], [cite(1, FIRST, "hill.md")], 0.0, 0.0),
        # Off by one.
        ([(FIRST, (1,))], [cite(1, FIRST, shift=1)], 0.0, 0.0),
    ],
)  # fmt: skip
def test_citation_recall_and_precision_are_those_of_alce(
    records: Records,
    points: list[tuple[str, tuple[int, ...]]],
    citations: list[Citation],
    recall: float,
    precision: float,
) -> None:
    given = recall_and_precision(answer(points, *citations), GOLD.spans, records)
    assert given == (recall, precision)


def test_the_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    # Bin 0.9 to 1: |0.95 - 1/2|; bin 0.2 to 0.3: |0.25 - 1/3|; two and three of five questions.
    rows = np.array([[0.95, 1], [0.95, 0], [0.25, 1], [0.25, 0], [0.25, 0]], float)
    by_hand = 2 / 5 * abs(0.95 - 1 / 2) + 3 / 5 * abs(0.25 - 1 / 3)
    assert calibration_error(rows) == pytest.approx(by_hand)
    assert calibration_error(np.array([[1.0, 1.0]])) == 0
    both = np.stack([rows, np.full_like(rows, 1.0)])
    assert calibration_error(both) == pytest.approx([by_hand, 0.0])


def test_the_risk_area_is_the_mean_risk_over_coverages() -> None:
    # In order of confidence: right, wrong, right; risks 0, 1/2, 1/3.
    rows = np.array([[0.9, 1], [0.2, 1], [0.5, 0]], float)
    coverage, risk = risk_coverage(rows)
    assert coverage == pytest.approx([1 / 3, 2 / 3, 1])
    assert risk == pytest.approx([0, 1 / 2, 1 / 3])
    assert risk_area(rows) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    # Of equally confident answers the wrong one comes first, in whatever order they are.
    tied = np.array([[0.5, 1], [0.5, 0]], float)
    assert risk_area(tied) == risk_area(tied[::-1]) == pytest.approx((1 + 1 / 2) / 2)


def test_an_answer_adds_to_its_measures(records: Records) -> None:
    said = answer([(FIRST, (1,)), (SECOND, (2,))], cite(1, FIRST), cite(2, SECOND, "hill.md"))
    sure = answer([(FIRST, (1,))], cite(1, FIRST), confidence=0.8)
    made = gold_outcome(GOLD, Asked(said, sure, {"whole": 0.1234567}), records)
    # "the" and "a" do not count: 4 words of the gold among the 8 that are said.
    precision = 4 / 8
    assert made.counts["token F1"][0] == pytest.approx(2 * precision / (1 + precision), abs=1e-6)
    assert counted(made, "answer accuracy") == (0, 1)
    assert made.faults == ("cites hill.md",)
    assert counted(made, "quote fidelity") == (2, 2)
    assert counted(made, "wrong-center citations") == (1, 2)
    assert counted(made, "grounded statements") == (2, 2)
    assert counted(made, "citation recall") == (0.5, 1)
    assert counted(made, "answerable refused") == (0, 1)
    assert counted(made, "certainty") == (0.8, 1)
    assert "refusal precision" not in made.counts
    assert made.slices["center"] == "Lake"
    assert [c.doc_id for c in made.cited] == ["lake.md", "hill.md"]


def test_a_refusal_of_an_answerable_question_lowers_refusal_precision_alone(
    records: Records,
) -> None:
    made = gold_outcome(GOLD, Asked(answer([]), answer([]), {}), records)
    assert counted(made, "refusal precision") == (0, 1)
    assert counted(made, "token F1") == (0, 1)
    assert not made.counts.keys() & {"citation recall", "citation precision", "quote fidelity"}


def test_refusal_recall_and_precision(records: Records) -> None:
    refused = unanswered_outcome(NONE, Asked(answer([]), answer([]), {}), records)
    claim = answer([(FIRST, (1,))], cite(1, FIRST))
    claimed = unanswered_outcome(NONE, Asked(claim, claim, {}), records)
    missed = gold_outcome(GOLD, Asked(answer([]), answer([]), {}), records)
    made = [refused, refused, claimed, missed]
    assert figure(BY_NAME["refusal recall"], made).mean == pytest.approx(2 / 3)
    assert figure(BY_NAME["refusal precision"], made).mean == pytest.approx(2 / 3)
    assert figure(BY_NAME["on-subject refused"], made).mean == pytest.approx(2 / 3)
    assert counted(claimed, "certainty") == (0.5, 0)
    assert claimed.faults == ("answered",)


def test_small_talk_has_no_confidence(records: Records) -> None:
    hello = Answer(
        Query("hi", "hi", form="chitchat"), "Hello.", (), (), (), 0.0, (), 0, "1", 0.0
    )  # fmt: skip
    assert "certainty" not in unanswered_outcome(NONE, Asked(hello, hello, {}), records).counts


def test_follow_ups_and_questions_over_centers_are_marked(records: Records) -> None:
    turn = AskedTurn(question="Who?", kind="pronoun", centers=("Lake",), words=(("Ann",),))
    talk = Conversation(id="c1", split="dev", turns=(turn, turn))
    said = answer([(FIRST, (1,))], cite(1, FIRST))
    made = turn_outcome(talk, 1, turn, said, records)
    assert (made.question_id, made.set, made.right) == ("c1.2", "conversations", True)
    assert counted(made, "follow-ups right") == (1, 1)
    several = OverQuestion(id="s1", split="dev", question="?", centers=("Lake",), form="which")
    assert counted(over_outcome(several, said, records, "several"), "several centers right") == (
        1,
        1,
    )
    wrong = over_outcome(several, answer([]), records, "several")
    assert counted(wrong, "several centers right") == (0, 1)
    assert wrong.faults == ("names no center",)
    assert counted(over_outcome(several, said, records, "match"), "matches right") == (1, 1)


def test_latency_is_that_of_whole_answers_and_of_their_parts() -> None:
    times = [{"whole": 0.1, "reading": 0.05}, {"whole": 0.2}, {"whole": 0.3, "reading": 0.15}]
    made = latency_of([outcome(f"q{n}", {}, seconds=one) for n, one in enumerate(times)])
    assert made["whole"] == {"p50": pytest.approx(200), "p95": pytest.approx(290)}
    assert made["reading"]["p50"] == pytest.approx(50)


def test_a_share_counts_what_only_one_run_has_and_a_curve_does_not() -> None:
    cited = {"citation recall": (1.0, 1.0)}
    before = [outcome("a", {**cited, "certainty": (0.9, 1.0)}), outcome("b", cited)]
    after = [outcome("a", {"certainty": (0.9, 0.0)}), outcome("b", {"citation recall": (0.5, 1.0)})]
    fell = compared(BY_NAME["citation recall"], before, after)
    assert fell is not None
    assert (fell.value, fell.n) == (-0.5, 2)
    # What one run did not measure at all cannot be compared.
    assert compared(BY_NAME["citation recall"], before, after[:1]) is None
    assert compared(BY_NAME["citation recall"], before, [outcome("b", {})]) is None
    changed = compared(BY_NAME["risk–coverage area"], before, after)
    assert changed is not None
    assert changed.value == 1.0


def test_every_measure_is_defined_once_and_explained_in_the_documentation() -> None:
    assert len(BY_NAME) == len(MEASURES)
    page = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
    rows = [
        f"| {'**' * m.headline}{m.name}{'**' * m.headline} | {m.definition} | {m.source} "
        f"| {target_text(m)} |"
        for m in MEASURES
    ]
    assert [row for row in rows if row not in page] == []
    assert all(m.definition.endswith(".") and m.source for m in MEASURES)
