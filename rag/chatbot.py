"""The one object that the faces talk to: ask, stream, search."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.answering import Part, compose, quote
from rag.calibration import load_calibration
from rag.centers import Center, centers_of, find_center, mentioned_centers
from rag.config import Settings
from rag.conversation import parts_of, readings, understand
from rag.embedding import SentenceEmbedder
from rag.errors import QueryError
from rag.evidence import CalibratedFinder, Finder
from rag.llm import LanguageModel
from rag.measuring import Measurer, ReadingMeasurer, SimilarityMeasurer
from rag.naming import Naming
from rag.notices import elsewhere, filter_notices, with_notices
from rag.reader import Reader
from rag.retrieval import retrieve
from rag.several import OverCenters, is_over_centers
from rag.smalltalk import examples, greeting, which_one
from rag.types import Answer, Document, Embedder, Hit, Query, Turn
from rag.versions import IndexVersion, open_current
from rag.wording import plain
from rag.writing import Writer

_MOST_EXAMPLES = 4


class Chatbot:
    """Answers from one index version; safe to use from several threads."""

    def __init__(
        self,
        version: IndexVersion,
        embedder: Embedder,
        finder: Finder,
        k: int,
        writer: Writer | None = None,
    ) -> None:
        """Put the parts together; ``k`` chunks are read for an answer."""
        self.version = version
        self.embedder = embedder
        self._finder = finder
        self._k = k
        self._writer = writer
        self._centers: tuple[Center, ...] = centers_of(version.records.documents())
        self._names = Naming(version)
        self._over = OverCenters(version, embedder, self._centers, self._answer)
        self._examples: tuple[str, ...] | None = None

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
        model = LanguageModel.of(settings)
        writer = Writer(model, embedder, settings.llm_passage_tokens) if model else None
        return cls(version, embedder, finder, settings.top_k, writer)

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
        started = time.perf_counter()
        found = self.find(question, history, center)
        if self._writer is None:
            yield found
        else:
            yield from self._writer.write(found, self.version, started)

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
            return self._said(queries[0], greeting(self.examples()), started)
        if queries[0].form == "clarify":
            return self._asked_back(queries[0], started)
        answer = self._first_answer(queries)
        if only:
            named = mentioned_centers(question, self._centers)
            answer = with_notices(answer, filter_notices(only, named))
        return dataclasses.replace(answer, elapsed=time.perf_counter() - started)

    def _first_answer(self, queries: Sequence[Query]) -> Answer:
        """The answer to the first query that the documents answer.

        Where there is none, what was asked is refused as it stands, if it can stand so.
        """
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
            put = dataclasses.replace(part, text=plain(part.text, self._centers))
            found = retrieve(self.version, self.embedder, put, self._k)
            findings = self._finder.find(put, found, self.version)
            parts.append(Part(part, findings))
            hits += findings.hits
        elapsed = time.perf_counter() - started
        return compose(query, parts, self._finder.threshold, hits, self.version, elapsed)

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

    def on(self, version: IndexVersion) -> Chatbot:
        """The same models on another version."""
        return Chatbot(version, self.embedder, self._finder, self._k, self._writer)

    def with_writer(self, writer: Writer | None) -> Chatbot:
        """The same, put into words by a language model, or by none."""
        return Chatbot(self.version, self.embedder, self._finder, self._k, writer)

    def search(self, question: str, k: int, center: str | None = None) -> tuple[Hit, ...]:
        """The ``k`` best chunks, of which the reader has ordered the first.

        Raises:
            QueryError: there is no such center, or the question is empty or too long.
        """
        only = find_center(center, self._centers) if center else None
        query = understand(question, (), self._centers, only, self._names)
        hits = retrieve(self.version, self.embedder, query, max(k, self._k))
        read = self._finder.find(query, hits[: self._k], self.version).hits
        return (*read, *hits[self._k :])[:k]

    def examples(self) -> tuple[str, ...]:
        """Questions that this corpus answers, one about each of the first centers."""
        if self._examples is None:
            self._examples = examples(self.centers, self.find, _MOST_EXAMPLES)
        return self._examples

    def _asked_back(self, query: Query, started: float) -> Answer:
        """Which of the centers is meant."""
        answer = self._said(query, which_one(query.centers), started)
        return dataclasses.replace(answer, choices=query.centers)

    def _said(self, query: Query, text: str, started: float) -> Answer:
        """An answer that is no document's."""
        return Answer(
            query=query,
            text=text,
            points=(),
            citations=(),
            hits=(),
            confidence=0.0,
            notices=(),
            withheld=0,
            index_version=self.version.name,
            elapsed=time.perf_counter() - started,
        )


def open_finder(settings: Settings, embedder: Embedder) -> Finder:
    """What finds the evidence, by ``READER_MODEL``.

    Raises:
        ModelError: the reader is missing or damaged.
        ConfigError: there is no calibration for it.
    """
    return CalibratedFinder(
        settings.finder,
        open_measurer(settings, embedder),
        load_calibration(settings.finder),
        load_calibration("similarity"),
    )


def open_measurer(settings: Settings, embedder: Embedder) -> Measurer:
    """What measures the sentences, by ``READER_MODEL``.

    Raises:
        ModelError: the reader is missing or damaged.
    """
    if settings.finder == "similarity":
        return SimilarityMeasurer(embedder)
    return ReadingMeasurer(Reader.load(settings.reader_model or None, settings.precision), embedder)
