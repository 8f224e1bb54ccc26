"""Thousands of requests that mean harm, to the real app: none breaks it, the next is answered."""

from __future__ import annotations

import pytest

from tests.door.attacks import attack, bad
from tests.test_api import QUESTION, App, call


def _attacked(app: App, count: int, seed: int) -> None:
    found = attack(app.address, count, seed)
    assert sum(map(len, found.values())) == count
    assert bad(found) == {}
    told = call(app, "/ask", question=QUESTION)
    assert told["status"] == "answered"
    assert told["citations"][0]["quote"] in told["text"]
    assert app.process.poll() is None


def test_hostile_requests_are_answered_without_a_fault_and_the_next_question_too(app: App) -> None:
    _attacked(app, 400, seed=1)


@pytest.mark.slow
def test_ten_thousand_of_them_are_too(app: App) -> None:
    _attacked(app, 10_000, seed=11)
