"""The app in the tests' own process, over a chatbot that is open: it starts in a second.

``rag.site`` puts it together, as it does for ``python app.py``. What only a process of its own
shows (what it prints and logs, how it ends) is tested with one: see ``tests/test_api.py``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.chatbot import Chatbot
from rag.config import Settings, load_settings
from rag.live import LiveChatbot
from rag.logs import JsonLines
from rag.site import Site
from rag.site import served as site_served


@dataclass(frozen=True)
class Served:
    """A running app: where it is, its settings, and the lines of its log."""

    address: str
    settings: Settings
    log: list[str]


class _Noting(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def _noted() -> Iterator[list[str]]:
    """What is logged meanwhile, as ``log_json`` has it written."""
    noting, ours = _Noting(), logging.getLogger("rag")
    before = ours.level
    ours.setLevel(logging.INFO)
    logging.getLogger().addHandler(noting)
    try:
        yield noting.lines
    finally:
        logging.getLogger().removeHandler(noting)
        ours.setLevel(before)


@contextmanager
def served(
    chatbot: Chatbot, data: Path, index_dir: Path | None = None, **settings: object
) -> Iterator[Served]:
    """Serve all pages over a chatbot.

    Args:
        chatbot: answers until another version is published.
        data: whatever is kept lies under it.
        index_dir: where versions are published; by default where the settings have it.
        settings: those that are not as they are elsewhere.
    """
    made = load_settings(data_dir=data, **settings)
    folder = index_dir or made.index_dir
    live = LiveChatbot(chatbot, folder)
    with _noted() as log, ExitStack() as stack:

        async def begin() -> Site:
            return stack.enter_context(site_served(made, live, folder, "127.0.0.1", 0))

        try:
            # Gradio leaves an event loop open for each lock that it makes where none is running,
            # and Playwright runs one of its own in the main thread.
            with ThreadPoolExecutor(1) as thread:
                site = thread.submit(asyncio.run, begin()).result()
            try:
                yield Served(site.address.rstrip("/"), made, log)
            finally:
                site.page.close(verbose=False)
        finally:
            # Whoever leaves while it is being made leaves PyTorch at work.
            live.overview()
            live.close()
