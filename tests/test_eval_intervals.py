import numpy as np
import pytest

from eval.intervals import estimate


def test_values_that_are_all_equal_have_no_width() -> None:
    given = estimate([0.5] * 7)
    assert (given.mean, given.low, given.high, given.n) == (0.5, 0.5, 0.5, 7)


def test_no_values_have_no_mean() -> None:
    given = estimate([])
    assert (given.mean, given.low, given.high, given.n) == (None, None, None, 0)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0]
    assert estimate(values, 1) == estimate(values, 1)
    assert estimate(values, 1).mean == pytest.approx(5 / 7)


def test_the_interval_of_a_share_is_near_the_normal_approximation() -> None:
    # 80 of 100: 0.8 ± 1.96 · sqrt(0.8 · 0.2 / 100) = 0.8 ± 0.078.
    given = estimate([1.0] * 80 + [0.0] * 20)
    assert given.low == pytest.approx(0.722, abs=0.015)
    assert given.high == pytest.approx(0.878, abs=0.015)


def test_about_95_of_100_intervals_hold_the_true_mean() -> None:
    draws = np.random.default_rng(3).normal(1.0, 2.0, (200, 60))
    held = 0
    for row in draws:
        given = estimate(row.tolist())
        held += given.low is not None and given.high is not None and given.low <= 1 <= given.high
    assert 0.88 <= held / len(draws) <= 0.99
