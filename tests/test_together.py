"""Concurrent work is done together, alone nobody waits, and what is kept is never out of date."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.remembered import RememberedVectors
from rag.remembering import Answers
from rag.sentences import PackedSentences
from rag.together import _CORES, Together
from rag.types import Answer
from rag.vectors import Vectors


def test_all_that_wait_are_served_in_one_go_and_each_gets_its_own() -> None:
    begun, free = threading.Event(), threading.Event()
    batches: list[list[int]] = []

    def double(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        begun.set()
        free.wait(10)
        return [2 * item for item in items]

    together = Together(double, 8)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(together, [0])
        begun.wait(10)
        # These come while the first is at work, and wait for it.
        others = [pool.submit(together, [n, n + 10]) for n in range(1, 6)]
        while len(together._wishes) < 5:
            pass
        free.set()
        assert first.result() == [0]
        assert [o.result() for o in others] == [[2 * n, 2 * n + 20] for n in range(1, 6)]
    assert batches[0] == [0]
    # Five wishes of two, of which four fit into eight.
    assert sorted(map(len, batches[1:])) == [2, 8]


def test_who_has_waited_longest_is_first_whatever_network_it_asks() -> None:
    begun, free = threading.Event(), threading.Event()
    done: list[tuple[str, list[int]]] = []

    def work(name: str, items: Sequence[int]) -> Sequence[int]:
        done.append((name, list(items)))
        begun.set()
        free.wait(10)
        return items

    reading = Together[int, int](lambda items: work("reading", items), 1)
    embedding = Together[int, int](lambda items: work("embedding", items), 1)
    order = [(reading, 0), (embedding, 1), (reading, 2), (embedding, 3), (reading, 4)]
    with ThreadPoolExecutor(len(order)) as pool:
        for at, (network, item) in enumerate(order):
            pool.submit(network, [item])
            begun.wait(10)
            while len(_CORES.waiting) < at:
                pass
        free.set()
    assert [items for _, items in done] == [[0], [1], [2], [3], [4]]


def test_nobody_waits_for_one_who_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    together = Together[int, int](list, 4)

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(_CORES.changed, "wait_for", interrupted)
        with pytest.raises(KeyboardInterrupt):
            together([1])
    assert _CORES.waiting == together._wishes == []
    assert together([2]) == [2]


def test_more_than_fits_is_done_in_pieces_and_an_error_reaches_who_asked() -> None:
    pieces = Together[int, int](lambda items: [len(items)] * len(items), 4)
    assert pieces(range(10)) == [4] * 8 + [2] * 2
    assert pieces([]) == []

    def fail(_: Sequence[int]) -> list[int]:
        raise MemoryError("too large")

    with pytest.raises(MemoryError, match="too large"):
        Together[int, int](fail, 4)([1])


def test_a_text_has_the_same_vector_alone_and_among_others(embedder: SentenceEmbedder) -> None:
    texts = ["Who leads it?", "", "tumor " * 400, "The center, founded in 2019, studies tumors."]
    together = embedder.embed([*texts, *(f"{n} {text}" for n in range(40) for text in texts)])
    for text, vector in zip(texts, together, strict=False):
        assert embedder.embed([text])[0] @ vector > 0.9999


def test_what_several_ask_for_at_a_time_is_computed_once(
    embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[tuple[int, ...]] = []
    one_pass = PackedSentences._pass

    def counted(sentences: PackedSentences, numbers: Sequence[tuple[int, ...]]) -> Vectors:
        computed.extend(numbers)
        return one_pass(sentences, numbers)

    monkeypatch.setattr(PackedSentences, "_pass", counted)
    vectors = embedder.embed(["Who leads it?", "Where is it?", "Who leads it?"])
    assert len(computed) == 2
    assert np.array_equal(vectors[0], vectors[2])
    assert vectors[0] @ vectors[1] < 0.9


class _Counting:
    def __init__(self, embedder: SentenceEmbedder) -> None:
        self._embedder, self.texts = embedder, 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return self._embedder.embed(texts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)


@pytest.mark.parametrize(("most", "computed"), [(0, 8), (2, 6), (100, 4)])
def test_vectors_are_kept_up_to_a_bound_and_not_where_that_is_off(
    embedder: SentenceEmbedder, most: int, computed: int
) -> None:
    counting = _Counting(embedder)
    kept = RememberedVectors(counting, most)
    first = kept.embed(["a", "b"])
    kept.embed(["c", "d"])
    again = kept.embed(["c", "d"])
    assert np.array_equal(kept.embed(["b", "a"])[::-1], first)
    assert again.shape == (2, embedder.dim)
    assert counting.texts == computed
    assert (kept.name, kept.dim, kept.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)
    assert kept.fingerprint() == embedder.fingerprint()


def _asked(chatbot: Chatbot, *questions: str) -> list[Answer]:
    return [replace(chatbot.ask(question), elapsed=0) for question in questions]


def test_a_kept_answer_is_the_answer_and_another_version_gives_its_own(chatbot: Chatbot) -> None:
    question = "Who is the director of CPMRC?"
    (first,) = _asked(chatbot, question)
    again = chatbot.ask(question)
    assert replace(again, elapsed=0) == first
    assert again.elapsed < 0.05
    manifest = replace(chatbot.version.manifest, version="0099-other")
    other = chatbot.on(replace(chatbot.version, manifest=manifest))
    assert chatbot.ask(question).index_version == chatbot.version.name
    assert other.ask(question).index_version == "0099-other"
    # The same words after others may mean something else.
    turn = chatbot.converse("When was it founded?", [question])
    assert turn.query.text != chatbot.ask("When was it founded?").query.text


def test_kept_answers_are_bounded_and_can_be_switched_off(chatbot: Chatbot) -> None:
    found: list[int] = []

    def find(number: int) -> Answer:
        found.append(number)
        return chatbot.ask("Who is the director of CPMRC?")

    for most, expected in ((0, [1, 1, 2, 1]), (1, [1, 2, 1]), (9, [1, 2])):
        answers = Answers(most)
        found.clear()
        for number in (1, 1, 2, 1):
            answers.given((str(number), None), lambda number=number: find(number))  # type: ignore[misc]
        assert found == expected
    assert load_settings(kept_answers=0).kept_answers == 0


def test_answers_to_many_at_once_are_those_to_one_after_the_other(chatbot: Chatbot) -> None:
    alone = chatbot.on(chatbot.version)
    questions = [
        *(f"Who is the director of {name}?" for name in chatbot.centers),
        *(f"When was {name} founded?" for name in chatbot.centers),
        *(f"What does {name} study?" for name in chatbot.centers),
    ]
    one_by_one = _asked(alone, *questions)
    crowd = chatbot.on(chatbot.version)
    with ThreadPoolExecutor(len(questions)) as pool:
        at_once = list(pool.map(lambda question: _asked(crowd, question)[0], questions))
    for one, other in zip(one_by_one, at_once, strict=True):
        assert (one.status, one.text, one.citations) == (other.status, other.text, other.citations)
