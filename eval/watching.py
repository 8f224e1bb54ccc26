"""A chatbot whose parts are timed, and whose reading of the same passages is done once."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from rag.chatbot import Chatbot
from rag.evidence import Finder, Findings
from rag.lexical import LexicalIndex
from rag.stores.local import LocalStore
from rag.stores.milvus import MilvusStore
from rag.types import Embedder, Hit, Query
from rag.vectors import Vectors
from rag.versions import IndexVersion


class Stopwatch:
    """Seconds spent in each part of an answer since it was last set to zero."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Add what happens inside to a part."""
        started = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - started
            self.seconds[name] = self.seconds.get(name, 0.0) + spent


class WatchedEmbedder:
    """An embedder; remembers the vector of a single text, as questions are asked more than once."""

    def __init__(self, embedder: Embedder, watch: Stopwatch) -> None:
        self._embedder = embedder
        self._watch = watch
        self._known: dict[str, Vectors] = {}
        self.name = embedder.name
        self.dim = embedder.dim
        self.max_tokens = embedder.max_tokens

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text``."""
        return self._embedder.count_tokens(text)

    def fingerprint(self) -> str:
        """That of the embedder."""
        return self._embedder.fingerprint()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dim)."""
        with self._watch.part("embedding"):
            if len(texts) != 1:
                return self._embedder.embed(texts)
            if texts[0] not in self._known:
                self._known[texts[0]] = self._embedder.embed(texts)
            return self._known[texts[0]]


class WatchedFinder:
    """A finder; remembers what it found for a query in the same hits of the same version."""

    def __init__(self, finder: Finder, watch: Stopwatch) -> None:
        self._finder = finder
        self._watch = watch
        self._known: dict[tuple[str, Query, tuple[Hit, ...]], Findings] = {}
        self.name = finder.name
        self.threshold = finder.threshold

    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        """What the finder finds."""
        key = version.name, query, tuple(hits)
        if key not in self._known:
            with self._watch.part("reading"):
                self._known[key] = self._finder.find(query, hits, version)
        return self._known[key]


class Unrefusing:
    """A finder for which any evidence is enough: it shows what would be said at any threshold."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.name = finder.name
        self.threshold = 0.0

    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        """What the finder finds."""
        return self._finder.find(query, hits, version)


class _WatchedSearch:
    """An index whose searches are timed."""

    def __init__(self, index: LocalStore | MilvusStore | LexicalIndex, watch: Stopwatch) -> None:
        self._index = index
        self._watch = watch

    def search(self, *arguments: Any) -> Any:
        with self._watch.part("search"):
            return self._index.search(*arguments)

    def __len__(self) -> int:
        return len(self._index)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)


@dataclasses.dataclass(frozen=True, slots=True)
class Watched:
    """A chatbot under a stopwatch.

    ``plain`` is the chatbot as it is; ``unrefusing`` says the best that it has, however unsure.
    """

    chatbot: Chatbot
    plain: Chatbot
    unrefusing: Chatbot
    watch: Stopwatch


def watched(
    version: IndexVersion,
    embedder: Embedder,
    finder: Finder,
    k: int,
    multilingual: Embedder | None = None,
) -> Watched:
    """Put a chatbot's parts together so that each can be timed.

    Args:
        version: what is searched.
        embedder: what embeds the questions.
        finder: what finds the evidence.
        k: chunks that are read for an answer.
        multilingual: what embeds questions in Chinese; without it they are refused.
    """
    watch = Stopwatch()
    timed = dataclasses.replace(
        version,
        vectors=cast("LocalStore", _WatchedSearch(version.vectors, watch)),
        lexical=cast("LexicalIndex", _WatchedSearch(version.lexical, watch)),
    )
    asked, found = WatchedEmbedder(embedder, watch), WatchedFinder(finder, watch)
    return Watched(
        chatbot=Chatbot(timed, asked, found, k, multilingual),
        plain=Chatbot(version, embedder, finder, k, multilingual),
        unrefusing=Chatbot(timed, asked, Unrefusing(found), k, multilingual),
        watch=watch,
    )
