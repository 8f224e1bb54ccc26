"""A chatbot that follows the published version, and switches to it between two answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.chatbot import Chatbot
from rag.config import Settings
from rag.errors import IndexStateError, StoreError
from rag.keyfacts import Overview
from rag.types import Answer, Document, Embedder, Hit, Turn
from rag.versions import IndexVersion, current_version, open_version

# Reading one line from a file that lies in the cache takes some ten microseconds.
_INTERVAL = 0.5

_LOG = logging.getLogger(__name__)


class LiveChatbot:
    """Answers each question from one version, and the next one from the newest.

    A new version is opened beside the old one, by a thread of its own. One that cannot be opened
    is reported once, and the old one goes on.
    """

    def __init__(self, chatbot: Chatbot, index_dir: Path) -> None:
        """Start from an open chatbot; ``index_dir`` is the folder of versions to watch."""
        self._chatbot = chatbot
        # The one older version that is kept open, and what guards opening another.
        self._older: Chatbot | None = None
        self._opening = threading.Lock()
        self._index_dir = index_dir
        # What the pointer named when it was last looked at, not what could be opened.
        self._seen: str | None = chatbot.version.instead_of or chatbot.version.name
        self._stopped = threading.Event()
        _prepare(chatbot)
        self._thread = threading.Thread(target=self._watch, name="index-watch", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, settings: Settings, index_dir: Path | None = None) -> LiveChatbot:
        """Open the published index; see ``Chatbot.open``, also for what it raises."""
        folder = index_dir or settings.index_dir
        return cls(Chatbot.open(settings, folder), folder)

    def close(self) -> None:
        """Stop watching; the chatbot goes on answering from what it has."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        told = ""
        while not self._stopped.wait(_INTERVAL):
            # Whatever happens here, questions go on being answered and watching goes on.
            try:
                self._follow()
                told = ""
            except IndexStateError as exc:
                if told != str(exc):
                    told = str(exc)
                    _LOG.error("%s The version %s goes on serving.", exc, self.version.name)
            except Exception:
                _LOG.exception("The published index version could not be looked at")

    def _follow(self) -> None:
        name = current_version(self._index_dir)
        if name is None or name == self._seen:
            return
        self._seen = name
        chatbot = self._chatbot
        try:
            newest = chatbot.on(open_version(self._index_dir, name, chatbot.embedder))
        except StoreError:
            # The server may be back the next time.
            self._seen = None
            raise
        with self._opening:
            self._chatbot, self._older = newest, chatbot
        _prepare(newest)
        _LOG.info("Serving %s", name)

    def at(self, version: str = "") -> Chatbot | None:
        """What answers from ``version``, by default from the current one; ``None`` if it is gone.

        An older version that is still kept is opened, and stays open until another one is.
        """
        with self._opening:
            for chatbot in (self._chatbot, self._older):
                if chatbot and version in {"", chatbot.version.name}:
                    return chatbot
            try:
                opened = open_version(self._index_dir, version, self._chatbot.embedder)
            except IndexStateError:
                return None
            self._older = self._chatbot.on(opened)
            return self._older

    def opened(self, version: str) -> Chatbot:
        """What answers from ``version`` if that is open, else from the current one."""
        older = self._older
        return older if older and older.version.name == version else self._chatbot

    @property
    def version(self) -> IndexVersion:
        """The version that the next question is answered from."""
        return self._chatbot.version

    @property
    def embedder(self) -> Embedder:
        """What embeds questions and chunks."""
        return self._chatbot.embedder

    @property
    def centers(self) -> tuple[str, ...]:
        """The centers of the corpus, by name."""
        return self._chatbot.centers

    def examples(self, language: str = "en") -> tuple[str, ...]:
        """Questions that the corpus answers; see ``Chatbot.examples``."""
        return self._chatbot.examples(language)

    def overview(self) -> Overview:
        """What the corpus is about; see ``Chatbot.overview``."""
        return self._chatbot.overview()

    @property
    def known(self) -> Overview | None:
        """The overview if it has been made already."""
        return self._chatbot.known

    def document(self, doc_id: str) -> Document | None:
        """One document of the index with its text."""
        return self._chatbot.document(doc_id)

    def ask(self, question: str, history: Sequence[Turn] = (), center: str | None = None) -> Answer:
        """Answer a question; see ``Chatbot.ask``."""
        return self._chatbot.ask(question, history, center)

    def stream(
        self, question: str, history: Sequence[Turn] = (), center: str | None = None
    ) -> Iterator[Answer]:
        """The answer as it grows; see ``Chatbot.stream``."""
        yield from self._chatbot.stream(question, history, center)

    def search(self, question: str, k: int, center: str | None = None) -> tuple[Hit, ...]:
        """The ``k`` best chunks; see ``Chatbot.search``."""
        return self._chatbot.search(question, k, center)


def _prepare(chatbot: Chatbot) -> None:
    """Make the overview of a version before somebody waits for it, in a thread of its own."""

    def make() -> None:
        try:
            chatbot.overview()
        except Exception:
            _LOG.exception("The overview of %s could not be made", chatbot.version.name)

    threading.Thread(target=make, name="overview", daemon=True).start()
