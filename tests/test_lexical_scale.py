"""Word search over many rows finds what adding up everything finds."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

from rag.lexical import LexicalIndex, terms, with_pairs
from rag.postings import Postings, best_among, best_rows
from rag.vocabulary import HashedColumns

_ROWS = 30_000


def _lists(random: Random) -> list[Postings]:
    """Lists of very different lengths over the same rows."""
    made = []
    for length in (3, 40, 500, 9_000, 25_000):
        rows = np.array(sorted(random.sample(range(_ROWS), length)), np.int32)
        scores = np.array([random.uniform(0.1, 1) * 30 / length**0.3 for _ in rows], np.float32)
        # As texts that stand several times have them: equal scores.
        made.append(Postings(rows, np.round(scores, 1) + np.float32(0.1)))
    return made


@pytest.mark.parametrize("seed", range(8))
def test_the_best_rows_are_those_that_adding_up_all_lists_gives(seed: int) -> None:
    random = Random(seed)
    lists = random.sample(_lists(random), random.randint(1, 5))
    totals = np.zeros(_ROWS, np.float32)
    for part in lists:
        totals[part.rows] += part.scores
    expected = np.lexsort((np.arange(_ROWS), -totals))[:20]
    expected = expected[totals[expected] > 0]
    scores, rows = best_rows(lists, _ROWS, 20)
    assert rows.tolist() == expected.tolist()
    assert np.array_equal(scores, totals[expected])
    some = np.array(random.sample(range(_ROWS), 900))
    scores, rows = best_among(lists, some, 20)
    there = np.sort(some)[totals[np.sort(some)] > 0]
    assert rows.tolist() == there[np.lexsort((there, -totals[there]))[:20]].tolist()
    assert np.array_equal(scores, totals[rows])


def test_nothing_shared_and_nothing_wanted_give_nothing() -> None:
    empty = Postings(np.array([], np.int32), np.array([], np.float32))
    assert len(best_rows([], 5, 3)[1]) == 0
    assert len(best_rows([empty], 5, 3)[1]) == 0
    assert len(best_rows([Postings(np.array([2], np.int32), np.ones(1, np.float32))], 5, 0)[1]) == 0


_TEXTS = ["The stem cell bank of Hangzhou.", "A bank for stem cells", "主任是谁", "", "\ud800 bank"]


def test_a_word_index_of_hashes_finds_the_same_and_opens_equal(tmp_path: Path) -> None:
    words = [terms(text) for text in _TEXTS]
    plain, hashed = LexicalIndex.from_terms(words), LexicalIndex.from_terms(words, hashed_from=1)
    hashed.save(tmp_path)
    opened = LexicalIndex.load(tmp_path)
    vocabulary = {term for some in words for term in with_pairs(some)} | {"umbrella"}
    for index in (hashed, opened):
        assert len(index) == len(_TEXTS)
        assert all(index.weight(term) == plain.weight(term) for term in vocabulary)
        for question in ("stem cell bank", "主任", "umbrella"):
            found, expected = index.search(question, 9), plain.search(question, 9)
            assert np.array_equal(found[0], expected[0])
            assert np.array_equal(found[1], expected[1])


def test_two_terms_of_one_hash_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.vocabulary._hashes", lambda terms: [7 for _ in terms])
    with pytest.raises(ValueError, match="one hash"):
        HashedColumns.of({"a": 0, "b": 1})
