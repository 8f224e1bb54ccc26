"""Writing the file that ``rag.records`` reads: documents and chunks of one index version."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from rag.errors import IndexStateError
from rag.language import is_institution
from rag.records import ChunkRow, Entry
from rag.types import Document

_SCHEMA = """
CREATE TABLE document (doc_id TEXT PRIMARY KEY, center TEXT, fields TEXT NOT NULL,
                       text TEXT NOT NULL, text_sha256 TEXT NOT NULL, signature BLOB NOT NULL)
                       WITHOUT ROWID;
CREATE TABLE chunk (row INTEGER PRIMARY KEY, chunk_id TEXT NOT NULL, doc_id TEXT NOT NULL,
                    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL,
                    text TEXT NOT NULL, sha256 TEXT NOT NULL, terms TEXT NOT NULL);
CREATE INDEX chunk_of_document ON chunk (doc_id);
CREATE TABLE name (center TEXT NOT NULL, name TEXT NOT NULL, of_institution INTEGER NOT NULL,
                   PRIMARY KEY (center, name)) WITHOUT ROWID;
"""
# Large pages: the file is written in few pieces, and a document's text lies in few of them.
_PAGE = 32 * 1024


def write_records(path: Path, entries: Iterable[Entry]) -> int:
    """Write all documents with their chunks, and return the count of chunks.

    Chunks are numbered in the order in which they come; a chunk's vector has the same number.

    Raises:
        IndexStateError: the file cannot be written.
    """
    row = 0
    try:
        with closing(sqlite3.connect(path)) as connection:
            # What is half written is never read: no journal. Whoever publishes waits for the disk.
            connection.executescript(
                f"PRAGMA page_size={_PAGE}; PRAGMA journal_mode=OFF; "
                f"PRAGMA synchronous=OFF; {_SCHEMA}"
            )
            with connection:
                for entry in entries:
                    _write_document(connection, entry)
                    connection.executemany(
                        "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (_chunk_fields(row + i, c) for i, c in enumerate(entry.chunks)),
                    )
                    row += len(entry.chunks)
    except sqlite3.Error as exc:
        raise IndexStateError(
            f"The documents of the new index version cannot be written: {exc}.",
            "Check the free space of the disk and the permissions of the index folder.",
        ) from exc
    return row


def _write_document(connection: sqlite3.Connection, entry: Entry) -> None:
    document = entry.document
    connection.execute(
        "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?)",
        (
            document.doc_id,
            document.center,
            json.dumps(_fields(document)),
            document.text,
            entry.text_sha256,
            entry.signature,
        ),
    )
    if document.center:
        connection.executemany(
            "INSERT OR IGNORE INTO name VALUES (?, ?, ?)",
            (
                (document.center, name, name == document.institution or is_institution(name))
                for name in (document.center, *document.aliases, document.institution)
                if name
            ),
        )


def _chunk_fields(row: int, written: ChunkRow) -> tuple[object, ...]:
    c = written.chunk
    values = (c.chunk_id, c.doc_id, c.start, c.end, c.heading, c.text)
    return (row, *values, written.sha256, " ".join(written.terms))


def _fields(document: Document) -> dict[str, object]:
    return {
        field.name: getattr(document, field.name)
        for field in dataclasses.fields(document)
        if field.name != "text"
    }
