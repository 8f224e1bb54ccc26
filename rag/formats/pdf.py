"""PDF: the text of its pages, by PDFium."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from rag.errors import LoadError
from rag.formats.content import (
    MOST_TEXT,
    Content,
    Metadata,
    calendar_date,
    one_line,
    plausible_language,
    too_long,
)
from rag.formats.running import Line, Page, without_running_lines
from rag.text import join_pages, normalise

# PDFium's mark for a hyphen at a line's end; the line end itself it leaves out.
_HYPHEN = "\ufffe"
_LINE = re.compile(rf"([^\r\n{_HYPHEN}]+)({_HYPHEN}?)")
# Share of a page's height at its top and its bottom where headers and footers stand.
_MARGIN = 0.1
# Letters are of another size from here on; smaller differences come from rounding.
_OTHER_SIZE = 0.1
# Between paragraphs lines are further apart than within them, by at least this factor.
_WIDER = 1.3
# Letters that a font does not name come out as these. With more of them a text cannot be used.
_UNNAMED = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")
_MOST_UNNAMED = 0.3
# What programs write for want of a title.
_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b.*"
    r"|\W*(?:untitled|unspecified|anonymous|no title|无标题)\W*\d*"
    r"|(?:document|presentation|slide|文档|演示文稿)\s?\d*|powerpoint presentation"
    r"|.*\.(?:docx?|pptx?|xlsx?|pdf|indd|tex|dvi|rtf|odt|wps|txt|html?)",
    re.IGNORECASE,
)


def read_pdf(raw: bytes, name: str) -> Content:
    """The content of a PDF. Its page numbers count from 1, as viewers do, whatever is printed.

    Raises:
        LoadError: it needs a password, or has no text that can be read out, as a scan.
        pypdfium2.PdfiumError: it is damaged.
    """
    try:
        document = pdfium.PdfDocument(raw)
    except pdfium.PdfiumError as exc:
        if exc.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise LoadError(
                f"{name} is protected by a password.", "Save it without a password."
            ) from exc
        raise
    pages: list[Page] = []
    length = 0
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        lines = list(_lines(page))
        page.close()
        length += sum(len(line.words) for line in lines)
        if length > MOST_TEXT:
            raise too_long(name)
        if lines:
            pages.append((number, lines))
    _check(pages, len(document), name)
    text, starts = _text(pages)
    return Content(text, embedded=_embedded(document, text), pages=starts)


def _lines(page: pdfium.PdfPage) -> Iterator[Line]:
    textpage = page.get_textpage()
    count = textpage.count_chars()
    text = textpage.get_text_range()
    if len(text) != count or "\0" in text:
        # That call knows no characters beyond U+FFFF; names are written with some.
        raw = textpage.raw
        text = "".join(chr(pdfium_c.FPDFText_GetUnicode(raw, at)) for at in range(count))
    _, bottom, _, top = page.get_bbox()
    margin = _MARGIN * (top - bottom)
    for match in _LINE.finditer(text):
        words = match[1].strip()
        if words:
            begin = match.start() + len(match[1]) - len(match[1].lstrip())
            places = {begin, (begin + match.end(1)) // 2, begin + len(words) - 1}
            size, baseline = max(_letter(textpage, at) for at in places)
            in_margin = not bottom + margin < baseline < top - margin
            yield Line(words + ("-" if match[2] else ""), size, baseline, in_margin)
    textpage.close()


def _letter(textpage: pdfium.PdfTextPage, at: int) -> tuple[float, float]:
    """Size and baseline of a letter in points; zero where PDFium knows of none."""
    matrix = pdfium_c.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium_c.FPDFText_GetMatrix(textpage.raw, at, matrix)
    pdfium_c.FPDFText_GetCharOrigin(textpage.raw, at, x, y)
    size = pdfium_c.FPDFText_GetFontSize(textpage.raw, at) * math.hypot(matrix.c, matrix.d)
    return size, y.value


def _check(pages: Sequence[Page], count: int, name: str) -> None:
    text = "".join(line.words for _, lines in pages for line in lines)
    if not text:
        raise LoadError(
            f"{name} has no text: its pages ({count}) may be scans.",
            "Run text recognition (OCR) on it, or add its text as a .txt file.",
        )
    if len(_UNNAMED.findall(text)) > _MOST_UNNAMED * len(text):
        raise LoadError(
            f"The text of {name} cannot be read out: its fonts do not say which letters they show.",
            "Run text recognition (OCR) on it, or add its text as a .txt file.",
        )


def _text(pages: Sequence[Page]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The whole text, and where each page begins in it."""
    pages, running = without_running_lines(pages)
    numbers: list[int] = []
    parts: list[tuple[str, bool]] = []
    size = 0.0
    for number, lines in pages:
        text = normalise("".join(_with_breaks(lines)))
        if text:
            # A note at the foot of a page, in small letters, does not go on over the page.
            parts.append((text, _same(size, lines[0].size)))
            numbers.append(number)
            size = lines[-1].size
    for number, words in running:
        if text := normalise(words):
            parts.append((text, False))
            numbers.append(number)
    joined, starts = join_pages(parts)
    return joined, tuple(zip(starts, numbers, strict=True))


def _with_breaks(lines: Sequence[Line]) -> Iterator[str]:
    """The lines of a page, with a blank line wherever a paragraph shows by size or distance."""
    steps = Counter(
        round(before.baseline - line.baseline)
        for before, line in pairwise(lines)
        if before.baseline > line.baseline and _same(before.size, line.size)
    )
    usual = steps.most_common(1)[0][0] if steps else math.inf
    before = None
    for line in lines:
        if before:
            far = before.baseline - line.baseline > _WIDER * max(usual, line.size)
            yield "\n\n" if far or not _same(before.size, line.size) else "\n"
        yield line.words
        before = line


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _OTHER_SIZE * max(one, other)


def _embedded(document: pdfium.PdfDocument, text: str) -> Metadata:
    title = one_line(document.get_metadata_value("Title"))
    return Metadata(
        title=None if title and _NO_TITLE.fullmatch(title) else title,
        date=calendar_date(document.get_metadata_value("CreationDate")),
        language=plausible_language(_language(document), text),
    )


def _language(document: pdfium.PdfDocument) -> str:
    """The language code that the document states, empty where it states none."""
    units = (ctypes.c_ushort * 32)()
    size = pdfium_c.FPDFCatalog_GetLanguage(document.raw, units, ctypes.sizeof(units))
    if not 0 < size <= ctypes.sizeof(units):
        return ""
    return bytes(units)[:size].decode("utf-16-le", "replace").rstrip("\0")
