"""Page numbers, from a PDF to the citation of an answer and to what its reader sees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.chatbot import Chatbot
from rag.cli import main
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.versions import open_current
from rag.web.session import Exchange
from rag.web.sources import sources
from rag.web.words import Words
from tests.documents import WEB_PAGE, center_in_word, pdf, word, write

QUESTION = "Who is the director of the Lake Center?"
DIRECTOR = "Professor Ann Lee is the director of the Lake Center."
PAGES = [
    [
        "# The Lake Center",
        "The Lake Center studies how water moves between the ground and the lakes of the",
        "province. It was founded in 2010 by scientists of four universities.",
    ],
    ["It has 12 rooms and a boat.", "", DIRECTOR, "She has led it since 2015."],
    ["Visitors are welcome on Mondays."],
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Path:
    """An index of one document of each format that is no plain text."""
    root = tmp_path_factory.mktemp("formats")
    footer = "Lake Center, River Road 1"
    write(root, "corpus/lake.pdf", pdf(PAGES, footer=lambda n: f"{footer}     page {n}"))
    write(root, "corpus/lake.pdf.meta.yaml", "title: The Lake Report\ncenter: Lake Center")
    write(root, "corpus/tissue.html", WEB_PAGE)
    write(root, "corpus/tissue.docx", word(center_in_word))
    report = build_index(root / "corpus", root / "index", embedder, load_settings().chunk_tokens)
    assert report.plan.failed == ()
    assert report.plan.difference.added == ("lake.pdf", "tissue.docx", "tissue.html")
    return root / "index"


def ask(index: Path, *options: str) -> str:
    result = CliRunner().invoke(main, ["ask", QUESTION, "--index", str(index), *options])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def reading(index: Path, chatbot: Chatbot) -> Chatbot:
    """A chatbot over that index."""
    return chatbot.on(open_current(index, chatbot.embedder))


def test_the_citation_has_the_page_of_its_quote(reading: Chatbot) -> None:
    answer = reading.ask(QUESTION)
    assert answer.status == "answered"
    citation = answer.citations[0]
    assert (citation.doc_id, citation.page, citation.quote) == ("lake.pdf", 2, DIRECTOR)
    assert "Ann Lee" in answer.text


def test_the_command_line_prints_the_page_and_json_has_it(index: Path) -> None:
    assert "[1] The Lake Report, p. 2 (lake.pdf)" in ask(index)
    assert json.loads(ask(index, "--json"))["citations"][0]["page"] == 2


def test_the_chat_page_shows_the_page(reading: Chatbot) -> None:
    answer = reading.ask(QUESTION)
    page = sources(
        [Exchange(1, QUESTION, answer)], lambda doc_id, _: reading.document(doc_id), Words("en")
    )
    assert "page 2" in page


def test_formats_without_pages_are_cited_without_one(reading: Chatbot) -> None:
    answer = reading.ask("When was the Tissue Center founded?")
    citation = answer.citations[0]
    assert (citation.doc_id, citation.page) == ("tissue.html", None)
    assert citation.center is None
    assert "2010" in answer.text
