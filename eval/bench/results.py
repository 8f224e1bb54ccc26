"""What was measured of one engine on one pool, and the file that keeps it."""

from __future__ import annotations

import functools
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
_TOP = 10


class ResultsError(RagError):
    """Measurements that cannot be read."""


@dataclass(frozen=True)
class Result:
    """Seconds by the clock, memory and size in bytes.

    ``latencies`` are percentiles, ``{50: seconds, 95: seconds}``; ``ranks`` has for each question
    the place of its passage among the ten, from 1, or 0 where it is not among them.
    """

    engine: str
    pool: str
    passages: int
    build_seconds: float
    build_memory: int
    search_memory: int
    size: int
    cold: float
    latencies: Mapping[int, float]
    ranks: tuple[int, ...]

    @functools.cached_property
    def scores(self) -> list[tuple[float, ...]]:
        """A row for each question, with a number for each of ``MEASURES``."""
        return marks(self.ranks)

    def mean(self, measure: int) -> float:
        """Of one of ``MEASURES`` over all questions."""
        return float(np.mean([row[measure] for row in self.scores]))


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


def joined(kept: Measured, more: Measured, order: Sequence[str]) -> Measured:
    """What was measured before, with what was measured since in its place; pools in ``order``.

    Figures of two processors do not stand in one table: those of another are left out.
    """
    if kept.processor != more.processor:
        return more
    again = {(result.engine, result.pool) for result in more.results}
    results = [r for r in kept.results if (r.engine, r.pool) not in again]
    pools = {**kept.pools, **more.pools}
    return Measured(
        processor=more.processor,
        created=more.created,
        libraries={**kept.libraries, **more.libraries},
        pools={name: pools[name] for name in sorted(pools, key=order.index)},
        results=(*results, *more.results),
    )


def ranks_of(rankings: Sequence[Sequence[int]], gold: Sequence[int]) -> tuple[int, ...]:
    """For each ranking the place of its gold row among the first ten, from 1; 0 if it has none.

    >>> ranks_of([[7, 3], [1]], [3, 2])
    (2, 0)
    """
    firsts = [list(ranking[:_TOP]) for ranking in rankings]
    return tuple(
        first.index(row) + 1 if row in first else 0 for first, row in zip(firsts, gold, strict=True)
    )


def marks(ranks: Sequence[int]) -> list[tuple[float, ...]]:
    """For each question its ``MEASURES``, by ir-measures, from the place of the one right passage.

    >>> marks([2, 0])
    [(1.0, 0.5, 0.6309297535714575), (0.0, 0.0, 0.0)]
    """
    qrels = [Qrel(str(number), "right", 1) for number in range(len(ranks))]
    # What stands around the right passage is told apart by its place alone.
    run = [
        ScoredDoc(str(number), "right" if place == rank else str(place), 1 / place)
        for number, rank in enumerate(ranks)
        for place in range(1, _TOP + 1)
    ]
    found = [[0.0] * len(MEASURES) for _ in ranks]
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
    """Write all results."""
    fields = asdict(measured)
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
                    "latencies": {int(at): took for at, took in one["latencies"].items()},
                    "ranks": tuple(one["ranks"]),
                }
            )
            for one in fields.pop("results")
        )
        return Measured(results=results, **fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ResultsError(
            f"The measurements in {path} cannot be read.", "Make them anew with `make bench`."
        ) from exc
