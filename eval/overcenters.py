"""Questions over several centers and match questions: who has to be in the answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from rag.fit import FEATURES, FitMeasurer, Purpose
from rag.forms import topic_in
from rag.language import HAS_CHINESE
from rag.questions import SetError, Split, read_lines
from rag.types import Answer

SEVERAL = Path(__file__).with_name("several.jsonl")
MATCH = Path(__file__).with_name("match.jsonl")
FITS = Path(__file__).with_name("fits.jsonl")
Line = TypeVar("Line", bound=BaseModel)
_FOLDS = 5
_SEED = 0
_C = 1.0


class OverQuestion(BaseModel):
    """A question with the centers that a right answer has; for a match any of them may be first.

    A match question without centers fits none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    split: Split
    question: Annotated[str, Field(min_length=1)]
    centers: tuple[str, ...]
    form: str = "match"


class Topic(BaseModel):
    """A topic with the centers whose pages speak of it; weights are learnt on these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    purpose: Purpose
    topic: Annotated[str, Field(min_length=1)]
    centers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OverMark:
    """Whether the answer has the centers that it should have; ``astray`` counts wrong labels."""

    question_id: str
    split: Split
    question: str
    found: tuple[str, ...]
    right: bool
    astray: int


def load(path: Path, kind: type[Line]) -> list[Line]:
    """The lines of a set.

    Raises:
        SetError: a line is not what it should be.
    """
    found: list[Line] = []
    for number, fields in read_lines(path):
        try:
            found.append(kind.model_validate(fields))
        except ValidationError as exc:
            raise SetError(
                f"Line {number} of {path.name} is wrong: {exc.errors()[0]['msg']}.",
                "Correct that line.",
            ) from exc
    return found


def mark_several(question: OverQuestion, answer: Answer) -> OverMark:
    """Right when each expected center, and no other, is in the answer with its own citation."""
    found = cited_centers(answer)
    return _mark(question, found, set(found) == set(question.centers), answer)


def mark_match(question: OverQuestion, answer: Answer) -> OverMark:
    """Right when a right center is first, or there is none where none fits."""
    found = cited_centers(answer)
    first = found[0] in question.centers if found else False
    return _mark(question, found, first if question.centers else not found, answer)


def _mark(question: OverQuestion, found: tuple[str, ...], right: bool, answer: Answer) -> OverMark:
    astray = _astray(answer)
    return OverMark(
        question.id, question.split, question.question, found, right and not astray, astray
    )


def cited_centers(answer: Answer) -> tuple[str, ...]:
    """The centers of the citations, in the order in which they are used."""
    return tuple(dict.fromkeys(c.center for c in answer.citations if c.center))


def _astray(answer: Answer) -> int:
    """Citations under the label of another center."""
    center = {c.marker: c.center for c in answer.citations}
    labelled = [(p.label, [center[m] for m in p.markers]) for p in answer.points if p.label]
    return sum(of != label for label, centers in labelled for of in centers)


def learn_fits(
    topics: Sequence[Topic], purpose: Purpose, measurer: FitMeasurer, centers: Sequence[str],
    name_of_set: str = FITS.name,
) -> dict[str, Any]:  # fmt: skip
    """The entry of ``models/calibration.json`` for one purpose, learnt on ``topics``.

    The threshold is the one with the fewest wrong pairs of a topic and a center, out of fold; of
    a stretch of such thresholds the middle.
    """
    rows: list[list[float]] = []
    right: list[bool] = []
    groups: list[int] = []
    for number, topic in enumerate(t for t in topics if t.purpose == purpose):
        for center in centers:
            said = topic.topic if HAS_CHINESE.search(topic.topic) else topic_in(topic.topic)
            fit = measurer.measure(said, center)
            rows.append([fit.features[name] for name in FEATURES])
            right.append(center in topic.centers)
            groups.append(number)
    features, labels = np.array(rows), np.array(right)
    model = LogisticRegression(C=_C, max_iter=1000)
    folds = GroupKFold(_FOLDS, shuffle=True, random_state=_SEED)
    chances = cross_val_predict(
        model, features, labels, groups=groups, cv=folds, method="predict_proba"
    )[:, 1]
    choices = np.round(np.arange(0.05, 0.95, 0.01), 2)
    wrong = np.array([((chances >= choice) != labels).mean() for choice in choices])
    best = np.flatnonzero(np.isclose(wrong, wrong.min()))
    model.fit(features, labels)
    return {
        "weights": {n: round(float(w), 4) for n, w in zip(FEATURES, model.coef_[0], strict=True)},
        "bias": round(float(model.intercept_[0]), 4),
        "threshold": float(choices[best[len(best) // 2]]),
        "report": (
            f"python -m eval fits: logistic regression on the {max(groups) + 1} topics of "
            f"{name_of_set} for `{purpose}`, {_FOLDS} folds by topic, seed {_SEED}"
        ),
        "figures": {"pairs wrong, out of fold": round(float(wrong.min()), 4)},
    }


def store(path: Path, purpose: str, learnt: dict[str, Any]) -> None:
    """Put what was learnt for one purpose into ``models/calibration.json``."""
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    kept[purpose] = learnt
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
