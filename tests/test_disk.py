"""A disk that is full or read-only, and files that vanish while they are read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.embedding import SentenceEmbedder
from rag.errors import IndexStateError
from rag.indexing import build_index, plan_index
from rag.loaders import corpus_files, load
from rag.publishing import roll_back
from rag.types import Document
from rag.versions import current_version, open_current, version_names

TOKENS = 64


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.md").write_text(f"The director of {name} is Ann Lee.")
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes in memory; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


def what_lies_in(index: Path) -> set[str]:
    return {p.relative_to(index).as_posix() for p in index.rglob("*") if p.name != ".lock"}


def test_a_full_disk_is_an_error_and_the_old_version_serves_on(
    corpus: Path, small_disk: Path, embedder: SentenceEmbedder
) -> None:
    index = small_disk / "index"
    old = build_index(corpus, index, embedder, TOKENS).version
    before = what_lies_in(index)
    (corpus / "c.md").write_text("The director of c is Cy Poe.")
    filler = small_disk / "filler"
    said: list[str] = []
    for free in range(0, 1024, 16):
        filler.unlink(missing_ok=True)
        disk = os.statvfs(small_disk)
        with filler.open("wb") as file:
            taken = disk.f_bavail * disk.f_frsize - free * 1024
            os.posix_fallocate(file.fileno(), 0, max(1, taken))
        try:
            report = build_index(corpus, index, embedder, TOKENS)
        except IndexStateError as exc:
            said.append(exc.cure)
            assert open_current(index, embedder).name == old
            assert what_lies_in(index) == before
        else:
            assert open_current(index, embedder).name == report.version
            break
    assert len(said) >= 4
    assert all("free space" in cure for cure in said)
    assert current_version(index) != old


def test_a_read_only_index_serves_and_says_why_it_cannot_be_written(
    corpus: Path, small_disk: Path, embedder: SentenceEmbedder
) -> None:
    index = small_disk / "index"
    for text in ("One.", "Two."):
        (corpus / "c.md").write_text(text)
        build_index(corpus, index, embedder, TOKENS)
    (corpus / "c.md").write_text("Three.")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)  # noqa: S607
    before = what_lies_in(index)
    with pytest.raises(IndexStateError, match="permissions"):
        build_index(corpus, index, embedder, TOKENS)
    with pytest.raises(OSError, match="Read-only"):
        roll_back(index)
    assert plan_index(corpus, index, embedder, TOKENS).difference.changed == ("c.md",)
    version = open_current(index, embedder)
    assert version.name == version_names(index)[0]
    found = version.records.document("c.md")
    assert found is not None
    assert found.text == "Two."
    assert what_lies_in(index) == before


def test_a_file_deleted_between_plan_and_read_counts_as_removed(
    corpus: Path, tmp_path: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    build_index(corpus, index, embedder, TOKENS)
    (corpus / "a.md").write_text("The director of a is somebody else.")
    (corpus / "c.md").write_text("The director of c is Cy Poe.")

    def delete_and_load(path: Path, root: Path) -> Document:
        path.unlink()
        return load(path, root)

    monkeypatch.setattr("rag.planning.load", delete_and_load)
    report = build_index(corpus, index, embedder, TOKENS)
    assert report.plan.difference.removed == ("a.md",)
    assert not report.plan.failed
    assert not report.plan.kept
    assert [d.doc_id for d in open_current(index, embedder).records.documents()] == ["b.md"]


def test_a_file_deleted_while_the_folder_is_listed_is_not_there(
    corpus: Path, tmp_path: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_index(corpus, tmp_path / "index", embedder, TOKENS)

    def list_and_delete(root: Path) -> list[Path]:
        paths = list(corpus_files(root))
        paths[0].unlink()
        return paths

    monkeypatch.setattr("rag.planning.corpus_files", list_and_delete)
    plan = plan_index(corpus, tmp_path / "index", embedder, TOKENS)
    assert (plan.difference.removed, plan.failed) == (("a.md",), ())


def test_a_file_that_fails_leaves_its_document_as_it_was_even_under_other_settings(
    corpus: Path, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    index = tmp_path / "index"
    build_index(corpus, index, embedder, TOKENS)
    (corpus / "a.md").write_text("---\ntitle: [\n---\nbroken")
    (corpus / "c.md").write_text("---\ntitle: [\n---\nnever read")
    for tokens in (TOKENS, TOKENS // 2):
        report = build_index(corpus, index, embedder, tokens)
        assert [name for name, _ in report.plan.failed] == ["a.md", "c.md"]
        assert report.plan.kept == ("a.md",)
        kept = open_current(index, embedder).records.document("a.md")
        assert kept is not None
        assert kept.text == "The director of a is Ann Lee."
    (corpus / "a.md").unlink()
    build_index(corpus, index, embedder, TOKENS // 2)
    assert open_current(index, embedder).records.document("a.md") is None
