"""How high the chunk with the gold span stands in the ranking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, R, nDCG

from eval.intervals import SEED, Figures, Part, estimate
from rag.centers import centers_of
from rag.conversation import understand
from rag.gold import gold_chunks
from rag.questions import GoldQuestion, QuestionSet, Split, split_of
from rag.retrieval import retrieve
from rag.types import Embedder, Hit
from rag.versions import IndexVersion

MEASURES = {"recall@1": R @ 1, "recall@3": R @ 3, "recall@5": R @ 5, "recall@10": R @ 10,
            "MRR@10": RR @ 10, "nDCG@10": nDCG @ 10}  # fmt: skip
DEPTH = 10
# What is read for an answer is the top of the list: a gold chunk below this rank is a miss.
MISS_CUTOFF = 3
# The least that recall@3 has to be.
TARGET = 0.95

Qrels = dict[str, dict[str, int]]
Run = dict[str, dict[str, float]]
Search = Callable[[str, int], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One question: the 1-based rank of its gold, ``None`` where it is not in the top ten."""

    question_id: str
    question: str
    split: Split
    rank: int | None
    scores: Mapping[str, float]

    @property
    def missed(self) -> bool:
        """Whether no gold chunk is near the top."""
        return self.rank is None or self.rank > MISS_CUTOFF


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Figures for dev, test and both; ``lost`` are questions whose gold the index lacks."""

    index_version: str
    figures: tuple[Figures, ...]
    ranked: tuple[Ranked, ...]
    lost: tuple[str, ...]


def evaluate_retrieval(
    questions: QuestionSet,
    version: IndexVersion,
    embedder: Embedder,
    seed: int = SEED,
    search: Search | None = None,
) -> RetrievalReport:
    """Search for every answerable question and score the rankings.

    ``search`` gives the hits for a question and a cutoff; without it the first stage does, fused
    but not read.
    """
    centers = centers_of(version.records.documents())
    qrels: Qrels = {}
    run: Run = {}
    lost: list[str] = []
    for question in questions.answerable:
        gold = gold_chunks(question, version.records)
        if not gold:
            lost.append(question.question_id)
        if search:
            hits = search(question.question, DEPTH)
        else:
            query = understand(question.question, (), centers)
            hits = retrieve(version, embedder, query, DEPTH)
        qrels[question.question_id], run[question.question_id] = judged(gold, hits)
    ranked = score(questions.answerable, qrels, run)
    return RetrievalReport(version.name, figures_of(ranked, seed), ranked, tuple(lost))


def judged(gold: Iterable[str], hits: Sequence[Hit]) -> tuple[dict[str, int], dict[str, float]]:
    """One question's qrels and run.

    Any gold chunk answers as well as another, so they count as one item, at the best of their
    ranks: else a span that a chunk border cuts could never have a recall@1 of 1.
    """
    item = "gold"
    run: dict[str, float] = {}
    gold = frozenset(gold)
    for hit in hits:
        # Ranks instead of scores: a tie must not be broken otherwise than in the list.
        run.setdefault(item if hit.chunk.chunk_id in gold else hit.chunk.chunk_id, 1 / hit.rank)
    return {item: 1}, run


def score(questions: Sequence[GoldQuestion], qrels: Qrels, run: Run) -> tuple[Ranked, ...]:
    """The measures of each question, in the order of the questions."""
    scores: dict[str, dict[str, float]] = {question.question_id: {} for question in questions}
    names = {measure: name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(names), qrels, run):
        scores[metric.query_id][names[metric.measure]] = float(metric.value)
    return tuple(
        Ranked(
            question_id=question.question_id,
            question=question.question,
            split=split_of(question.question_id),
            rank=_rank(qrels[question.question_id], run[question.question_id]),
            scores=scores[question.question_id],
        )
        for question in questions
    )


def _rank(qrels: Mapping[str, int], run: Mapping[str, float]) -> int | None:
    ranking = sorted(run, key=lambda item: -run[item])
    return next((rank for rank, item in enumerate(ranking, 1) if item in qrels), None)


def figures_of(ranked: Sequence[Ranked], seed: int = SEED) -> tuple[Figures, ...]:
    """The means over dev, test and both."""
    parts: dict[Part, list[Ranked]] = {
        "dev": [one for one in ranked if one.split == "dev"],
        "test": [one for one in ranked if one.split == "test"],
        "overall": list(ranked),
    }
    return tuple(
        Figures(
            part, {name: estimate([one.scores[name] for one in some], seed) for name in MEASURES}
        )
        for part, some in parts.items()
    )
