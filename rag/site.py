"""All pages together, served over one chatbot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gradio import Blocks

from rag.backroom.serving import backroom, script
from rag.config import Settings
from rag.journal.recording import Journal
from rag.live import LiveChatbot
from rag.metrics import Metrics
from rag.web.page import build_page
from rag.web.queueing import PageEvents
from rag.web.serving import door_of, launch


@dataclass(frozen=True, slots=True)
class Site:
    """A site that is served: its chat page, where that is, and what is counted."""

    page: Blocks
    address: str
    metrics: Metrics


@contextmanager
def served(
    settings: Settings, chatbot: LiveChatbot, index_dir: Path, host: str, port: int
) -> Iterator[Site]:
    """Serve a site in threads of its own; whatever it noted is in the journal afterwards.

    Args:
        settings: what pages, journal and door are told.
        chatbot: answers; it stays open.
        index_dir: where staff publish.
        host: the address to listen on.
        port: the port to listen on; 0 for any that is free.

    Raises:
        ConfigError: the port is taken, or a setting cannot be used.
    """
    metrics = Metrics()
    journal = Journal.open(settings)
    try:
        page = build_page(chatbot, journal, settings.journal_days, metrics)
        staff = backroom(settings, chatbot, index_dir)
        door = door_of(settings, page, metrics, lambda: bool(chatbot.version.name), [script()])
        address = launch(page, host, port, door, staff)
        metrics.show(
            lambda: chatbot.version.name,
            PageEvents(page).waiting,
            journal.counts if journal else None,
        )
        yield Site(page, address, metrics)
    finally:
        if journal:
            journal.close()
