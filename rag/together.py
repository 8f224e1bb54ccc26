"""Work that several threads want at once, done as one piece."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Cores:
    """One network computes at a time, with all cores, for whoever has waited longest.

    Two that share the cores take longer than one after the other, and both of their users wait
    until the end. ``waiting`` are the wishes for any network, in the order in which they came.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.taken = False
        self.waiting: list[_Wish[Any, Any]] = []


@dataclass(slots=True, eq=False)
class _Wish(Generic[Item, Result]):
    items: Sequence[Item]
    results: list[Result] = field(default_factory=list)
    failure: BaseException | None = None
    done: bool = False


_CORES = _Cores()


class Together(Generic[Item, Result]):
    """Does the work of all who wait as soon as the cores are free.

    There is no thread for it and no pause to wait for others: whoever gets the cores takes along
    what others want of the same network at that moment, up to a bound. One who is alone waits for
    nobody.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]], most: int) -> None:
        """``work`` makes one result of each item; ``most`` items are done at a time."""
        self._work = work
        self._most = most
        self._wishes: list[_Wish[Item, Result]] = []

    def __call__(self, items: Sequence[Item]) -> list[Result]:
        """One result of each item, in order.

        Raises:
            BaseException: what the work raised, for each of those whose items it was given.
        """
        if not items:
            return []
        wish: _Wish[Item, Result] = _Wish(items)
        with _CORES.changed:
            self._wishes.append(wish)
            _CORES.waiting.append(wish)
            try:
                # Another may take this one along meanwhile.
                _CORES.changed.wait_for(
                    lambda: wish.done or (not _CORES.taken and _CORES.waiting[0] is wish)
                )
            except BaseException:
                # Nobody must wait for one who has gone.
                self._forget([wish])
                _CORES.changed.notify_all()
                raise
            taken = [] if wish.done else self._taken(wish)
            _CORES.taken = _CORES.taken or bool(taken)
        if taken:
            self._do(taken)
        if wish.failure is not None:
            raise wish.failure
        return wish.results

    def _taken(self, first: _Wish[Item, Result]) -> list[_Wish[Item, Result]]:
        """This wish, and of the others, the oldest first, as many as fit."""
        taken, room = [first], self._most - len(first.items)
        for wish in self._wishes:
            if wish is not first and len(wish.items) <= room:
                taken.append(wish)
                room -= len(wish.items)
        self._forget(taken)
        return taken

    def _forget(self, wishes: Sequence[_Wish[Item, Result]]) -> None:
        self._wishes = [wish for wish in self._wishes if wish not in wishes]
        _CORES.waiting = [wish for wish in _CORES.waiting if wish not in wishes]

    def _do(self, wishes: list[_Wish[Item, Result]]) -> None:
        try:
            items = [item for wish in wishes for item in wish.items]
            results: list[Result] = []
            for begin in range(0, len(items), self._most):
                results += self._work(items[begin : begin + self._most])
            at = 0
            for wish in wishes:
                wish.results = results[at : at + len(wish.items)]
                at += len(wish.items)
        except BaseException as exc:
            for wish in wishes:
                wish.failure = exc
        finally:
            with _CORES.changed:
                for wish in wishes:
                    wish.done = True
                _CORES.taken = False
                _CORES.changed.notify_all()
