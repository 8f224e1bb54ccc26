"""How many wrong sentences the grounding catches, and how many right ones it withholds."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval import rephrasing, spoiling
from eval.told import Told
from rag.grounding import Grounding
from rag.likeness import Vectoriser
from rag.types import Embedder

# What the figures of all kinds together have to be.
LEAST_CAUGHT = 0.85
MOST_WITHHELD = 0.10
LEAST_CAUGHT_OF = {"number": 0.97, "date": 0.97, "name": 0.97}
_EACH = 500
_TRIES = 40
# Ways that fit every sentence shall not outweigh the others.
_MOST_OF_A_KIND = 125

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """One sentence that was checked; ``right``: the documents say it."""

    kind: str
    right: bool
    sentence: str
    original: str
    shown: bool
    objection: str

    @property
    def good(self) -> bool:
        """Whether it was dealt with as it should be."""
        return self.shown == self.right


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Of one kind: how many sentences, and the share of them that were withheld."""

    kind: str
    right: bool
    count: int
    withheld: float


@dataclass(frozen=True, slots=True)
class GroundingReport:
    """Figures by kind and of all; ``p50`` and ``p95`` are milliseconds a sentence."""

    half: str
    kinds: tuple[KindFigures, ...]
    caught: float
    withheld: float
    p50: float
    p95: float
    trials: tuple[Trial, ...]


def evaluate_grounding(
    told: Sequence[Told],
    half: str,
    embedder: Embedder,
    seed: int,
    progress: Progress | None = None,
) -> GroundingReport:
    """Spoil and rephrase sentences, 500 of each, and check them.

    Args:
        told: sentences of documents.
        half: which of them, ``dev`` or ``test``.
        embedder: what the grounding compares with.
        seed: of what is drawn.
        progress: called with the counts of sentences checked and to check.
    """
    draw = random.Random(seed)
    used = [one for one in told if one.half == half]
    pool = spoiling.pool_of(told, half)
    made = [
        *_made(used, list(spoiling.WAYS), lambda t, k: spoiling.spoil(t, k, pool, draw), draw),
        *_made(used, list(rephrasing.WAYS), lambda t, k: rephrasing.rephrase(t, k, draw), draw),
    ]
    wrong = set(spoiling.WAYS)
    vectoriser = Vectoriser(embedder)
    trials: list[Trial] = []
    seconds: list[float] = []
    # Sentences of one passage have the same passages round them, by identity.
    prepared: dict[int, Grounding] = {}
    for one, kind, sentence in made:
        grounding = prepared.get(id(one.passages))
        if grounding is None:
            grounding = prepared[id(one.passages)] = Grounding(one.passages, vectoriser)
            grounding.prepare()
        started = time.perf_counter()
        verdict = grounding.check(sentence, (1,))
        seconds.append(time.perf_counter() - started)
        why = verdict.objection
        trials.append(
            Trial(kind, kind not in wrong, sentence, one.sentence, verdict.supported,
                  f"{why.kind}: {why.words}" if why else "")
        )  # fmt: skip
        if progress:
            progress(len(trials), len(made))
    return _report(half, trials, seconds)


def _made(
    told: Sequence[Told],
    kinds: Sequence[str],
    make: Callable[[Told, str], str | None],
    draw: random.Random,
) -> Iterator[tuple[Told, str, str]]:
    """Sentences of all kinds in turn, each different, none of them one that is told."""
    originals = {" ".join(one.sentence.split()) for one in told}
    seen: set[str] = set()
    empty: set[str] = set()
    counts: Counter[str] = Counter()
    while len(seen) < _EACH and len(empty) < len(kinds):
        for kind in kinds:
            if kind in empty or len(seen) == _EACH or counts[kind] == _MOST_OF_A_KIND:
                empty.add(kind) if counts[kind] == _MOST_OF_A_KIND else None
                continue
            for _ in range(_TRIES * len(kinds)):
                one = draw.choice(told)
                sentence = make(one, kind)
                if sentence and sentence not in seen and sentence not in originals:
                    seen.add(sentence)
                    counts[kind] += 1
                    yield one, kind, sentence
                    break
            else:
                empty.add(kind)


def _report(half: str, trials: Sequence[Trial], seconds: Sequence[float]) -> GroundingReport:
    def withheld(some: Sequence[Trial]) -> float:
        return sum(not trial.shown for trial in some) / len(some) if some else 0.0

    kinds = []
    for kind in dict.fromkeys(trial.kind for trial in trials):
        some = [trial for trial in trials if trial.kind == kind]
        kinds.append(KindFigures(kind, some[0].right, len(some), withheld(some)))
    p50, p95 = np.quantile(np.array(seconds) * 1000, [0.5, 0.95])
    return GroundingReport(
        half,
        tuple(kinds),
        withheld([trial for trial in trials if not trial.right]),
        withheld([trial for trial in trials if trial.right]),
        float(p50),
        float(p95),
        tuple(trials),
    )


def grounding_lines(report: GroundingReport, most_shown: int) -> Iterator[str]:
    """The table, and up to ``most_shown`` sentences of each sort that went wrong."""
    yield f"sentences of {report.half}"
    width = max(len(kind.kind) for kind in report.kinds)
    for right, said in ((False, "wrong, caught"), (True, "right, withheld")):
        yield f"\n{said}"
        for kind in report.kinds:
            if kind.right == right:
                target = LEAST_CAUGHT_OF.get(kind.kind)
                mark = f"  ≥ {target:g}" if target and not right else ""
                low = " !" if target and kind.withheld < target else ""
                yield f"  {kind.kind:<{width}} {kind.withheld:7.1%} of {kind.count:3}{mark}{low}"
        all_of = report.withheld if right else report.caught
        limit = f"≤ {MOST_WITHHELD:g}" if right else f"≥ {LEAST_CAUGHT:g}"
        count = sum(kind.count for kind in report.kinds if kind.right == right)
        yield f"  {'all':<{width}} {all_of:7.1%} of {count:3}  {limit}"
    yield f"\na sentence: p50 {report.p50:.1f} ms, p95 {report.p95:.1f} ms"
    for right, said in ((False, "wrong, shown"), (True, "right, withheld")):
        failed = [t for t in report.trials if t.right == right and not t.good][:most_shown]
        if failed:
            yield f"\n{said}"
        for trial in failed:
            yield f"  {trial.kind}: {trial.sentence}"
            if trial.objection:
                yield f"      {trial.objection}"
