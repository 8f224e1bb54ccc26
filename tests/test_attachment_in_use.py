"""A version serves with its multilingual vectors, with damaged ones and without."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.attaching import attach
from rag.attachment import (
    attachment_state,
)
from rag.cli import main
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import DamagedVersionError, ModelError
from rag.live import LiveChatbot
from rag.multilingual import UniversalSentenceEncoder, open_multilingual, verify_default
from rag.versions import (
    MULTILINGUAL,
    current_version,
)
from rag.weights import sha256_of
from tests.attached import MODEL, PAGE, QUESTION, first_site, folder_of, open_chatbot, read


@pytest.fixture
def site(tmp_path: Path, embedder: SentenceEmbedder) -> Path:
    """A corpus with a published index, without multilingual vectors."""
    return first_site(tmp_path, embedder)


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
    damage(folder_of(site) / MULTILINGUAL)
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
        (folder_of(site) / MULTILINGUAL).unlink()
        assert "Ann Lee" in live.ask(QUESTION).text
    finally:
        live.close()


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
    flip(next((tmp_path / "index").rglob(MULTILINGUAL)))
    assert "are damaged" in rag("status")
