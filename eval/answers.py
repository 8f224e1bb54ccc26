"""Every question through the chatbot, and how good the answers are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, get_args

import numpy as np

from eval.intervals import SEED, Estimate, Figures, Part, estimate
from rag.marking import GoldMark, Mark, RefusalMark, mark_answer, mark_refusal
from rag.questions import SPLITS, Difficulty, GoldForm, QuestionSet
from rag.records import Records
from rag.types import Answer

# What the figures have to be: (least, most).
TARGETS: dict[str, tuple[float | None, float | None]] = {
    "right": (0.95, None),
    "answerable refused": (None, 0.03),
    "unanswerable refused": (0.90, None),
    "on-subject refused": (0.85, None),
    "wrong-center answers": (None, 0.0),
    "quote fidelity": (1.0, None),
}

Progress = Callable[[int, int], None]


class Answerer(Protocol):
    """What answers a question; the chatbot is one."""

    def ask(self, question: str) -> Answer:
        """The answer to a question that stands alone."""
        ...


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the answers of one part took, in milliseconds."""

    part: Part
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class AnswersReport:
    """Figures for dev, test and both, and the mark of every question."""

    index_version: str
    figures: tuple[Figures, ...]
    latencies: tuple[Latency, ...]
    answerable: tuple[GoldMark, ...]
    unanswerable: tuple[RefusalMark, ...]

    def failures(self) -> list[Mark]:
        """The marks of all answers that are wrong, in the order of the set."""
        marks = _marks(self.answerable, self.unanswerable)
        return [mark for mark in marks if not mark.right]


def evaluate_answers(
    questions: QuestionSet,
    answerer: Answerer,
    records: Records,
    index_version: str,
    progress: Progress | None = None,
    seed: int = SEED,
) -> AnswersReport:
    """Ask every question once and mark the answers.

    Args:
        questions: the set.
        answerer: asked one question at a time, each without a history.
        records: the documents that the answers cite.
        index_version: its name, for the report.
        progress: called with the counts of questions asked and of questions to ask.
        seed: of the intervals.
    """
    total = len(questions.answerable) + len(questions.unanswerable)
    if questions.answerable:
        # The first answer of a process loads what later ones find ready.
        answerer.ask(questions.answerable[0].question)
    answerable: list[GoldMark] = []
    unanswerable: list[RefusalMark] = []
    for question in questions.answerable:
        answer, elapsed = _timed(answerer, question.question)
        answerable.append(mark_answer(question, answer, records, elapsed))
        if progress:
            progress(len(answerable), total)
    for unanswered in questions.unanswerable:
        answer, elapsed = _timed(answerer, unanswered.question)
        unanswerable.append(mark_refusal(unanswered, answer, records, elapsed))
        if progress:
            progress(len(answerable) + len(unanswerable), total)
    return report_of(index_version, answerable, unanswerable, seed)


def _timed(answerer: Answerer, question: str) -> tuple[Answer, float]:
    started = time.perf_counter()
    answer = answerer.ask(question)
    return answer, time.perf_counter() - started


def report_of(
    index_version: str,
    answerable: Sequence[GoldMark],
    unanswerable: Sequence[RefusalMark],
    seed: int = SEED,
) -> AnswersReport:
    """The figures of marks, for dev, test and both."""
    figures, latencies = [], []
    parts: tuple[Part, ...] = (*SPLITS, "overall")
    for part in parts:
        gold = [one for one in answerable if part in ("overall", one.mark.split)]
        none = [one for one in unanswerable if part in ("overall", one.mark.split)]
        figures.append(Figures(part, _estimates(gold, none, seed)))
        elapsed = [mark.elapsed * 1000 for mark in _marks(gold, none)]
        latencies.append(Latency(part, *_quantiles(elapsed)))
    return AnswersReport(
        index_version, tuple(figures), tuple(latencies), tuple(answerable), tuple(unanswerable)
    )


def _marks(gold: Sequence[GoldMark], none: Sequence[RefusalMark]) -> list[Mark]:
    return [*(one.mark for one in gold), *(one.mark for one in none)]


def _quantiles(values: Sequence[float]) -> tuple[float | None, float | None]:
    if not values:
        return None, None
    p50, p95 = np.quantile(values, [0.50, 0.95])
    return float(p50), float(p95)


def _estimates(
    gold: Sequence[GoldMark], none: Sequence[RefusalMark], seed: int
) -> dict[str, Estimate]:
    marks = _marks(gold, none)

    def share(values: Sequence[bool]) -> Estimate:
        return estimate([float(value) for value in values], seed)

    estimates = {
        "right": share([one.mark.right for one in gold]),
        "answerable refused": share([one.mark.refused for one in gold]),
        "unanswerable refused": share([one.mark.refused for one in none]),
        "on-subject refused": share([one.mark.refused for one in none if one.on_subject]),
        "wrong-center answers": share([mark.astray > 0 for mark in marks if mark.citations]),
        "quote fidelity": share(
            [i < mark.faithful for mark in marks for i in range(mark.citations)]
        ),
        "gold span cited": share([one.on_span for one in gold]),
    }
    for form in get_args(GoldForm):
        estimates[f"right, {form}"] = share([one.mark.right for one in gold if one.form == form])
    for difficulty in get_args(Difficulty):
        estimates[f"right, {difficulty}"] = share(
            [one.mark.right for one in gold if one.difficulty == difficulty]
        )
    return estimates
