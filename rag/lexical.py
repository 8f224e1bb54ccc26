"""The BM25 adapter: words to rows."""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN

from rag.errors import IndexStateError
from rag.postings import Postings, best_among, best_rows
from rag.text import tokens
from rag.vectors import Rows, Vectors
from rag.vocabulary import Columns, HashedColumns

# Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009: usual ranges.
_K1 = 1.2
_B = 0.75
# Terms and pairs from which on only hashes are kept: a dictionary of a million takes 150 MB, and
# half a second to read.
_HASHED_FROM = 1_000_000
# Bytes of postings that are read on opening and not mapped.
_READ_UP_TO = 64 * 2**20
# Words of a question that say what is asked for, not what about.
_QUESTION_WORDS = "who whom whose what which when where why how do does did can could would should"
STOPWORDS = frozenset(STOPWORDS_EN) | frozenset(_QUESTION_WORDS.split())


class LexicalIndex:
    """BM25 (Lucene's variant) over stemmed English words, pairs of them that stand side by side,
    and Chinese characters and pairs.

    A pair counts as a term of its own, as in Metzler and Croft, "A Markov Random Field Model for
    Term Dependencies", 2005: a passage that has the words of a name together is nearer than one
    that has them apart (docs/decisions/0010-pairs-of-words.md has the figures).
    """

    def __init__(self, model: bm25s.BM25, count: int, hashed: HashedColumns | None = None) -> None:
        self._model = model
        self._count = count
        self._hashed = hashed
        self._columns: Columns = hashed or model.vocab_dict
        self._rows = model.scores["indices"]
        self._scores = model.scores["data"]
        self._starts = model.scores["indptr"]
        self.rarest = math.log(1 + count)

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> LexicalIndex:
        """Index ``texts``; row *i* is text *i*."""
        return cls.from_terms(terms(text) for text in texts)

    @classmethod
    def from_terms(
        cls, corpus: Iterable[Sequence[str]], hashed_from: int = _HASHED_FROM
    ) -> LexicalIndex:
        """Index texts whose ``terms`` are known; row *i* is text *i*.

        From ``hashed_from`` different terms and pairs on only their hashes are kept.
        """
        columns: dict[str, int] = {}
        # Four bytes a term: the words themselves would take a hundred.
        numbered = [
            array("i", [columns.setdefault(term, len(columns)) for term in with_pairs(words)])
            for words in corpus
        ]
        model = bm25s.BM25(k1=_K1, b=_B, method="lucene", backend="numpy")
        # An empty vocabulary is an error there; a term that no query can have is not.
        given = (numbered, columns) if columns else [["\x00"]]
        model.index(given, show_progress=False)
        hashed = HashedColumns.of(columns) if len(columns) >= hashed_from else None
        return cls(model, len(numbered), hashed)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open a folder that ``save`` wrote; large files are mapped, not read.

        Raises:
            IndexStateError: it is missing or damaged.
        """
        try:
            # Small ones are read: a mapped file that is cut short later would end the process.
            size = sum(path.stat().st_size for path in folder.glob("*.npy"))
            model = bm25s.BM25.load(folder, mmap=size > _READ_UP_TO, load_corpus=False)
            count = int((folder / "count").read_text())
            hashed = HashedColumns.load(folder)
        except (OSError, ValueError, KeyError) as exc:
            raise IndexStateError(
                "The word index of this index version is missing or damaged.",
                "Run `python -m rag index` to build a new version.",
            ) from exc
        return cls(model, count, hashed)

    def save(self, folder: Path) -> None:
        """Write to a folder, made if need be."""
        if self._hashed:
            self._model.vocab_dict = {}
        self._model.save(folder, show_progress=False)
        if self._hashed:
            self._hashed.save(folder)
        (folder / "count").write_text(str(self._count))

    def __len__(self) -> int:
        return self._count

    def weight(self, term: str) -> float | None:
        """How rare a term is (its inverse document frequency), ``None`` if no text has it."""
        column = self._columns.get(term)
        if column is None:
            return None
        having = int(self._starts[column + 1]) - int(self._starts[column])
        return math.log(1 + (self._count - having + 0.5) / (having + 0.5))

    def search(self, question: str, k: int, rows: Rows | None = None) -> tuple[Vectors, Rows]:
        """Best ``k`` (BM25 scores, row numbers), best first; rows that share no term are no hits.

        ``rows`` restricts the search to those row numbers.
        """
        if not self._count:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        columns = (self._columns.get(term) for term in with_pairs(terms(question)))
        lists = [self._postings(column) for column in columns if column is not None]
        if rows is not None:
            return best_among(lists, rows, k)
        return best_rows(lists, self._count, k)

    def _postings(self, column: int) -> Postings:
        span = slice(int(self._starts[column]), int(self._starts[column + 1]))
        return Postings(self._rows[span], self._scores[span])


def with_pairs(words: Sequence[str]) -> list[str]:
    """``words``, and each two of them that follow each other as one term.

    Chinese comes in overlapping pairs already.

    >>> with_pairs(["stem", "cell", "bank"])
    ['stem', 'cell', 'bank', 'stem cell', 'cell bank']
    """
    pairs = (f"{a} {b}" for a, b in pairwise(words) if a.isascii() and b.isascii())
    return [*words, *pairs]


# A PyStemmer object caches and must not be shared between threads.
_local = threading.local()


def terms(text: str) -> list[str]:
    """What is matched: tokens of ``text`` without stop words, English ones stemmed."""
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    words: Sequence[str] = [token for token in tokens(text) if token not in STOPWORDS]
    return list(_local.stemmer.stemWords(words))
