"""Every question of every set through one chatbot, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from eval.conversation import answers_of
from eval.intervals import SEED
from eval.measures import MEASURES, figure
from eval.outcomes import (
    Asked,
    as_chinese,
    gold_outcome,
    over_outcome,
    turn_outcome,
    unanswered_outcome,
)
from eval.retrieval import DEPTH, evaluate_retrieval
from eval.sets import Sets
from eval.watching import Watched, watched
from rag.centers import centers_of
from rag.conversation import understand
from rag.evidence import Finder
from rag.gold import gold_chunks
from rag.questions import SPLITS, GoldQuestion, QuestionSet, UnansweredQuestion
from rag.records import Records
from rag.retrieval import retrieve
from rag.runs import Figure, Outcome
from rag.types import Embedder, Hit
from rag.versions import IndexVersion

Progress = Callable[[int, int], None]


def run_sets(
    sets: Sets,
    version: IndexVersion,
    embedder: Embedder,
    finder: Finder,
    k: int,
    progress: Progress | None = None,
    multilingual: Embedder | None = None,
) -> tuple[Outcome, ...]:
    """Ask every question of the sets and measure the answers.

    Args:
        sets: what is asked.
        version: the index that is searched.
        embedder: what embeds the questions.
        finder: what finds the evidence.
        k: chunks that are read for an answer.
        progress: called with the counts of questions asked and of questions to ask.
        multilingual: what embeds questions in Chinese; without it they are refused.
    """
    parts = watched(version, embedder, finder, k, multilingual)
    if sets.questions.answerable:
        # The first answer of a process loads what later ones find ready.
        parts.plain.ask(sets.questions.answerable[0].question)
    found: list[Outcome] = []
    for done, outcomes in enumerate(_outcomes(sets, parts), 1):
        found += outcomes
        if progress:
            progress(done, len(sets))
    rankings = _rankings(sets.questions, parts)
    return tuple(
        replace(one, counts={**one.counts, **_columns(rankings.get(one.question_id, {}))})
        if one.set == "questions"
        else one
        for one in found
    )


def _outcomes(sets: Sets, parts: Watched) -> Iterator[list[Outcome]]:
    """The outcomes of each question or conversation."""
    records = parts.plain.version.records
    for gold in sets.questions.answerable:
        yield [gold_outcome(gold, _ask(gold, parts), records)]
    for none in sets.questions.unanswerable:
        yield [unanswered_outcome(none, _ask(none, parts), records)]
    for gold in sets.chinese.answerable:
        yield [as_chinese(gold_outcome(gold, _ask(gold, parts), records, "chinese"))]
    for none in sets.chinese.unanswerable:
        yield [as_chinese(unanswered_outcome(none, _ask(none, parts), records, "chinese"))]
    for conversation in sets.conversations:
        answers = answers_of(conversation, parts.chatbot)
        yield [
            turn_outcome(conversation, place, turn, answers[place], records)
            for place, turn in enumerate(conversation.turns)
            if place
        ]
    for name, over in (("several", sets.several), ("match", sets.match)):
        for question in over:
            yield [over_outcome(question, parts.chatbot.ask(question.question), records, name)]


def _ask(question: GoldQuestion | UnansweredQuestion, parts: Watched) -> Asked:
    """Ask for an answer, by the clock, and then for the best guess."""
    parts.watch.seconds.clear()
    started = time.perf_counter()
    answer = parts.chatbot.ask(question.question)
    total = time.perf_counter() - started
    spent = dict(parts.watch.seconds)
    seconds = {"whole": total, **spent, "the rest": total - sum(spent.values())}
    return Asked(answer, parts.unrefusing.ask(question.question), seconds)


def _rankings(questions: QuestionSet, parts: Watched) -> dict[str, dict[str, float]]:
    """The retrieval measures of each answerable question, before and after it was read."""
    version, embedder = parts.chatbot.version, parts.chatbot.embedder
    hits: dict[str, Sequence[Hit]] = {}

    def first_stage(asked: str, depth: int) -> Sequence[Hit]:
        query = understand(asked, (), centers_of(version.records.documents()))
        hits[asked] = retrieve(version, embedder, query, depth)
        return hits[asked]

    first = evaluate_retrieval(questions, version, embedder, search=first_stage)
    read = evaluate_retrieval(questions, version, embedder, search=parts.chatbot.search)
    found = {one.question_id: dict(one.scores) for one in read.ranked}
    for one in first.ranked:
        found[one.question_id] |= {f"first-stage {n}": value for n, value in one.scores.items()}
    for question in questions.answerable:
        found[question.question_id] |= _sides(question, hits[question.question], version.records)
    return found


def _sides(question: GoldQuestion, hits: Sequence[Hit], records: Records) -> dict[str, float]:
    """How high either side of the first stage put the gold that both found together."""
    chunks = gold_chunks(question, records)
    gold = [hit for hit in hits if hit.chunk.chunk_id in chunks]
    sides = {
        "dense side": [hit.dense_rank for hit in gold],
        "lexical side": [hit.lexical_rank for hit in gold],
    }
    return {
        name: max((1 / rank for rank in ranks if rank and rank <= DEPTH), default=0.0)
        for name, ranks in sides.items()
    }


def _columns(scores: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    return {name: (round(value, 6), 1.0) for name, value in scores.items()}


def figures_of(outcomes: Sequence[Outcome], seed: int = SEED) -> dict[str, dict[str, Figure]]:
    """Every measure over dev, test and both, left out where no question counts for it."""
    parts: dict[str, list[Outcome]] = {
        split: [one for one in outcomes if one.split == split] for split in SPLITS
    }
    found: dict[str, dict[str, Figure]] = {}
    for part, some in {**parts, "overall": list(outcomes)}.items():
        estimates = {measure.name: figure(measure, some, seed) for measure in MEASURES}
        found[part] = {
            name: Figure(one.mean, one.low, one.high, one.n)
            for name, one in estimates.items()
            if one.n
        }
    return found


def latency_of(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Milliseconds at the median and at the 95th percentile, of whole answers and of each part."""
    timed = [one.seconds for one in outcomes if one.seconds and one.set != "chinese"]
    names = dict.fromkeys(name for seconds in timed for name in seconds)
    found: dict[str, dict[str, float]] = {}
    for name in names:
        p50, p95 = np.quantile([seconds.get(name, 0.0) * 1000 for seconds in timed], [0.5, 0.95])
        found[name] = {"p50": round(float(p50), 3), "p95": round(float(p95), 3)}
    return found
