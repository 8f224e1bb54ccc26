"""From an answer to the outcome that a run keeps: what each question adds to each measure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from eval.citations import grounded, recall_and_precision
from eval.conversation import AskedTurn, Conversation, mark_turn
from eval.measures import CERTAINTY
from eval.overcenters import OverQuestion, mark_match, mark_several
from eval.reader_metrics import f1
from rag.marking import Mark, faithful, mark_answer, mark_refusal
from rag.questions import GoldQuestion, UnansweredQuestion, split_of
from rag.records import Records
from rag.runs import Cited, Outcome
from rag.types import Answer

Counts = dict[str, tuple[float, ...]]
# Beyond this figures differ by rounding alone.
_DIGITS = 6
_OF_ALL_SETS = ("grounded statements", "quote fidelity", "wrong-center citations")
_LEFT_OUT = re.compile(r"^… | …$")


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer, what would be said if nothing were refused, and how long the answer took."""

    answer: Answer
    unrefused: Answer
    seconds: Mapping[str, float]


def gold_outcome(
    question: GoldQuestion, asked: Asked, records: Records, name: str = "questions"
) -> Outcome:
    """The outcome of a question that the corpus answers, but for its retrieval."""
    answer = asked.answer
    marked = mark_answer(question, answer, records, answer.elapsed)
    mark = marked.mark
    sure = mark_answer(question, asked.unrefused, records, 0.0).mark.right
    said = " ".join(_LEFT_OUT.sub("", point.text) for point in answer.points)
    counts: Counts = {
        "answer accuracy": _share(mark.right),
        "answerable refused": _share(mark.refused),
        "token F1": (f1(said, [s.quote for s in question.spans]) if answer.points else 0.0, 1.0),
        **_certainty(asked.unrefused, sure),
        **_cited(answer, mark.astray, records),
    }
    if mark.refused:
        counts["refusal precision"] = 0.0, 1.0
    else:
        recall, precision = recall_and_precision(answer, question.spans, records)
        counts |= {"citation recall": (recall, 1.0), "citation precision": (precision, 1.0)}
    slices = {
        "center": question.center,
        "document": question.spans[0].doc_id,
        "form": question.form,
        "difficulty": question.difficulty,
    }
    expected = "; ".join(" or ".join(group) for group in question.words)
    return _marked(name, mark, answer, slices, expected, counts, asked.seconds)


def unanswered_outcome(
    question: UnansweredQuestion, asked: Asked, records: Records, name: str = "unanswerable"
) -> Outcome:
    """The outcome of a question that the corpus does not answer."""
    answer = asked.answer
    marked = mark_refusal(question, answer, records, answer.elapsed)
    mark = marked.mark
    counts: Counts = {
        "refusal recall": _share(mark.refused),
        **_certainty(asked.unrefused, right=False),
        **_cited(answer, mark.astray, records),
    }
    if mark.refused:
        counts["refusal precision"] = 1.0, 1.0
    if question.on_subject:
        counts["on-subject refused"] = _share(mark.refused)
    slices = {"kind": question.kind} | ({"center": question.center} if question.center else {})
    expected = "a refusal: no document says it"
    return _marked(name, mark, answer, slices, expected, counts, asked.seconds)


def turn_outcome(
    conversation: Conversation, place: int, turn: AskedTurn, answer: Answer, records: Records
) -> Outcome:
    """The outcome of one follow-up of a conversation."""
    mark = mark_turn(conversation, place, turn, answer)
    expected = "; ".join(" or ".join(group) for group in turn.words) or f"status {turn.status}"
    slices: dict[str, str] = {"kind": turn.kind or "none"}
    if len(turn.centers) == 1:
        slices["center"] = turn.centers[0]
    counts: Counts = {"follow-ups right": _share(not mark.faults)}
    counts |= _cited(answer, mark.astray, records)
    return Outcome(
        question_id=mark.name, set="conversations", split=mark.split, question=turn.question,
        understood=answer.query.text, slices=slices, status=answer.status, said=answer.text,
        expected=expected, right=not mark.faults, faults=mark.faults,
        confidence=round(answer.confidence, _DIGITS), cited=citations(answer), counts=counts,
        seconds={},
    )  # fmt: skip


def over_outcome(question: OverQuestion, answer: Answer, records: Records, name: str) -> Outcome:
    """The outcome of a question over several centers, of the set ``several`` or ``match``."""
    mark = (mark_match if name == "match" else mark_several)(question, answer)
    wrong = () if mark.right else (f"names {', '.join(mark.found) or 'no center'}",)
    measure = "matches right" if name == "match" else "several centers right"
    counts: Counts = {measure: _share(mark.right), **_cited(answer, mark.astray, records)}
    return Outcome(
        question_id=question.id, set=name, split=question.split, question=question.question,
        understood=answer.query.text, slices={"form": question.form}, status=answer.status,
        said=answer.text, expected="; ".join(question.centers) or "no center", right=mark.right,
        faults=wrong, confidence=round(answer.confidence, _DIGITS), cited=citations(answer),
        counts=counts, seconds={},
    )  # fmt: skip


def citations(answer: Answer) -> tuple[Cited, ...]:
    """The citations of an answer as a run keeps them."""
    return tuple(
        Cited(c.doc_id, c.title, c.center, c.page, c.start, c.end, c.quote)
        for c in answer.citations
    )


def _marked(
    name: str,
    mark: Mark,
    answer: Answer,
    slices: Mapping[str, str],
    expected: str,
    counts: Counts,
    seconds: Mapping[str, float],
) -> Outcome:
    rounded = {n: tuple(round(value, _DIGITS) for value in row) for n, row in counts.items()}
    return Outcome(
        question_id=mark.question_id, set=name, split=split_of(mark.question_id),
        question=mark.question, understood=answer.query.text, slices=slices, status=mark.status,
        said=mark.said, expected=expected, right=mark.right, faults=mark.faults,
        confidence=round(answer.confidence, _DIGITS), cited=citations(answer), counts=rounded,
        seconds={part: round(value, _DIGITS) for part, value in seconds.items()},
    )  # fmt: skip


def _share(value: bool) -> tuple[float, float]:
    return float(value), 1.0


def _certainty(unrefused: Answer, right: bool) -> Counts:
    """Small talk and a question back are no claims, so that no confidence goes with them."""
    if unrefused.status in ("chitchat", "clarify"):
        return {}
    return {CERTAINTY: (round(unrefused.confidence, _DIGITS), float(right))}


def _cited(answer: Answer, astray: int, records: Records) -> Counts:
    cited = len(answer.citations)
    if not cited:
        return {}
    whole = sum(faithful(citation, records) for citation in answer.citations)
    standing, statements = grounded(answer, records)
    return {
        "grounded statements": (float(standing), float(statements)),
        "quote fidelity": (float(whole), float(cited)),
        "wrong-center citations": (float(astray), float(cited)),
    }


def as_chinese(outcome: Outcome) -> Outcome:
    """An outcome of the Chinese set, which counts for its own measure and for its citations."""
    own = {n: row for n, row in outcome.counts.items() if n in _OF_ALL_SETS}
    return replace(outcome, counts=own | {"Chinese right": _share(outcome.right)})
