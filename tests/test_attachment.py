"""Multilingual vectors beside a version: whole or not there, and never in the version's way."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from rag.attaching import attach
from rag.attachment import (
    Attachment,
    attachment_state,
    read_attachment,
    write_attachment,
)
from rag.chatbot import Chatbot
from rag.cli import main
from rag.config import ROOT, load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import DamagedVersionError, IndexStateError, ModelError
from rag.finders import open_finder
from rag.indexing import build_index
from rag.live import LiveChatbot
from rag.locking import only_builder
from rag.multilingual import UniversalSentenceEncoder, open_multilingual, verify_default
from rag.publishing import prune, roll_back
from rag.versions import (
    ATTACHMENT,
    current_version,
    damaged_files,
    open_current,
    read_manifest,
    version_folder,
)
from rag.weights import sha256_of

TOKENS = 64
MODEL = "universal-sentence-encoder-multilingual"
QUESTION = "湖泊研究中心的主任是谁？"
PAGE = """---
title: {title}
center: Lake Center
aliases:
  - 湖泊研究中心
---

The director of the Lake Center is {director}. The Lake Center was founded in 2019.
"""


@pytest.fixture
def site(tmp_path: Path, embedder: SentenceEmbedder) -> Path:
    """A corpus with a published index, without multilingual vectors."""
    (tmp_path / "corpus").mkdir()
    publish(tmp_path, embedder, "Ann Lee")
    return tmp_path


def publish(site: Path, embedder: SentenceEmbedder, director: str) -> str:
    text = PAGE.format(title="The lake", director=director)
    (site / "corpus" / "lake.md").write_text(text, "utf-8")
    return build_index(site / "corpus", site / "index", embedder, TOKENS).version


def folder_of(site: Path, version: str | None = None) -> Path:
    return version_folder(site / "index", version or current_version(site / "index") or "")


def read(site: Path, multilingual: UniversalSentenceEncoder) -> Attachment:
    manifest = read_manifest(site / "index")
    return read_attachment(
        folder_of(site), manifest.version, multilingual.fingerprint(), manifest.chunks
    )


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
    before = (folder_of(site) / ATTACHMENT).stat()
    assert attach(site / "index", multilingual) is None
    assert (folder_of(site) / ATTACHMENT).stat() == before


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
    assert not list(index.rglob(ATTACHMENT))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def lie(path: Path) -> None:
    """Another version's name in the header."""
    header, _, data = path.read_bytes().partition(b"\n")
    fields = json.loads(header)
    fields["version"] = "0009-other"
    path.write_bytes(json.dumps(fields).encode() + b"\n" + data)


@pytest.mark.parametrize("damage", [flip, cut, empty, lie])
def test_damaged_ones_are_found_and_the_version_serves_on(
    site: Path,
    embedder: SentenceEmbedder,
    multilingual: UniversalSentenceEncoder,
    damage: Callable[[Path], None],
) -> None:
    attach(site / "index", multilingual)
    damage(folder_of(site) / ATTACHMENT)
    with pytest.raises(DamagedVersionError, match="python -m rag index"):
        read(site, multilingual)
    chatbot = open_chatbot(site, embedder, multilingual)
    assert chatbot.version.instead_of is None
    answer = chatbot.ask(QUESTION)
    assert (answer.status, "已损坏" in answer.notices[0]) == ("refused", True)
    assert "Ann Lee" in chatbot.ask("Who is the director of the Lake Center?").text
    # The next run mends them, and the same chatbot answers.
    assert attach(site / "index", multilingual) is not None
    assert "Ann Lee" in chatbot.ask(QUESTION).text


def open_chatbot(
    site: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder | None
) -> Chatbot:
    finder = open_finder(load_settings(reader_model="none"), embedder)
    return Chatbot(open_current(site / "index", embedder), embedder, finder, 5, multilingual)


def test_without_them_a_question_in_chinese_is_refused_with_the_reason(
    site: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder
) -> None:
    missing = open_chatbot(site, embedder, multilingual).ask(QUESTION)
    assert (missing.status, "还没有多语言向量" in missing.notices[0]) == ("refused", True)
    off = open_chatbot(site, embedder, None)
    assert "MULTILINGUAL" in off.ask(QUESTION).notices[0]
    # What needs no vectors is answered.
    assert off.ask("你们有哪些中心？").status == "answered"
    assert off.ask("你好").status == "chitchat"


def test_a_running_app_answers_as_soon_as_they_are_there(
    site: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder
) -> None:
    live = LiveChatbot(open_chatbot(site, embedder, multilingual), site / "index")
    try:
        assert live.ask(QUESTION).status == "refused"
        attach(site / "index", multilingual)
        assert "Ann Lee" in live.ask(QUESTION).text
        # What is loaded needs its file no more.
        (folder_of(site) / ATTACHMENT).unlink()
        assert "Ann Lee" in live.ask(QUESTION).text
    finally:
        live.close()


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
    assert not list(site.rglob(ATTACHMENT))
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


def test_the_encoders_files_are_checked(
    monkeypatch: pytest.MonkeyPatch, multilingual: UniversalSentenceEncoder
) -> None:
    verify_default()
    assert open_multilingual(load_settings(multilingual=False)) is None
    monkeypatch.setattr("rag.weights.sha256_of", lambda path: sha256_of(path)[::-1])
    with pytest.raises(ModelError, match="not the published ones"):
        open_multilingual(load_settings())


def test_any_sentence_transformers_model_can_take_its_place(site: Path) -> None:
    settings = load_settings(multilingual_model="all-MiniLM-L6-v2")
    model = open_multilingual(settings)
    assert model is not None
    attach(site / "index", model)
    version = current_version(site / "index") or ""
    assert attachment_state(folder_of(site), version, "all-MiniLM-L6-v2") == "ready"


def test_the_command_line_makes_them_after_publishing_and_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rag(*arguments: str) -> str:
        return CliRunner().invoke(main, [*arguments, "--index", str(tmp_path / "index")]).output

    monkeypatch.setenv("MULTILINGUAL", "false")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text(PAGE.format(title="A", director="Ann Lee"), "utf-8")
    index = ("index", "--no-gate", "--corpus", str(tmp_path / "corpus"))
    assert "Multilingual" not in rag(*index)
    assert "MULTILINGUAL is off" in rag("status")
    monkeypatch.setenv("MULTILINGUAL", "true")
    assert "no multilingual vectors" in rag("status")
    printed = rag(*index)
    assert "Nothing has changed" in printed
    assert "Multilingual vectors: 3 (0 copied)" in printed
    assert f"answered by {MODEL}" in rag("status")
    assert json.loads(rag(*index, "--json"))["multilingual"] == {"state": "ready"}
    flip(next((tmp_path / "index").rglob(ATTACHMENT)))
    assert "are damaged" in rag("status")
