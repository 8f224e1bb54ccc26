"""What a check found, and how it is put into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["ok", "notice", "warning", "error"]

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found: one sentence on it, and one on its cure (empty where all is well).

    ``error``: something does not work or soon will not; ``warning``: answers suffer; ``notice``:
    worth knowing. ``items`` are all documents, files or names that the sentence is about.
    """

    check: str
    severity: Severity
    problem: str
    cure: str = ""
    items: tuple[str, ...] = ()


def count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "document"), count(2, "document")
    ('1 document', '2 documents')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """The first few of ``names`` for a sentence, and how many more there are."""
    shown = ", ".join(names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
