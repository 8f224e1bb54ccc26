"""A document in full: parts, marks, and which document a button opens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.keyfacts import Card, Fact, Overview
from rag.web.opening import opened_at, part_of
from rag.web.reading import PART, document_dialog, part_with, parts_of
from rag.web.session import Opened
from tests.web.samples import ANSWER, CHUNK, CITATION, DOCUMENT, EN, QUOTE, REFUSAL, Elements, done

SPAN = CITATION.start, CITATION.end
EXACT = CITATION.answer_start, CITATION.answer_end
OPENED = Opened("0001-a", "lake.md", QUOTE, SPAN, EXACT)
OVERVIEW = Overview(
    "0001-a", (Card("Lake Center", (Fact("leads", ("Ann Roe",), CITATION),)),), 0, ()
)


class _Marked(Elements):
    """Collects what is marked, and what is marked stronger."""

    def __init__(self, html: str) -> None:
        self.within: list[str] = []
        self.marked = self.exact = ""
        super().__init__(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if "mark" in self.within:
            self.marked += data
        if "strong" in self.within:
            self.exact += data


@given(st.text(alphabet="ab\n #-", max_size=300), st.integers(1, 50))
def test_the_parts_of_a_text_are_the_text(text: str, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.web.reading.PART", most)
        parts = parts_of(text)
        assert "".join(text[start:end] for start, end in parts) == text
        assert all(end - start <= most for start, end in parts)
        for offset in range(len(text)):
            start, end = parts[part_with(offset, parts)]
            assert start <= offset < end


def test_the_cited_words_are_marked_and_the_exact_ones_stronger() -> None:
    found = _Marked(document_dialog(3, DOCUMENT, OPENED, 0, EN))
    assert (found.marked, found.exact) == (QUOTE, "Ann Roe")
    assert "It was founded in 2011." in found.text
    assert ("dialog", {"class": "document", "id": "document-3"}) in found.tags


def test_a_mark_over_several_lines_is_marked_on_each() -> None:
    text = "## Rooms\n\nIt has two rooms:\n\n- A lab\n- A hall\n\nNothing else."
    span = text.index("It has"), text.index("\n\nNothing")
    opened = replace(OPENED, quote=text[slice(*span)], span=span, exact=(span[0], span[0]))
    found = _Marked(document_dialog(1, replace(DOCUMENT, text=text), opened, 0, EN))
    assert found.marked == "It has two rooms:- A lab- A hall"
    assert found.exact == ""
    assert "##" not in found.text


def test_a_large_document_comes_in_parts_that_lead_to_each_other() -> None:
    text = "line of words\n" * (3 * PART // 14)
    document = replace(DOCUMENT, text=text)
    assert len(parts_of(text)) > 2
    middle = Elements(document_dialog(1, document, OPENED, 1, EN))
    assert len(middle.text) < 2 * PART
    verbs = [a["value"] for tag, a in middle.tags if tag == "button"]
    assert verbs == ["close", "part-0", "part-2"]
    first = Elements(document_dialog(1, document, OPENED, -5, EN))
    assert [a["value"] for tag, a in first.tags if tag == "button"] == ["close", "part-1"]


def test_each_button_opens_its_own_place() -> None:
    exchanges = (done(ANSWER, 1), done(REFUSAL, 2))
    assert opened_at("read-1-1", exchanges, None) == OPENED
    assert opened_at("fact-1-1", exchanges, OVERVIEW) == OPENED
    near = opened_at("near-2-1", exchanges, None)
    assert near is not None
    assert (near.span, near.exact) == ((CHUNK.start, CHUNK.end), (CHUNK.start, CHUNK.start))
    assert part_of("part-12") == 12


@pytest.mark.parametrize(
    "place",
    ["read-1-9", "read-9-1", "near-2-0", "near-2-7", "fact-0-1", "fact-1-0", "fact-2-1", "read-1",
     "", "read-1-1; x", "part--1", "read-99999-1"],
)  # fmt: skip
def test_a_button_that_there_is_not_opens_nothing(place: str) -> None:
    assert opened_at(place, (done(ANSWER, 1), done(REFUSAL, 2)), OVERVIEW) is None
    assert part_of(place) is None
