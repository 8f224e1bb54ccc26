"""Word files to documents."""

from __future__ import annotations

import base64
import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rag.errors import LoadError
from rag.loaders import load
from rag.types import Document
from tests.documents import center_in_word, paragraph, word, word_of, write

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


def loaded(root: Path, raw: bytes) -> Document:
    return load(write(root, "page.docx", raw), root)


def test_headings_lists_and_tables_are_lines_of_markdown(tmp_path: Path) -> None:
    assert loaded(tmp_path, word(center_in_word)).text.split("\n") == [
        "# The Tissue Center",
        "",
        "# Who leads it",
        "",
        "The center is led by Professor Jane Doe.",
        "",
        "It has three research directions:",
        "",
        "- Stem cells",
        "- Wound healing",
        "- Imaging",
        "",
        "| Name | Role |",
        "| Jane Doe | Director |",
    ]


def test_properties_become_title_date_and_language(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.core_properties.title = " The\nreport "
        document.core_properties.language = "fr-FR"
        document.core_properties.modified = datetime.datetime(2024, 3, 5, 10)
        document.add_paragraph("Le centre a été fondé en 2010.")

    document = loaded(tmp_path, word(build))
    assert (document.title, document.date, document.language) == ("The report", "2024-03-05", "fr")
    assert document.pages == ()


def test_insertions_and_content_controls_are_text_and_deletions_are_not(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        names = nsdecls("w")
        body = document.element.body
        body.insert(0, parse_xml(
            f'<w:p {names}><w:r><w:t xml:space="preserve">It was </w:t></w:r><w:ins w:id="1" '
            'w:author="a"><w:r><w:t>founded</w:t></w:r></w:ins><w:del w:id="2" w:author="a"><w:r>'
            "<w:delText>closed</w:delText></w:r></w:del></w:p>"
        ))  # fmt: skip
        body.insert(1, parse_xml(
            f"<w:sdt {names}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p>"
            "</w:sdtContent></w:sdt>"
        ))  # fmt: skip

    assert loaded(tmp_path, word(build)).text == "It was founded\n\nIn a control."


def test_pictures_headers_and_comments_are_no_text(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.add_picture(io.BytesIO(PICTURE))
        run = document.add_paragraph("It is new.").runs[0]
        document.add_comment(run, text="Is it?", author="a", initials="a")
        document.sections[0].header.paragraphs[0].text = "Draft"

    assert loaded(tmp_path, word(build)).text == "It is new."


def test_notes_stand_at_the_end_and_leave_no_mark_that_looks_like_a_citation(
    tmp_path: Path,
) -> None:
    names = nsdecls("w")
    raw = word_of(
        '<w:p><w:r><w:t>It has 12 rooms</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        "<w:r><w:t>.</w:t></w:r></w:p>",
        parts={
            "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats'
            '.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.'
            'openxmlformats.org/officeDocument/2006/relationships/footnotes" '
            'Target="footnotes.xml"/></Relationships>',
            "word/footnotes.xml": f'<w:footnotes {names}><w:footnote w:id="2">'
            f"{paragraph('Counted in May.')}</w:footnote></w:footnotes>",
        },
    )
    assert loaded(tmp_path, raw).text == "It has 12 rooms.\n\nCounted in May."


def test_chinese_text_and_line_breaks_are_kept(tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.add_paragraph("中心成立于2019年。\n主任是钱程。")

    document = loaded(tmp_path, word(build))
    assert document.text == "中心成立于2019年。\n\n主任是钱程。"
    assert document.language == "zh"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(500), "password"),
        (b"It is no archive.", "damaged"),
        (word(lambda _: None), "no text"),
        (word_of("")[:200], "damaged"),
        (b"", "damaged"),
    ],
)
def test_a_word_file_that_cannot_be_used_says_why(tmp_path: Path, raw: bytes, words: str) -> None:
    with pytest.raises(LoadError, match=words):
        loaded(tmp_path, raw)
