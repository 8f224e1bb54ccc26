"""File to ``Document``: its text, and what is known of it besides."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from rag.aliases import corrected
from rag.files import corpus_files, document_id, read_bytes
from rag.formats.content import FIELDS, Metadata
from rag.formats.converter import CONVERTER
from rag.formats.fields import MOST_YAML, read_fields
from rag.formats.plain import decode
from rag.formats.reading import SUFFIXES
from rag.noise import noise_spans
from rag.text import language_of
from rag.types import Corpus, Document

__all__ = ["FIELDS", "SIDECAR", "SUFFIXES", "corpus_files", "digest", "document_id", "load"]

SIDECAR = ".meta.yaml"
_LONGEST_TITLE = 160
_MOST_BYTES = 20 * 1024 * 1024
# Of these most is pictures.
_MOST_BYTES_OF = {".pdf": 200 * 1024 * 1024, ".docx": 100 * 1024 * 1024}


@dataclass(frozen=True, slots=True)
class _Sidecar:
    name: str
    raw: bytes


def load(path: Path, root: Path | Corpus) -> Document:
    """Read one file, with the sidecar that lies beside it.

    What front matter states comes first, then what the sidecar states, then what the file's
    program left in it: people write the first two on purpose. Aliases that staff have corrected
    come before all of them.

    Raises:
        LoadError: the file cannot be read, is too large or takes too long, has no text, or its
            front matter or its sidecar is not what it should be.
        CorpusError: the process that reads documents cannot be started, or the corrected aliases
            cannot be read.
    """
    name = document_id(path, root)
    raw, sidecar = _read(path, root)
    stated = _fields(sidecar) if sidecar else Metadata()
    content = CONVERTER.read(raw, path.suffix.lower(), name)
    known = content.stated.or_else(stated).or_else(content.embedded)
    document = Document(
        doc_id=name,
        title=known.title or _title(content.text) or path.stem,
        text=content.text,
        sha256=_digest(raw, sidecar, corrected(root, name)),
        language=known.language or language_of(content.text),
        center=known.center,
        institution=known.institution,
        aliases=known.aliases,
        publisher=known.publisher,
        source_url=known.source_url,
        date=known.date,
        pages=content.pages,
    )
    aliases = corrected(root, name)
    return document if aliases is None else replace(document, aliases=aliases)


def digest(path: Path, root: Path | Corpus) -> str:
    """The ``sha256`` of the document that ``load`` would give, without reading what is in it.

    Raises:
        LoadError: the file or its sidecar cannot be read or is too large.
    """
    return _digest(*_read(path, root), corrected(root, document_id(path, root)))


def _read(path: Path, root: Path | Corpus) -> tuple[bytes, _Sidecar | None]:
    """The bytes of a file, and its sidecar if it has one.

    ``report.pdf.meta.yaml`` stands for that file alone, and before ``report.meta.yaml``, which
    stands for every ``report`` of its folder, whatever its format.
    """
    raw = read_bytes(path, root, _MOST_BYTES_OF.get(path.suffix.lower(), _MOST_BYTES))
    for beside in (path.with_name(path.name + SIDECAR), path.with_name(path.stem + SIDECAR)):
        # A link that leads nowhere is there too, and an error.
        if os.path.lexists(beside):
            name = document_id(beside, root)
            return raw, _Sidecar(name, read_bytes(beside, root, MOST_YAML))
    return raw, None


def _digest(raw: bytes, sidecar: _Sidecar | None, aliases: tuple[str, ...] | None) -> str:
    """Of the bytes; where there is more, of all hashes, so that no two documents are alike."""
    digest = hashlib.sha256(raw)
    if sidecar:
        parts = digest.digest() + hashlib.sha256(sidecar.raw).digest()
        digest = hashlib.sha256(parts)
    if aliases is not None:
        written = json.dumps(aliases).encode()
        digest = hashlib.sha256(b"aliases" + digest.digest() + hashlib.sha256(written).digest())
    return digest.hexdigest()


def _fields(sidecar: _Sidecar) -> Metadata:
    source = decode(sidecar.raw, sidecar.name)
    return read_fields(source, f"the sidecar {sidecar.name}", "Correct its lines.")


def _title(text: str) -> str | None:
    """The first line that looks like a heading and is not page noise."""
    noise = {start for start, _ in noise_spans(text)}
    start = 0
    for line in text.split("\n"):
        if line and start not in noise:
            heading = line.lstrip("#").strip()
            if line.startswith("#") and heading:
                return heading[:_LONGEST_TITLE]
            looks = len(line) <= _LONGEST_TITLE and not line.endswith((".", "。", ":", "：", ","))
            # Only what stands before the first paragraph can be the page's title.
            return line if looks else None
        start += len(line) + 1
    return None
