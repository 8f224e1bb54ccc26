"""Documents and chunks of one index version, in one SQLite file that is never changed again."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache

from rag.errors import IndexStateError
from rag.types import Chunk, Document

# NumPy is imported where rows are asked for.
if TYPE_CHECKING:
    from rag.vectors import Rows

_CHUNK = 'chunk_id, doc_id, start, "end", heading, text'
_AT_ONCE = 200
# Row numbers that are kept in memory: 32 MB at most.
_KEPT_ROWS = 4_000_000
# Characters of documents that are: four bytes each at most.
_KEPT_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """A chunk with the hash of the text that was embedded for it and the terms it is found by."""

    chunk: Chunk
    sha256: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its chunks and what it is compared by; see ``rag.similar`` for the last."""

    document: Document
    chunks: tuple[ChunkRow, ...]
    text_sha256: str
    signature: bytes


class Records:
    """Read access to such a file, from any thread, also when it is removed meanwhile."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            IndexStateError: it is missing or damaged, as every later call may find too.
        """
        self._name = path.name
        self._lock = threading.Lock()
        with self._readable():
            # Immutable: no lock, no journal, works on a read-only disk.
            uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        # A reader that is dropped closes its file.
        weakref.finalize(self, self._connection.close)
        # Rows are numbered from 0 without a gap: counting a million takes a second.
        self._count = int(self._query("SELECT coalesce(max(row), -1) + 1 FROM chunk")[0][0])
        # For one answer a document is asked for again and again.
        self._documents: LRUCache[str, Document] = LRUCache(
            _KEPT_CHARACTERS, getsizeof=lambda document: len(document.text) + 1
        )
        # The rows of a center's chunks, for the centers that are asked about.
        self._rows: LRUCache[tuple[str, ...], Rows] = LRUCache(_KEPT_ROWS, getsizeof=_size)

    def _query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._readable(), self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _rows_one_by_one(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """One row after the other, for what is too much to hold."""
        with self._readable():
            with self._lock:
                cursor = self._connection.execute(sql)
            while True:
                with self._lock:
                    some = cursor.fetchmany(_AT_ONCE)
                if not some:
                    return
                yield from some

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise IndexStateError(
                f"The documents {self._name} of this index version are missing or damaged.",
                "Run `python -m rag index` to build a new version.",
            ) from exc

    def __len__(self) -> int:
        return self._count

    def document(self, doc_id: str) -> Document | None:
        """One document with its text, ``None`` if there is none of that name."""
        with self._lock:
            kept = self._documents.get(doc_id)
        if kept is not None:
            return kept
        rows = self._query("SELECT fields, text FROM document WHERE doc_id = ?", (doc_id,))
        if not rows:
            return None
        document = _document(*rows[0])
        if len(document.text) < _KEPT_CHARACTERS // 4:
            with self._lock:
                self._documents[doc_id] = document
        return document

    def documents(self) -> list[Document]:
        """All documents without their text, by ``doc_id``."""
        return list(self._all)

    @cached_property
    def _all(self) -> tuple[Document, ...]:
        rows = self._query("SELECT fields FROM document ORDER BY doc_id")
        return tuple(_document(fields, "") for (fields,) in rows)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """The characters and the chunks of each document."""
        counts = dict(self._query("SELECT doc_id, count(*) FROM chunk GROUP BY doc_id"))
        found = self._query("SELECT doc_id, length(text) FROM document")
        return {doc_id: (length, counts.get(doc_id, 0)) for doc_id, length in found}

    def chunk(self, row: int) -> Chunk:
        """The chunk of one row.

        Raises:
            IndexStateError: there is no such row; the index version is damaged.
        """
        found = self._query(f"SELECT {_CHUNK} FROM chunk WHERE row = ?", (int(row),))  # noqa: S608  # constant
        if not found:
            raise IndexStateError(
                "The index version is damaged: a vector has no chunk.",
                "Run `python -m rag index` to build a new version.",
            )
        return Chunk(*found[0])

    def row_of(self, chunk: Chunk) -> int:
        """The row of a chunk of this version."""
        found = self._query(
            "SELECT row FROM chunk WHERE doc_id = ? AND chunk_id = ?",
            (chunk.doc_id, chunk.chunk_id),
        )
        return int(found[0][0])

    def chunks_of(self, doc_id: str) -> list[Chunk]:
        """The chunks of one document, in order."""
        found = self._query(
            f"SELECT {_CHUNK} FROM chunk WHERE doc_id = ? ORDER BY row",  # noqa: S608  # constant
            (doc_id,),
        )
        return [Chunk(*row) for row in found]

    def rows_of_centers(self, centers: Sequence[str]) -> Rows:
        """Rows of the chunks whose document belongs to one of ``centers``, in order."""
        asked = tuple(centers)
        with self._lock:
            rows = self._rows.get(asked)
        if rows is None:
            import numpy as np

            rows = np.asarray(self._rows_of(asked), np.int64)
            rows.setflags(write=False)
            with self._lock:
                self._rows[asked] = rows
        return rows

    def _rows_of(self, centers: Sequence[str]) -> list[int]:
        marks = ", ".join("?" * len(centers))
        found = self._query(
            "SELECT row FROM chunk JOIN document USING (doc_id) "  # noqa: S608  # only marks
            f"WHERE center IN ({marks}) ORDER BY row",
            centers,
        )
        return [int(row) for (row,) in found]

    def names_of_centers(
        self, centers: Sequence[str], *, institutions: bool = False
    ) -> tuple[str, ...]:
        """Names and aliases of ``centers``, longest first; with those of their institutions."""
        marks = ", ".join("?" * len(centers))
        found = self._query(
            f"SELECT name FROM name WHERE center IN ({marks}) AND of_institution <= ? "  # noqa: S608  # only marks
            "ORDER BY length(name) DESC, name",
            (*centers, institutions),
        )
        return tuple(dict.fromkeys(name for (name,) in found))

    @cached_property
    def name_terms(self) -> frozenset[str]:
        """The terms of all names of all centers and institutions."""
        from rag.lexical import terms

        return frozenset(
            term for (name,) in self._query("SELECT name FROM name") for term in terms(name)
        )

    def terms(self) -> Iterator[tuple[str, ...]]:
        """The terms that each row is found by, in order."""
        for (words,) in self._rows_one_by_one("SELECT terms FROM chunk ORDER BY row"):
            yield tuple(words.split())

    def hashes(self) -> list[str]:
        """Hash of what was embedded for each row, in order."""
        return [value for (value,) in self._query("SELECT sha256 FROM chunk ORDER BY row")]

    def compared(self) -> list[tuple[str, str, bytes]]:
        """``doc_id``, hash of the text and signature of every document, by ``doc_id``."""
        sql = "SELECT doc_id, text_sha256, signature FROM document ORDER BY doc_id"
        return [(doc_id, sha256, signature) for doc_id, sha256, signature in self._query(sql)]

    def entries(self) -> Iterator[Entry]:
        """Every document with its chunks, by ``doc_id``, in the order of the rows."""
        rows = self._rows_one_by_one(f"SELECT {_CHUNK}, sha256, terms FROM chunk ORDER BY row")  # noqa: S608  # constant
        groups = groupby(rows, key=lambda row: row[1])
        doc_id, group = next(groups, (None, iter(())))
        sql = "SELECT fields, text, text_sha256, signature FROM document ORDER BY doc_id"
        for fields, text, text_sha256, signature in self._rows_one_by_one(sql):
            document = _document(fields, text)
            chunks: tuple[ChunkRow, ...] = ()
            if document.doc_id == doc_id:
                chunks = tuple(_chunk_row(row) for row in group)
                doc_id, group = next(groups, (None, iter(())))
            yield Entry(document, chunks, text_sha256, signature)


def _size(rows: Rows) -> int:
    return len(rows) + 1


def _chunk_row(row: tuple[Any, ...]) -> ChunkRow:
    *fields, sha256, terms_ = row
    return ChunkRow(Chunk(*fields), sha256, tuple(terms_.split()))


def _document(fields: str, text: str) -> Document:
    values = json.loads(fields)
    values["aliases"] = tuple(values["aliases"])
    values["pages"] = tuple((start, page) for start, page in values["pages"])
    return Document(text=text, **values)
