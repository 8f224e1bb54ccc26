"""DOCX: headings, paragraphs, lists, tables and notes, by mammoth."""

from __future__ import annotations

import io
import zipfile

import mammoth
from lxml import etree
from lxml.html import HtmlElement

from rag.errors import LoadError
from rag.formats.blocks import markdown_of, parse_html
from rag.formats.content import Content, Metadata, calendar_date, one_line, plausible_language
from rag.text import normalise

# Unpacked, in bytes: a book of a thousand pages has about 20 MiB of them. Pictures are not read.
_MOST_XML = 64 * 1024 * 1024
_MOST_PARTS = 20_000
# Old Word files, and new ones under a password, are OLE files.
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_TITLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
"""
_CORE = "docProps/core.xml"
_NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
}


def read_docx(raw: bytes, name: str) -> Content:
    """The content of a Word file. It has no pages: where they break is the printer's choice.

    Raises:
        LoadError: it is protected, no Word file, or unpacks to too much.
        zipfile.BadZipFile, KeyError, OSError: it is damaged.
    """
    if raw.startswith(_OLE):
        raise LoadError(
            f"{name} is protected by a password or is a .doc file with a wrong name.",
            "Save it as .docx without a password.",
        )
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = archive.infolist()
        # No more is ever unpacked of a part than the size it states here.
        size = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
        if size > _MOST_XML or len(parts) > _MOST_PARTS:
            raise LoadError(
                f"{name} unpacks to more than {_MOST_XML // 2**20} MiB of text.",
                "Split it into smaller files.",
            )
        core = archive.read(_CORE) if _CORE in archive.namelist() else b""
    converted = mammoth.convert_to_html(
        io.BytesIO(raw),
        style_map=_TITLES,
        include_embedded_style_map=False,
        external_file_access=False,
        convert_image=lambda _: [],
    )
    tree = parse_html(converted.value.encode("utf-8", "replace"), name)
    _plain_notes(tree)
    text = normalise(markdown_of(tree), markdown=True)
    return Content(text, embedded=_embedded(core, text))


def _plain_notes(tree: HtmlElement) -> None:
    """Notes as paragraphs at the end; without their marks, which look like those of citations."""
    for mark in tree.xpath("//sup[a[starts-with(@id, 'footnote-ref') or "
                           "starts-with(@id, 'endnote-ref')]]"):  # fmt: skip
        mark.drop_tree()
    for note in tree.xpath(
        "//ol/li[starts-with(@id, 'footnote-') or starts-with(@id, 'endnote-')]"
    ):
        note.tag = note.getparent().tag = "div"
        for back in note.xpath(".//a[starts-with(@href, '#footnote-ref') or "
                               "starts-with(@href, '#endnote-ref')]"):  # fmt: skip
            back.drop_tree()


def _embedded(core: bytes, text: str) -> Metadata:
    if not core:
        return Metadata()
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    properties = etree.fromstring(core, parser)

    def value(path: str) -> str:
        return str(properties.findtext(path, "", _NAMES))

    return Metadata(
        title=one_line(value("dc:title")),
        date=calendar_date(value("dcterms:modified") or value("dcterms:created")),
        language=plausible_language(value("dc:language"), text),
    )
