"""Outcomes of evaluation runs, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.running import figures_of
from rag.runs import FORMAT, Outcome, Run


def outcome(question_id: str, counts: Mapping[str, tuple[float, ...]], **change: Any) -> Outcome:
    fields: dict[str, Any] = {
        "question_id": question_id,
        "set": "questions",
        "split": "dev",
        "question": f"What is {question_id}?",
        "understood": f"What is {question_id}?",
        "slices": {"form": "direct"},
        "status": "answered",
        "said": "Something. [1]",
        "expected": "something",
        "right": True,
        "faults": (),
        "confidence": 0.5,
        "cited": (),
        "counts": dict(counts),
        "seconds": {"whole": 0.2, "reading": 0.1},
    }
    return Outcome(**(fields | change))


def run_of(*outcomes: Outcome, **change: Any) -> Run:
    fields: dict[str, Any] = {
        "format": FORMAT,
        "name": "all",
        "created": "2030-01-02T03:04:05+00:00",
        "index_version": "0001-abc",
        "surroundings": {"code": "abc", "libraries": {"numpy": "1"}},
        "figures": figures_of(outcomes),
        "latency": {},
        "outcomes": outcomes,
    }
    return Run(**(fields | change))


def answers(right: int, wrong: int, split: str = "dev") -> list[Outcome]:
    """Outcomes of answerable questions, the right ones first."""
    made = []
    for number in range(right + wrong):
        good = number < right
        made.append(
            outcome(
                f"q{number:03}",
                {"answer accuracy": (float(good), 1.0), "certainty": (0.6, float(good))},
                right=good,
                faults=() if good else ("lacks `x`",),
                split=split,
            )
        )
    return made
