"""Which lines and pages of a text are joined, and what stands between them."""

from __future__ import annotations

import pytest

from rag.text import join_pages, normalise

WIDE = "The center studies the cells of the heart"


def test_a_line_of_more_than_40_letters_goes_on_after_a_blank_line_and_a_shorter_does_not() -> None:
    for letters, joined in ((40, False), (41, True)):
        line = "T" + "a" * (letters - 1)
        between = " " if joined else "\n\n"
        assert normalise(f"{line}\n\nand on") == f"{line}{between}and on"


@pytest.mark.parametrize(
    ("before", "line", "between"),
    [
        # After a blank line only a small letter goes on, and nothing that has ended.
        (WIDE, "And more", "\n\n"),
        (f"{WIDE}.", "and more", "\n\n"),
        (f"{WIDE}:", "and more", "\n\n"),
        (f"{WIDE}.”)", "and more", "\n\n"),
        (f"{WIDE},", "and more", " "),
        # What is structure stands alone.
        (f"# {WIDE}", "and more", "\n\n"),
        (WIDE, "- and more", "\n\n"),
        (WIDE, "a) more", "\n\n"),
        (WIDE, "3) more", "\n\n"),
        (WIDE, "| more |", "\n\n"),
        (WIDE, "> more", "\n\n"),
        (f"| {WIDE}", "and more", "\n\n"),
        (f"``` {WIDE}", "and more", "\n\n"),
        # A list's item may go on.
        (f"- {WIDE}", "and more", " "),
    ],
)
def test_after_a_blank_line(before: str, line: str, between: str) -> None:
    assert normalise(f"{before}\n\n{line}") == f"{before}{between}{line}"


@pytest.mark.parametrize(
    ("before", "line", "between"),
    [
        ("Short", "Line", "\n"),
        ("Short", "line", " "),
        ("It ended.", "line", "\n"),
        ("It ended:", "line", "\n"),
        ("No end;", "line", "\n"),
        ("Done？", "line", "\n"),
        # As wide as it may be: it was wrapped, not ended.
        (WIDE, "Heart and lung", " "),
        (f"{WIDE}.", "Heart and lung", "\n"),
        ("A" * 40, "Heart", " "),
        ("A" * 39, "Heart", "\n"),
        # The next line is much wider: this one was not wrapped.
        ("A" * 59, "B" * 100, "\n"),
        ("A" * 60, "B" * 100, " "),
        # A Chinese character is as wide as two letters.
        ("细" * 20, "A", " "),
        ("细" * 19, "A", "\n"),
        # Between Chinese characters stands nothing.
        ("细" * 20, "胞", ""),
        ("细胞", "a", " "),
        ("细" * 20 + "a", "胞", " "),
        ("A" * 40 + "细", "胞", ""),
    ],
)
def test_without_a_blank_line(before: str, line: str, between: str) -> None:
    assert normalise(f"{before}\n{line}") == f"{before}{between}{line}"


def test_the_widest_line_so_far_says_where_lines_are_wrapped_until_a_blank_line() -> None:
    wide, narrow = "A" * 100, "B" * 50
    assert normalise(f"{wide}\n{narrow}\nC") == f"{wide} {narrow}\nC"
    assert normalise(f"{wide}\nEnd.\n\n{narrow}\nC") == f"{wide} End.\n\n{narrow} C"


@pytest.mark.parametrize(
    ("before", "line", "joined"),
    [
        ("the devel-", "opment", "the development"),
        ("a non-", "communicable", "a non-communicable"),
        ("a Non-", "communicable", "a Non-communicable"),
        ("Double-", "blind", "Double-blind"),
        ("the Zhe-", "Jiang", "the Zhe-Jiang"),
        ("state-of-", "the art", "state-of-the art"),
        ("in 2019-", "2020", "in 2019- 2020"),
        ("a -", "b", "a - b"),
        ("cells-", "(two)", "cells- (two)"),
        ("lab", "oratory", "lab oratory"),
        ("micro-", "scope", "microscope"),
        ("macro-", "scope", "macro-scope"),
        ("Labo-", "ratory", "Labo-ratory"),
        ("of iso-", "Butane", "of iso-Butane"),
        ("a new non-", "communicable", "a new non-communicable"),
        ("x-", "ray", "x-ray"),
    ],
)
def test_words_that_a_hyphen_broke(before: str, line: str, joined: str) -> None:
    assert normalise(f"{before}\n{line}", markdown=True) == joined


def test_a_word_broken_twice_is_one_word() -> None:
    assert normalise("the micro-\nbio-\nlogical devel-\nop-\nment", markdown=True) == (
        "the microbiological development"
    )


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\fB", "a\n\nB"),
        ("a\n\n\n\n\nB", "a\n\nB"),
        ("\n\nA\n\n", "A"),
        ("a\rB", "a\nB"),
        ("a\r\x00\nB", "a\nB"),
        ("  a  \n  B  ", "a\nB"),
        ("a\x1fb\x7fc\x81d", "abcd"),
        ("a\tb\u3000c", "a b c"),
        ("a\u00ad \n b", "ab"),
        ("e\u200b\u0301", "é"),
        # A letter and its accent are as wide as one letter.
        ("A" * 38 + "e\u0301\nB", "A" * 38 + "é\nB"),
        ("&amp; “quoted” ＡＢ：", "&amp; “quoted” ＡＢ："),
        ("", ""),
        ("\n \n", ""),
    ],
)
def test_what_stands_between_and_around(raw: str, text: str) -> None:
    assert normalise(raw) == text


def test_of_marks_on_a_letter_30_are_kept_whatever_stands_before_it() -> None:
    piled = "\u0316" * 40
    assert normalise(f"x{piled}") == "x" + piled[:30]
    assert normalise(f"€{piled}€{piled}") == f"€{piled[:30]}€{piled[:30]}"
    assert normalise("€" * 40) == "€" * 40


@pytest.mark.parametrize(
    ("pages", "text", "starts"),
    [
        ([("One.", False), ("two", True)], "One.\n\ntwo", [0, 6]),
        ([(WIDE, False), ("and on", True)], f"{WIDE} and on", [0, 42]),
        ([(WIDE, True), ("and on", False)], f"{WIDE}\n\nand on", [0, 43]),
        ([(f"x\n{WIDE} lab-", False), ("oratory\nA", True)], f"x\n{WIDE} laboratory\nA", [0, 47]),
        (
            [(f"{WIDE} lab-", False), ("oratory of the heart and of the lungs of mi-", True),
             ("ce\nand", True)],
            f"{WIDE} laboratory of the heart and of the lungs of mice\nand", [0, 45, 88],
        ),
        ([("细" * 30, False), ("胞", True)], "细" * 30 + "\n\n胞", [0, 32]),
        # Only the last line goes on, and only in the first.
        ([(f"x\n{WIDE}\ny", False), ("and on", True)], f"x\n{WIDE}\ny\n\nand on", [0, 47]),
        ([(WIDE, False), ("a) and on", True)], f"{WIDE}\n\na) and on", [0, 43]),
    ],
)  # fmt: skip
def test_pages(pages: list[tuple[str, bool]], text: str, starts: list[int]) -> None:
    assert join_pages(pages) == (text, starts)
    assert join_pages([]) == ("", [])
