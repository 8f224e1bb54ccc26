"""Runs over time, what a run changed, and the curves of confidence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.backroom import charts, results
from rag.curves import reliability
from rag.quality import certainty, lines_of, past_runs, run_of
from rag.runs import Figure, Outcome, Run, dump_run
from tests.outcomes import outcome
from tests.web.samples import Elements


def run(created: str, *outcomes: Outcome, accuracy: float = 0.5) -> Run:
    figures = {"overall": {"answer accuracy": Figure(accuracy, accuracy - 0.1, accuracy + 0.1, 2)}}
    return Run(
        1, "all", created, "0001-a", {}, figures, {"whole": {"p50": 200.0, "p95": 400.0}},
        outcomes,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.json").write_text(dump_run(run("2026-03-02T00:00:00+00:00")))
    (tmp_path / "a.json").write_text(dump_run(run("2026-03-01T00:00:00+00:00", accuracy=0.4)))
    (tmp_path / "c.json").write_text(dump_run(run("2026-03-03T00:00:00+00:00", outcome("q1", {}))))
    (tmp_path / "answers.json").write_text('{"name": "answers",\n "report": {}}\n')
    (tmp_path / "broken.json").write_text('{"format": 1,\n "outcomes": [\n')
    (tmp_path / "other.json").write_bytes(b"\xff\xfe")
    return tmp_path


def test_runs_are_read_in_their_order_without_their_questions_and_others_are_left_out(
    folder: Path,
) -> None:
    found = past_runs(folder, 10)
    assert [past.path.name for past in found] == ["a.json", "b.json", "c.json"]
    figure = found[0].figure("answer accuracy")
    assert figure is not None
    assert (figure.value, figure.n) == (0.4, 2)
    assert found[0].figure("token F1") is None
    assert [past.path.name for past in past_runs(folder, 2)] == ["b.json", "c.json"]
    whole = run_of(found[-1])
    assert whole is not None
    assert [one.question_id for one in whole.outcomes] == ["q1"]
    found[-1].path.unlink()
    assert run_of(found[-1]) is None
    assert past_runs(folder / "none", 5) == ()


def test_a_question_is_fixed_broken_new_or_as_it_was() -> None:
    def named(name: str, right: bool) -> Outcome:
        return outcome(name, {}, right=right)

    before = run("1", named("a", True), named("b", False), named("c", True), named("d", False))
    after = run(
        "2", named("a", False), named("b", True), named("c", True), named("d", False),
        named("e", False),
    )  # fmt: skip
    changes = [line.change for line in lines_of(after, before)]
    assert changes == ["broken", "fixed", "", "", "new"]
    assert {line.change for line in lines_of(after, None)} == {""}


def test_texts_of_test_questions_are_not_shown() -> None:
    dev = outcome("a", {}, right=False, said="SAID-DEV", faults=("FAULT-DEV",))
    test = outcome(
        "b", {}, split="test", right=False, said="SAID-TEST", expected="EXPECTED",
        faults=("FAULT-TEST",),
    )  # fmt: skip
    shown = Elements(results.listed(lines_of(run("1", dev, test), None), {}, 0, compared=False))
    assert "SAID-DEV" in shown.text
    assert "FAULT-DEV" in shown.text
    for word in ("SAID-TEST", "EXPECTED", "FAULT-TEST"):
        assert word not in shown.text


def test_the_bins_of_confidence_by_hand() -> None:
    rows = np.array([[0.95, 1.0], [0.92, 0.0], [0.15, 0.0], [1.0, 1.0]])
    low, high = reliability(rows)
    assert (low.said, low.true, low.count) == (0.15, 0.0, 1)
    assert high.count == 3
    assert high.true == pytest.approx(2 / 3)
    assert reliability(rows[:0]) == ()


def test_every_picture_has_a_table_with_the_same_figures(folder: Path) -> None:
    runs = past_runs(folder, 10)
    figure, table = charts.over_time(runs), Elements(charts.over_time_table(runs))
    assert list(figure.data[0].y) == [0.4, 0.5, 0.5]
    assert "40.0 %" in table.text
    assert "50.0 %" in table.text
    latency = Elements(charts.latency_table(runs))
    assert list(charts.latency(runs).data[1].y) == [400.0] * 3
    assert "400" in latency.text
    rows = certainty([outcome("a", {"certainty": (0.9, 1.0)})])
    assert rows.tolist() == [[0.9, 1.0]]
    assert "90.0 %" in Elements(charts.calibration_table(rows)).text
    assert "0.0 %" in Elements(charts.risk_table(rows)).text
    assert charts.risk_table(rows[:0])
    assert charts.calibration(rows[:0]).data
