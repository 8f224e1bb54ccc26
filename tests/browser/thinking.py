"""The chat page over a chatbot that answers one question and thinks about any other for good."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.config import go_quiet, load_settings

go_quiet()

from rag.chatbot import Chatbot
from rag.metrics import Metrics
from rag.types import Answer, Turn
from rag.web.page import build_page
from rag.web.serving import door_of, launch
from tests.browser.visitor import DIRECTOR


class Thinking(Chatbot):
    """So that a test has all the time it wants to stop an answer."""

    def stream(
        self, question: str, history: Sequence[Turn] = (), center: str | None = None
    ) -> Iterator[Answer]:
        if question != DIRECTOR:
            threading.Event().wait()
        yield self.ask(question, history, center)


if __name__ == "__main__":
    page = build_page(Thinking.open(load_settings(), Path(sys.argv[1])))
    door = door_of(load_settings(), page, Metrics(), lambda: True)
    print(launch(page, "127.0.0.1", 0, door))
    page.block_thread()
