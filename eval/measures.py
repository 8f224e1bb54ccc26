"""What is measured, each measure with its definition, its source, and what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from eval.certainty import calibration_error, risk_area
from eval.intervals import (
    SEED,
    Difference,
    Estimate,
    Floats,
    Statistic,
    difference,
    interval,
    ratio,
)
from rag.runs import Outcome

CERTAINTY = "certainty"
_OURS = "ours"
_ALCE = "Gao et al., ALCE, 2023"
_IR = "Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, chapter 8"
_MRR = "Voorhees, The TREC-8 Question Answering Track Report, 1999"
_NDCG = "Järvelin and Kekäläinen, Cumulated Gain-Based Evaluation of IR Techniques, 2002"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    ``column`` names what outcomes add to it. ``headline``: the guard watches it; ``exact``: what it
    has to be, whatever it was before; ``target``: the least it should be or, where ``lowest`` is
    best, the most.
    """

    name: str
    definition: str
    source: str
    column: str
    statistic: Statistic = ratio
    lowest: bool = False
    headline: bool = False
    exact: float | None = None
    target: float | None = None

    def met(self, value: float) -> bool | None:
        """Whether a figure is what it should be, ``None`` where nothing is asked of it."""
        if self.exact is not None:
            return value == self.exact
        if self.target is None:
            return None
        return value <= self.target if self.lowest else value >= self.target


def _measure(
    name: str,
    definition: str,
    source: str,
    *,
    lowest: bool = False,
    headline: bool = False,
    exact: float | None = None,
    target: float | None = None,
) -> Measure:
    """A mean of the column of its own name."""
    return Measure(name, definition, source, name, ratio, lowest, headline, exact, target)


def _ranking(stage: str, means: str) -> list[Measure]:
    """The measures of a ranking; ``stage`` stands in front of their names."""
    first = bool(stage)
    return [
        *(
            _measure(
                f"{stage}recall@{k}", f"Share of questions with gold among the {k} best chunks"
                f"{means}.", _IR, headline=k == (10 if first else 5),
                target=None if first or k != 3 else 0.95,
            )
            for k in (1, 3, 5, 10)
        ),
        _measure(
            f"{stage}MRR@10", f"Mean of 1 / rank of the best gold chunk{means}, 0 below rank 10.",
            _MRR, headline=True,
        ),
        _measure(
            f"{stage}nDCG@10", f"Gain of gold{means} by the logarithm of its rank, over the best "
            "that there could be.", _NDCG,
        ),
    ]  # fmt: skip


