"""The types that travel between stages, and the Protocols that adapters fulfil.

Every offset is a count of Python characters into the ``text`` of a ``Document``, half open:
``document.text[start:end]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from rag.usage import Writing

# The command line shows what is published without NumPy, whose import takes a tenth of a second.
if TYPE_CHECKING:
    from rag.vectors import Rows, Vectors

Span = tuple[int, int]

Status = Literal["answered", "partial", "clarify", "refused", "chitchat"]
Form = Literal[
    "direct", "description", "list", "chitchat", "clarify",
    # Over several centers, each with evidence of its own.
    "catalog", "each", "which", "compare", "match",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """One source page, normalised; every offset anywhere refers to ``text``.

    ``doc_id`` is the path from the corpus root with ``/``. ``sha256`` is that of the file's bytes,
    and of its sidecar's where it has one. ``pages`` holds (offset, page number) pairs in rising
    order of offsets, empty where the format has no pages. What the file does not say about itself
    is ``None`` or empty.
    """

    doc_id: str
    title: str
    text: str
    sha256: str
    language: str = "en"
    center: str | None = None
    institution: str | None = None
    aliases: tuple[str, ...] = ()
    publisher: str | None = None
    source_url: str | None = None
    date: str | None = None
    pages: tuple[tuple[int, int], ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page number on which ``offset`` lies, ``None`` where the format has no pages."""
        number = None
        for start, page in self.pages:
            if start > offset:
                break
            number = page
        return number


@dataclass(frozen=True, slots=True)
class Corpus:
    """Two folders of documents: ``folder``, and ``uploads``, which need not be there."""

    folder: Path
    uploads: Path


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document that is searched as one; ``text`` is the slice ``[start:end]``."""

    chunk_id: str
    doc_id: str
    start: int
    end: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a document's text."""

    doc_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for (``text``) and what was asked (``original``).

    ``centers`` are the centers that the question is about; empty means all of them. ``place`` is
    what the question points at, such as an entry of the list that was given before.
    """

    text: str
    original: str
    language: str = "en"
    centers: tuple[str, ...] = ()
    form: Form = "direct"
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved chunk. ``rank`` is 1-based; a higher ``score`` is better.

    ``dense_rank`` and ``lexical_rank`` are the 1-based ranks before fusion, ``None`` where that
    side did not find the chunk. So are the scores in [0, 1] that led to ``score``: ``dense`` is a
    cosine, ``lexical`` the share of the best BM25 score, ``fused`` what retrieval made of both,
    ``reader`` the reader's probability, ``None`` where nothing was read.
    """

    chunk: Chunk
    score: float
    rank: int
    dense_rank: int | None = None
    lexical_rank: int | None = None
    dense: float | None = None
    lexical: float | None = None
    fused: float | None = None
    reader: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader saw in one passage: offsets into that passage, a probability in [0, 1]."""

    start: int
    end: int
    text: str
    answerability: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A whole-sentence span of a document and the exact answer inside it.

    ``support`` is a probability in [0, 1]; ``answer_start == answer_end`` where no exact words
    stand out.
    """

    doc_id: str
    start: int
    end: int
    answer_start: int
    answer_end: int
    support: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A quoted span: ``quote`` is the slice ``[start:end]`` of the stored document text.

    ``answer_start`` and ``answer_end`` bound the exact words inside the quote, document offsets;
    equal where none stand out.
    """

    marker: int
    doc_id: str
    title: str
    center: str | None
    page: int | None
    start: int
    end: int
    quote: str
    answer_start: int
    answer_end: int


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that an answer says.

    ``text`` are a document's own words, whole or cut with an ellipsis, or a sentence of a language
    model that the cited words support; ``exact`` are the words in it that answer the question,
    empty where none stand out; ``markers`` number the citations;
    ``label`` says what the point is about where an answer speaks of several, such as a center.
    """

    exact: str
    text: str
    markers: tuple[int, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. A refusal has no citations; its nearest passages are its hits.

    ``text`` is the whole answer with its markers, as plain text; ``points`` are its parts, empty
    where the answer is not a document's. ``notices`` are sentences about the answer, never from a
    document; ``withheld`` counts sentences that were left out because no document supports them;
    ``elapsed`` is in seconds; ``incomplete`` where a part of the question has no answer or
    documents disagree on one. ``choices`` are the centers of which the asker has to take one.
    ``writing`` is what a language model did for it, ``None`` where none was asked.
    """

    query: Query
    text: str
    points: tuple[Point, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float
    notices: tuple[str, ...]
    withheld: int
    index_version: str
    elapsed: float
    incomplete: bool = False
    choices: tuple[str, ...] = ()
    writing: Writing | None = None

    @property
    def status(self) -> Status:
        """Derived from the evidence, so that it cannot contradict it."""
        if self.query.form == "chitchat":
            return "chitchat"
        if not self.citations:
            return "clarify" if self.choices else "refused"
        return "partial" if self.incomplete or self.withheld else "answered"


class Embedder(Protocol):
    """Text to unit vectors."""

    @property
    def name(self) -> str:
        """The setting that chose it."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text are embedded, special tokens included."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text``, special tokens not included."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dim)."""
        ...

    def fingerprint(self) -> str:
        """Changes when vectors of the same text would change."""
        ...


class PassageReader(Protocol):
    """Question and passages to answer spans."""

    def read(
        self, question: str, passages: Sequence[str], titles: Sequence[str] | None = None
    ) -> list[Reading]:
        """One reading a passage, in order; ``titles`` stand before the passages as context."""
        ...

    def read_several(
        self, question: str, passages: Sequence[str], titles: Sequence[str], most: int
    ) -> list[list[Reading]]:
        """Up to ``most`` readings a passage, best first."""
        ...


class VectorStore(Protocol):
    """Exact or approximate inner-product search; row *i* is vector *i*."""

    def __len__(self) -> int: ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def search(self, vector: Vectors, k: int, rows: Rows | None = None) -> tuple[Vectors, Rows]:
        """Best ``k`` (scores, row numbers) for one vector, best first.

        ``rows`` restricts the search to those row numbers.
        """
        ...
