"""Two runs beside each other: what rose, what fell, and what makes no difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from eval.intervals import SEED, Difference
from eval.measures import MEASURES, Measure, compared, value
from rag.runs import Outcome, Run

# A difference is told where chance alone would make one so large in one case of twenty.
SIGNIFICANT = 0.05
# What a library, a setting or a machine may change without anybody's asking.
_TOLD = ("code", "package_sha256", "settings", "libraries", "python", "processor", "seed")

Verdict = Literal["better", "worse", "no difference"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure in two runs; ``difference`` is over the questions that both have."""

    measure: Measure
    before: float | None
    after: float | None
    difference: Difference | None

    @property
    def verdict(self) -> Verdict:
        """Which way it went, if it went any."""
        found = self.difference
        if found is None or found.p >= SIGNIFICANT or found.value == 0:
            return "no difference"
        return "better" if (found.value > 0) != self.measure.lowest else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs.

    ``fixed`` and ``broken`` are the questions that became right and wrong, ``added`` and
    ``dropped`` those that only the later or the earlier run asked. ``changed`` are surroundings
    that differ: what it was and what it is.
    """

    before: Run
    after: Run
    measures: tuple[Compared, ...]
    fixed: tuple[Outcome, ...]
    broken: tuple[Outcome, ...]
    added: tuple[Outcome, ...]
    dropped: tuple[Outcome, ...]
    changed: Mapping[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """Whether the runs differ in nothing but time."""
        return all(
            one.difference is None or (one.difference.value == 0 and one.difference.p == 1)
            for one in self.measures
        ) and not (self.fixed or self.broken or self.added or self.dropped)


def compare(before: Run, after: Run, seed: int = SEED) -> Comparison:
    """Compare every measure by a paired test on the questions that both runs asked."""
    one = {outcome.key: outcome for outcome in before.outcomes}
    other = {outcome.key: outcome for outcome in after.outcomes}
    both = [(one[key], outcome) for key, outcome in other.items() if key in one]
    return Comparison(
        before,
        after,
        tuple(_compared(m, before.outcomes, after.outcomes, seed) for m in MEASURES),
        fixed=tuple(b for a, b in both if b.right and not a.right),
        broken=tuple(b for a, b in both if a.right and not b.right),
        added=tuple(outcome for key, outcome in other.items() if key not in one),
        dropped=tuple(outcome for key, outcome in one.items() if key not in other),
        changed=_changed(before, after),
    )


def _compared(
    measure: Measure, before: Sequence[Outcome], after: Sequence[Outcome], seed: int
) -> Compared:
    return Compared(
        measure,
        value(measure, before),
        value(measure, after),
        compared(measure, before, after, seed),
    )


def _changed(before: Run, after: Run) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    if before.index_version != after.index_version:
        found["index version"] = before.index_version, after.index_version
    for name in _TOLD:
        one, other = before.surroundings.get(name), after.surroundings.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            for key in sorted(one.keys() | other.keys()):
                if one.get(key) != other.get(key):
                    found[f"{name} {key}"] = _text(one.get(key)), _text(other.get(key))
        elif one != other:
            found[name.replace("_", " ")] = _text(one), _text(other)
    return found


def _text(value: Any) -> str:
    return "none" if value is None else str(value)


def alarms(comparison: Comparison) -> list[str]:
    """Why the guard fails, a sentence a reason; none where it passes.

    A headline measure may not fall significantly below the accepted run, what has to be exact may
    not be anything else, and a question that was accepted has to be asked.
    """
    found: list[str] = []
    for one in comparison.measures:
        if not one.measure.headline:
            continue
        exact, value = one.measure.exact, one.after
        if exact is not None and value is not None and value != exact:
            found.append(f"{one.measure.name} is {value:.4f}, and has to be {exact:g}.")
        elif one.before is not None and value is None:
            found.append(f"{one.measure.name} was not measured.")
        elif one.verdict == "worse" and one.difference:
            found.append(
                f"{one.measure.name} went from {one.before:.3f} to {value:.3f} "
                f"({one.difference.value:+.3f} on {one.difference.n} questions, "
                f"p {one.difference.p:.4f})."
            )
    if comparison.dropped:
        names = ", ".join(one.question_id for one in comparison.dropped[:5])
        found.append(f"{len(comparison.dropped)} accepted questions were not asked: {names}.")
    return found
