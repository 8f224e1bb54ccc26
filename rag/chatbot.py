"""The one object that the faces talk to: ask, stream, search."""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.answering import Part, compose, quote
from rag.centers import Center, centers_of, find_center, mentioned_centers
from rag.chinese_turns import called_in_chinese
from rag.config import Settings
from rag.conversation import parts_of, readings, understand
from rag.crosslingual import CrossLingual, Lack
from rag.embedding import SentenceEmbedder
from rag.errors import QueryError
from rag.evidence import Finder, Findings
from rag.finders import open_finder
from rag.keyfacts import Overview, cards_of
from rag.multilingual import open_multilingual
from rag.naming import Naming
from rag.notices import elsewhere, filter_notices, with_notices
from rag.refusal import refusal
from rag.retrieval import retrieve
from rag.rewording import plain
from rag.several import OverCenters, is_over_centers
from rag.smalltalk import examples, greeting, which_one
from rag.types import Answer, Document, Embedder, Hit, Query, Turn
from rag.versions import IndexVersion, open_current
from rag.wording import say
from rag.writing import Writer, open_writer

_MOST_EXAMPLES = 4
_MOST_CARDS = 6


class Chatbot:
    """Answers from one index version; safe to use from several threads."""

    def __init__(
        self,
        version: IndexVersion,
        embedder: Embedder,
        finder: Finder,
        k: int,
        multilingual: Embedder | None = None,
        writer: Writer | None = None,
    ) -> None:
        """Put the parts together; ``k`` chunks are read for an answer.

        Without ``multilingual`` questions in Chinese are not answered from documents.
        """
        self.version = version
        self.embedder = embedder
        self._finder = finder
        self._k = k
        self._writer = writer
        self._centers: tuple[Center, ...] = centers_of(version.records.documents())
        self._names = Naming(version)
        self.multilingual = multilingual
        self._cross_lingual = CrossLingual(version, multilingual)
        self._over = OverCenters(
            version, embedder, self._centers, self._answer, self._cross_lingual
        )
        self._examples: dict[str, tuple[str, ...]] = {}
        self._overview: Overview | None = None
        self._making = threading.Lock()

    @classmethod
    def open(cls, settings: Settings, index_dir: Path | None = None) -> Chatbot:
        """Open the published index with the models that the settings name.

        Args:
            settings: which models, how many chunks.
            index_dir: the folder of index versions; by default that of the settings.

        Raises:
            ModelError: a model is missing or damaged.
            IndexStateError: there is no index, or it does not fit the settings.
            ConfigError: there is no calibration.
        """
        embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
        version = open_current(index_dir or settings.index_dir, embedder)
        finder = open_finder(settings, embedder)
        multilingual, writer = open_multilingual(settings), open_writer(settings, embedder)
        return cls(version, embedder, finder, settings.top_k, multilingual, writer)

    @property
    def finder(self) -> str:
        """What finds the evidence: ``reader`` or ``similarity``."""
        return self._finder.name

    @property
    def centers(self) -> tuple[str, ...]:
        """The centers of the corpus, by name."""
        return tuple(center.name for center in self._centers)

    def document(self, doc_id: str) -> Document | None:
        """One document of the index with its text."""
        return self.version.records.document(doc_id)

    def ask(self, question: str, history: Sequence[Turn] = (), center: str | None = None) -> Answer:
        """Answer a question, put into words by the language model if there is one.

        Args:
            question: as typed; one that is empty or too long gets a refusal that says so.
            history: the earlier turns of the conversation, oldest first.
            center: answer from this center's documents only.

        Raises:
            QueryError: there is no such center.
        """
        *_, answer = self._grown(question, history, center)
        return answer

    def _grown(
        self, question: str, history: Sequence[Turn], center: str | None
    ) -> Iterator[Answer]:
        """The answer as the language model writes it; without one only the whole of it."""
        if self._writer is None:
            yield self.find(question, history, center)
        else:
            yield from self._writer.answers(self.find, question, history, center, self.version)

    def find(
        self, question: str, history: Sequence[Turn] = (), center: str | None = None
    ) -> Answer:
        """Answer a question in the documents' own words; see ``ask``."""
        started = time.perf_counter()
        only = find_center(center, self._centers) if center else None
        try:
            queries = readings(question, history, self._centers, only, self._names)
        except QueryError as exc:
            asked = question.encode("utf-8", "replace").decode()
            return self._said(Query(asked, asked), str(exc), started)
        if queries[0].form == "chitchat":
            language = queries[0].language
            return self._said(queries[0], greeting(self.examples(language), language), started)
        if queries[0].form == "clarify":
            return self._asked_back(queries[0], started)
        answer = self._first_answer(queries)
        if only:
            named = mentioned_centers(question, self._centers)
            told = filter_notices(only, named, answer.query.language)
            answer = with_notices(answer, told)
        return dataclasses.replace(answer, elapsed=time.perf_counter() - started)

    def _first_answer(self, queries: Sequence[Query]) -> Answer:
        """The answer to the first query that the documents answer.

        Where there is none, what was asked is refused as it stands, if it can stand so.
        """
        lack = self._lack(queries[0])
        if lack:
            refused = self._said(queries[0], refusal(queries[0], (), self.version), 0.0)
            return with_notices(refused, (say(lack, queries[0].language),))
        answers: list[Answer] = []
        for query in queries:
            answer = self._over.answer(query) if is_over_centers(query) else self._answer(query)
            if answer.citations:
                told = elsewhere(queries[0].centers, answer) if answers else ()
                return with_notices(answer, told)
            answers.append(answer)
        last = answers[-1]
        return last if not last.query.centers else answers[0]

    def _answer(self, query: Query) -> Answer:
        """The answer to a query about one center, or about any."""
        started = time.perf_counter()
        if query.place is not None:
            return quote(query, query.place, self.version)
        hits: list[Hit] = []
        parts: list[Part] = []
        for part in parts_of(query):
            findings = self._find(part)
            parts.append(Part(part, findings))
            hits += findings.hits
        elapsed = time.perf_counter() - started
        finder = self._cross_lingual if query.language == "zh" else self._finder
        return compose(query, parts, finder.threshold, hits, self.version, elapsed)

    def _find(self, query: Query) -> Findings:
        if query.language == "zh":
            return self._cross_lingual.find(query, self._k)
        put = dataclasses.replace(query, text=plain(query.text, self._centers))
        found = retrieve(self.version, self.embedder, put, self._k)
        return self._finder.find(put, found, self.version)

    def _lack(self, query: Query) -> Lack | None:
        """Why a query cannot be searched for, ``None`` if it can."""
        searched = query.language == "zh" and query.form != "catalog" and query.place is None
        return self._cross_lingual.lack() if searched else None

    def converse(self, question: str, earlier: Sequence[str], center: str | None = None) -> Answer:
        """Answer the earlier questions in order, then this one, in one conversation."""
        history: list[Turn] = []
        for asked in earlier:
            history.append(Turn(asked, self.find(asked, history, center)))
        return self.ask(question, history, center)

    def stream(
        self, question: str, history: Sequence[Turn] = (), center: str | None = None
    ) -> Iterator[Answer]:
        """The answer as it grows, point by point; the last one is what ``ask`` returns.

        Closing it ends what the language model is asked.
        """
        for answer in self._grown(question, history, center):
            if self._writer is None:
                for count in range(1, len(answer.points)):
                    yield dataclasses.replace(answer, points=answer.points[:count])
            yield answer

    def retrieve(self, question: str) -> tuple[Hit, ...]:
        """The chunks that are read for an answer, in the order of retrieval."""
        query = understand(question, (), self._centers)
        found = [retrieve(self.version, self.embedder, p, self._k) for p in parts_of(query)]
        return tuple(hit for hits in found for hit in hits)

    def on(self, version: IndexVersion, writer: Writer | None = None) -> Chatbot:
        """The same models on another version; or another language model, if one is given."""
        others = self._k, self.multilingual, writer or self._writer
        return Chatbot(version, self.embedder, self._finder, *others)

    def search(self, question: str, k: int, center: str | None = None) -> tuple[Hit, ...]:
        """The ``k`` best chunks, of which the reader has ordered the first.

        Raises:
            QueryError: there is no such center, or the question is empty or too long.
        """
        only = find_center(center, self._centers) if center else None
        query = understand(question, (), self._centers, only, self._names)
        if query.language == "zh" and not self._cross_lingual.lack():
            return self._cross_lingual.retrieve(query, k)
        hits = retrieve(self.version, self.embedder, query, max(k, self._k))
        read = self._finder.find(query, hits[: self._k], self.version).hits
        return (*read, *hits[self._k :])[:k]

    def examples(self, language: str = "en") -> tuple[str, ...]:
        """Questions that this corpus answers, one about each of the first centers.

        In English where there are none in the language.
        """
        if language == "zh" and self._cross_lingual.lack():
            return self.examples()
        if language not in self._examples:
            called = self.centers
            if language == "zh":
                called = tuple(called_in_chinese(name, self._centers) for name in called)
            self._examples[language] = examples(
                called, self.find, _MOST_EXAMPLES, language=language
            )
        return self._examples[language] or (self.examples() if language != "en" else ())

    def overview(self) -> Overview:
        """What the corpus is about, by asking it: takes seconds a center, once."""
        with self._making:
            if self._overview is None:
                ask = functools.cache(self.find)
                centers = self.centers
                cards = cards_of(centers, ask, _MOST_CARDS)
                more = len(centers) - len(cards)
                self._overview = Overview(self.version.name, cards, more, self.examples())
            return self._overview

    @property
    def known(self) -> Overview | None:
        """The overview if it has been made already."""
        return self._overview

    def at(self, version: str = "") -> Chatbot | None:
        """This chatbot, if it answers from ``version`` or none is named."""
        return self if version in {"", self.version.name} else None

    def opened(self, version: str) -> Chatbot:  # noqa: ARG002  # as LiveChatbot, which has several
        """This chatbot, the only one there is."""
        return self

    def _asked_back(self, query: Query, started: float) -> Answer:
        """Which of the centers is meant."""
        answer = self._said(query, which_one(query.centers, query.language), started)
        return dataclasses.replace(answer, choices=query.centers)

    def _said(self, query: Query, text: str, started: float) -> Answer:
        """An answer that is no document's."""
        return Answer(
            query=query, text=text, points=(), citations=(), hits=(), confidence=0.0, notices=(),
            withheld=0, index_version=self.version.name, elapsed=time.perf_counter() - started,
        )  # fmt: skip
