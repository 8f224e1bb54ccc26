"""File to ``Document``: Markdown and plain text, with front matter."""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from frontmatter.default_handlers import YAMLHandler

from rag.errors import CorpusError, LoadError
from rag.noise import noise_spans
from rag.text import language_of, normalise
from rag.types import Document

SUFFIXES = (".md", ".txt")
FIELDS = (
    "title", "center", "institution", "aliases", "publisher", "source_url", "date", "language",
)  # fmt: skip
_LONGEST_TITLE = 160
_MOST_BYTES = 20 * 1024 * 1024


def corpus_files(root: Path) -> Iterator[Path]:
    """The files of ``root`` that are documents, in the order of their paths.

    Hidden files and folders, files called README or LICENSE, and links that lead out of ``root``
    are no documents.

    Raises:
        CorpusError: ``root`` is not a folder that can be read.
    """
    if not root.is_dir():
        raise CorpusError(
            f"There is no corpus folder {root}.",
            "Create it with your documents inside, or name another with --corpus.",
        )
    real_root = root.resolve()
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in SUFFIXES:
                continue
            if path.stem.upper() in {"README", "LICENSE"}:
                continue
            if path.resolve().is_relative_to(real_root):
                found.append(path)
    yield from sorted(found, key=lambda path: path.relative_to(root).as_posix())


def document_id(path: Path, root: Path) -> str:
    """The path from the corpus root, with ``/``."""
    return path.relative_to(root).as_posix()


def content_hash(path: Path, root: Path) -> str:
    """The ``sha256`` that ``load`` would give the document, without making sense of the file.

    Raises:
        LoadError: the file cannot be read or is too large.
    """
    return hashlib.sha256(_read(path, document_id(path, root))).hexdigest()


def load(path: Path, root: Path) -> Document:
    """Read one file.

    Raises:
        LoadError: the file cannot be read, is too large, has no text, or its front matter is not
            what it should be.
    """
    name = document_id(path, root)
    raw = _read(path, name)
    fields, body = _split(decode(raw, name), name)
    text = normalise(body, markdown=path.suffix.lower() == ".md")
    if not text:
        raise LoadError(f"{name} has no text.", "Add text to it or remove it.")
    return Document(
        doc_id=name,
        title=_text(fields, "title", name) or _title(text) or path.stem,
        text=text,
        sha256=hashlib.sha256(raw).hexdigest(),
        language=_text(fields, "language", name) or language_of(text),
        center=_text(fields, "center", name),
        institution=_text(fields, "institution", name),
        aliases=_texts(fields, "aliases", name),
        publisher=_text(fields, "publisher", name),
        source_url=_text(fields, "source_url", name),
        date=_text(fields, "date", name),
    )


def _read(path: Path, name: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise LoadError(
                f"{name} is larger than {_MOST_BYTES // 2**20} MiB.", "Split it into smaller files."
            )
        return path.read_bytes()
    except OSError as exc:
        raise LoadError(
            f"{name} cannot be read: {exc.strerror}.", "Check the file and its permissions."
        ) from exc


def decode(raw: bytes, name: str) -> str:
    """Text of UTF-8 (with or without byte order mark), UTF-16 with one, or else GB18030.

    Raises:
        LoadError: the bytes are none of these.
    """
    encodings = ["utf-16"] if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LoadError(f"{name} is not a text file.", "Save it as UTF-8 text.")


def _split(raw: str, name: str) -> tuple[Mapping[str, object], str]:
    raw = raw.replace("\r\n", "\n").replace("\x00", "")
    handler = YAMLHandler()
    if not handler.detect(raw):
        return {}, raw
    try:
        front, body = handler.split(raw)
        fields = handler.load(front) or {}
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as exc:
        raise LoadError(
            f"The front matter of {name} is not valid YAML.", "Correct the lines between `---`."
        ) from exc
    if not isinstance(fields, dict):
        raise LoadError(
            f"The front matter of {name} is not a list of `name: value` lines.",
            "Correct the lines between `---`.",
        )
    unknown = [str(key) for key in fields if key not in FIELDS]
    if unknown:
        raise LoadError(
            f"The front matter of {name} has an unknown field `{unknown[0]}`.",
            f"Use only {', '.join(FIELDS)}.",
        )
    return fields, body


def _text(fields: Mapping[str, object], key: str, name: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, datetime.date | str | int | float) and not isinstance(value, bool):
        # One line, whatever the YAML says: a title is shown and embedded as one.
        return " ".join(normalise(str(value)).split()) or None
    raise LoadError(f"`{key}` in the front matter of {name} is not text.", "Put it in quotes.")


def _texts(fields: Mapping[str, object], key: str, name: str) -> tuple[str, ...]:
    values = fields.get(key)
    listed = values if isinstance(values, list) else [values]
    texts = (_text({key: value}, key, name) for value in listed)
    return tuple(dict.fromkeys(text for text in texts if text))


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
