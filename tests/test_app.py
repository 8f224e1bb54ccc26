"""The web app without a browser: what becomes HTML, what the command line says."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app import main
from rag.chatbot import Chatbot
from rag.errors import QueryError
from rag.types import Answer, Chunk, Citation, Document, Hit, Point, Query, Turn
from rag.web.answers import announcement, confidence_words, conversation
from rag.web.markup import element, escape, is_web_address
from rag.web.wiring import build_page
from rag.web.session import Exchange, Stream, ask, history
from rag.web.sources import excerpt, sources
from rag.web.theme import STYLE

TEXT = "It was founded in 2011.\n\nAnn Roe leads the Lake Center. It has 12 rooms."
DOCUMENT = Document("lake.md", "Lake", TEXT, "0", center="Lake Center", date="2024-05-01")
QUOTE = "Ann Roe leads the Lake Center."
START = TEXT.index(QUOTE)
CITATION = Citation(
    1, "lake.md", "Lake", "Lake Center", None, START, START + len(QUOTE), QUOTE, START, START + 7
)
CHUNK = Chunk("lake.md#1", "lake.md", START, len(TEXT), "", TEXT[START:])
ANSWER = Answer(
    query=Query("Who leads it?", "Who leads it?"),
    text=f"Ann Roe: {QUOTE} [1]",
    points=(Point("Ann Roe", QUOTE, (1,)),),
    citations=(CITATION,),
    hits=(Hit(CHUNK, 0.9, 1),),
    confidence=0.926,
    notices=(),
    withheld=0,
    index_version="1-a",
    elapsed=0.1,
)
REFUSAL = replace(ANSWER, text="The documents do not say.", points=(), citations=())
HOSTILE = st.text() | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[a](javascript:alert(1)) <https://a.example> www.a.example a@b.example",
        "# a\n\n- b\n\n    c\n\n```html\n<b>\n```\n| a |\n|---|\n$$x$$ **b** _c_ ~~d~~ &lt;",
        "${alert(1)} {{constructor}} \ud800 \u202etxt.exe",
    ]
)


class _Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def play(*steps: Answer | Exception) -> Stream:
    """A stream that yields or raises each of ``steps``, whatever it is asked."""

    def stream(question: str, turns: Sequence[Turn], center: str | None) -> Iterator[Answer]:
        for step in steps:
            if isinstance(step, Exception):
                raise step
            yield step

    return stream


def done(answer: Answer, number: int = 1, question: str = "Who leads it?") -> Exchange:
    return Exchange(number, question, answer, done=True)


def cards(*exchanges: Exchange) -> str:
    return sources(exchanges, {"lake.md": DOCUMENT}.get)


@given(HOSTILE)
def test_escaped_text_is_only_entities_and_harmless_characters(text: str) -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9 \x80-\U0010ffff]|&#[0-9]+;)*", escape(text))


@given(HOSTILE)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    visible = re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text
    )
    found = _Elements(element("p", text))
    assert [tag for tag, _ in found.tags] == ["p"]
    assert found.text == re.sub(r"[\ud800-\udfff]", "\ufffd", visible)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_an_answer_or_a_document_becomes_an_element(a: str, b: str, c: str) -> None:
    document = replace(DOCUMENT, title=a, text=b + QUOTE + c, center=c, institution=a, date=b)
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
    )
    exchange = done(answer, question=a)
    refusal = done(replace(REFUSAL, text=b), number=2, question=c)
    page = conversation([exchange, refusal]) + sources([exchange, refusal], lambda _: document)
    for tag, attributes in _Elements(page).tags:
        assert tag in {
            "section", "h3", "h4", "span", "div", "ul", "li", "p", "a", "strong", "em", "article",
            "blockquote", "mark",
        }  # fmt: skip
        assert set(attributes) <= {"class", "dir", "href", "id", "title", "tabindex"}
        assert re.fullmatch(r"#(source|marker)-1-1", attributes.get("href") or "#source-1-1")


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [("script", {}), ("p", {"onclick": "x"}), ("a", {"href": "javascript:alert(1)"})],
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
    assert "Original page" not in sources([done(ANSWER)], lambda _: document)


def test_the_original_page_is_linked_without_a_trace() -> None:
    document = replace(DOCUMENT, source_url="https://lake.example/a?b=1")
    links = _Elements(sources([done(ANSWER)], lambda _: document)).tags
    link = next(attributes for _, attributes in links if attributes.get("target"))
    assert link["href"] == "https://lake.example/a?b=1"
    assert link["rel"] == "noopener noreferrer nofollow"


def test_an_answer_shows_exact_words_sentence_and_marker() -> None:
    found = _Elements(conversation([done(ANSWER)]))
    assert "Ann Roe “Ann Roe leads the Lake Center.”\u00a0[Source 1: Lake]" in found.text
    assert "Answered from the documents · High confidence (0.93)" in found.text
    assert "Understood as" not in found.text


def test_a_completed_question_is_shown_as_understood() -> None:
    answer = replace(ANSWER, query=Query("Who leads the Lake Center?", "Who leads it?"))
    found = _Elements(conversation([done(answer)]))
    assert "Understood as: Who leads the Lake Center?" in found.text


def test_every_marker_leads_to_a_card_and_back_and_no_id_comes_twice() -> None:
    twice = replace(ANSWER, points=ANSWER.points * 2)
    exchanges = [done(twice, 1), done(twice, 2)]
    found = _Elements(conversation(exchanges) + cards(*exchanges)).tags
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {f"#{i}" for i in ids} == {a["href"] for _, a in found if "href" in a}


def test_the_passage_round_the_evidence_is_its_chunk() -> None:
    found = excerpt(CITATION, ANSWER.hits, DOCUMENT)
    assert (found.before, found.exact, found.after) == ("", "Ann Roe", " It has 12 rooms.")
    assert found.lead + found.exact + found.tail == QUOTE


@pytest.mark.parametrize("document", [None, replace(DOCUMENT, text="Another text.")])
def test_a_document_that_has_changed_since_shows_the_quote_alone(document: Document | None) -> None:
    found = excerpt(CITATION, ANSWER.hits, document)
    assert (found.before, found.exact, found.tail) == ("", "Ann Roe", QUOTE[7:])


def test_a_refusal_shows_nearest_passages_that_claim_nothing() -> None:
    text = _Elements(cards(done(REFUSAL))).text
    assert "Nearest passages" in text
    assert "do not answer" in text
    assert "<mark>" not in cards(done(REFUSAL))


def test_sources_of_earlier_questions_stay_below_the_latest() -> None:
    found = _Elements(cards(done(ANSWER, 1), done(ANSWER, 2))).tags
    assert [a["id"] for _, a in found if "id" in a] == ["source-2-1", "source-1-1"]


@pytest.mark.parametrize(("value", "word"), [(1.0, "High"), (0.6, "Fair"), (0.2, "Low")])
def test_confidence_has_a_word_and_a_number(value: float, word: str) -> None:
    assert confidence_words(value) == f"{word} confidence ({value:.2f})"


def test_the_question_is_shown_before_there_is_an_answer() -> None:
    steps = list(ask(play(ANSWER), (), "Who leads it?", None))
    assert steps[0] == (Exchange(1, "Who leads it?"),)
    assert steps[-1] == (done(ANSWER),)
    assert "Ann Roe" in announcement(steps[-1])


def test_a_question_that_cannot_be_used_is_answered_with_the_cure() -> None:
    stream = play(QueryError("There is no such center.", "Choose another."))
    *_, last = ask(stream, (), "Who leads it?", "Moon")
    assert "There is no such center. Choose another." in _Elements(conversation(last)).text


def test_an_unexpected_error_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        *_, last = ask(play(ANSWER, KeyError("secret")), (), "private question", None)
    assert "secret" not in conversation(last)
    assert "Please ask again" in _Elements(conversation(last)).text
    assert "KeyError" in caplog.text
    assert "private question" not in caplog.text


def test_a_failed_or_stopped_question_is_no_history() -> None:
    exchanges = (done(ANSWER), Exchange(2, "b", failure="x", done=True), Exchange(3, "c", ANSWER))
    assert [turn.question for turn in history(exchanges)] == ["Who leads it?"]


def test_no_event_of_the_page_is_an_endpoint(chatbot: Chatbot) -> None:
    # Gradio leaves an event loop open for each lock that it makes where none is running.
    async def build() -> dict[str, Any]:
        return cast("dict[str, Any]", build_page(chatbot).get_api_info())

    information = asyncio.run(build())
    assert information["named_endpoints"] == {}
    assert information["unnamed_endpoints"] == {}


def test_no_index_is_one_line_with_the_cure(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["--index", str(tmp_path), "--port", "0"])
    assert found.exit_code == 1
    assert re.fullmatch(r"Error: .*`python -m rag index`.*\n", found.stderr)


def test_a_taken_port_is_one_line_with_the_cure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = CliRunner().invoke(main, ["--index", str(tmp_path), "--port", str(port)])
    assert found.exit_code == 1
    assert re.fullmatch(rf"Error: Port {port} .* taken\. .*--port.*\n", found.stderr)


def test_a_foreign_address_is_one_line_with_the_cure(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["--host", "192.0.2.1", "--port", "0"])
    assert found.exit_code == 1
    assert re.fullmatch(r"Error: The address 192\.0\.2\.1 .*--host.*\n", found.stderr)


@pytest.mark.parametrize("scheme", [":root", ".dark"])
def test_text_stands_out_from_its_ground_as_wcag_aa_asks(scheme: str) -> None:
    block = STYLE.read_text("utf-8").split(f"{scheme} {{")[1].split("}")[0]
    colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
    grounds = {
        "ink": ("paper", "surface", "tint"), "quiet": ("paper", "surface", "tint"),
        "accent": ("paper", "surface", "tint"), "warn": ("paper", "surface"),
        "on-accent": ("accent", "accent-hover"), "on-mark": ("mark", "mark-strong"),
    }  # fmt: skip
    for text, behind in grounds.items():
        assert min(_contrast(colour[text], colour[ground]) for ground in behind) >= 4.5, text


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
