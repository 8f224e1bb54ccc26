"""Markdown and plain text, with front matter."""

from __future__ import annotations

from frontmatter.default_handlers import YAMLHandler

from rag.errors import LoadError
from rag.formats.content import MOST_TEXT, Content, Metadata, too_long
from rag.formats.fields import read_fields
from rag.text import normalise


def read_plain(raw: bytes, name: str, *, markdown: bool) -> Content:
    """The content of a Markdown or text file.

    Raises:
        LoadError: it is not text, or its front matter is not what it should be.
    """
    source = decode(raw, name)
    if len(source) > MOST_TEXT:
        raise too_long(name)
    stated, body = _split(source, name)
    return Content(normalise(body, markdown=markdown), stated)


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


def _split(raw: str, name: str) -> tuple[Metadata, str]:
    raw = raw.replace("\r\n", "\n").replace("\x00", "")
    handler = YAMLHandler()
    if not handler.detect(raw):
        return Metadata(), raw
    cure = "Correct the lines between `---`."
    try:
        front, body = handler.split(raw)
    except ValueError as exc:
        raise LoadError(f"The front matter of {name} has no end.", cure) from exc
    return read_fields(front, f"the front matter of {name}", cure), body
