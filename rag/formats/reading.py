"""Bytes of a file to its content, by the format that its name tells."""

from __future__ import annotations

from rag.errors import LoadError
from rag.formats.content import MOST_TEXT, Content, too_long

PLAIN = (".md", ".txt")
SUFFIXES = (*PLAIN, ".html", ".htm", ".pdf", ".docx")


def read_content(raw: bytes, suffix: str, name: str) -> Content:
    """The content of a file.

    Whatever a library makes of a damaged file, it is an error of that file.

    Args:
        raw: all bytes of the file.
        suffix: one of ``SUFFIXES``.
        name: what the errors call the file.

    Raises:
        LoadError: the file cannot be used.
        MemoryError: it needs more memory than there is.
    """
    try:
        content = _read(raw, suffix, name)
    except (LoadError, MemoryError):
        raise
    except Exception as exc:
        kind = suffix.removeprefix(".").upper()
        raise LoadError(
            f"{name} cannot be read as {kind}: it is damaged ({type(exc).__name__}).",
            f"Open it in the program that made it and save it again as {kind}.",
        ) from exc
    if len(content.text) > MOST_TEXT:
        raise too_long(name)
    if not content.text:
        raise LoadError(f"{name} has no text.", "Add text to it or remove it.")
    return content


def _read(raw: bytes, suffix: str, name: str) -> Content:
    # Each library is loaded by the first file that needs it.
    if suffix == ".pdf":
        from rag.formats.pdf import read_pdf

        return read_pdf(raw, name)
    if suffix == ".docx":
        from rag.formats.docx import read_docx

        return read_docx(raw, name)
    if suffix in {".html", ".htm"}:
        from rag.formats.html import read_html

        return read_html(raw, name)
    from rag.formats.plain import read_plain

    return read_plain(raw, name, markdown=suffix == ".md")
