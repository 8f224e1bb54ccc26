import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from eval.retrieval import evaluate_retrieval, figures_of, judged, score
from rag.gold import holding
from rag.indexing import build_index
from rag.questions import GoldQuestion, GoldSpan, QuestionSet, split_of
from rag.text import tokens
from rag.types import Chunk, Hit
from rag.vectors import Vectors
from rag.versions import open_current


def chunk(start: int, end: int) -> Chunk:
    return Chunk(f"a.md#{start}-{end}", "a.md", start, end, "", "x" * (end - start))


def hit(start: int, rank: int) -> Hit:
    # Equal scores: the order of the list is what counts.
    return Hit(chunk(start, start + 10), 0.5, rank)


def question(question_id: str, asked: str = "Who?", quote: str = "x") -> GoldQuestion:
    return GoldQuestion(
        question_id=question_id,
        question=asked,
        spans=(GoldSpan("lake.md", 0, len(quote), quote),),
        words=(("x",),),
        form="direct",
        difficulty="same words",
        center="Lake Center",
    )


def test_a_chunk_that_contains_the_span_is_gold_alone() -> None:
    chunks = [chunk(0, 10), chunk(8, 20), chunk(20, 30)]
    assert holding(GoldSpan("a.md", 9, 15, "x" * 6), chunks) == [chunks[1]]


def test_either_half_of_a_cut_span_is_gold() -> None:
    chunks = [chunk(0, 10), chunk(10, 20), chunk(20, 30)]
    assert holding(GoldSpan("a.md", 5, 15, "x" * 10), chunks) == chunks[:2]


def test_a_chunk_that_only_touches_the_span_is_not_gold() -> None:
    assert holding(GoldSpan("a.md", 10, 15, "x" * 5), [chunk(0, 10), chunk(15, 30)]) == []


def test_two_gold_chunks_count_once_at_the_better_rank() -> None:
    hits = [hit(0, 1), hit(10, 2), hit(20, 3)]
    qrels, run = judged([hits[1].chunk.chunk_id, hits[2].chunk.chunk_id], hits)
    assert qrels == {"gold": 1}
    assert run == {hits[0].chunk.chunk_id: 1.0, "gold": 0.5}


def test_measures_are_those_computed_by_hand() -> None:
    # Gold at rank 1, 3, 6 and nowhere.
    questions = [question(name) for name in ("a", "b", "c", "d")]
    hits = [hit(10 * rank, rank) for rank in range(1, 11)]
    gold: dict[str, Sequence[str]] = {
        "a": [hits[0].chunk.chunk_id],
        "b": [hits[2].chunk.chunk_id],
        "c": [hits[5].chunk.chunk_id, hits[6].chunk.chunk_id],
        "d": [],
    }
    judgements = {name: judged(gold[name], hits) for name in gold}
    ranked = score(
        questions,
        {name: qrels for name, (qrels, _) in judgements.items()},
        {name: run for name, (_, run) in judgements.items()},
    )
    assert [one.rank for one in ranked] == [1, 3, 6, None]
    assert [one.missed for one in ranked] == [False, False, True, True]
    means = {name: given.mean for name, given in figures_of(ranked)[2].estimates.items()}
    assert means == pytest.approx(
        {
            "recall@1": 1 / 4,
            "recall@3": 2 / 4,
            "recall@5": 2 / 4,
            "recall@10": 3 / 4,
            "MRR@10": (1 + 1 / 3 + 1 / 6) / 4,
            "nDCG@10": (1 + 1 / math.log2(4) + 1 / math.log2(7)) / 4,
        }
    )


def test_a_question_without_any_hit_scores_nothing() -> None:
    qrels, run = judged(["a.md#0-10"], [])
    (ranked,) = score([question("a")], {"a": qrels}, {"a": run})
    assert ranked.rank is None
    assert set(ranked.scores.values()) == {0.0}
    assert len(ranked.scores) == 6


class WordEmbedder:
    """Unit vectors that share a direction for each word that two texts share."""

    name = "words"
    dim = 256
    max_tokens = 256

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.full((len(texts), self.dim), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for word in tokens(text):
                vectors[row, hashlib.sha256(word.encode()).digest()[0]] += 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def fingerprint(self) -> str:
        return "words"


def test_an_index_is_searched_and_scored(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "lake.md").write_text(
        "---\ncenter: Lake Center\n---\n\n## Director\n\nAnn Roe leads the Lake Center.\n\n"
        "## Rooms\n\nThe building has twelve rooms.\n"
    )
    (corpus / "hill.md").write_text(
        "---\ncenter: Hill Center\n---\n\n## Director\n\nBob Poe leads the Hill Center.\n"
    )
    embedder = WordEmbedder()
    build_index(corpus, tmp_path / "index", embedder, 64)
    version = open_current(tmp_path / "index", embedder)
    questions = QuestionSet(
        (
            question("q1", "Who leads the Lake Center?", "Ann Roe leads the Lake Center."),
            question("q2", "How many rooms has the building?", "The building has twelve rooms."),
            question("q3", "Who leads the Lake Center?", "Cid Moe leads it."),
        ),
        (),
    )
    report = evaluate_retrieval(questions, version, embedder)
    assert [one.rank for one in report.ranked] == [1, 1, None]
    assert report.lost == ("q3",)
    assert report.index_version == version.name
    by_part = {one.part: one.estimates["recall@1"] for one in report.figures}
    assert by_part["overall"].mean == pytest.approx(2 / 3)
    assert by_part["dev"].n == sum(split_of(name) == "dev" for name in ("q1", "q2", "q3"))
    assert by_part["dev"].n + by_part["test"].n == 3
