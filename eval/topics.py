"""Learn what a follow-up takes for granted, from the rewrites that people made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.rewrites import Recovery, Rewritten, canard, cast2019, measure
from rag.calibration import Calibration
from rag.followups import complete
from rag.lexical import terms
from rag.salience import Said
from rag.topics import topics

# What earlier turns were completed to hangs on the weights: the second round has the first's.
_ROUNDS = 2
# CANARD is a dozen times larger and asks about people; it counts about as much as CAsT 2019.
_SHARE_OF_CANARD = 0.15
# Inverse strength of the ridge.
_C = 0.1
# The threshold while the weights are learnt.
_LIKELY = 0.45
# Below a third a phrase would rather be wrong, whatever there is room for.
_THRESHOLDS = tuple(step / 20 for step in range(7, 16))
# Wrong words a turn on CAsT 2019: well below the one that is allowed, as other conversations
# keep less to their subject.
_MOST_WRONG = 0.65

_Part = tuple[Sequence[Rewritten], float]


def learn_topics(data: Path) -> dict[str, Any]:
    """The entry for ``models/calibration.json``, learnt on CAsT 2019 and the tuning half of CANARD.

    The threshold is the lowest that keeps to ``_MOST_WRONG``. Nothing is drawn at random.

    Raises:
        SetError: a file of ``data`` is missing or not what it should be.
    """
    weights = Calibration((), -30.0, _LIKELY, "")
    for _ in range(_ROUNDS):
        weights = _fitted(data, weights)
    for threshold in _THRESHOLDS:
        weights = replace(weights, threshold=threshold)
        reached = recovery(data, weights)
        if reached.wrong <= _MOST_WRONG:
            break
    return {
        "weights": {name: round(weight, 4) for name, weight in weights.weights},
        "bias": round(weights.bias, 4),
        "threshold": weights.threshold,
        "report": "python -m eval topics: logistic regression on the phrases of earlier turns of "
        "CAsT 2019 and of the CANARD dialogues with an even hash, with and without their answers; "
        f"the threshold by CAsT 2019, at most {_MOST_WRONG} wrong words a turn",
        "figures": {
            "CAsT 2019, recovered": round(reached.recovered, 4),
            "CAsT 2019, wrong words a turn": round(reached.wrong, 4),
        },
    }


def recovery(data: Path, weights: Calibration) -> Recovery:
    """What completing with ``weights`` recovers of the rewrites of CAsT 2019."""
    completing = partial(complete, weights=weights)
    turns = cast2019(data, completing)
    return measure(turns, "completed", lambda turn: completing(turn.question, turn.earlier).text)


def _fitted(data: Path, before: Calibration) -> Calibration:
    """Weights of phrases in conversations whose earlier turns were completed with ``before``."""
    completing = partial(complete, weights=before)
    dialogues = canard(data, "dev", completing)
    parts: list[_Part] = [
        (cast2019(data, completing), 1.0),
        (dialogues, _SHARE_OF_CANARD),
        ([_unanswered(turn) for turn in dialogues], _SHARE_OF_CANARD),
    ]
    return fit(parts)


def fit(parts: Sequence[_Part]) -> Calibration:
    """Weights by which a phrase's support is the share of its words that people added.

    Args:
        parts: follow-ups, and how much each of their words counts.
    """
    rows: list[list[float]] = []
    targets: list[bool] = []
    counts: list[float] = []
    names: tuple[str, ...] = ()
    for turns, share in parts:
        for turn in turns:
            rewrite = set(terms(turn.rewrite))
            for topic in topics(turn.question, turn.earlier):
                names = tuple(topic.features)
                added = len(topic.words & rewrite)
                rows += [list(topic.features.values())] * 2
                targets += [True, False]
                counts += [share * added, share * (len(topic.words) - added)]
    used = np.asarray(counts) > 0
    model = LogisticRegression(C=_C, max_iter=1_000)
    model.fit(
        np.asarray(rows)[used], np.asarray(targets)[used], sample_weight=np.asarray(counts)[used]
    )
    weights = zip(names, map(float, model.coef_[0]), strict=True)
    return Calibration(tuple(weights), float(model.intercept_[0]), _LIKELY, "")


def _unanswered(turn: Rewritten) -> Rewritten:
    """The follow-up as if the answers had not been kept: what they said is out of reach."""
    earlier = tuple(Said(said.question, "", said.understood) for said in turn.earlier)
    return replace(turn, earlier=earlier)
