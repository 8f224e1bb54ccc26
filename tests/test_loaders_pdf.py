"""PDFs to documents with pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.loaders import load
from rag.types import Document
from tests.documents import CHINESE_FONT, one_page_pdf, pdf, stream, write

PROSE = [
    "The Lake Center studies how water moves between the ground and the lakes of the",
    "province. It was founded in 2010 by a group of scientists from four universities.",
]


def loaded(root: Path, raw: bytes) -> Document:
    return load(write(root, "report.pdf", raw), root)


def page_texts(document: Document) -> dict[int, str]:
    ends = [start for start, _ in document.pages[1:]] + [len(document.text)]
    return {
        page: document.text[start:end].strip()
        for (start, page), end in zip(document.pages, ends, strict=True)
    }


def test_wrapped_lines_are_joined_and_pages_counted_from_1(tmp_path: Path) -> None:
    document = loaded(tmp_path, pdf([PROSE, [], ["It has 12 rooms."]]))
    assert page_texts(document) == {1: " ".join(PROSE), 3: "It has 12 rooms."}
    assert document.page_at(0) == 1
    assert document.page_at(document.text.index("12 rooms")) == 3


def test_words_cut_at_a_line_end_are_whole_and_compounds_keep_their_hyphen(tmp_path: Path) -> None:
    lines = [
        "The center studies the micro-", "environment, non-", "communicable disease and devel-",
        "opment.",
    ]  # fmt: skip
    text = "The center studies the microenvironment, non-communicable disease and development."
    assert loaded(tmp_path, pdf([lines])).text == text


def test_a_sentence_goes_on_over_a_page_break_and_each_half_has_its_page(tmp_path: Path) -> None:
    document = loaded(tmp_path, pdf([PROSE[:1], PROSE[1:]]))
    assert document.text == " ".join(PROSE)
    assert document.page_at(document.text.index("studies")) == 1
    assert document.page_at(document.text.index("province")) == 2


def test_running_lines_and_page_numbers_do_not_cut_sentences_and_are_not_lost(
    tmp_path: Path,
) -> None:
    raw = pdf(
        [PROSE[:1], PROSE[1:], PROSE[:1], PROSE[1:]],
        header=lambda number: f"Annual Report 2024 | {number + 6}",
        footer=lambda _: "Lake Center, River Road 1, Hangzhou",
    )
    document = loaded(tmp_path, raw)
    assert document.text.startswith(" ".join(PROSE) + "\n")
    assert document.text.count("Annual Report 2024") == 1
    assert document.text.count("River Road 1") == 1
    # They are kept behind everything else, as what they are: lines of the first page.
    assert document.page_at(document.text.index("River Road 1")) == 1
    numbers = pdf([PROSE] * 4, footer=lambda number: f"- {number} -")
    assert "-" not in loaded(tmp_path, numbers).text


def test_lines_in_the_margin_that_differ_are_text(tmp_path: Path) -> None:
    names = ["Ann", "Bob", "Cem", "Dee"]
    raw = pdf([PROSE] * 4, header=lambda number: f"{names[number - 1]} leads floor 7")
    text = loaded(tmp_path, raw).text
    assert all(f"{name} leads floor 7" in text for name in names)


def test_a_note_in_small_letters_does_not_go_on_on_the_next_page(tmp_path: Path) -> None:
    note = "~A note on the method by which the rooms of the center were counted"
    text = loaded(tmp_path, pdf([[*PROSE, "", note], ["rooms are counted each year."]])).text
    assert text.endswith("were counted\n\nrooms are counted each year.")


def test_a_heading_stands_apart_from_the_paragraph_below_it(tmp_path: Path) -> None:
    heading = "Research on lakes and on the rivers that feed them"
    text = loaded(tmp_path, pdf([["# " + heading, *PROSE]])).text
    assert text.startswith(heading + "\n\nThe Lake Center")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("The Lake Report", "The Lake Report"),
        ("Microsoft Word - report_v3.docx", "The Lakes"),
        ("untitled", "The Lakes"),
        ("lake.indd", "The Lakes"),
        ("", "The Lakes"),
    ],
)
def test_a_title_that_a_program_made_up_is_not_the_title(
    tmp_path: Path, written: str, title: str
) -> None:
    document = loaded(tmp_path, pdf([["# The Lakes", *PROSE]], title=written))
    assert document.title == title
    assert document.date == "2000-01-01"


def test_chinese_is_read_without_spaces_between_lines(tmp_path: Path) -> None:
    lines = [
        "中心成立于二零一九年，位于杭州市西湖区，由四所大学共同建设，",
        "现有研究人员一百二十人。",
    ]
    document = loaded(tmp_path, pdf([lines], font=CHINESE_FONT))
    assert document.text == "".join(lines)
    assert document.language == "zh"


def test_characters_beyond_the_basic_plane_are_kept(tmp_path: Path) -> None:
    mapping = (
        b"/CIDInit /ProcSet findresource begin begincmap /CMapName /X def 1 begincodespacerange "
        b"<00><FF> endcodespacerange 2 beginbfchar <41><D842DFB7> <42><5409> endbfchar endcmap end"
    )
    raw = one_page_pdf(
        stream(b"BT /F 12 Tf 72 700 Td (BA) Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        stream(mapping),
        resources=b"/Font<</F 5 0 R>>",
    )
    assert loaded(tmp_path, raw).text == "吉𠮷"


def test_a_scan_is_reported_as_having_no_text(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"report\.pdf has no text.*scans.*OCR"):
        loaded(tmp_path, pdf([[], []]))


def test_letters_without_a_name_are_reported_rather_than_indexed(tmp_path: Path) -> None:
    codes = "".join(f"<{code:02X}><{0xE000 + code:04X}> " for code in range(65, 75))
    mapping = (
        "/CIDInit /ProcSet findresource begin begincmap /CMapName /X def 1 begincodespacerange "
        f"<00><FF> endcodespacerange 10 beginbfchar {codes}endbfchar endcmap end"
    )
    raw = one_page_pdf(
        stream(b"BT /F 12 Tf 72 700 Td (ABCDEFGHIJ) Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        stream(mapping.encode()),
        resources=b"/Font<</F 5 0 R>>",
    )
    with pytest.raises(LoadError, match="which letters"):
        loaded(tmp_path, raw)


def test_a_password_is_asked_for_only_where_one_is_needed_to_open(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="password"):
        loaded(tmp_path, pdf([PROSE], password="secret"))  # noqa: S106
    assert loaded(tmp_path, pdf([PROSE], password="")).text == " ".join(PROSE)


@pytest.mark.parametrize("raw", [b"", b"%PDF-1.7", b"no pdf at all", pdf([PROSE])[:300]])
def test_a_damaged_file_is_an_error_of_that_file(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(LoadError, match=r"report\.pdf .*(damaged|no text)"):
        loaded(tmp_path, raw)
