"""Cohen's kappa against figures that were computed by hand, and duels."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rag.agreement import agreements
from rag.duel import better_of, duel, tallies
from rag.errors import QueryError
from rag.rating import Better, Preference, Verdict
from tests.journal.answers import ANSWER, REFUSAL

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def verdicts(
    right: int, right_wrong: int, wrong_right: int, wrong: int
) -> dict[str, dict[str, Verdict]]:
    counts: dict[tuple[Verdict, Verdict], int] = {
        ("right", "right"): right,
        ("right", "wrong"): right_wrong,
        ("wrong", "right"): wrong_right,
        ("wrong", "wrong"): wrong,
    }
    pairs = [pair for pair, count in counts.items() for _ in range(count)]
    return {
        "jo": {str(n): one for n, (one, _) in enumerate(pairs)},
        "mei": {str(n): other for n, (_, other) in enumerate(pairs)},
    }


def test_kappa_of_a_table_by_hand() -> None:
    # 20, 5, 10, 15: observed 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5; (0.7 - 0.5) / 0.5.
    (found,) = agreements(verdicts(20, 5, 10, 15))
    assert found.judges == ("jo", "mei")
    assert (found.count, found.same) == (50, 0.7)
    assert found.kappa == pytest.approx(0.4)


def test_who_always_disagrees_is_below_chance() -> None:
    (found,) = agreements(verdicts(0, 5, 5, 0))
    assert found.kappa == pytest.approx(-1)


def test_one_verdict_for_all_has_no_kappa() -> None:
    (found,) = agreements(verdicts(5, 0, 0, 0))
    assert (found.same, found.kappa) == (1.0, None)


def test_judges_without_common_answers_are_not_compared_and_the_most_common_come_first() -> None:
    found = agreements(
        {
            "ann": {"1": "right"},
            "jo": {"1": "wrong", "2": "right", "3": "partly"},
            "mei": {"2": "right", "3": "wrong"},
        }
    )
    assert [(one.judges, one.count) for one in found] == [(("jo", "mei"), 2), (("ann", "jo"), 1)]


OLD, NEW = replace(ANSWER, index_version="0001-a"), replace(REFUSAL, index_version="0002-b")


def test_which_answer_comes_first_is_chance() -> None:
    seen = {
        duel(["Who?"], (lambda _: OLD, lambda _: NEW), random.Random(n)).first.index_version
        for n in range(20)
    }
    assert seen == {"0001-a", "0002-b"}


def test_questions_are_put_until_the_answers_differ() -> None:
    same = replace(OLD, index_version="0002-b")
    asked: list[str] = []

    def new(question: str) -> object:
        asked.append(question)
        return NEW if question == "2" else same

    found = duel(iter("0123"), (lambda _: OLD, new), random.Random(0))  # type: ignore[arg-type]
    assert found.question == "2"
    assert not found.same
    assert asked == ["0", "1", "2"]
    with pytest.raises(QueryError):
        duel([], (lambda _: OLD, lambda _: NEW), random.Random(0))


def test_a_tally_does_not_depend_on_what_was_shown_first() -> None:
    def prefer(first: str, second: str, better: Better) -> Preference:
        return Preference("jo", "Who?", first, second, better, NOW)

    (found,) = tallies(
        [
            prefer("0001-a", "0002-b", "second"),
            prefer("0002-b", "0001-a", "first"),
            prefer("0002-b", "0001-a", "second"),
            prefer("0002-b", "0001-a", "neither"),
        ]
    )
    assert (found.versions, found.wins, found.ties) == (("0001-a", "0002-b"), (1, 2), 1)


def test_a_browser_may_say_anything() -> None:
    assert better_of("both") == "both"
    assert better_of("0002-b") is None
