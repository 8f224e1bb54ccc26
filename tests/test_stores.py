"""The contract of vector stores, whichever it is, and the word index."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexStateError
from rag.lexical import LexicalIndex
from rag.stores.faiss import FaissStore
from rag.stores.keeping import Storage, open_vectors, write_vectors
from rag.stores.local import LocalStore
from rag.stores.milvus import MilvusStore
from rag.vectors import Vectors
from tests.vectors.server import MilvusServer


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    raw = np.random.default_rng(0).normal(size=(200, 16)).astype(np.float32)
    unit: Vectors = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return unit


Keep = Callable[[Vectors], LocalStore | MilvusStore]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    running = MilvusServer(tmp_path_factory.mktemp("milvus") / "data")
    yield running
    running.kill()


@pytest.fixture(params=["files", "milvus in a folder", "milvus server"])
def keep(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Keep]:
    """Writes vectors into each store and opens them."""
    storage = Storage("faiss" if request.param == "files" else "milvus")
    monkeypatch.setenv("MILVUS_URI", str(tmp_path / "lite.db"))
    if request.param == "milvus server":
        monkeypatch.setenv("MILVUS_URI", request.getfixturevalue("server").address)
    folder = tmp_path / "versions" / "0001-abc"
    folder.mkdir(parents=True)

    def write_and_open(vectors: Vectors) -> LocalStore | MilvusStore:
        hashes = [f"{row:064}" for row in range(len(vectors))]
        write_vectors(folder, vectors, hashes, "model", lambda: vectors, storage)
        return open_vectors(folder)

    yield write_and_open
    if request.param == "milvus in a folder":
        from milvus_lite.server_manager import server_manager_instance

        server_manager_instance.release_all()


def test_each_vector_finds_itself_with_score_one(vectors: Vectors, keep: Keep) -> None:
    store = keep(vectors)
    assert (len(store), store.dim) == (200, 16)
    for row in (0, 77, 199):
        scores, rows = store.search(vectors[row], 3)
        assert rows[0] == row
        assert scores[0] == pytest.approx(1)
        assert list(scores) == sorted(scores, reverse=True)


def test_search_among_some_rows_equals_exact_search_among_them(
    vectors: Vectors, keep: Keep
) -> None:
    store = keep(vectors)
    some = np.array([3, 50, 51, 120, 199])
    scores, rows = store.search(vectors[7], 3, some)
    exact = vectors[some] @ vectors[7]
    assert list(rows) == list(some[np.argsort(-exact)[:3]])
    assert scores == pytest.approx(np.sort(exact)[::-1][:3])
    assert len(store.search(vectors[7], 3, np.array([], np.int64))[1]) == 0


def test_what_is_written_opens_equal(vectors: Vectors, keep: Keep) -> None:
    assert np.array_equal(keep(vectors).vectors(), vectors)


def test_more_rows_than_there_are_give_all_of_them(vectors: Vectors, keep: Keep) -> None:
    store = keep(vectors)
    assert sorted(store.search(vectors[0], 500)[1]) == list(range(200))
    scattered = np.arange(0, 200, 3)
    assert sorted(store.search(vectors[0], 500, scattered)[1]) == list(scattered)


def test_a_saved_store_opens_equal_and_a_damaged_one_is_an_error(
    tmp_path: Path, vectors: Vectors
) -> None:
    FaissStore.from_vectors(vectors).save(tmp_path / "v.faiss")
    assert np.array_equal(FaissStore.load(tmp_path / "v.faiss").vectors(), vectors)
    (tmp_path / "v.faiss").write_bytes(b"nothing")
    with pytest.raises(IndexStateError, match="rag index"):
        FaissStore.load(tmp_path / "v.faiss")


def test_vectors_that_are_not_unit_length_are_refused() -> None:
    with pytest.raises(ValueError, match="length 1"):
        FaissStore.from_vectors(np.full((2, 4), 2.0, np.float32))


TEXTS = [
    "The director is Qian Cheng.",
    "Directors direct; the director.",
    "主任是谁 telephone",
    "x",
]


def test_stemmed_english_and_chinese_pairs_are_found() -> None:
    lexical = LexicalIndex.from_texts(TEXTS)
    assert sorted(lexical.search("Who are the directors?", 9)[1]) == [0, 1]
    assert list(lexical.search("主任", 9)[1]) == [2]


def test_no_shared_term_means_no_hit_and_not_a_zero_score() -> None:
    lexical = LexicalIndex.from_texts(TEXTS)
    assert len(lexical.search("umbrella", 9)[1]) == 0
    assert len(lexical.search("who is the", 9)[1]) == 0
    assert len(LexicalIndex.from_texts([""]).search("director", 9)[1]) == 0


def test_word_search_among_some_rows_finds_only_those() -> None:
    lexical = LexicalIndex.from_texts(TEXTS)
    assert list(lexical.search("director", 9, np.array([1, 2]))[1]) == [1]


def test_a_saved_word_index_opens_equal_and_a_damaged_one_is_an_error(tmp_path: Path) -> None:
    lexical = LexicalIndex.from_texts(TEXTS)
    lexical.save(tmp_path / "lexical")
    opened = LexicalIndex.load(tmp_path / "lexical")
    assert len(opened) == len(TEXTS)
    for question in ("director", "主任 telephone"):
        scores, rows = lexical.search(question, 9)
        opened_scores, opened_rows = opened.search(question, 9)
        assert np.array_equal(rows, opened_rows)
        assert np.array_equal(scores, opened_scores)
    (tmp_path / "lexical" / "params.index.json").write_text("{")
    with pytest.raises(IndexStateError, match="rag index"):
        LexicalIndex.load(tmp_path / "lexical")


def test_a_rare_term_weighs_more_than_a_common_one() -> None:
    lexical = LexicalIndex.from_texts(TEXTS)
    rare, common = lexical.weight("qian"), lexical.weight("director")
    assert rare is not None
    assert common is not None
    assert rare > common
    assert lexical.weight("umbrella") is None