MEASURES: tuple[Measure, ...] = (
    _measure(
        "answer accuracy",
        "Share of answerable questions whose answer has a gold word of every group, cites a gold "
        "document and no other center's, and is short if a direct answer is due.",
        _OURS, headline=True, target=0.95,
    ),
    _measure(
        "token F1",
        "Overlap of the words said with those of the gold quote that they are most like; 0 for a "
        "refusal.",
        "Rajpurkar et al., SQuAD, 2016",
    ),
    _measure(
        "answerable refused", "Share of answerable questions that are refused.", _OURS,
        lowest=True, target=0.03,
    ),
    _measure(
        "refusal recall", "Share of unanswerable questions that are refused.",
        "van Rijsbergen, Information Retrieval, 1979, chapter 7", headline=True, target=0.90,
    ),
    _measure(
        "refusal precision", "Share of refusals whose question is unanswerable.",
        "van Rijsbergen, Information Retrieval, 1979, chapter 7", headline=True,
    ),
    _measure(
        "on-subject refused",
        "Refusal recall on questions about what the corpus knows, such as a center's telephone.",
        _OURS, target=0.85,
    ),
    _measure(
        "citation recall",
        "Share of an answer's statements that are supported: their words stand in the cited spans, "
        "and one of these is at the gold; mean over answers to answerable questions.",
        _ALCE, headline=True,
    ),
    _measure(
        "citation precision",
        "Share of an answer's citations that are needed: their statement is supported, by them "
        "alone or not without them; mean over answers to answerable questions.",
        _ALCE, headline=True,
    ),
    _measure(
        "grounded statements",
        "Share of statements, of all sets, whose every word stands in the spans that they cite.",
        _OURS, headline=True, exact=1.0,
    ),
    _measure(
        "quote fidelity",
        "Share of citations, of all sets, whose quote is the stored text from offset to offset and "
        "cuts no word.",
        _OURS, headline=True, exact=1.0,
    ),
    _measure(
        "wrong-center citations",
        "Share of citations, of all sets, that are of another center's document than the one asked "
        "about.",
        _OURS, lowest=True, headline=True, exact=0.0,
    ),
    Measure(
        "risk–coverage area",
        "Mean share of wrong answers over all shares answered, the most confident first; every "
        "question is made to be answered, and an unanswerable one is always wrong.",
        "Geifman, Uziel and El-Yaniv, 2019", CERTAINTY, risk_area, lowest=True, headline=True,
    ),
    Measure(
        "calibration error",
        "Expected calibration error: mean gap between confidence and share right, ten bins; every "
        "question is made to be answered.",
        "Naeini, Cooper and Hauskrecht, 2015", CERTAINTY, calibration_error, lowest=True,
    ),
    *_ranking("", ", as the reader has ordered them"),
    *_ranking("first-stage ", ", before they are read"),
    _measure(
        "dense side",
        "Mean of 1 / rank that the vectors alone give the best gold chunk that the first stage "
        "found, 0 below rank 10.",
        _MRR, headline=True,
    ),
    _measure(
        "lexical side",
        "Mean of 1 / rank that the words alone give the best gold chunk that the first stage "
        "found, 0 below rank 10.",
        _MRR, headline=True,
    ),
    _measure(
        "follow-ups right",
        "Share of follow-ups whose answer has the expected words and cites the expected centers "
        "alone, or has the expected status.",
        _OURS, headline=True, target=0.9,
    ),
    _measure(
        "several centers right",
        "Share of questions over several centers whose answer cites the expected centers and no "
        "other.",
        _OURS, headline=True, target=22 / 24,
    ),
    _measure(
        "matches right",
        "Share of match questions whose first center is an expected one, or that match none where "
        "none fits.",
        _OURS, headline=True, target=14 / 16,
    ),
    _measure(
        "Chinese right",
        "Share of Chinese questions that are answered right, or refused if they are unanswerable.",
        _OURS, headline=True, target=0.8,
    ),
)  # fmt: skip
BY_NAME: Mapping[str, Measure] = MappingProxyType({one.name: one for one in MEASURES})


def rows_of(measure: Measure, outcomes: Iterable[Outcome]) -> Floats:
    """What the outcomes add to a measure, shape (n, 2); those that add nothing are left out."""
    found = [one.counts[measure.column] for one in outcomes if measure.column in one.counts]
    return np.array(found, np.float64).reshape(len(found), 2)


def figure(measure: Measure, outcomes: Sequence[Outcome], seed: int = SEED) -> Estimate:
    """A measure over the outcomes that count for it."""
    return interval(rows_of(measure, outcomes), measure.statistic, seed)


def value(measure: Measure, outcomes: Sequence[Outcome]) -> float | None:
    """A measure without its interval, ``None`` where no outcome counts for it."""
    rows = rows_of(measure, outcomes)
    return float(measure.statistic(rows)) if len(rows) else None


def compared(
    measure: Measure, before: Sequence[Outcome], after: Sequence[Outcome], seed: int = SEED
) -> Difference | None:
    """How much a measure rose on the questions of both runs.

    ``None`` where none of them counts for it in one of the runs: it was not measured there.

    A question that counts in one run only, such as one that was answered there and refused here,
    adds nothing to a share in the other; for other statistics it is left out.
    """
    known = {one.key: one.counts.get(measure.column) for one in before}
    pairs = [(known[one.key], one.counts.get(measure.column)) for one in after if one.key in known]
    if not any(a for a, _ in pairs) or not any(b for _, b in pairs):
        return None
    if measure.statistic is ratio:
        kept = [(a or (0.0, 0.0), b or (0.0, 0.0)) for a, b in pairs if a or b]
    else:
        kept = [(a, b) for a, b in pairs if a and b]
    if not kept:
        return None
    one, other = (np.array([pair[side] for pair in kept], np.float64) for side in (0, 1))
    return difference(one, other, measure.statistic, seed)
