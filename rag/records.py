"""Documents and chunks of one index version, in one SQLite file that is never changed again."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

from rag.errors import IndexStateError
from rag.lexical import terms
from rag.types import Chunk, Document

_SCHEMA = """
CREATE TABLE document (doc_id TEXT PRIMARY KEY, center TEXT, fields TEXT NOT NULL,
                       text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chunk (row INTEGER PRIMARY KEY, chunk_id TEXT NOT NULL, doc_id TEXT NOT NULL,
                    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL,
                    text TEXT NOT NULL, sha256 TEXT NOT NULL);
CREATE INDEX chunk_of_document ON chunk (doc_id);
CREATE TABLE name (center TEXT NOT NULL, name TEXT NOT NULL, of_institution INTEGER NOT NULL,
                   PRIMARY KEY (center, name)) WITHOUT ROWID;
"""
_CHUNK = 'chunk_id, doc_id, start, "end", heading, text'


def write_records(
    path: Path, documents: Iterable[Document], chunks: Sequence[Chunk], hashes: Sequence[str]
) -> None:
    """Write all documents and chunks; row *i* is ``chunks[i]``, whose vector is row *i* too.

    ``hashes`` are those of the texts that were embedded, one a chunk.
    """
    documents = list(documents)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO document VALUES (?, ?, ?, ?)",
            ((d.doc_id, d.center, json.dumps(_fields(d)), d.text) for d in documents),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO name VALUES (?, ?, ?)",
            (
                (document.center, name, name == document.institution)
                for document in documents
                if document.center
                for name in (document.center, *document.aliases, document.institution)
                if name
            ),
        )
        connection.executemany(
            "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (row, c.chunk_id, c.doc_id, c.start, c.end, c.heading, c.text, sha256)
                for row, (c, sha256) in enumerate(zip(chunks, hashes, strict=True))
            ),
        )


def _fields(document: Document) -> dict[str, object]:
    return {
        field.name: getattr(document, field.name)
        for field in dataclasses.fields(document)
        if field.name != "text"
    }


class Records:
    """Read access to such a file, from any thread."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            IndexStateError: it is missing or damaged, as every later call may find too.
        """
        self._path = path
        self._local = threading.local()
        self._count = int(self._query("SELECT count(*) FROM chunk")[0][0])

    def _query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            connection = getattr(self._local, "connection", None)
            if connection is None:
                # Immutable: no lock, no journal, works on a read-only disk.
                uri = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
                connection = self._local.connection = sqlite3.connect(uri, uri=True)
            return list(connection.execute(sql, values))
        except sqlite3.Error as exc:
            raise IndexStateError(
                f"The documents {self._path.name} of this index version are missing or damaged.",
                "Run `python -m rag index` to build a new version.",
            ) from exc

    def __len__(self) -> int:
        return self._count

    def document(self, doc_id: str) -> Document | None:
        """One document with its text, ``None`` if there is none of that name."""
        rows = self._query("SELECT fields, text FROM document WHERE doc_id = ?", (doc_id,))
        return _document(*rows[0]) if rows else None

    def documents(self) -> list[Document]:
        """All documents without their text, by ``doc_id``."""
        rows = self._query("SELECT fields FROM document ORDER BY doc_id")
        return [_document(fields, "") for (fields,) in rows]

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

    def chunks_of(self, doc_id: str) -> list[Chunk]:
        """The chunks of one document, in order."""
        found = self._query(
            f"SELECT {_CHUNK} FROM chunk WHERE doc_id = ? ORDER BY row",  # noqa: S608  # constant
            (doc_id,),
        )
        return [Chunk(*row) for row in found]

    def rows_of_centers(self, centers: Sequence[str]) -> list[int]:
        """Rows of the chunks whose document belongs to one of ``centers``, in order."""
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
        return frozenset(
            term for (name,) in self._query("SELECT name FROM name") for term in terms(name)
        )

    def hashes(self) -> list[str]:
        """Hash of what was embedded for each row, in order."""
        return [value for (value,) in self._query("SELECT sha256 FROM chunk ORDER BY row")]


def _document(fields: str, text: str) -> Document:
    values = json.loads(fields)
    values["aliases"] = tuple(values["aliases"])
    values["pages"] = tuple((start, page) for start, page in values["pages"])
    return Document(text=text, **values)
