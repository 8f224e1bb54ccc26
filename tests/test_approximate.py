"""The store for many vectors, the choice between the stores, and builds that go on."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.blocks import BLOCKS, is_as_written, read_blocks, write_blocks
from rag.building import asked
from rag.embedding import SentenceEmbedder
from rag.errors import IndexStateError
from rag.indexing import build_index
from rag.resuming import Embedded
from rag.stores.faiss import FaissStore
from rag.stores.keeping import Storage
from rag.stores.listed import LISTS, ListedStore
from rag.stores.listed import VECTORS as EXACT
from rag.stores.local import open_vectors, write_vectors
from rag.stores.recall import exact_scores, recall
from rag.vectors import Vectors
from rag.versions import VECTORS as FLAT
from rag.versions import open_current, version_folder
from tests.recorded import write_corpus


def _unit(raw: NDArray[Any]) -> Vectors:
    made: Vectors = np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True), np.float32)
    return made


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Vectors in clouds, as those of texts are."""
    rng = np.random.default_rng(1)
    middles = rng.normal(size=(150, 32))
    return _unit(middles[rng.integers(0, 150, 6_000)] + 0.3 * rng.normal(size=(6_000, 32)))


@pytest.fixture(scope="module")
def questions(vectors: Vectors) -> Vectors:
    rng = np.random.default_rng(2)
    return _unit(vectors[::30] + 0.05 * rng.normal(size=(200, 32)).astype(np.float32))


@pytest.fixture(scope="module")
def store(vectors: Vectors, questions: Vectors) -> ListedStore:
    return ListedStore.built(vectors, questions)


def test_nearly_all_that_exact_search_finds_is_found_with_its_exact_scores(
    vectors: Vectors, questions: Vectors, store: ListedStore
) -> None:
    flat = FaissStore.from_vectors(vectors)
    others = _unit(questions[::-1] + questions)
    best = exact_scores(vectors, others, 10)
    found = []
    for vector, exact in zip(others, best, strict=True):
        scores, rows = store.search(vector, 10)
        assert scores == pytest.approx(vectors[rows] @ vector, abs=1e-6)
        assert list(scores) == sorted(scores, reverse=True)
        assert flat.search(vector, 10)[0] == pytest.approx(exact, abs=1e-6)
        found.append(rows)
    assert recall(vectors, others, found, best) >= 0.95
    assert store.probes < 40


@pytest.mark.parametrize("share", [0.01, 0.9])
def test_search_among_some_rows_finds_only_those(
    vectors: Vectors, questions: Vectors, store: ListedStore,
    monkeypatch: pytest.MonkeyPatch, share: float,
) -> None:  # fmt: skip
    monkeypatch.setattr("rag.stores.listed._FEW", 100)
    some = np.flatnonzero(np.random.default_rng(3).random(len(vectors)) < share)
    inside = set(some.tolist())
    for vector in questions[:20]:
        scores, rows = store.search(vector, 5, some)
        assert set(rows.tolist()) <= inside
        exact = np.sort(vectors[some] @ vector)[::-1][:5]
        assert scores[0] == pytest.approx(exact[0], abs=1e-6)
    assert len(store.search(questions[0], 3, np.array([], np.int64))[1]) == 0
    # No list that is looked through has them: they are compared all the same.
    far = np.argsort(vectors @ questions[0])[:200]
    assert len(store.search(questions[0], 5, far)[1]) == 5


def test_a_store_that_would_miss_too_much_is_refused_with_a_cure(vectors: Vectors) -> None:
    # Clouds there are none: what is nearest lies in any of the lists.
    rng = np.random.default_rng(4)
    crowd = _unit(rng.normal(size=(3_000, 32)))
    with pytest.raises(IndexStateError, match="EXACT_UP_TO to 3000"):
        ListedStore.built(crowd, _unit(rng.normal(size=(60, 32))))


def test_many_vectors_are_kept_in_lists_and_few_are_all_compared(
    tmp_path: Path, vectors: Vectors, questions: Vectors
) -> None:
    for name, most in (("few", len(vectors)), ("many", len(vectors) - 1)):
        (tmp_path / name).mkdir()
        write_vectors(tmp_path / name, vectors, lambda: questions, most)
    few, many = open_vectors(tmp_path / "few"), open_vectors(tmp_path / "many")
    assert isinstance(few, FaissStore)
    assert isinstance(many, ListedStore)
    assert (len(many), many.dim) == (len(few), few.dim) == vectors.shape
    assert np.array_equal(few.vectors(), many.vectors())
    for vector in questions[:20]:
        assert few.search(vector, 1)[1] == many.search(vector, 1)[1]


