"""What several tests share: the models, loaded once, and an index of the example corpus."""

from __future__ import annotations

import shutil
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from rag.config import ROOT, go_quiet, load_settings

go_quiet()

from rag.attaching import attach
from rag.chatbot import Chatbot
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.multilingual import UniversalSentenceEncoder


@pytest.fixture(autouse=True, scope="session")
def _interruptible() -> None:
    """Heed Ctrl-C: whatever a shell starts in the background is made to ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every address but loopback: nothing may need the network."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test reached for {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder("all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Path:
    """A published index of the example corpus."""
    folder = tmp_path_factory.mktemp("index")
    build_index(ROOT / "corpus", folder, embedder, load_settings().chunk_tokens)
    return folder


@pytest.fixture(scope="session")
def multilingual() -> UniversalSentenceEncoder:
    return UniversalSentenceEncoder()


@pytest.fixture(scope="session")
def index_for_chinese(
    tmp_path_factory: pytest.TempPathFactory,
    index_dir: Path,
    multilingual: UniversalSentenceEncoder,
) -> Path:
    """The same index with its multilingual vectors."""
    folder = tmp_path_factory.mktemp("chinese") / "index"
    shutil.copytree(index_dir, folder)
    attach(folder, multilingual)
    return folder


@pytest.fixture(scope="session")
def chinese(index_for_chinese: Path) -> Chatbot:
    """A chatbot over the example corpus that answers in Chinese too."""
    return Chatbot.open(load_settings(), index_for_chinese)


@pytest.fixture(scope="session")
def chatbot(index_dir: Path) -> Chatbot:
    """A chatbot over the example corpus, with the default models."""
    return Chatbot.open(load_settings(), index_dir)
