"""Index versions whose vectors are in a Milvus server."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from pymilvus import MilvusClient

from rag.chatbot import Chatbot
from rag.config import ROOT, load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import ConfigError, DamagedVersionError, StoreError
from rag.evidence import Finder
from rag.finders import open_finder
from rag.indexing import IndexReport, build_index
from rag.live import LiveChatbot
from rag.publishing import prune, roll_back
from rag.questions import QUESTIONS, load_questions
from rag.retrieval import retrieve
from rag.stores import milvus_server
from rag.stores.collections import VECTORS, drop_unused, write_collection
from rag.stores.faiss import FaissStore
from rag.stores.keeping import Storage
from rag.stores.milvus import MilvusStore
from rag.text import sentence_spans
from rag.types import Answer, Query, Vectors
from rag.versions import current_version, open_current, open_version, version_folder
from tests.milvus import MilvusServer

ALIAS = "tests"
TOKENS = 64
QUESTION = "Who is the director of the Harbor Center?"
_PATIENCE = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    running = MilvusServer(tmp_path_factory.mktemp("milvus") / "data")
    yield running
    running.kill()


@pytest.fixture(autouse=True)
def _settings(server: MilvusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILVUS_URI", server.address)
    monkeypatch.setenv("MILVUS_ALIAS", ALIAS)


@pytest.fixture
def client(server: MilvusServer) -> Iterator[MilvusClient]:
    opened = MilvusClient(server.address)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def finder(embedder: SentenceEmbedder) -> Finder:
    return open_finder(load_settings(reader_model="none"), embedder)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    return tmp_path


def publish(site: Path, embedder: SentenceEmbedder, director: str, **how: Any) -> IndexReport:
    # The longer the name, the more every offset after it moves.
    (site / "corpus" / "harbor.md").write_text(
        f"---\ncenter: Harbor Center\n---\n\n{director} writes here.\n\n"
        f"The director of the Harbor Center is {director}.\n"
    )
    return build_index(
        site / "corpus", site / "index", embedder, TOKENS, storage=Storage("milvus"), **how
    )


def collection_of(index: Path, version: str) -> str:
    return MilvusStore.load(version_folder(index, version) / VECTORS).collection


def pointed_at(client: MilvusClient) -> str:
    return str(client.describe_alias(ALIAS)["collection_name"])


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def random_vectors(count: int) -> tuple[Vectors, list[str]]:
    raw = np.random.default_rng(0).normal(size=(count, 16)).astype(np.float32)
    return raw / np.linalg.norm(raw, axis=1, keepdims=True), [f"{row:064}" for row in range(count)]


def test_the_example_corpus_moves_to_milvus_and_each_question_finds_the_same_ten_passages(
    tmp_path: Path, index_dir: Path, embedder: SentenceEmbedder
) -> None:
    moved = tmp_path / "index"
    shutil.copytree(index_dir, moved)
    tokens = load_settings().chunk_tokens
    report = build_index(ROOT / "corpus", moved, embedder, tokens, storage=Storage("milvus"))
    assert report.published
    assert report.copied == report.chunks
    again = build_index(ROOT / "corpus", moved, embedder, tokens, storage=Storage("milvus"))
    assert not again.published
    files, served = open_current(index_dir, embedder), open_current(moved, embedder)
    assert isinstance(served.vectors, MilvusStore)
    assert not (version_folder(moved, served.name) / "vectors.faiss").exists()
    asked = [question.question for question in load_questions(QUESTIONS).answerable]
    for question, vector in zip(asked, embedder.embed(asked), strict=True):
        scores, rows = served.vectors.search(vector, 10)
        expected, expected_rows = files.vectors.search(vector, 10)
        assert list(rows) == list(expected_rows), question
        assert scores == pytest.approx(expected, abs=1e-5)
    center = next(d.center for d in files.records.documents() if d.center)
    one = Query("who is the director", "who is the director", centers=(center,))
    found = [retrieve(version, embedder, one, 10) for version in (files, served)]
    assert [h.chunk for h in found[0]] == [h.chunk for h in found[1]]


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
            assert "Ann Lee" in live.ask(QUESTION).text
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


def test_nothing_of_milvus_is_imported_where_it_is_not_asked_for(index_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import rag.indexing; "
        "from rag.versions import open_parts, read_manifest, version_folder; "
        f"index = Path({str(index_dir)!r}); manifest = read_manifest(index); "
        "open_parts(version_folder(index, manifest.version), manifest); "
        "sys.exit(bool({'pymilvus', 'grpc', 'milvus_lite'} & sys.modules.keys()))"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@pytest.mark.slow
@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["all compared", "graph"])
def test_of_ten_thousand_passages_milvus_finds_the_ten_that_faiss_finds(
    tmp_path: Path, embedder: SentenceEmbedder, exact_up_to: int
) -> None:
    (tmp_path / "versions").mkdir()
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "corpus").rglob("*.md"))]
    sentences = [text[a:b] for text in texts for a, b in sentence_spans(text)]
    draw = Random(7)
    passages = [" ".join(draw.sample(sentences, 3)) for _ in range(10_000)]
    vectors = embedder.embed(passages)
    hashes = [f"{row:064}" for row in range(len(passages))]
    where = tmp_path / "versions" / "vectors"
    write_collection(tmp_path, where, vectors, hashes, "model", exact_up_to)
    served, files = MilvusStore.load(where), FaissStore.from_vectors(vectors)
    asked = embedder.embed([question.question for question in load_questions(QUESTIONS).answerable])
    shared = [
        len({*served.search(vector, 10)[1]} & {*files.search(vector, 10)[1]}) for vector in asked
    ]
    overlap = sum(shared) / (10 * len(asked))
    print(f"overlap at ten of {len(passages)} passages: {overlap:.4f}")
    assert overlap >= 0.98
