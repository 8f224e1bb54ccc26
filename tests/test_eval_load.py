"""The real app under load, by locust, and the page of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eval.load.page import page, told
from eval.load.running import Load, app, load
from eval.load.sampling import Sampler

# A long one is in the slow lane.
_SOAK = 8


def _soaked(index_dir: Path, folder: Path, seconds: int, visitors: int) -> tuple[Load, int, int]:
    """A soak after a short ramp; open files before it and when all visitors have gone."""
    with app(index_dir, folder) as (address, pid):
        # What is loaded by the first answers is there before it begins.
        load(address, pid, [(1, 3)])
        before = Sampler(pid, 1).sample().files
        run = load(address, pid, [(1, 2), (visitors, seconds)])
        after = Sampler(pid, 1).sample().files
    return run, before, after


def _check(run: Load, before: int, after: int) -> None:
    print(*told(run), sep="\n")
    assert run.failures == ()
    assert run.answers > 0
    assert max(moment.visitors for moment in run.moments) >= 2
    # Idle connections may linger; one file an answer must not.
    assert after <= before + 16, (before, after)
    drawn = page(run)
    assert "Plotly.newPlot" in drawn
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", drawn)


def test_a_short_soak_has_no_failure_and_leaves_no_file_open(
    index_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTILINGUAL", "false")
    _check(*_soaked(index_dir, tmp_path, _SOAK, 3))


@pytest.mark.slow
def test_in_an_hour_memory_does_not_go_on_growing(index_dir: Path, tmp_path: Path) -> None:
    run, before, after = _soaked(index_dir, tmp_path, 3600, 8)
    _check(run, before, after)
    quarter = len(run.samples) // 4
    second = [sample.mib for sample in run.samples[quarter : 2 * quarter]]
    last = [sample.mib for sample in run.samples[-quarter:]]
    assert sum(last) / len(last) <= 1.1 * sum(second) / len(second)
