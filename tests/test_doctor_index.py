"""What the doctor finds of index versions, each really damaged, and of unpublished changes."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from rag.attaching import attach
from rag.config import load_settings
from rag.doctor.changes import change_findings
from rag.doctor.index import index_findings
from rag.doctor.subject import Subject
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.multilingual import UniversalSentenceEncoder
from rag.versions import MULTILINGUAL, read_manifest, write_manifest
from tests.doctoring import flip, healthy_corpus, only, page, trouble


@pytest.fixture
def subject(tmp_path: Path, embedder: SentenceEmbedder) -> Subject:
    corpus = healthy_corpus(tmp_path / "corpus")
    settings = load_settings(multilingual=False, sentence_vectors=0)
    return Subject(settings, corpus, tmp_path / "index", quick=False, embedder=embedder)


@pytest.fixture
def built(subject: Subject, embedder: SentenceEmbedder) -> Subject:
    """With two versions of the index."""
    publish(subject, embedder)
    (subject.corpus_dir / "c.md").write_text(page("The Lake Center has twelve rooms and a boat."))
    publish(subject, embedder)
    return subject


def publish(subject: Subject, embedder: SentenceEmbedder) -> str:
    tokens = subject.settings.chunk_tokens
    return build_index(subject.corpus_dir, subject.index_dir, embedder, tokens).version


def versions(subject: Subject) -> list[Path]:
    """Folders of the versions, the newest first."""
    return sorted((subject.index_dir / "versions").glob("0*"), reverse=True)


def test_a_sound_index_has_no_findings(built: Subject) -> None:
    (finding,) = index_findings(built)
    assert finding.severity == "ok"
    assert "3 documents, 3 chunks" in finding.problem
    assert "2 versions kept" in finding.problem


@pytest.mark.parametrize("part", ["manifest.json", "chunks.sqlite", "vectors.faiss", "lexical"])
def test_a_damaged_current_version_names_the_file_and_which_one_serves(
    built: Subject, part: str
) -> None:
    newest, oldest = versions(built)
    path = newest / part
    if part == "manifest.json":
        path.write_text("{ damaged")
    else:
        flip(sorted(path.iterdir())[0] if path.is_dir() else path)
    finding = only(index_findings(built), "error", f"{oldest.name} serves in its place")
    assert any(name.startswith(part) for name in finding.items)
    assert "rollback" in finding.cure


def test_a_damaged_older_version_is_a_warning(built: Subject) -> None:
    oldest = versions(built)[1]
    (oldest / "vectors.faiss").unlink()
    finding = only(index_findings(built), "warning", oldest.name)
    assert finding.items == ("vectors.faiss",)


def test_when_every_version_is_damaged_nothing_can_serve(built: Subject) -> None:
    for folder in versions(built):
        flip(folder / "vectors.faiss")
    found = trouble(index_findings(built))
    assert found[0].severity == "error"
    assert "nothing can serve" in found[0].problem


def test_a_current_that_names_nothing_is_an_error(built: Subject) -> None:
    (built.index_dir / "CURRENT").write_text("0009-gone\n")
    only(index_findings(built), "error", "0009-gone, which is not there")
    (built.index_dir / "CURRENT").unlink()
    only(index_findings(built), "error", "none is current")


def test_no_index_is_an_error(subject: Subject) -> None:
    assert "python -m rag index" in only(index_findings(subject), "error", "no index").cure


def test_what_a_killed_build_left_is_a_warning(built: Subject) -> None:
    (built.index_dir / "versions" / ".building-0009-dead").mkdir()
    (built.index_dir / "CURRENT.new").write_text("0009")
    finding = only(index_findings(built), "warning", "left")
    assert finding.items == (".building-0009-dead", "CURRENT.new")


def test_a_note_of_a_builder_that_is_gone_is_a_warning_and_of_a_living_one_a_notice(
    built: Subject,
) -> None:
    note = built.index_dir / ".builder"
    note.write_text(json.dumps({"pid": 2**22 + 1, "started": "2026-01-01T00:00:00"}))
    only(index_findings(built), "warning", "never finished")
    note.write_text('{"pid"')
    only(index_findings(built), "warning", "killed")
    note.write_text(json.dumps({"pid": os.getpid(), "started": "2026-01-01T00:00:00"}))
    (built.index_dir / "versions" / ".building-0009-now").mkdir()
    only(index_findings(built), "notice", f"Process {os.getpid()} has been building")


def test_another_embedder_format_or_chunk_length_is_told(
    built: Subject, embedder: SentenceEmbedder
) -> None:
    newest, oldest = versions(built)
    settings = load_settings(chunk_tokens=100, multilingual=False, sentence_vectors=0)
    other = Subject(settings, built.corpus_dir, built.index_dir, quick=False, embedder=embedder)
    only(index_findings(other), "warning", "CHUNK_TOKENS is 100")
    was = read_manifest(built.index_dir, oldest.name)
    write_manifest(oldest, replace(was, format=1))
    only(index_findings(built), "notice", "format 1")
    write_manifest(oldest, was)
    was = read_manifest(built.index_dir, newest.name)
    write_manifest(newest, replace(was, embedder="other"))
    only(index_findings(built), "error", "built with the embedder other")
    # The same name, other weights: only a loaded model tells.
    write_manifest(newest, replace(was, embedder_fingerprint="x"))
    only(index_findings(built), "error", "built with the embedder")


def test_unpublished_changes_are_a_warning_that_names_them(built: Subject) -> None:
    assert not trouble(change_findings(built))
    (built.corpus_dir / "a.md").write_text(page("The director is Cy Fox."))
    (built.corpus_dir / "b.md").unlink()
    (built.corpus_dir / "c.md").rename(built.corpus_dir / "d.md")
    (built.corpus_dir / "e.md").write_text("New.")
    finding = only(change_findings(built), "warning", "1 added, 1 changed, 1 removed, 1 renamed")
    assert set(finding.items) == {"e.md", "a.md", "b.md", "c.md → d.md"}


def test_a_version_that_cannot_answer_in_chinese_is_told(built: Subject) -> None:
    asked = replace(built, settings=load_settings(multilingual=True, sentence_vectors=0))
    found = only(index_findings(asked), "notice", "has no multilingual vectors")
    assert "python -m rag index" in found.cure
    attach(built.index_dir, UniversalSentenceEncoder())
    assert not trouble(index_findings(asked))
    flip(versions(built)[0] / MULTILINGUAL)
    only(index_findings(asked), "warning", "damaged multilingual vectors")
