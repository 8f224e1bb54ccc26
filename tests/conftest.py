"""What several tests share: the models, loaded once, and an index of the example corpus."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from rag.config import ROOT, Settings, go_quiet, load_settings

go_quiet()
# What somebody has set for a system of his own is not what is tested.
for _name in Settings.model_fields:
    os.environ.pop(_name.upper(), None)
# Workers share the processors already; it is read when PyTorch is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# Imported where it is needed: the process that hands tests out to workers needs no PyTorch.
if TYPE_CHECKING:
    from rag.chatbot import Chatbot
    from rag.embedding import SentenceEmbedder
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


# What takes longest begins first, so that no worker is left alone with it in the end.
_LONGEST = (
    "tests/browser/", "tests/deploy/test_replicas.py", "tests/test_eval_guard.py", "tests/llm/",
    "tests/test_api.py", "tests/door/", "tests/backroom/", "tests/test_eval_grounding.py",
    "tests/test_eval_load.py", "tests/test_eval_all.py", "tests/test_killed.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    found = (rank for rank, name in enumerate(_LONGEST) if nodeid.startswith(name))
    return next(found, len(_LONGEST))


class Made:
    """Folders that are made once, by the first worker that asks; each worker has its own copy."""

    def __init__(self, shared: Path, own: Path) -> None:
        self._shared = shared
        self._own = own

    def __call__(self, name: str, make: Callable[[Path], object]) -> Path:
        """A copy of what ``make`` puts into the empty folder that it is given."""
        whole = self._shared / name
        with FileLock(self._shared / f"{name}.lock"):
            if not whole.exists():
                part = self._shared / f"{name}.part"
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir()
                make(part)
                part.rename(whole)
        return Path(shutil.copytree(whole, self._own / name))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "made"
    folder.mkdir(exist_ok=True)
    return Made(folder, tmp_path_factory.mktemp("copies"))


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    from rag.embedding import SentenceEmbedder

    return SentenceEmbedder("all-MiniLM-L6-v2")


@pytest.fixture(scope="session")
def index_dir(made: Made, embedder: SentenceEmbedder) -> Path:
    """A published index of the example corpus, with what comes after publishing for English."""
    from rag.attaching import attach_sentences
    from rag.indexing import build_index

    settings = load_settings()

    def make(folder: Path) -> None:
        build_index(ROOT / "corpus", folder, embedder, settings.chunk_tokens)
        attach_sentences(folder, embedder, settings.sentence_vectors)

    return made("index", make)


@pytest.fixture(scope="session")
def multilingual() -> UniversalSentenceEncoder:
    from rag.multilingual import UniversalSentenceEncoder

    return UniversalSentenceEncoder()


@pytest.fixture(scope="session")
def index_for_chinese(made: Made, index_dir: Path, multilingual: UniversalSentenceEncoder) -> Path:
    """The same index with its multilingual vectors."""
    from rag.attaching import attach

    def make(folder: Path) -> None:
        shutil.copytree(index_dir, folder, dirs_exist_ok=True)
        attach(folder, multilingual)

    return made("chinese", make)


@pytest.fixture(scope="session")
def chinese(index_for_chinese: Path) -> Chatbot:
    """A chatbot over the example corpus that answers in Chinese too."""
    from rag.chatbot import Chatbot

    return Chatbot.open(load_settings(), index_for_chinese)


@pytest.fixture(scope="session")
def chatbot(index_dir: Path) -> Chatbot:
    """A chatbot over the example corpus, with the default models."""
    from rag.chatbot import Chatbot

    return Chatbot.open(load_settings(), index_dir)
