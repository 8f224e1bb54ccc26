"""JSON lines of questions to JSON lines of results, in order; a bad line does not stop the run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rag.errors import QueryError, RagError


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """One line; ``history`` are earlier questions of the same conversation, oldest first."""

    question: str
    history: tuple[str, ...] = ()
    center: str | None = None


def run_batch(
    lines: Iterable[str], answer: Callable[[BatchQuestion], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """What ``answer`` gives for each line with the line's ``id`` in front.

    A line that is not a question, or whose question is a ``RagError``, gives ``id`` and ``error``;
    ``id`` is ``None`` where the line has none that can be read. Blank lines are passed over.
    """
    for line in lines:
        if not line.strip():
            continue
        identity: object = None
        try:
            fields = _object(line)
            identity = fields.get("id")
            yield {"id": identity} | answer(_question(fields))
        except RagError as exc:
            yield {"id": identity, "error": str(exc)}


def _object(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise QueryError("The line is not JSON.", "Write one JSON object a line.") from exc
    if not isinstance(fields, dict):
        raise QueryError("The line is not a JSON object.", "Write one JSON object a line.")
    return fields


def _question(fields: dict[str, Any]) -> BatchQuestion:
    question = fields.get("question")
    history = fields.get("history") or []
    center = fields.get("center") or None
    if not isinstance(question, str):
        raise QueryError("The line has no `question`.", 'Add "question": "…".')
    if not isinstance(history, list) or not all(isinstance(item, str) for item in history):
        raise QueryError("`history` is not a list of questions.", 'Write "history": ["…"].')
    if center is not None and not isinstance(center, str):
        raise QueryError("`center` is not a name.", 'Write "center": "…" or leave it out.')
    return BatchQuestion(question, tuple(history), center)
