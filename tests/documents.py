"""Real files of every format, made on the spot for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docx
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

CHINESE_FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(CHINESE_FONT))

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_DOCUMENT_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)

# A page as sites make them: a menu, a breadcrumb trail, the article, other news, a footer.
WEB_PAGE = """<!doctype html><html lang="en-US"><head><meta charset="utf-8">
<title>The Tissue Center | Example University</title>
<meta property="og:site_name" content="Example University">
<meta property="article:published_time" content="2024-03-05T10:00:00Z">
<link rel="canonical" href="https://example.org/tissue">
<script>var director = "Nobody";</script><style>p { color: red }</style></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/contact">Contact us</a></li></ul></nav>
<main><article><h1>The Tissue Center</h1>
<p>The Tissue Center was founded in <b>2010</b> by <a href="/p">Professor Jane Doe</a>. It
studies how tissue is repaired.</p>
<h2>Research directions</h2><p>It has three research directions:</p>
<ul><li>Stem cells</li><li>Wound <i>healing</i></li><li>Imaging</li></ul>
<table><tr><th>Name</th><th>Role</th></tr><tr><td>Jane Doe</td><td>Director</td></tr>
<tr><td>Ann Lee</td><td>Deputy director</td></tr></table>
<p>Address: River Road 1<br>Telephone: 12345</p></article></main>
<aside><p>Other news: the canteen is closed on Monday.</p></aside>
<footer><p>Imprint and privacy</p></footer></body></html>"""


def write(root: Path, name: str, content: str | bytes) -> Path:
    """A file of ``root`` with its folders."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def pdf(
    pages: Sequence[Sequence[str]],
    *,
    header: Callable[[int], str] | None = None,
    footer: Callable[[int], str] | None = None,
    font: str = "Helvetica",
    password: str | None = None,
    compress: bool = True,
    title: str | None = None,
) -> bytes:
    """A PDF with these lines on its pages.

    A line that begins with "# " is set large, one with "~" small; an empty one leaves a gap.
    """
    target = io.BytesIO()
    encrypt = StandardEncryption(password) if password is not None else None
    canvas = Canvas(target, pageCompression=int(compress), invariant=1, encrypt=encrypt)
    if title is not None:
        canvas.setTitle(title)
    for number, lines in enumerate(pages, 1):
        for text, place in ((header, 810), (footer, 30)):
            if text:
                canvas.setFont(font, 8)
                canvas.drawString(72, place, text(number))
        height = 720.0
        for line in lines:
            size = {"#": 18, "~": 7}.get(line[:1], 11)
            canvas.setFont(font, size)
            canvas.drawString(72, height, line.removeprefix("# ").removeprefix("~"))
            height -= size * 1.25
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def word(build: Callable[[Any], None]) -> bytes:
    """A Word file; ``build`` is given python-docx's empty document."""
    document = docx.Document()
    build(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def center_in_word(document: Any) -> None:
    """A page on a center with what such pages have."""
    document.core_properties.title = "The Tissue Center"
    document.add_heading("The Tissue Center", 0)
    document.add_heading("Who leads it", 1)
    document.add_paragraph("The center is led by ").add_run("Professor Jane Doe").bold = True
    document.paragraphs[-1].add_run(".")
    document.add_paragraph("It has three research directions:")
    for direction in ("Stem cells", "Wound healing", "Imaging"):
        document.add_paragraph(direction, style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for row, texts in zip(table.rows, (("Name", "Role"), ("Jane Doe", "Director")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def word_of(body: str, *, declarations: str = "", parts: Mapping[str, str] | None = None) -> bytes:
    """A Word file of this XML, as small as one can be."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _DOCUMENT_RELATION)
        archive.writestr(
            "word/document.xml",
            f'<?xml version="1.0"?>{declarations}<w:document xmlns:w="{_WORD}" xmlns:r="http://'
            'schemas.openxmlformats.org/officeDocument/2006/relationships">'
            f"<w:body>{body}</w:body></w:document>",
        )
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return target.getvalue()


def paragraph(text: str) -> str:
    """A paragraph of a Word file's XML."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def raw_pdf(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    content, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, len(content))
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object of a PDF."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def one_page_pdf(content: bytes, *objects: bytes, resources: bytes = b"") -> bytes:
    """A PDF of one page with this content stream; ``objects`` are numbered from 5."""
    return raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
            b"/Resources<<%s>>>>" % resources,
            content,
            *objects,
        ]
    )
