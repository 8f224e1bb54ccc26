"""How good the reader is, on articles that neither training nor calibration ever saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from eval.certainty import calibration_error
from eval.reader_metrics import (
    Interval,
    auroc,
    exact,
    f1,
    interval,
    mean,
    picked_sentence,
    risk_coverage,
)
from eval.reader_speed import PASSAGE_TOKENS, cpu_name, reading_time
from eval.reranking import (
    Pool,
    Searched,
    best_dense_weight,
    best_reader_weight,
    read_top,
    reciprocal,
    reranked,
)
from rag.reader import Reader
from rag.types import Reading
from rag.weights import inference_dtype
from training.judged import KINDS, Judged, Kind, judged_pairs
from training.sources import TRAINING_SETS, Question, load

Out = Callable[[str], None]

# At most so many questions of each set but the main one are read.
_MOST = 400
_RERANKED = 800
_TUNED = 400
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report; without a target nothing has to be met."""

    name: str
    figure: Interval
    target: float | None = None
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the figure, not its interval, meets the target."""
        if self.target is None:
            return None
        value = self.figure.value
        return value <= self.target if self.at_most else value >= self.target


def evaluate_reader(data: Path, seed: int, out: Out) -> dict[str, object]:
    """Measure the default reader and print a table of figures, targets and what is met.

    Args:
        data: folder with the public sets.
        seed: of the questions drawn and of the intervals.
        out: takes the lines of the report.

    Returns:
        All figures, ready for JSON.

    Raises:
        CorpusError: a set is missing.
        ModelError: the reader is missing or damaged.
    """
    reader = Reader.load()
    questions = load(data, (*TRAINING_SETS, "policyqa"))
    report = [q for q in questions if q.part == "report"]
    pairs = [
        *judged_pairs([q for q in report if q.source == "squad2"], seed, drawn=True),
        *judged_pairs([q for q in report if q.source != "squad2"], seed, _MOST, drawn=True),
    ]
    readings = _read(reader, pairs)
    rows: list[Row] = []

    def show(measured: Sequence[Row]) -> None:
        # What is known is printed at once: the whole takes a quarter of an hour on two cores.
        rows.extend(measured)
        for row in measured:
            out(_line(row))

    show(_answerability_rows(pairs, readings, seed))
    show(_span_rows(pairs, readings, seed))
    speed = reading_time(reader)
    show([Row(f"ten passages of {PASSAGE_TOKENS} tokens, ms", speed, 200, True)])
    show(_reranking_rows(reader, data, questions, seed, out))
    curve, error = _certainty(pairs, readings)
    out(f"expected calibration error, answerable against each kind in equal parts: {error:.3f}")
    out("risk–coverage (share answered: share wrong): " + _curve_line(curve))
    out(f"on {cpu_name()}, {inference_dtype('auto')}".replace("torch.", ""))
    return {
        "rows": [asdict(row) | {"met": row.met} for row in rows],
        "calibration_error": error,
        "risk_coverage": curve,
        "cpu": cpu_name(),
        "seed": seed,
    }


def _read(reader: Reader, pairs: Sequence[Judged]) -> list[Reading]:
    readings: list[Reading] = []
    for base in range(0, len(pairs), _BATCH):
        some = pairs[base : base + _BATCH]
        readings += reader.read_pairs([p.source.question for p in some], [p.passage for p in some])
    return readings


def _answerability_rows(
    pairs: Sequence[Judged], readings: Sequence[Reading], seed: int
) -> list[Row]:
    """Answerable pairs against each kind of unanswerable ones."""
    targets: dict[Kind, float] = {
        "bm25": 0.95,
        "bm25 drawn": 0.95,
        "sentence removed": 0.85,
        "adversarial": 0.72,
    }
    rows = []
    for kind, target in targets.items():
        rows.append(Row(f"AUROC, {kind}", _auroc(pairs, readings, kind, None, seed), target))
        for source in sorted({p.source.source for p in pairs if p.kind == kind}):
            figure = _auroc(pairs, readings, kind, source, seed)
            rows.append(Row(f"  {source}", figure))
    return rows


def _auroc(
    pairs: Sequence[Judged], readings: Sequence[Reading], kind: Kind, source: str | None, seed: int
) -> Interval:
    """Of one set or of all training sets; adversarial questions only exist in one."""
    sources = {source} if source else set(TRAINING_SETS)
    if kind == "adversarial":
        sources = {"squad2"}
    chosen = [
        (p, r)
        for p, r in zip(pairs, readings, strict=True)
        if p.source.source in sources and p.kind in ("answerable", kind)
    ]
    return interval(
        [r.answerability for _, r in chosen],
        [float(p.answers) for p, _ in chosen],
        [p.source.passage for p, _ in chosen],
        auroc,
        seed,
    )


def _span_rows(pairs: Sequence[Judged], readings: Sequence[Reading], seed: int) -> list[Row]:
    """The right passage given: the sentence picked and the span, for each set."""
    rows = []
    for source in ("squad2", *(s for s in (*TRAINING_SETS, "policyqa") if s != "squad2")):
        chosen = [
            (p.source, r)
            for p, r in zip(pairs, readings, strict=True)
            if p.answers and p.source.source == source
        ]
        if not chosen:
            continue
        clusters = [q.passage for q, _ in chosen]
        figures: list[tuple[str, Callable[[Question, Reading], float], float | None]] = [
            ("the picked sentence holds the answer", sentence_right, 0.88),
            ("the picked sentence holds the marked place", place_right, None),
            ("span F1", lambda q, r: f1(r.text, _answers(q)), 0.75),
            ("span exact", lambda q, r: exact(r.text, _answers(q)), None),
        ]
        for name, measure, target in figures:
            values = [measure(q, r) for q, r in chosen]
            figure = interval(values, values, clusters, mean, seed)
            rows.append(Row(f"{name}, {source}", figure, target if source == "squad2" else None))
    return rows


def _answers(question: Question) -> list[str]:
    return [question.passage[a:b] for a, b in question.spans]


def sentence_right(question: Question, reading: Reading) -> float:
    """1 if the sentence of the span has the words of one of the answers."""
    start, end = picked_sentence(question.passage, reading.start, reading.end)
    sentence = question.passage[start:end].casefold()
    return float(any(answer.casefold() in sentence for answer in _answers(question)))


def place_right(question: Question, reading: Reading) -> float:
    """1 if the sentence of the span is where one of the answers was marked."""
    start, end = picked_sentence(question.passage, reading.start, reading.end)
    return float(any(start < b and a < end for a, b in question.spans))


def _reranking_rows(
    reader: Reader, data: Path, questions: Sequence[Question], seed: int, out: Out
) -> list[Row]:
    """MRR@10 on the public pool before and after; weights are tuned on calibration articles."""
    pool = Pool(data, questions)
    asked = [q for q in questions if q.spans and q.source in ("squad2", "new_wiki")]
    rng = np.random.default_rng(seed)
    tuned = pool.search(_drawn([q for q in asked if q.part == "calibration"], _TUNED, rng))
    dense_weight = best_dense_weight(tuned)
    read = read_top(reader, pool, tuned, dense_weight)
    weight = best_reader_weight(read, [s.gold for s in tuned])
    fusion = "reciprocal ranks" if dense_weight is None else f"{dense_weight} × dense"
    out(f"pool of {len(pool.passages)} passages; tuned on {len(tuned)} questions of calibration")
    out(f"articles: {fusion}, reader × {weight}")
    searched = pool.search(_drawn([q for q in asked if q.part == "report"], _RERANKED, rng))
    read = read_top(reader, pool, searched, dense_weight)
    after = [
        reciprocal(reranked(*one, weight), s.gold) for one, s in zip(read, searched, strict=True)
    ]
    clusters = [s.question.passage for s in searched]
    before = {
        "reciprocal rank fusion": [reciprocal(s.fused(None), s.gold) for s in searched],
        "convex fusion": [reciprocal(s.fused(dense_weight or 0.5), s.gold) for s in searched],
    }
    best = max(before.values(), key=sum)
    lift = [a - b for a, b in zip(after, best, strict=True)]
    rows = [
        Row(f"MRR@10, {name}", interval(values, values, clusters, mean, seed))
        for name, values in {
            "dense": _alone([s.dense[1].tolist() for s in searched], searched),
            "bm25": _alone([s.lexical[1].tolist() for s in searched], searched),
            **before,
            "with the reader": after,
        }.items()
    ]
    return [*rows, Row("MRR@10, lift, paired", interval(lift, lift, clusters, mean, seed), 0.03)]


def _drawn(questions: list[Question], most: int, rng: np.random.Generator) -> list[Question]:
    order = rng.permutation(len(questions))[:most]
    return [questions[i] for i in order]


def _alone(rankings: Sequence[list[int]], searched: Sequence[Searched]) -> list[float]:
    return [
        reciprocal([(row, 0.0) for row in rows], one.gold)
        for rows, one in zip(rankings, searched, strict=True)
    ]


def _certainty(
    pairs: Sequence[Judged], readings: Sequence[Reading]
) -> tuple[list[tuple[float, float]], float]:
    """Risk–coverage over all pairs of the training sets, and the calibration error.

    For the error each kind of unanswerable pair counts a third of the answerable ones.
    """
    known = [
        (p, r) for p, r in zip(pairs, readings, strict=True) if p.source.source in TRAINING_SETS
    ]
    kinds = {k: [(p, r) for p, r in known if p.kind == k] for k in KINDS}
    size = min(len(kinds["answerable"]) // 3, *(len(kinds[k]) for k in KINDS[1:]))
    rng = np.random.default_rng(0)
    even = []
    for kind, members in kinds.items():
        count = 3 * size if kind == "answerable" else size
        even += [members[i] for i in rng.permutation(len(members))[:count]]
    chances = np.array([r.answerability for _, r in even])
    labels = np.array([float(p.answers) for p, _ in even])
    right = np.array([float(p.answers and f1(r.text, _answers(p.source)) >= 0.5) for p, r in even])
    return risk_coverage(chances, right), float(
        calibration_error(np.column_stack([chances, labels]))
    )


def _line(row: Row) -> str:
    target = "" if row.target is None else f"{'≤' if row.at_most else '≥'} {row.target:g}"
    verdict = {None: "", True: "pass", False: "FAIL"}[row.met]
    return f"{row.name:<52} {row.figure!s:<26} n={row.figure.n:<6} {target:<8} {verdict}".rstrip()


def _curve_line(curve: Sequence[tuple[float, float]]) -> str:
    return ", ".join(f"{share:.1f}: {risk:.3f}" for share, risk in curve)
