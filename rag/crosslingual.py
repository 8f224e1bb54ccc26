"""Questions in Chinese on documents in English or Chinese: retrieval, and what is measured.

No model that reads English judges them. Passages and sentences are found by the multilingual
encoder's vectors, made beforehand, and by words: those of the question, and what they mean in
English.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from rag.attachment import Attachment, read_attachment
from rag.calibration import FINDER_OF_CHINESE as FINDER
from rag.calibration import load_calibration
from rag.chinese import content_words, coverage, in_english
from rag.chinese_words import KIND_WORDS
from rag.errors import DamagedVersionError, IndexStateError
from rag.evidence import CalibratedFinder, Findings
from rag.expectation import Expectation, expect, speaks_of_leading
from rag.measuring import Candidate, Measured
from rag.retrieval import fused, without_names
from rag.text import Span
from rag.types import Document, Embedder, Hit, Query
from rag.vectors import Rows, Vectors
from rag.versions import IndexVersion
from rag.wanted import wanted

# Each side looks this deep before fusion, whatever is asked for.
_POOL = 50
# What a passage's own score counts beside that of its best sentence; chosen on the translated dev
# questions, see docs/decisions/0008-questions-in-chinese.md.
PASSAGE_WEIGHT = 0.5
FEATURES = (
    "cosine", "standing", "passage", "coverage", "unknown", "nearness", "named", "leads", "role"
)  # fmt: skip
_KEPT_QUESTIONS = 256

# Why no question in Chinese is answered from documents.
Lack = Literal["off", "missing", "damaged"]

# Words that make of whoever leads somebody else.
_OTHERS = re.compile(r"\b(?:overseas|deputy|vice|associate|assistant|former|academic|sub-center)\b")


class CrossLingual:
    """Finds the evidence for questions in Chinese in one version, once its vectors are there."""

    name = FINDER

    def __init__(self, version: IndexVersion, embedder: Embedder | None) -> None:
        """Put the parts together; ``embedder`` is ``None`` where this is switched off."""
        self.embedder = embedder
        self._version = version
        self._attachment: Attachment | None = None
        self._questions: LRUCache[str, Vectors] = LRUCache(_KEPT_QUESTIONS)
        self._lock = threading.Lock()

    @cached_property
    def _finder(self) -> CalibratedFinder:
        calibration = load_calibration(FINDER)
        return CalibratedFinder(FINDER, self, calibration, calibration)

    @property
    def threshold(self) -> float:
        """How much support an answer needs.

        Raises:
            ConfigError: there is no calibration.
        """
        return self._finder.threshold

    def lack(self) -> Lack | None:
        """Why nothing can be found, ``None`` if it can; looks again for what was missing."""
        if self.embedder is None:
            return "off"
        try:
            self._attached(self.embedder)
        except DamagedVersionError:
            return "damaged"
        except IndexStateError:
            return "missing"
        return None

    def find(self, query: Query, k: int) -> Findings:
        """Evidence in the best ``k`` passages.

        Raises:
            IndexStateError: there are no vectors; see ``lack``.
            ConfigError: there is no calibration.
        """
        return self._finder.find(query, self.retrieve(query, k), self._version)

    def retrieve(self, query: Query, k: int) -> tuple[Hit, ...]:
        """The best ``k`` chunks, from the documents of the query's centers if it names any.

        Raises:
            IndexStateError: there are no vectors; see ``lack``.
        """
        attachment, asked, likeness = self._asked(query)
        passages = likeness[attachment.passages]
        sentences = likeness[attachment.sentences[:, 3]]
        best = np.full(len(passages), -1.0, np.float32)
        np.maximum.at(best, attachment.sentences[:, 0], sentences)
        # A chunk without a whole sentence has its own words alone.
        best = np.where(best < -0.5, passages, best)
        scores = (best + PASSAGE_WEIGHT * passages) / (1 + PASSAGE_WEIGHT)
        rows = self._rows(query, len(scores))
        depth = max(k, _POOL)
        # Ties go to the lower row, so that two runs agree.
        order = rows[np.lexsort((rows, -scores[rows]))[:depth]]
        words = f"{asked} {in_english(asked, self._is_written)}"
        lexical = self._version.lexical.search(words, depth, rows if query.centers else None)
        dense = np.asarray(scores[order], np.float32), np.asarray(order, np.int64)
        return fused(self._version, dense, lexical, k)

    def measure(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Measured:
        """Each sentence of the hits with its likeness to the question, and its words."""
        attachment, asked, likeness = self._asked(query)
        asks = wanted(query, version)
        found: dict[tuple[str, Span], Candidate] = {}
        mean, deviation = self._usual(query, attachment, likeness)
        names = version.records.names_of_centers(query.centers) if query.centers else ()
        expectation = expect(query.text)
        asks_role = float(bool(expectation.roles or expectation.leads))
        for hit in hits:
            row = version.records.row_of(hit.chunk)
            document = version.records.document(hit.chunk.doc_id)
            if document is None:
                raise LookupError(f"chunk {hit.chunk.chunk_id} has no document")
            passage = float(likeness[attachment.passages[row]])
            for _, start, end, at in self._sentences(attachment, row).tolist():
                span = (start, end)
                if (document.doc_id, span) in found:
                    continue
                sentence = document.text[start:end]
                covered, unknown = self._coverage(asked, document, hit, span)
                cosine = float(likeness[at])
                features = {
                    "cosine": cosine,
                    # The cosines of two questions cannot be compared, what stands out can.
                    "standing": (cosine - mean) / deviation / 10,
                    "leads": asks_role * _leads(sentence, names, expectation),
                    "role": asks_role,
                    "passage": passage,
                    "coverage": covered,
                    "unknown": unknown,
                    "nearness": 1 / hit.rank,
                    **asks.shares(document, span),
                }
                found[document.doc_id, span] = Candidate(
                    document.doc_id, span, (start, start), hit.rank, features
                )
        candidates = tuple(found.values())
        if asks_role and len(query.centers) == 1:
            # Who leads a center is said by a sentence that names it too, if there is one.
            leading = tuple(c for c in candidates if c.features["leads"] and _says_who(c, version))
            candidates = leading or candidates
        return Measured(candidates, tuple(hits))

    def _usual(
        self, query: Query, attachment: Attachment, likeness: Vectors
    ) -> tuple[float, float]:
        """Mean and deviation of the cosines of all sentences of the centers in question."""
        rows = self._rows(query, len(attachment.passages))
        mine = np.isin(attachment.sentences[:, 0], rows)
        cosines = likeness[attachment.sentences[mine, 3]]
        return (float(cosines.mean()), float(cosines.std()) or 1.0) if len(cosines) else (0.0, 1.0)

    def _coverage(
        self, asked: str, document: Document, hit: Hit, span: Span
    ) -> tuple[float, float]:
        text = f"{document.title} {hit.chunk.heading} {document.text[slice(*span)]}"
        lexical = self._version.lexical
        return coverage(asked, text, lexical.weight, lexical.rarest)

    def _asked(self, query: Query) -> tuple[Attachment, str, Vectors]:
        """The vectors, the question without its centers' names, and the vectors' likeness to it."""
        if self.embedder is None:
            raise IndexStateError("MULTILINGUAL is off.", "Set MULTILINGUAL=true.")
        attachment = self._attached(self.embedder)
        names = self._version.records.names_of_centers(query.centers) if query.centers else ()
        asked = " ".join(without_names(query.text, names, " ").split()) or query.text
        if not content_words(asked):
            # "Where is it?" says nothing of what is looked for but what kind of thing it is.
            asked = f"{asked} {KIND_WORDS.get(expect(asked).kind or '', '')}".strip()
        with self._lock:
            vector = self._questions.get(asked)
        if vector is None:
            vector = self.embedder.embed([asked])[0]
            with self._lock:
                self._questions[asked] = vector
        return attachment, asked, np.asarray(attachment.vectors @ vector, np.float32)

    def _attached(self, embedder: Embedder) -> Attachment:
        with self._lock:
            if self._attachment is None:
                version = self._version
                if version.folder is None:
                    raise IndexStateError("The version is not on the disk.", "Build it.")
                self._attachment = read_attachment(
                    version.folder, version.name, embedder.fingerprint(), len(version.records)
                )
            return self._attachment

    def _rows(self, query: Query, count: int) -> Rows:
        if not query.centers:
            return np.arange(count)
        return self._version.records.rows_of_centers(query.centers)

    def _sentences(self, attachment: Attachment, row: int) -> NDArray[np.int64]:
        column = attachment.sentences[:, 0]
        first, last = np.searchsorted(column, [row, row + 1])
        return attachment.sentences[first:last]

    def _is_written(self, term: str) -> bool:
        return self._version.lexical.weight(term) is not None


def _says_who(candidate: Candidate, version: IndexVersion) -> bool:
    document = version.records.document(candidate.doc_id)
    return document is not None and speaks_of_leading(document.text[slice(*candidate.span)])


def _leads(sentence: str, names: Sequence[str], asked: Expectation) -> float:
    """1 where a sentence names the center and nobody but whoever leads it, as far as words tell."""
    modifiers = {word for role in asked.roles for word in role.modifiers}
    others = set(_OTHERS.findall(sentence.lower())) - modifiers
    return float(not others and without_names(sentence, names) != sentence)
