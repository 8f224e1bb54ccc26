"""Publishing, going back and dropping versions whose vectors are at a Milvus server."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymilvus import MilvusClient

from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import ConfigError, DamagedVersionError, StoreError
from rag.evidence import Finder
from rag.finders import open_finder
from rag.live import LiveChatbot
from rag.publishing import prune, roll_back
from rag.stores import milvus_server
from rag.stores.collections import drop_unused, write_collection
from rag.stores.milvus import MilvusStore
from rag.types import Answer
from rag.versions import current_version, open_current, open_version
from tests.vectors.server import MilvusServer
from tests.vectors.site import (
    ALIAS,
    QUESTION,
    collection_of,
    pointed_at,
    publish,
    random_vectors,
    wait_for,
)

pytestmark = pytest.mark.usefixtures("at_server")


@pytest.fixture(scope="module")
def finder(embedder: SentenceEmbedder) -> Finder:
    return open_finder(load_settings(reader_model="none"), embedder)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    return tmp_path


def test_publishing_and_going_back_under_load_loses_and_mixes_nothing(
    site: Path, embedder: SentenceEmbedder, finder: Finder, client: MilvusClient
) -> None:
    index = site / "index"
    names = [publish(site, embedder, "Ann Lee").version]
    live = LiveChatbot(Chatbot(open_current(index, embedder), embedder, finder, 5), index)
    answers: list[Answer] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                answers.append(live.ask(QUESTION))
        except BaseException as exc:
            failed.append(exc)

    def served(name: str) -> None:
        wait_for(lambda: bool(failed) or answers[-1].index_version == name)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    try:
        for thread in threads:
            thread.start()
        directors = ["Bartholomew Montgomery", "Cy Poe", "Dr Dorothea von Hohenstein"]
        for director in directors:
            names.append(publish(site, embedder, director).version)
            assert pointed_at(client) == collection_of(index, names[-1])
            wait_for(lambda: live.version.name == names[-1])
            served(names[-1])
        for earlier in (names[1], names[3]):
            assert roll_back(index, earlier) == earlier
            assert pointed_at(client) == collection_of(index, earlier)
            served(earlier)
    finally:
        done.set()
        for thread in threads:
            thread.join()
        live.close()
    assert not failed, failed
    said = dict(zip(names, ["Ann Lee", *directors], strict=True))
    assert {answer.index_version for answer in answers} == set(names)
    for answer in answers:
        records = open_version(index, answer.index_version, embedder).records
        assert answer.citations, answer
        assert said[answer.index_version] in answer.text
        for citation in answer.citations:
            document = records.document(citation.doc_id)
            assert document is not None
            assert document.text[citation.start : citation.end] == citation.quote


def test_collections_go_with_their_versions_and_nobody_elses_do(
    site: Path, embedder: SentenceEmbedder, client: MilvusClient
) -> None:
    index = site / "index"
    client.create_collection("somebody_elses", dimension=8)
    made = [publish(site, embedder, who, keep=2).version for who in ("Ann Lee", "Cy Poe")]
    first, second = (collection_of(index, name) for name in made)
    third = collection_of(index, publish(site, embedder, "Ed Fox", keep=2).version)
    there = set(client.list_collections())
    assert {second, third, "somebody_elses"} <= there
    assert first not in there
    roll_back(index)
    assert pointed_at(client) == second
    # What is current stays, however old it is.
    assert prune(index, 1) == []
    assert {second, third} <= set(client.list_collections())
    drop_unused(index)
    assert {second, third} <= set(client.list_collections())


def test_a_build_that_died_goes_on_where_it_was_and_what_is_not_gone_on_with_is_dropped(
    tmp_path: Path, client: MilvusClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "versions").mkdir()
    vectors, hashes = random_vectors(3500)
    sent: list[int] = []
    insert = MilvusClient.insert

    def dying(self: MilvusClient, name: str, data: list[Any], **how: Any) -> Any:
        if len(sent) == 2:
            raise KeyboardInterrupt
        sent.append(len(data))
        return insert(self, name, data, **how)

    target = tmp_path / "versions" / "vectors"
    with monkeypatch.context() as patch:
        patch.setattr(MilvusClient, "insert", dying)
        with pytest.raises(KeyboardInterrupt):
            write_collection(tmp_path, target, vectors, hashes, "model")
    assert not target.exists()

    def counting(self: MilvusClient, name: str, data: list[Any], **how: Any) -> Any:
        sent.append(len(data))
        return insert(self, name, data, **how)

    with monkeypatch.context() as patch:
        patch.setattr(MilvusClient, "insert", counting)
        write_collection(tmp_path, target, vectors, hashes, "model")
    assert sent == [1000, 1000, 1000, 500]
    store = MilvusStore.load(target)
    assert np.allclose(store.vectors(), vectors)
    # Another model's vectors of the same texts are another collection.
    write_collection(tmp_path, tmp_path / "other", vectors[:5], hashes[:5], "another model")
    other = MilvusStore.load(tmp_path / "other").collection
    assert other != store.collection
    drop_unused(tmp_path)
    assert not {other, store.collection} & set(client.list_collections())
    with pytest.raises(StoreError):
        store.search(vectors[0], 3)


def test_a_version_whose_collection_is_gone_is_damaged_and_the_one_before_serves(
    site: Path, embedder: SentenceEmbedder, client: MilvusClient
) -> None:
    index = site / "index"
    before = publish(site, embedder, "Ann Lee").version
    broken = publish(site, embedder, "Cy Poe").version
    lost = collection_of(index, broken)
    client.drop_alias(ALIAS)
    client.drop_collection(lost)
    with pytest.raises(DamagedVersionError, match="rag index"):
        open_version(index, broken, embedder)
    assert open_current(index, embedder).name == before


def _says(live: LiveChatbot, name: str) -> bool:
    try:
        return name in live.ask(QUESTION).text
    except StoreError:
        return False


def test_a_chatbot_waits_for_a_server_that_is_away_and_serves_again_when_it_is_back(
    site: Path, tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder,
    finder: Finder, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    own = MilvusServer(tmp_path_factory.mktemp("own") / "data")
    monkeypatch.setenv("MILVUS_URI", own.address)
    monkeypatch.setattr("rag.stores.milvus.SEARCHING", 1.0)
    index = site / "index"
    try:
        publish(site, embedder, "Ann Lee")
        live = LiveChatbot(Chatbot(open_current(index, embedder), embedder, finder, 5), index)
        try:
            assert "Ann Lee" in live.ask(QUESTION).text
            own.kill()
            with pytest.raises(StoreError, match="MILVUS_URI"):
                live.ask(QUESTION)
            own.start()
            # The client itself waits a moment before it tries the address again.
            wait_for(lambda: _says(live, "Ann Lee"))
            newest = publish(site, embedder, "Cy Poe").version
            wait_for(lambda: live.version.name == newest)
            assert "Cy Poe" in live.ask(QUESTION).text
        finally:
            live.close()
    finally:
        own.kill()


def test_without_the_packages_the_error_says_what_to_install(
    site: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    milvus_server._client.cache_clear()
    with pytest.raises(ConfigError, match=r"requirements-milvus\.txt"):
        publish(site, embedder, "Ann Lee")
    assert current_version(site / "index") is None
    milvus_server._client.cache_clear()
