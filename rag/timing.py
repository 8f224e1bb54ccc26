"""How long the stages of an answer take, and how often something was there already.

A thread measures for one answer at a time; what is not measured for anyone costs two readings of
the clock.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(slots=True)
class Spent:
    """What one answer took.

    ``seconds`` by stage; a stage within another counts for itself alone. ``found`` and ``missed``
    count the vectors that were kept from earlier answers, and those that had to be made.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    found: int = 0
    missed: int = 0


class _Measuring(threading.local):
    spent: Spent | None = None
    inside: float = 0.0


_measuring = _Measuring()


@contextmanager
def measuring(spent: Spent) -> Iterator[None]:
    """Add what this thread does meanwhile to ``spent``."""
    before = _measuring.spent
    _measuring.spent = spent
    try:
        yield
    finally:
        _measuring.spent = before


def stage(name: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Marks a function as a stage of an answer."""

    def marked(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @functools.wraps(function)
        def timed(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            spent = _measuring.spent
            if spent is None:
                return function(*args, **kwargs)
            outer, _measuring.inside = _measuring.inside, 0.0
            started = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter() - started
                own = max(0.0, took - _measuring.inside)
                spent.seconds[name] = spent.seconds.get(name, 0.0) + own
                _measuring.inside = outer + took

        return timed

    return marked


def looked_up(found: int, missed: int) -> None:
    """Note how many vectors were kept from earlier answers, and how many had to be made."""
    if _measuring.spent is not None:
        _measuring.spent.found += found
        _measuring.spent.missed += missed
