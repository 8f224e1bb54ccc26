"""Answers that were given, for questions that are asked again."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable

from cachetools import LRUCache

from rag.types import Answer

Asked = tuple[str, str | None]


class Answers:
    """The latest answers of one index version; safe to use from several threads.

    It belongs to a version and goes with it, so that what it has is never another version's.
    Only questions that stand alone are kept: what a follow-up means depends on the conversation.
    """

    def __init__(self, most: int) -> None:
        """Keep ``most`` answers, of some 20 KB each with the text of its hits; 0 keeps none."""
        self._kept: LRUCache[Asked, Answer] = LRUCache(most)
        self._guard = threading.Lock()

    def given(self, asked: Asked, find: Callable[[], Answer]) -> Answer:
        """The answer, found where it is not kept; ``elapsed`` is that of this time."""
        started = time.perf_counter()
        with self._guard:
            answer = self._kept.get(asked)
        if answer is not None:
            return dataclasses.replace(answer, elapsed=time.perf_counter() - started)
        answer = find()
        # What questions in Chinese need may come while a version serves.
        if self._kept.maxsize and (answer.citations or answer.query.language == "en"):
            with self._guard:
                self._kept[asked] = answer
        return answer
