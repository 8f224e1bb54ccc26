"""Web pages to documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.lists import lists_in
from rag.loaders import load
from rag.text import sentence_spans
from rag.types import Document
from tests.documents import WEB_PAGE, write


def loaded(root: Path, page: str | bytes) -> Document:
    return load(write(root, "page.html", page), root)


def test_the_main_text_is_kept_as_headings_paragraphs_lists_and_rows(tmp_path: Path) -> None:
    assert loaded(tmp_path, WEB_PAGE).text.split("\n") == [
        "# The Tissue Center",
        "",
        "The Tissue Center was founded in 2010 by Professor Jane Doe. It studies how tissue is "
        "repaired.",
        "",
        "## Research directions",
        "",
        "It has three research directions:",
        "",
        "- Stem cells",
        "- Wound healing",
        "- Imaging",
        "",
        "| Name | Role |",
        "| Jane Doe | Director |",
        "| Ann Lee | Deputy director |",
        "",
        "Address: River Road 1",
        "",
        "Telephone: 12345",
    ]


def test_lists_and_rows_of_a_page_are_lists_and_sentences_to_what_reads_them(
    tmp_path: Path,
) -> None:
    text = loaded(tmp_path, WEB_PAGE).text
    (block,) = lists_in(text)
    assert [text[slice(*item)] for item in block.items] == [
        "Stem cells", "Wound healing", "Imaging",
    ]  # fmt: skip
    assert text[slice(*block.lead_in)] == "It has three research directions:"
    assert "Jane Doe | Director" in [text[start:end] for start, end in sentence_spans(text)]


def test_the_head_of_a_page_gives_what_it_says_of_itself_and_no_center(tmp_path: Path) -> None:
    document = loaded(tmp_path, WEB_PAGE)
    assert document.title == "The Tissue Center"
    assert document.publisher == "Example University"
    assert document.source_url == "https://example.org/tissue"
    assert document.date == "2024-03-05"
    assert document.language == "en"
    assert document.center is None
    assert document.pages == ()


def test_a_date_in_the_text_is_not_the_date_of_the_page(tmp_path: Path) -> None:
    page = (
        "<html><body><p>The center was founded on 2010-05-08.</p>"
        "<time datetime='2012-01-01'>the opening</time></body></html>"
    )
    assert loaded(tmp_path, page).date is None


def test_a_short_page_keeps_its_structure(tmp_path: Path) -> None:
    page = (
        "<html><body><nav>Home</nav><h1>The Center</h1><p>It is led by Jane Doe.</p>"
        "<dl><dt>Beds<dd>120<dt>Staff<dd>30</dl><footer>Imprint</footer></body></html>"
    )
    document = loaded(tmp_path, page)
    assert document.title == "The Center"
    assert document.text == (
        "# The Center\n\nIt is led by Jane Doe.\n\n| Beds | 120 |\n| Staff | 30 |"
    )


def test_a_table_for_the_layout_is_read_cell_by_cell(tmp_path: Path) -> None:
    page = (
        "<table><tr><td><h2>News</h2><p>It is new.</p></td><td><p>It is old.</p></td></tr></table>"
    )
    assert loaded(tmp_path, page).text == "## News\n\nIt is new.\n\nIt is old."


def test_numbered_and_nested_items_are_lines_of_their_own(tmp_path: Path) -> None:
    page = "<ol><li>First<ul><li>a part</li></ul></li><li><p>Second</p><p>More.</p></li></ol>"
    assert loaded(tmp_path, page).text == "1. First\n- a part\n2. Second\n\nMore."


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<meta charset=gb2312><p>成立于2019年，镕某。".encode("gb18030"), "成立于2019年，镕某。"),
        ("<meta charset=iso-8859-1><p>Café “Ann”.".encode("cp1252"), "Café “Ann”."),
        ('<?xml version="1.0" encoding="big5"?><p>中心成立了。'.encode("big5"), "中心成立了。"),
        ("<meta charset='utf-7'><p>Café.".encode(), "Café."),
        ("\ufeff<p>Ελληνικά.".encode(), "Ελληνικά."),
        ("<p>Ünïcode.".encode("utf-16"), "Ünïcode."),
        ("<html lang=zh><p>中心，\n成立于 2019 年。</p>".encode(), "中心，成立于 2019 年。"),
    ],
)  # fmt: skip
def test_the_declared_encoding_is_read_as_browsers_do(
    tmp_path: Path, raw: bytes, text: str
) -> None:
    assert loaded(tmp_path, raw).text == text


@pytest.mark.parametrize(
    ("page", "language"),
    [
        ("<html lang='zh-CN'><p>The center was founded in 2019.</p>", "en"),
        ("<html lang='en'><p>中心成立于2019年。</p>", "zh"),
        ("<html lang='fr-FR'><p>Le centre a été fondé en 2019.</p>", "fr"),
        ("<html lang='x\"y'><p>The center was founded in 2019.</p>", "en"),
    ],
)
def test_a_language_that_the_script_contradicts_is_not_believed(
    tmp_path: Path, page: str, language: str
) -> None:
    assert loaded(tmp_path, page).language == language


def test_an_address_that_is_none_of_the_web_is_left_out(tmp_path: Path) -> None:
    page = "<html><head><link rel=canonical href='javascript:alert(1)'></head><p>It is new.</p>"
    assert loaded(tmp_path, page).source_url is None


@pytest.mark.parametrize("page", ["", " ", "<!-- a -->", "<html></html>", "<script>x</script>"])
def test_a_page_without_text_says_so(tmp_path: Path, page: str) -> None:
    with pytest.raises(LoadError, match=r"page\.html has no text"):
        loaded(tmp_path, page)


@pytest.mark.parametrize("unit", ["<div>x ", "<ul><li>x", "<table><tr><td>x", "<b>x"])
def test_a_page_too_deep_to_be_read_whole_is_refused_rather_than_cut(
    tmp_path: Path, unit: str
) -> None:
    with pytest.raises(LoadError, match="nested more than 255 deep"):
        loaded(tmp_path, "<html><body>" + unit * 50_000)
