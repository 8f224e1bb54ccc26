"""A chatbot that answers one question and thinks about any other for good."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.finders import open_finder
from rag.types import Answer, Turn
from tests.browser.visitor import DIRECTOR


class Thinking(Chatbot):
    """So that a test has all the time it wants to stop an answer; ``over`` ends all thinking."""

    def __init__(self, chatbot: Chatbot) -> None:
        settings = load_settings()
        finder = open_finder(settings, chatbot.embedder)
        k, kept = settings.top_k, settings.kept_answers
        super().__init__(chatbot.version, chatbot.embedder, finder, k, kept=kept)
        self.over = threading.Event()

    def stream(
        self, question: str, history: Sequence[Turn] = (), center: str | None = None
    ) -> Iterator[Answer]:
        if question != DIRECTOR:
            self.over.wait()
        yield self.ask(question, history, center)
