"""What the corpus lacks: questions asked in vain, in groups, embedded once and kept in memory."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from cachetools import LRUCache

from rag.grouping import Complaint, Topic, topics_of
from rag.journal.gaps import InVain
from rag.text import fold
from rag.types import Embedder
from rag.vectors import Vectors

# The newest questions that are looked at, and how many vectors are kept: 3 KB each.
MOST = 2000
_KEPT = 8000
# What is embedded at once; somebody who asks a question meanwhile waits for one of these.
_AT_ONCE = 16

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overview:
    """The topics of the questions that were read; ``unread`` are still to be."""

    topics: tuple[Topic, ...]
    questions: int
    unread: int


@dataclass(slots=True)
class _Counted:
    times: int = 0
    refused: int = 0
    unhelpful: int = 0
    centers: Counter[str] = field(default_factory=Counter)


class Gaps:
    """Groups what was asked in vain; safe to use from several threads."""

    def __init__(
        self,
        in_vain: Callable[[int], Sequence[InVain]],
        embedder: Callable[[str], Embedder | None],
        plain: Callable[[str], str] = str,
    ) -> None:
        """Group what ``in_vain`` gives.

        Args:
            in_vain: the newest questions, at most as many as it is given.
            embedder: what embeds questions in a language, ``None`` where nothing does.
            plain: a question as it is embedded: without what tells nothing of its topic.
        """
        self._in_vain = in_vain
        self._embedder = embedder
        self._plain = plain
        self._vectors: LRUCache[tuple[str, str], Vectors] = LRUCache(_KEPT)
        # What was found last, of which questions, with how many vectors.
        self._latest: tuple[list[Complaint], int, Overview] | None = None
        # Guards these; the other lets one thread embed at a time.
        self._known = threading.Lock()
        self._reading = threading.Lock()

    def overview(self) -> Overview:
        """The topics of all questions that were read so far; takes no time to read others."""
        complaints = _complaints(self._in_vain(MOST))
        known = len(self._vectors)
        with self._known:
            if self._latest and self._latest[:2] == (complaints, known):
                return self._latest[2]
        topics: list[Topic] = []
        unread = 0
        for language in sorted({one.language for one in complaints}):
            group = [one for one in complaints if one.language == language]
            found = self._found(group)
            if self._embedder(language) is None:
                # Nothing tells what they are about: each for itself.
                found = list(np.eye(len(group), dtype=np.float32))
            unread += sum(vector is None for vector in found)
            read = [(one, v) for one, v in zip(group, found, strict=True) if v is not None]
            if read:
                vectors = np.stack([vector for _, vector in read])
                topics += topics_of([one for one, _ in read], vectors)
        topics.sort(key=lambda topic: (-topic.times, topic.words))
        overview = Overview(tuple(topics), len(complaints), unread)
        with self._known:
            self._latest = complaints, known, overview
        return overview

    def read(self) -> None:
        """Embed the questions that were not read yet, the most asked first.

        Returns at once where another thread is at it.
        """
        if not self._reading.acquire(blocking=False):
            return
        try:
            complaints = sorted(_complaints(self._in_vain(MOST)), key=lambda one: -one.times)
            for language in sorted({one.language for one in complaints}):
                embedder = self._embedder(language)
                group = [one for one in complaints if one.language == language]
                if embedder:
                    self._embed([one.question for one in group], language, embedder)
        finally:
            self._reading.release()

    def read_aside(self) -> None:
        """``read`` in a thread of its own, where something is unread."""

        def read() -> None:
            try:
                self.read()
            except Exception:
                _LOG.exception("The questions that were asked in vain could not be read")

        threading.Thread(target=read, name="gaps", daemon=True).start()

    def _embed(self, questions: Sequence[str], language: str, embedder: Embedder) -> None:
        with self._known:
            unread = [q for q in questions if (language, q) not in self._vectors]
        for start in range(0, len(unread), _AT_ONCE):
            some = unread[start : start + _AT_ONCE]
            vectors = embedder.embed([self._plain(question) for question in some])
            with self._known:
                for question, vector in zip(some, vectors, strict=True):
                    self._vectors[language, question] = vector

    def _found(self, complaints: Sequence[Complaint]) -> list[Vectors | None]:
        with self._known:
            return [self._vectors.get((one.language, one.question)) for one in complaints]


def _complaints(asked: Sequence[InVain]) -> list[Complaint]:
    """The questions, those that differ in capitals and spaces alone as one."""
    spelled: dict[tuple[str, str], str] = {}
    counted: dict[tuple[str, str], _Counted] = {}
    for one in asked:
        question = " ".join(one.question.split())
        if not question:
            continue
        key = one.language, fold(question).rstrip(" ?？.。!！")
        spelled.setdefault(key, question)
        count = counted.setdefault(key, _Counted())
        count.times += 1
        count.refused += one.status == "refused"
        count.unhelpful += one.unhelpful
        count.centers.update(one.centers)
    return [
        Complaint(
            spelled[key], key[0], count.times, count.refused, count.unhelpful, dict(count.centers)
        )
        for key, count in counted.items()
    ]