@pytest.mark.parametrize("name", [EXACT, LISTS])
def test_a_damaged_file_of_it_is_an_error(tmp_path: Path, store: ListedStore, name: str) -> None:
    store.save(tmp_path)
    (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(IndexStateError, match="rag index"):
        ListedStore.load(tmp_path)


def test_a_whole_version_is_built_over_lists(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    write_corpus(tmp_path / "corpus", 30, 6)
    build_index(
        tmp_path / "corpus", tmp_path / "index", embedder, 64, storage=Storage(exact_up_to=100)
    )
    version = open_current(tmp_path / "index", embedder)
    assert isinstance(version.vectors, ListedStore)
    assert len(asked(version.records, embedder)) == 180
    (tmp_path / "corpus" / "page-0003.md").unlink()
    report = build_index(
        tmp_path / "corpus", tmp_path / "index", embedder, 64, storage=Storage(exact_up_to=1000)
    )
    assert (report.chunks, report.copied) == (174, 174)
    assert isinstance(open_current(tmp_path / "index", embedder).vectors, FaissStore)
    folder = version_folder(tmp_path / "index", report.version)
    assert {path.name for path in folder.iterdir()} >= {FLAT}
    assert not (folder / LISTS).exists()


def test_a_large_file_is_known_by_its_blocks(tmp_path: Path) -> None:
    (tmp_path / "lexical").mkdir()
    large = tmp_path / "lexical" / "large"
    large.write_bytes(np.random.default_rng(0).bytes(5 * 2**20 + 7))
    (tmp_path / "small").write_bytes(b"x")
    write_blocks(tmp_path, 2**20)
    (name,) = read_blocks(tmp_path)
    hashes = read_blocks(tmp_path)[name]
    assert (name, len(hashes)) == ("lexical/large", 6)
    assert is_as_written(large, hashes)
    for place in (3, 2 * 2**20, 5 * 2**20 + 5):
        whole = large.read_bytes()
        changed = bytearray(whole)
        changed[place] ^= 1
        large.write_bytes(changed)
        assert not is_as_written(large, hashes)
        large.write_bytes(whole)
    large.write_bytes(whole + b"x" * 2**20)
    assert not is_as_written(large, hashes)
    large.unlink()
    assert not is_as_written(large, hashes)
    (tmp_path / BLOCKS).write_text("[1]")
    assert read_blocks(tmp_path) == {}


class _StoppedError(Exception):
    pass


class _Stopping:
    """The embedder, which counts texts and is cut short after some."""

    def __init__(self, embedder: SentenceEmbedder, most: int) -> None:
        self._embedder = embedder
        self.most, self.texts = most, 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.texts + len(texts) > self.most:
            raise _StoppedError
        self.texts += len(texts)
        return self._embedder.embed(texts)

    def __getattr__(self, name: str) -> object:
        return getattr(self._embedder, name)


def test_a_long_build_that_was_cut_short_is_gone_on_with(
    tmp_path: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(tmp_path / "corpus", 30, 6)
    index = tmp_path / "index"
    monkeypatch.setattr(Embedded.__init__, "__defaults__", (100,))
    with pytest.raises(_StoppedError):
        build_index(tmp_path / "corpus", index, _Stopping(embedder, 130), 64)  # type: ignore[arg-type]
    (kept,) = index.glob(".embedded-*")
    # Killed while it wrote, and the end lost with the power.
    with kept.open("ab") as file:
        file.write(bytes(2 * 32 + 4 * 384 + 100))
    rest = _Stopping(embedder, 180)
    report = build_index(tmp_path / "corpus", index, rest, 64)  # type: ignore[arg-type]
    # Two steps of 64 were done; ten chunks more are embedded to check the version.
    assert rest.texts == 180 - 128 + 10
    assert not list(index.glob(".embedded-*"))
    shutil.rmtree(index)
    assert build_index(tmp_path / "corpus", index, embedder, 64).chunks == report.chunks == 180
