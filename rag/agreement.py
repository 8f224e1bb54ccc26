"""How far judges agree beyond what chance would make them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from sklearn.metrics import cohen_kappa_score

from rag.rating import VERDICTS, Verdict


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two judges on the ``count`` answers that both have judged.

    ``same`` is the share of equal verdicts. ``kappa`` is 1 where they always agree and 0 where they
    agree as often as chance would have it; ``None`` where both gave one and the same verdict to
    all, so that chance alone would have them agree.
    """

    judges: tuple[str, str]
    count: int
    same: float
    kappa: float | None


def agreements(verdicts: Mapping[str, Mapping[str, Verdict]]) -> tuple[Agreement, ...]:
    """Every two judges who have judged the same answers, those with the most of them first.

    Cohen, "A coefficient of agreement for nominal scales", 1960.

    Args:
        verdicts: each judge's, by the id of the answer.
    """
    found = []
    for one, other in itertools.combinations(sorted(verdicts), 2):
        common = sorted(verdicts[one].keys() & verdicts[other].keys())
        if common:
            first = [verdicts[one][answer] for answer in common]
            second = [verdicts[other][answer] for answer in common]
            same = sum(a == b for a, b in zip(first, second, strict=True)) / len(common)
            kappa = None
            if len({*first, *second}) > 1:
                kappa = float(cohen_kappa_score(first, second, labels=list(VERDICTS)))
            found.append(Agreement((one, other), len(common), same, kappa))
    return tuple(sorted(found, key=lambda agreement: -agreement.count))
