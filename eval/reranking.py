"""Whether the reader puts the right passage of a large public pool higher than search does."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.embedding import SentenceEmbedder
from rag.lexical import LexicalIndex
from rag.reader import Reader
from rag.retrieval import convex, reciprocal_rank
from rag.vectors import Rows, Vectors
from rag.weights import DEFAULT_EMBEDDING_MODEL
from training.sources import Question

_DEPTH = 50
TOP = 10
_CACHE = Path(__file__).parent / "runs"
DENSE_WEIGHTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
READER_WEIGHTS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)

Ranking = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Searched:
    """What both sides found for one question, and the row of the passage that answers it."""

    question: Question
    gold: int
    dense: tuple[Vectors, Rows]
    lexical: tuple[Vectors, Rows]

    def fused(self, dense_weight: float | None) -> Ranking:
        """The ten best by convex combination, by reciprocal ranks without a weight."""
        if dense_weight is None:
            return reciprocal_rank([self.dense[1], self.lexical[1]])[:TOP]
        return convex(self.dense, self.lexical, dense_weight)[:TOP]


class Pool:
    """Passages of two question sets and of one set without questions, searched both ways.

    A few paragraphs of more than 2,700 characters are there whole and cut round an answer, as
    ``training.sources`` cuts them; only the one that the question was asked on counts as right.
    """

    def __init__(self, data: Path, questions: Sequence[Question]) -> None:
        passages = [q.passage for q in questions if q.source in ("squad2", "new_wiki")]
        rows = json.loads(gzip.decompress((data / "2wiki-passages.json.gz").read_bytes()))
        self.passages = list(dict.fromkeys([*passages, *(row["text"] for row in rows)]))
        self._row = {passage: row for row, passage in enumerate(self.passages)}
        self._embedder = SentenceEmbedder(DEFAULT_EMBEDDING_MODEL)
        self._vectors = self._embedded()
        self._lexical = LexicalIndex.from_texts(self.passages)

    def _embedded(self) -> Vectors:
        """The vectors of all passages, kept in a file: they take minutes."""
        digest = hashlib.sha256("\0".join([self._embedder.fingerprint(), *self.passages]).encode())
        path = _CACHE / f"pool-{digest.hexdigest()[:16]}.npy"
        if path.is_file():
            stored: Vectors = np.load(path, allow_pickle=False)
            return stored
        vectors = self._embedder.embed(self.passages)
        _CACHE.mkdir(exist_ok=True)
        np.save(path, vectors)
        return vectors

    def search(self, questions: Sequence[Question]) -> list[Searched]:
        """Both rankings of every question."""
        asked = self._embedder.embed([q.question for q in questions])
        found = []
        for question, vector in zip(questions, asked, strict=True):
            likeness = self._vectors @ vector
            rows = np.argsort(-likeness, kind="stable")[:_DEPTH].astype(np.int64)
            lexical = self._lexical.search(question.question, _DEPTH)
            row = self._row[question.passage]
            found.append(Searched(question, row, (likeness[rows], rows), lexical))
        return found


def reciprocal(ranking: Ranking, gold: int) -> float:
    """1 / rank of the gold row among the ten, 0 where it is not there."""
    rows = [row for row, _ in ranking[:TOP]]
    return 1 / (rows.index(gold) + 1) if gold in rows else 0.0


def best_dense_weight(searched: Sequence[Searched]) -> float | None:
    """What gives the best MRR@10: a weight of the convex combination, ``None`` for RRF."""
    choices: tuple[float | None, ...] = (None, *DENSE_WEIGHTS)
    return max(choices, key=lambda w: sum(reciprocal(s.fused(w), s.gold) for s in searched))


def read_top(
    reader: Reader, pool: Pool, searched: Sequence[Searched], dense_weight: float | None
) -> list[tuple[Ranking, NDArray[np.float64]]]:
    """The ten best of each question and the reader's probability of each of them."""
    found = []
    for one in searched:
        ranking = one.fused(dense_weight)
        readings = reader.read(one.question.question, [pool.passages[row] for row, _ in ranking])
        found.append((ranking, np.array([r.answerability for r in readings])))
    return found


def reranked(ranking: Ranking, chances: NDArray[np.float64], weight: float) -> Ranking:
    """The ten by retrieval score, divided by the best of them, plus ``weight`` times the reader."""
    best = max((score for _, score in ranking), default=1.0)
    scored = [
        (row, score / best + weight * float(chance))
        for (row, score), chance in zip(ranking, chances, strict=True)
    ]
    return sorted(scored, key=lambda item: (-item[1], item[0]))


def best_reader_weight(
    read: Sequence[tuple[Ranking, NDArray[np.float64]]], gold: Sequence[int]
) -> float:
    """The weight that gives the best MRR@10."""

    def total(weight: float) -> float:
        pairs = zip(read, gold, strict=True)
        return sum(reciprocal(reranked(*one, weight), row) for one, row in pairs)

    return max(READER_WEIGHTS, key=total)
