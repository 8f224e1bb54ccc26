"""An evaluation as a process: watched, one at a time, ended when asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.config import load_settings
from rag.evaluating import Evaluation, EvaluationError
from tests.journal.answers import eventually

PATIENCE = 300


def state(evaluation: Evaluation) -> str:
    return evaluation.progress.state


def test_one_runs_at_a_time_and_tells_how_far_it_is_until_it_is_stopped(
    tmp_path: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index").symlink_to(index_dir)
    # What is started reads it from the environment.
    monkeypatch.setenv("MULTILINGUAL", "false")
    settings = load_settings(data_dir=tmp_path)
    one, other = Evaluation(settings), Evaluation(settings)
    assert state(one) == "none"
    one.start()
    try:
        for evaluation in (one, other):
            with pytest.raises(EvaluationError, match="running already"):
                evaluation.start()
        eventually(lambda: one.progress.asked > 2 or one.progress.state == "failed", PATIENCE)
        assert state(one) == "running", one.progress.problem
        assert one.progress.total > one.progress.asked
    finally:
        one.stop()
    eventually(lambda: one.progress.state != "running", PATIENCE)
    assert state(one) == "ended"
    assert not list(tmp_path.glob("eval/runs/*"))
    other.start()
    other.stop()
    eventually(lambda: other.progress.state == "ended", PATIENCE)


def test_what_went_wrong_is_told(tmp_path: Path) -> None:
    evaluation = Evaluation(load_settings(data_dir=tmp_path))
    evaluation.start()
    eventually(lambda: evaluation.progress.state != "running", PATIENCE)
    assert state(evaluation) == "failed"
    assert "index" in evaluation.progress.problem
    evaluation.stop()
    assert state(evaluation) == "failed"
