"""Learn what support a sentence has and how much of it an answer needs, on ``dev`` alone."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

from eval.certainty import calibration_error
from rag.centers import centers_of
from rag.conversation import understand
from rag.evidence import admissible
from rag.measuring import Measurer
from rag.questions import GoldQuestion, GoldSpan, QuestionSet, UnansweredQuestion, split_of
from rag.retrieval import retrieve
from rag.types import Embedder
from rag.versions import IndexVersion

Floats = NDArray[np.float64]

FEATURES = {
    "similarity": ("cosine", "coverage", "nearness", "named", "thing", "open"),
    "reader": ("answerability", "cosine", "coverage", "nearness", "named", "thing", "open"),
}
SEED = 0
_FOLDS = 5
# Inverse strength of the ridge; as much as scikit-learn takes by default.
_C = 1.0
# Share of unanswerable questions to be refused: 0.9 is promised, and other questions differ.
_REFUSED = 0.96


@dataclass(frozen=True, slots=True)
class Measurements:
    """Candidates of all dev questions: features (n, f), whether each is right, whose it is.

    ``answerable`` tells for each question number whether the documents answer it.
    """

    features: Floats
    right: NDArray[np.bool_]
    question: NDArray[np.int64]
    answerable: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best candidate of each question, out of fold: its support and whether it is right."""

    support: Floats
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]

    @property
    def certainty(self) -> Floats:
        """Support and whether it is right, shape (n, 2)."""
        return np.column_stack([self.support, self.right.astype(np.float64)])


@dataclass(frozen=True, slots=True)
class Learnt:
    """What goes into ``models/calibration.json`` for one finder, and the figures behind it."""

    weights: dict[str, float]
    bias: float
    threshold: float
    outcome: Outcome

    @property
    def figures(self) -> dict[str, float]:
        """Shares at the threshold and the expected calibration error, all out of fold."""
        o = self.outcome
        said = o.support >= self.threshold
        return {
            "answerable answered right": float((said & o.right)[o.answerable].mean()),
            "answerable refused": float((~said)[o.answerable].mean()),
            "unanswerable refused": float((~said)[~o.answerable].mean()),
            "expected calibration error": float(calibration_error(o.certainty)),
        }


def measure(
    questions: QuestionSet, measurer: Measurer, version: IndexVersion, embedder: Embedder, k: int,
    names: Sequence[str],
) -> Measurements:  # fmt: skip
    """Measure the candidates of every dev question as the chatbot would."""
    centers = centers_of(version.records.documents())
    features: list[list[float]] = []
    right: list[bool] = []
    owner: list[int] = []
    answerable: list[bool] = []
    asked: list[GoldQuestion | UnansweredQuestion] = [
        *questions.answerable, *questions.unanswerable,
    ]  # fmt: skip
    for question in (q for q in asked if split_of(q.question_id) == "dev"):
        query = understand(question.question, (), centers)
        if query.form == "chitchat":
            continue
        gold = question.spans if isinstance(question, GoldQuestion) else ()
        hits = retrieve(version, embedder, query, k)
        measured = measurer.measure(query, hits, version)
        for candidate in admissible(measured.candidates, query, version)[0]:
            features.append([candidate.features[name] for name in names])
            right.append(any(_overlap(candidate.doc_id, candidate.span, g) for g in gold))
            owner.append(len(answerable))
        answerable.append(bool(gold))
    return Measurements(np.array(features), np.array(right), np.array(owner), np.array(answerable))


def _overlap(doc_id: str, span: tuple[int, int], gold: GoldSpan) -> bool:
    return gold.doc_id == doc_id and span[0] < gold.end and span[1] > gold.start


def learn(measured: Measurements, names: Sequence[str], refused: float = _REFUSED) -> Learnt:
    """Fit the weights on all of dev; choose the threshold and judge it out of fold.

    The weights tell the right sentence from the others. What is said, though, is the best of many,
    so the weights are then scaled to tell how often the best one is right (Platt, "Probabilistic
    Outputs for Support Vector Machines", 1999). ``refused`` is the share of the questions without
    an answer that the threshold has to refuse.
    """
    model = LogisticRegression(C=_C, max_iter=1000)
    chances = cross_val_predict(
        model, measured.features, measured.right, groups=measured.question,
        cv=GroupKFold(_FOLDS, shuffle=True, random_state=SEED), method="predict_proba",
    )[:, 1]  # fmt: skip
    best = best_of_each(measured, chances)
    said = best.support > 0
    logits = np.zeros(len(said))
    logits[said] = np.log(best.support[said] / (1 - best.support[said]))
    scale = LogisticRegression(C=_C, max_iter=1000).fit(logits[said, None], best.right[said])
    scaled = np.zeros(len(said))
    scaled[said] = scale.predict_proba(logits[said, None])[:, 1]
    outcome = Outcome(scaled, best.right, best.answerable)
    model.fit(measured.features, measured.right)
    slope, shift = float(scale.coef_[0, 0]), float(scale.intercept_[0])
    coefficients = (round(slope * float(w), 4) for w in model.coef_[0])
    weights = dict(zip(names, coefficients, strict=True))
    bias = round(slope * float(model.intercept_[0]) + shift, 4)
    return Learnt(weights, bias, threshold(outcome, refused), outcome)


def best_of_each(measured: Measurements, chances: Floats) -> Outcome:
    """The most supported candidate of each question; none at all has support 0."""
    count = len(measured.answerable)
    support, right = np.zeros(count), np.zeros(count, bool)
    for chance, is_right, number in zip(chances, measured.right, measured.question, strict=True):
        if chance > support[number]:
            support[number], right[number] = chance, is_right
    return Outcome(support, right, measured.answerable)


def threshold(outcome: Outcome, refused: float = _REFUSED) -> float:
    """The lowest threshold, two digits, that refuses the wanted share of unanswerable questions."""
    choices = np.round(np.arange(0.02, 0.98, 0.01), 2)
    unanswerable = outcome.support[~outcome.answerable]
    enough = [choice for choice in choices if (unanswerable < choice).mean() >= refused]
    return float(enough[0]) if enough else float(choices[-1])


def store(path: Path, finder: str, learnt: Learnt, questions: str, index_version: str) -> None:
    """Put the numbers and what chose them into ``models/calibration.json``."""
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    figures = {name: round(value, 4) for name, value in learnt.figures.items()}
    kept[finder] = {
        "weights": learnt.weights,
        "bias": learnt.bias,
        "threshold": learnt.threshold,
        "report": (
            f"python -m eval calibrate, {datetime.date.today().isoformat()}: logistic regression "
            f"on the dev part of {questions}, index {index_version}, {_FOLDS} folds by question, "
            f"seed {SEED}; figures out of fold"
        ),
        "figures": figures,
    }
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
