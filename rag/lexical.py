"""The BM25 adapter: words to rows."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN

from rag.errors import IndexStateError
from rag.text import tokens
from rag.types import Rows, Vectors

# Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009: usual ranges.
_K1 = 1.2
_B = 0.75
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

    def __init__(self, model: bm25s.BM25, count: int) -> None:
        self._model = model
        self._count = count
        self.rarest = math.log(1 + count)

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> LexicalIndex:
        """Index ``texts``; row *i* is text *i*."""
        return cls.from_terms([terms(text) for text in texts])

    @classmethod
    def from_terms(cls, corpus: Sequence[Sequence[str]]) -> LexicalIndex:
        """Index texts whose ``terms`` are known; row *i* is text *i*."""
        model = bm25s.BM25(k1=_K1, b=_B, method="lucene", backend="numpy")
        paired = [with_pairs(words) for words in corpus]
        # An empty vocabulary is an error there; a term that no query can have is not.
        model.index(paired if any(paired) else [["\x00"]], show_progress=False)
        return cls(model, len(corpus))

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read a folder that ``save`` wrote.

        Raises:
            IndexStateError: it is missing or damaged.
        """
        try:
            # Not memory-mapped: a file cut short later would end the process.
            model = bm25s.BM25.load(folder, mmap=False, load_corpus=False)
            count = int((folder / "count").read_text())
        except (OSError, ValueError, KeyError) as exc:
            raise IndexStateError(
                "The word index of this index version is missing or damaged.",
                "Run `python -m rag index` to build a new version.",
            ) from exc
        return cls(model, count)

    def save(self, folder: Path) -> None:
        """Write to a folder, made if need be."""
        self._model.save(folder, show_progress=False)
        (folder / "count").write_text(str(self._count))

    def __len__(self) -> int:
        return self._count

    def weight(self, term: str) -> float | None:
        """How rare a term is (its inverse document frequency), ``None`` if no text has it."""
        column = self._model.vocab_dict.get(term)
        if column is None:
            return None
        pointers = self._model.scores["indptr"]
        having = int(pointers[column + 1]) - int(pointers[column])
        return math.log(1 + (self._count - having + 0.5) / (having + 0.5))

    def search(self, question: str, k: int, rows: Rows | None = None) -> tuple[Vectors, Rows]:
        """Best ``k`` (BM25 scores, row numbers), best first; rows that share no term are no hits.

        ``rows`` restricts the search to those row numbers.
        """
        empty = np.empty(0, np.float32), np.empty(0, np.int64)
        known = [t for t in with_pairs(terms(question)) if self.weight(t) is not None]
        if not known or not self._count:
            return empty
        scores = np.asarray(self._model.get_scores(known), np.float32)[: self._count]
        candidates = np.flatnonzero(scores > 0) if rows is None else rows[scores[rows] > 0]
        # Ties go to the lower row, so that two runs agree.
        order = np.lexsort((candidates, -scores[candidates]))[:k]
        best = candidates[order]
        return scores[best], best.astype(np.int64)


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
