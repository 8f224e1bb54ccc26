"""A chatbot that a scripted model writes for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from rag.chatbot import Chatbot
from rag.llm import LanguageModel
from rag.writing import Writer
from tests.llm.server import ScriptedServer

# Seconds until a test's model has to be done; a busy machine needs some.
SECONDS = 20.0
FluentChatbot = Callable[..., Chatbot]


def fluent(chatbot: Chatbot, server: ScriptedServer | str, **limits: float) -> Chatbot:
    """The same chatbot with the model of a server, or of an address."""
    url = server if isinstance(server, str) else server.url
    seconds = limits.get("seconds", SECONDS)
    model = LanguageModel(url, "scripted", "secret-key", seconds, limits.get("first", seconds), 400)
    return chatbot.on(chatbot.version, Writer(model, chatbot.embedder, 1500))


@pytest.fixture(scope="session")
def written_by(chatbot: Chatbot) -> FluentChatbot:
    """Makes a chatbot that the model of a server writes for."""
    return partial(fluent, chatbot)
