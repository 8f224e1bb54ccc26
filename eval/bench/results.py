"""What was measured of one engine on one pool, and the file that keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import RR, Qrel, R, ScoredDoc, nDCG

from eval.intervals import Difference, Floats, difference
from rag.errors import RagError

# The measures of a ranking of ten, as columns of ``Result.scores``.
MEASURES = (R @ 5, RR @ 10, nDCG @ 10)


class ResultsError(RagError):
    """Measurements that cannot be read."""


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds by the clock, memory and size in bytes; ``latencies`` of each question.

    ``scores`` has a row for each question, with a number for each of ``MEASURES``.
    """

    engine: str
    pool: str
    passages: int
    build_seconds: float
    build_memory: int
    search_memory: int
    size: int
    cold: float
    latencies: tuple[float, ...]
    scores: tuple[tuple[float, ...], ...]

    def mean(self, measure: int) -> float:
        """Of one of ``MEASURES`` over all questions."""
        return float(np.mean([row[measure] for row in self.scores]))

    def latency(self, percentile: float) -> float:
        """Seconds for one question."""
        return float(np.percentile(self.latencies, percentile))


@dataclass(frozen=True, slots=True)
class Measured:
    """All results of one machine; ``pools`` says what each pool is made of."""

    processor: str
    created: str
    libraries: Mapping[str, str]
    pools: Mapping[str, str]
    results: tuple[Result, ...]

    def of(self, pool: str) -> tuple[Result, ...]:
        """The results on one pool, in the order in which they were made."""
        return tuple(result for result in self.results if result.pool == pool)


def marks(rankings: Sequence[Sequence[int]], gold: Sequence[int]) -> list[tuple[float, ...]]:
    """For each question its ``MEASURES``, by ir-measures.

    >>> marks([[7, 3], [1]], [3, 2])
    [(1.0, 0.5, 0.6309297535714575), (0.0, 0.0, 0.0)]
    """
    qrels = [Qrel(str(number), str(row), 1) for number, row in enumerate(gold)]
    run = [
        ScoredDoc(str(number), str(row), 1 / rank)
        for number, ranking in enumerate(rankings)
        for rank, row in enumerate(ranking, 1)
    ]
    found = [[0.0] * len(MEASURES) for _ in gold]
    for metric in ir_measures.iter_calc(list(MEASURES), qrels, run):
        found[int(metric.query_id)][MEASURES.index(metric.measure)] = float(metric.value)
    return [tuple(row) for row in found]


def beside(one: Result, other: Result, measure: int) -> Difference:
    """By how much ``one`` is better than ``other`` on the same questions (paired)."""
    return difference(_rows(other, measure), _rows(one, measure))


def _rows(result: Result, measure: int) -> Floats:
    values = np.array([row[measure] for row in result.scores], np.float64)
    return np.column_stack([values, np.ones_like(values)])


def keep(measured: Measured, path: Path) -> None:
    """Write all results; a millisecond and four digits of a score are kept."""
    fields = asdict(measured)
    for result in fields["results"]:
        result["latencies"] = [round(seconds, 4) for seconds in result["latencies"]]
        result["scores"] = [[round(score, 4) for score in row] for row in result["scores"]]
        for name in ("build_seconds", "cold"):
            result[name] = round(result[name], 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fields, ensure_ascii=False) + "\n", "utf-8")


def read(path: Path) -> Measured:
    """What ``keep`` wrote.

    Raises:
        ResultsError: it cannot be read.
    """
    try:
        fields = json.loads(path.read_text("utf-8"))
        results = tuple(
            Result(
                **{
                    **one,
                    "latencies": tuple(one["latencies"]),
                    "scores": tuple(tuple(row) for row in one["scores"]),
                }
            )
            for one in fields.pop("results")
        )
        return Measured(results=results, **fields)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ResultsError(
            f"The measurements in {path} cannot be read.", "Make them anew with `make bench`."
        ) from exc
