"""Near-duplicate documents."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.similar import near_duplicates, signature
from rag.text import tokens

_WORDS = [f"{a}{b}" for a in ("ka", "lo", "mi", "tu", "re", "so") for b in "bcdfghjklmnpqrst"]


def text_of(rng: random.Random, count: int) -> list[str]:
    return rng.choices(_WORDS, k=count)


def runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))}


def share(one: list[str], other: list[str]) -> float:
    return len(runs(one) & runs(other)) / len(runs(one) | runs(other))


@given(st.text())
@settings(deadline=None)
def test_equal_texts_share_everything(text: str) -> None:
    found = near_duplicates({"a": signature(text), "b": signature(text)}, {"b"})
    assert [(one.doc_id, one.other, one.share) for one in found] == [("a", "b", 1.0)]


@given(st.text(max_size=40))
@settings(deadline=None)
def test_a_signature_is_128_bytes_and_depends_on_the_tokens_alone(text: str) -> None:
    assert len(signature(text)) == 128
    if tokens(text.upper()) == tokens(text):
        assert signature(text.upper()) == signature(text)


def test_texts_of_the_same_words_in_another_order_are_not_reported() -> None:
    rng = random.Random(1)
    signatures = {f"{n}": signature(" ".join(text_of(rng, 200))) for n in range(300)}
    assert near_duplicates(signatures, signatures.keys()) == []


def test_pairs_that_share_much_are_found_and_the_share_is_about_right() -> None:
    rng = random.Random(2)
    found = wanted = 0
    for _ in range(200):
        one = text_of(rng, 300)
        other = list(one)
        for place in rng.sample(range(300), 3):
            other[place] = "changed"
        real = share(one, other)
        assert real > 0.92
        wanted += 1
        pairs = near_duplicates(
            {"a": signature(" ".join(one)), "b": signature(" ".join(other))}, {"a"}
        )
        for pair in pairs:
            # Of 128 minima the estimate's standard error is at most 0.03 here.
            assert pair.share == pytest.approx(real, abs=0.12)
            found += 1
    assert found / wanted > 0.97


def test_pairs_that_share_half_are_not_reported() -> None:
    rng = random.Random(3)
    for _ in range(100):
        one = text_of(rng, 300)
        other = [*one[:200], *text_of(rng, 100)]
        assert 0.4 < share(one, other) < 0.6
        signatures = {"a": signature(" ".join(one)), "b": signature(" ".join(other))}
        assert near_duplicates(signatures, {"a", "b"}) == []


def test_pairs_of_old_documents_are_not_reported_again() -> None:
    text = signature("The director of the center is Ann Lee.")
    other = signature("Otters swim in the river at dawn and sleep at noon.")
    signatures = {"old": text, "copy": text, "new": other}
    assert near_duplicates(signatures, {"new"}) == []
    assert near_duplicates({}, set()) == []
    (found,) = near_duplicates(signatures, {"copy"})
    assert {found.doc_id, found.other} == {"old", "copy"}


def test_each_of_many_alike_documents_is_reported_with_another() -> None:
    rng = random.Random(4)
    words = text_of(rng, 400)
    signatures = {}
    for number in range(30):
        one = list(words)
        one[number * 3] = "changed"
        signatures[f"d{number:02}"] = signature(" ".join(one))
    found = near_duplicates(signatures, signatures.keys())
    named = {name for pair in found for name in (pair.doc_id, pair.other)}
    assert named == signatures.keys()
    # Not every pair of them: that would be 435.
    assert len(found) < 200
