"""Multilingual vectors beside a version: whole or not there, and never in the version's way."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.attaching import attach
from rag.attachment import (
    attachment_state,
    read_attachment,
    write_attachment,
)
from rag.config import ROOT
from rag.embedding import SentenceEmbedder
from rag.errors import DamagedVersionError, IndexStateError
from rag.indexing import build_index
from rag.locking import only_builder
from rag.multilingual import UniversalSentenceEncoder
from rag.publishing import prune, roll_back
from rag.versions import (
    MULTILINGUAL,
    current_version,
    damaged_files,
    open_current,
    read_manifest,
)
from tests.attached import MODEL, TOKENS, first_site, folder_of, publish, read


@pytest.fixture
def site(tmp_path: Path, embedder: SentenceEmbedder) -> Path:
    """A corpus with a published index, without multilingual vectors."""
    return first_site(tmp_path, embedder)


def test_vectors_are_of_length_one_and_of_whole_sentences(
    site: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder
) -> None:
    done = attach(site / "index", multilingual)
    assert done is not None
    assert (done.made, done.copied) == (len(read(site, multilingual).keys), 0)
    attachment = read(site, multilingual)
    assert np.allclose(np.linalg.norm(attachment.vectors, axis=1), 1, atol=1e-3)
    version = open_current(site / "index", embedder)
    said = []
    for row, start, end, _ in attachment.sentences.tolist():
        chunk = version.records.chunk(row)
        document = version.records.document(chunk.doc_id)
        assert document is not None
        assert chunk.start < end
        assert start < chunk.end
        said.append(document.text[start:end])
    assert said == [
        "The director of the Lake Center is Ann Lee.", "The Lake Center was founded in 2019."
    ]  # fmt: skip


def test_a_version_that_has_them_is_left_alone(
    site: Path, multilingual: UniversalSentenceEncoder
) -> None:
    attach(site / "index", multilingual)
    before = (folder_of(site) / MULTILINGUAL).stat().st_mtime_ns
    assert attach(site / "index", multilingual) is None
    assert (folder_of(site) / MULTILINGUAL).stat().st_mtime_ns == before


def test_what_an_earlier_version_has_is_copied(
    site: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder
) -> None:
    attach(site / "index", multilingual)
    publish(site, embedder, "Bob Ray")
    steps: list[tuple[int, int]] = []
    done = attach(site / "index", multilingual, lambda *step: steps.append(step))
    assert done is not None
    # The sentence on the director and the passage that has it are new.
    assert (done.made, done.copied, steps) == (2, 1, [(2, 2)])


def test_they_are_no_part_of_the_version_and_go_where_it_goes(
    site: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder
) -> None:
    index, first = site / "index", current_version(site / "index") or ""
    attach(index, multilingual)
    assert not damaged_files(folder_of(site), read_manifest(index))
    second = publish(site, embedder, "Bob Ray")
    assert attachment_state(folder_of(site, second), second, MODEL) == "missing"
    assert roll_back(index) == first
    assert attachment_state(folder_of(site), first, MODEL) == "ready"
    roll_back(index, second)
    assert prune(index, 1) == [first]
    assert not list(index.rglob(MULTILINGUAL))


def test_another_models_vectors_are_not_taken(
    site: Path, multilingual: UniversalSentenceEncoder
) -> None:
    attach(site / "index", multilingual)
    version = current_version(site / "index") or ""
    with pytest.raises(IndexStateError, match="were made by"):
        read_attachment(folder_of(site), version, "another", 1)
    assert attachment_state(folder_of(site), version, "another") == "other model"


def test_a_full_disk_is_told_and_leaves_nothing(
    site: Path, multilingual: UniversalSentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(IndexStateError, match="No space left"):
        attach(site / "index", multilingual)
    assert not list(site.rglob(MULTILINGUAL))
    assert not list((site / "index" / "versions").glob(".*"))


def test_what_a_killed_run_left_is_removed_by_the_next_build(
    site: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder
) -> None:
    code = (
        "import os, sys; from pathlib import Path; import rag.attachment as a\n"
        "from rag.attaching import attach; from rag.multilingual import *\n"
        "a.sync = lambda path: os.kill(os.getpid(), 9)\n"
        "attach(Path(sys.argv[1]), UniversalSentenceEncoder())"
    )
    command = [sys.executable, "-c", code, str(site / "index")]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
    assert list((site / "index" / "versions").glob(".building-*"))
    version = current_version(site / "index") or ""
    assert attachment_state(folder_of(site), version, MODEL) == "missing"
    build_index(site / "corpus", site / "index", embedder, TOKENS)
    assert not list((site / "index" / "versions").glob(".*"))
    assert attach(site / "index", multilingual) is not None


def test_they_wait_for_a_builder_and_give_up_in_the_end(
    site: Path, multilingual: UniversalSentenceEncoder
) -> None:
    with only_builder(site / "index"), pytest.raises(IndexStateError, match="is building"):
        attach(site / "index", multilingual, patience=0.05)
    assert attach(site / "index", multilingual) is not None


def test_of_a_version_that_is_gone_meanwhile_nothing_is_left(
    site: Path, multilingual: UniversalSentenceEncoder
) -> None:
    def drop(_done: int, _total: int) -> None:
        shutil.rmtree(folder_of(site))

    assert attach(site / "index", multilingual, drop) is None
    assert not list((site / "index" / "versions").iterdir())


def test_rows_of_another_count_are_damage(
    site: Path, multilingual: UniversalSentenceEncoder
) -> None:
    attach(site / "index", multilingual)
    found = read(site, multilingual)
    version = current_version(site / "index") or ""
    more = replace(found, passages=np.append(found.passages, 0))
    write_attachment(folder_of(site), more, version, MODEL, multilingual.fingerprint())
    with pytest.raises(DamagedVersionError):
        read(site, multilingual)
