"""HTML in which no text can become an element."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from rag.types import Point, Query
from rag.web.answers import conversation
from rag.web.markup import element, escape, is_web_address
from rag.web.reading import document_dialog
from rag.web.session import Opened
from rag.web.sources import sources
from tests.web.samples import (
    ANSWER,
    CITATION,
    DOCUMENT,
    EN,
    HOSTILE,
    QUOTE,
    REFUSAL,
    Elements,
    done,
    visit,
)

TAGS = set(
    "section h2 h3 h4 span div ul li p a strong article blockquote mark button details summary "
    "form fieldset legend label input table caption thead tbody tr th td dialog header "
    "footer".split()
)
ATTRIBUTES = set(
    "class dir href id title tabindex lang type value name maxlength hidden scope style".split()
)


@given(HOSTILE)
def test_escaped_text_is_only_entities_and_harmless_characters(text: str) -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9 \x80-\U0010ffff]|&#[0-9]+;)*", escape(text))


@given(HOSTILE)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    visible = re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text
    )
    found = Elements(element("p", text))
    assert [tag for tag, _ in found.tags] == ["p"]
    assert found.text == re.sub(r"[\ud800-\udfff]", "\ufffd", visible)


@settings(deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_an_answer_or_a_document_becomes_an_element(a: str, b: str, c: str) -> None:
    document = replace(
        DOCUMENT, title=a, text=b + QUOTE + c, center=c, institution=a, publisher=b, date=b
    )
    start = len(b)
    citation = replace(
        CITATION, title=a, center=c, doc_id=b, start=start, end=start + len(QUOTE),
        answer_start=start, answer_end=start + 7,
    )  # fmt: skip
    answer = replace(
        ANSWER,
        query=Query(a, b),
        points=(Point(a, b, (1,)), Point("", c, (1, 9))),
        citations=(citation,),
        notices=(c,),
        index_version=a,
    )
    exchanges = [done(answer, question=a), done(replace(REFUSAL, text=b), 2, question=c)]
    opened = Opened(a, b, QUOTE, (start, start + len(QUOTE)), (start, start + 7))
    page = (
        conversation(exchanges, visit(), lambda *_: document, rating=True)
        + sources(exchanges, lambda *_: document, EN)
        + document_dialog(1, document, opened, 0, EN)
    )
    for tag, attributes in Elements(page).tags:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        assert re.fullmatch(r"#(source|marker)-1-1", attributes.get("href") or "#source-1-1")
        assert re.fullmatch(r"--share:[01]\.\d\d", attributes.get("style") or "--share:0.00")


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("script", {}),
        ("p", {"onclick": "x"}),
        ("a", {"href": "javascript:alert(1)"}),
        ("p", {"style": "position:fixed"}),
    ],
)
def test_what_the_page_never_shows_is_refused(tag: str, attributes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="page"):
        element(tag, "x", **attributes)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", " https://a.example", "https://u:p@a.example", "//a.example", "https:",
     "https://[a", "data:text/html,x", "https://a.example/\n"],
)  # fmt: skip
def test_only_a_plain_web_address_is_linked(address: str) -> None:
    assert not is_web_address(address)
    document = replace(DOCUMENT, source_url=address)
    assert "Original page" not in sources([done(ANSWER)], lambda *_: document, EN)


def test_the_original_page_is_linked_without_a_trace() -> None:
    document = replace(DOCUMENT, source_url="https://lake.example/a?b=1")
    links = Elements(sources([done(ANSWER)], lambda *_: document, EN)).tags
    link = next(attributes for _, attributes in links if attributes.get("target"))
    assert link["href"] == "https://lake.example/a?b=1"
    assert link["rel"] == "noopener noreferrer nofollow"
