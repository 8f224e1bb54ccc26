"""What a file is by its content, whatever its name says."""

from __future__ import annotations

import io
import re
import zipfile

from rag.errors import LoadError
from rag.formats.plain import decode

# Where PDF's own readers look for its mark.
_HEAD = 1024
_HTML = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|\?xml)\b", re.I | re.S)
_ANY_TAG = re.compile(r"<(?:p|div|h[1-6]|ul|ol|table|article|section|main|span|br)\b", re.I)
_WORD_PART = "word/document.xml"
_NAMES = {".pdf": "a PDF", ".docx": "a Word file", ".html": "a web page", ".htm": "a web page"}


def check_type(raw: bytes, suffix: str, name: str) -> None:
    """Compare what a file is with what its name says.

    Args:
        raw: all bytes of the file.
        suffix: one of ``reading.SUFFIXES``.
        name: what the errors call the file.

    Raises:
        LoadError: it is something else.
    """
    found = _kind(raw, name)
    wanted = _NAMES.get(suffix, "text")
    # Text with some HTML in it may be either.
    if found == wanted or (found == "text with tags" and wanted in {"text", "a web page"}):
        return
    said = "text" if found.startswith("text") else found
    raise LoadError(
        f"{name} is {said}, not {wanted} as its name says.",
        "Upload a Markdown, text, HTML, PDF or Word file, under a name that says which.",
    )


def _kind(raw: bytes, name: str) -> str:
    if raw.lstrip()[:5] == b"%PDF-":
        return "a PDF"
    if raw[:4] == b"PK\x03\x04":
        return "a Word file" if _WORD_PART in _parts(raw) else "an archive"
    try:
        text = decode(raw, name)
    except LoadError:
        # PDF allows a preface of anything.
        return "a PDF" if b"%PDF-" in raw[:_HEAD] else "no text"
    if "\x00" in text:
        return "no text"
    if _HTML.match(text):
        return "a web page"
    return "text with tags" if _ANY_TAG.search(text) else "text"


def _parts(raw: bytes) -> frozenset[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return frozenset()
