"""Corpus to a published version."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from rag.chunking import embedded_text
from rag.config import ROOT
from rag.embedding import SentenceEmbedder
from rag.errors import CorpusError, IndexStateError
from rag.indexing import IndexReport, build_index
from rag.versions import current_version, open_current, read_manifest, write_manifest


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.md").write_text("---\ncenter: A\n---\n\nThe director of A is Ann Lee.")
    (folder / "b.md").write_text("---\ncenter: B\n---\n\nThe director of B is Bob Ray.")
    return folder


def build(corpus: Path, embedder: SentenceEmbedder, tokens: int = 160) -> IndexReport:
    return build_index(corpus, corpus.parent / "index", embedder, tokens)


def test_each_row_is_one_chunk_whose_text_finds_it(
    index_dir: Path, embedder: SentenceEmbedder
) -> None:
    version = open_current(index_dir, embedder)
    for row in range(len(version.records)):
        piece = version.records.chunk(row)
        document = version.records.document(piece.doc_id)
        assert document is not None
        assert document.text[piece.start : piece.end] == piece.text
        text = embedded_text(document, piece, embedder.count_tokens, version.manifest.chunk_tokens)
        scores, rows = version.vectors.search(embedder.embed([text])[0], 1)
        assert rows[0] == row
        assert scores[0] == pytest.approx(1, abs=1e-3)


def test_a_second_run_says_what_was_added_changed_removed_and_copies_the_rest(
    corpus: Path, embedder: SentenceEmbedder
) -> None:
    first = build(corpus, embedder)
    assert (first.plan.difference.added, first.chunks, first.copied) == (("a.md", "b.md"), 2, 0)
    assert not build(corpus, embedder).published
    (corpus / "a.md").unlink()
    (corpus / "c.md").write_text("C is new.")
    (corpus / "b.md").write_text("---\ncenter: B\n---\n\nThe director of B is Bea Ray.")
    (corpus / "d.md").write_text("D is new.")
    (corpus / "c.md").rename(corpus / "e.md")
    report = build(corpus, embedder)
    assert report.plan.difference.added == ("d.md", "e.md")
    assert report.plan.difference.changed == ("b.md",)
    assert report.plan.difference.removed == ("a.md",)
    (corpus / "f.md").write_text("F is new.")
    assert build(corpus, embedder).copied == 3


def test_a_removed_document_is_not_found_again(corpus: Path, embedder: SentenceEmbedder) -> None:
    build(corpus, embedder)
    (corpus / "a.md").unlink()
    build(corpus, embedder)
    version = open_current(corpus.parent / "index", embedder)
    assert [d.doc_id for d in version.records.documents()] == ["b.md"]
    assert list(version.lexical.search("Ann Lee", 5)[1]) == []


def test_equal_corpora_give_equal_rows_and_vectors(
    corpus: Path, embedder: SentenceEmbedder
) -> None:
    build(corpus, embedder)
    build_index(corpus, corpus.parent / "other", embedder, 160)
    one, two = (open_current(corpus.parent / name, embedder) for name in ("index", "other"))
    assert np.array_equal(one.vectors.vectors(), two.vectors.vectors())
    assert [one.records.chunk(i) for i in range(2)] == [two.records.chunk(i) for i in range(2)]


def test_a_file_that_fails_is_reported_and_the_rest_is_indexed(
    corpus: Path, embedder: SentenceEmbedder
) -> None:
    (corpus / "bad.md").write_bytes(b"\xff\xff\xff\x80")
    report = build(corpus, embedder)
    assert report.plan.difference.added == ("a.md", "b.md")
    assert [name for name, _ in report.plan.failed] == ["bad.md"]


def test_an_empty_corpus_names_the_cure_and_keeps_the_old_index(
    corpus: Path, embedder: SentenceEmbedder
) -> None:
    version = build(corpus, embedder).version
    for path in corpus.iterdir():
        path.unlink()
    with pytest.raises(CorpusError, match="--corpus"):
        build(corpus, embedder)
    assert current_version(corpus.parent / "index") == version


def test_a_build_that_dies_leaves_the_old_version_and_the_next_one_cleans_up(
    corpus: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = build(corpus, embedder).version
    (corpus / "c.md").write_text("C is new.")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("rag.indexing.publish", die)
        with pytest.raises(KeyboardInterrupt):
            build(corpus, embedder)
    index = corpus.parent / "index"
    assert open_current(index, embedder).name == version
    (index / "versions" / ".building-0009-dead").mkdir()
    assert build(corpus, embedder).published
    assert not list((index / "versions").glob(".building*"))


def test_two_processes_never_build_at_once(corpus: Path, embedder: SentenceEmbedder) -> None:
    build(corpus, embedder)
    with (
        FileLock(corpus.parent / "index" / ".lock"),
        pytest.raises(IndexStateError, match="Another process"),
    ):
        build(corpus, embedder)


def test_an_index_of_another_embedder_or_format_says_how_to_mend_it(
    corpus: Path, embedder: SentenceEmbedder
) -> None:
    version = build(corpus, embedder).version
    folder = corpus.parent / "index" / "versions" / version
    manifest = read_manifest(corpus.parent / "index")
    write_manifest(folder, replace(manifest, embedder_fingerprint="x", embedder="other"))
    with pytest.raises(IndexStateError, match="built with the embedder other"):
        open_current(corpus.parent / "index", embedder)
    write_manifest(folder, replace(manifest, format=99))
    with pytest.raises(IndexStateError, match="format 99"):
        open_current(corpus.parent / "index", embedder)


@pytest.mark.parametrize("part", ["manifest.json", "chunks.sqlite", "vectors.faiss", "lexical"])
def test_a_damaged_part_is_an_error_that_names_the_cure(
    corpus: Path, embedder: SentenceEmbedder, part: str
) -> None:
    version = build(corpus, embedder).version
    path = corpus.parent / "index" / "versions" / version / part
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.write_bytes(b"{ damaged")
    with pytest.raises(IndexStateError, match="python -m rag index"):
        open_current(corpus.parent / "index", embedder)


def test_no_index_names_the_command(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    with pytest.raises(IndexStateError, match="python -m rag index"):
        open_current(tmp_path, embedder)


def test_the_example_corpus_ships_with_the_product() -> None:
    assert len(list((ROOT / "corpus").glob("*/*.md"))) >= 5
