"""A running chatbot and the versions that are published under it."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.evidence import Finder
from rag.finders import open_finder
from rag.indexing import build_index
from rag.live import LiveChatbot
from rag.publishing import roll_back
from rag.stores import VECTORS
from rag.types import Answer
from rag.versions import open_current, open_version, version_folder

TOKENS = 64
QUESTION = "Who is the director of the Harbor Center?"
_PATIENCE = 60


@pytest.fixture(scope="module")
def finder(embedder: SentenceEmbedder) -> Finder:
    return open_finder(load_settings(reader_model="none"), embedder)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    return tmp_path


def publish(site: Path, embedder: SentenceEmbedder, director: str) -> str:
    # The longer the name, the more every offset after it moves.
    (site / "corpus" / "harbor.md").write_text(
        f"---\ncenter: Harbor Center\n---\n\n{director} writes here.\n\n"
        f"The director of the Harbor Center is {director}.\n"
    )
    return build_index(site / "corpus", site / "index", embedder, TOKENS).version


@pytest.fixture
def live(site: Path, embedder: SentenceEmbedder, finder: Finder) -> Iterator[LiveChatbot]:
    publish(site, embedder, "Ann Lee")
    with_version = open_current(site / "index", embedder)
    chatbot = LiveChatbot(Chatbot(with_version, embedder, finder, 5), site / "index")
    yield chatbot
    chatbot.close()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def test_no_question_fails_or_sees_a_mix_while_versions_come_and_go(
    site: Path, live: LiveChatbot, embedder: SentenceEmbedder
) -> None:
    answers: list[Answer] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                answers.append(live.ask(QUESTION))
                answers.extend(live.stream(QUESTION))
        except BaseException as exc:
            failed.append(exc)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    names = [live.version.name]
    directors = ["Bartholomew Montgomery", "Cy Poe", "Dr Dorothea von Hohenstein", "Ed Fox"]
    for director in directors:
        names.append(publish(site, embedder, director))
        wait_for(lambda: live.version.name == names[-1])
        wait_for(lambda: bool(failed) or answers[-1].index_version == names[-1])
    for earlier in (names[2], names[4]):
        assert roll_back(site / "index", earlier) == earlier
        wait_for(lambda name=earlier: live.version.name == name)  # type: ignore[misc]
        wait_for(
            lambda name=earlier: bool(failed) or answers[-1].index_version == name  # type: ignore[misc]
        )
    done.set()
    for thread in threads:
        thread.join()
    assert not failed, failed
    assert {answer.index_version for answer in answers} == set(names)
    versions = {name: open_version(site / "index", name, embedder) for name in names}
    said = dict(zip(names, ["Ann Lee", *directors], strict=True))
    for answer in answers:
        records = versions[answer.index_version].records
        assert answer.citations, answer
        assert said[answer.index_version] in answer.text
        for citation in answer.citations:
            document = records.document(citation.doc_id)
            assert document is not None
            assert document.text[citation.start : citation.end] == citation.quote
        for hit in answer.hits:
            assert hit.chunk in records.chunks_of(hit.chunk.doc_id)


def test_a_damaged_new_version_is_reported_and_the_old_one_serves_on(
    site: Path, live: LiveChatbot, embedder: SentenceEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    first = live.version.name
    # Built elsewhere and copied badly.
    shutil.copytree(site, site / "elsewhere")
    second = publish(site / "elsewhere", embedder, "Bob Ray")
    copied = version_folder(site / "index", second)
    shutil.copytree(version_folder(site / "elsewhere" / "index", second), copied)
    (copied / VECTORS).write_bytes(b"damaged")
    (site / "index" / "CURRENT").write_text(second)
    wait_for(lambda: any("goes on serving" in r.getMessage() for r in caplog.records))
    assert any(r.levelno == logging.ERROR and first in r.getMessage() for r in caplog.records)
    answer = live.ask(QUESTION)
    assert (answer.index_version, "Ann Lee" in answer.text) == (first, True)
    third = publish(site, embedder, "Cy Poe")
    wait_for(lambda: live.version.name == third)
    assert "Cy Poe" in live.ask(QUESTION).text


def test_opened_on_an_older_version_it_takes_the_next_one_that_is_published(
    site: Path, embedder: SentenceEmbedder, finder: Finder
) -> None:
    first = publish(site, embedder, "Ann Lee")
    second = publish(site, embedder, "Bob Ray")
    (version_folder(site / "index", second) / VECTORS).write_bytes(b"damaged")
    version = open_current(site / "index", embedder)
    assert (version.name, version.instead_of) == (first, second)
    live = LiveChatbot(Chatbot(version, embedder, finder, 5), site / "index")
    try:
        assert "Ann Lee" in live.ask(QUESTION).text
        third = publish(site, embedder, "Cy Poe")
        wait_for(lambda: live.version.name == third)
        assert "Cy Poe" in live.ask(QUESTION).text
    finally:
        live.close()


def test_a_pointer_that_is_unreadable_for_a_while_changes_nothing(
    site: Path, live: LiveChatbot, embedder: SentenceEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    first = live.version.name
    pointer = site / "index" / "CURRENT"
    pointer.write_bytes(b"\xff\xfe")
    wait_for(lambda: any("goes on serving" in r.getMessage() for r in caplog.records))
    pointer.unlink()
    pointer.mkdir()
    said = "cannot be read"
    wait_for(lambda: any(said in r.getMessage() for r in caplog.records))
    assert live.ask(QUESTION).index_version == first
    # Looked at again and again, told once.
    time.sleep(1.2)
    assert sum(said in r.getMessage() for r in caplog.records) == 1
    pointer.rmdir()
    pointer.write_text(first)
    second = publish(site, embedder, "Bob Ray")
    wait_for(lambda: live.version.name == second)


def test_an_older_version_answers_as_long_as_it_is_kept(
    site: Path, live: LiveChatbot, embedder: SentenceEmbedder
) -> None:
    first = live.version.name
    names = [first]
    for director in ("Bob Ray", "Cy Poe"):
        names.append(publish(site, embedder, director))
        wait_for(lambda: live.version.name == names[-1])
    current = live.at()
    assert current is not None
    assert current.version.name == names[2]
    # The one before the current is open still, the first has to be opened, and takes its place.
    for name, director in ((names[1], "Bob Ray"), (first, "Ann Lee"), (names[1], "Bob Ray")):
        older = live.at(name)
        assert older is not None
        assert older is live.at(name)
        assert live.opened(name) is older
        assert director in older.ask(QUESTION).text
        assert older.ask(QUESTION).index_version == name
    assert live.opened(first).version.name == names[2]
    assert "Cy Poe" in live.ask(QUESTION).text


@pytest.mark.parametrize("name", ["0099-abc", "../index", "", "0001", "x" * 300, "0001-a/../b"])
def test_a_version_that_is_gone_or_never_was_is_none(live: LiveChatbot, name: str) -> None:
    found = live.at(name)
    assert found is (live.at() if not name else None)


def test_the_overview_follows_the_version(
    site: Path, live: LiveChatbot, embedder: SentenceEmbedder
) -> None:
    wait_for(lambda: live.known is not None)
    first = live.overview()
    assert (first.version, first.cards[0].center) == (live.version.name, "Harbor Center")
    (site / "corpus" / "lake.md").write_text("---\ncenter: Lake Center\n---\n\nIt is new.\n")
    second = publish(site, embedder, "Bob Ray")
    wait_for(lambda: live.version.name == second and live.known is not None)
    assert live.overview().version == second
    assert [card.center for card in live.overview().cards] == ["Harbor Center", "Lake Center"]
