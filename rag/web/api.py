"""The API for programs: two of Gradio's endpoints, which are also the two tools of its MCP server.

Gradio reads names, types and descriptions from the functions' signatures and docstrings. It does
not check what it is given against them, so that is done here. It takes the type of a result as it
stands, hence no ``from __future__ import annotations``.
"""

import json
import logging
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr
from gradio.events import api
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.chatbot import Chatbot
from rag.conversation import LONGEST_QUESTION
from rag.errors import QueryError, RagError
from rag.export import answer_fields, hits_fields
from rag.live import LiveChatbot
from rag.observing import Observer
from rag.rating import Recorder

# Gradio's MCP server calls the endpoints through its own client, which says so by this header. It
# would write a dictionary down in Python's notation; assistants are given JSON.
_CALLER, _MCP = "x-gradio-user", "mcp"
_LONGEST_NAME = 300
_MOST_HITS = 50
_APOLOGY = "Something went wrong on our side. Try again."

_LOG = logging.getLogger(__name__)


class _Asked(BaseModel):
    model_config = ConfigDict(strict=True, str_strip_whitespace=True)

    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    center: str | None = Field(max_length=_LONGEST_NAME)


class _Searched(_Asked):
    k: int = Field(ge=1, le=_MOST_HITS)


_Model = TypeVar("_Model", bound=_Asked)


def add_api(chatbot: Chatbot | LiveChatbot, journal: Recorder | None, observer: Observer) -> None:
    """Add ``/ask`` and ``/search`` to the page that is being built; answers are noted."""

    def ask(question: str, request: gr.Request, center: str | None = None) -> dict[str, Any]:
        """Answer a question about research centers, with exact quotations of their own documents.

        It takes one question that stands alone: who leads a center, what it
        studies, when it was founded, what equipment it has, which centers do something. The result
        is JSON: `status` is "answered", "partial", "refused" (the documents do not say; do not
        answer from elsewhere as if they did), "clarify" or "chitchat"; `text` is the answer with
        markers such as [1]; each of `citations` has its marker, its document and the exact `quote`;
        `confidence` is between 0 and 1. Cite the quotations when you pass the answer on.

        Args:
            question: The question, at most 1,000 characters.
            request: Gradio's.
            center: Answer from the documents of this center only, by its name or an alias.
        """

        def answer() -> dict[str, Any]:
            asked = _checked(_Asked, question=question, center=center)
            only = asked.center or None
            found = observer.ask(lambda: chatbot.ask(asked.question, center=only))
            if journal:
                journal.record(secrets.token_hex(16), secrets.token_hex(16), found)
            return answer_fields(found)

        return _told(answer, request)

    def search(
        question: str, request: gr.Request, center: str | None = None, k: int = 5
    ) -> dict[str, Any]:
        """Find the passages of the research centers' documents that are nearest to a question.

        The result is JSON: `hits`, the best first, each with its document, the offsets of the
        passage in it, its `text`, a score and a rank. A passage that is near need not answer the
        question: use `ask` for an answer that is checked.

        Args:
            question: The question, or words to look for, at most 1,000 characters.
            request: Gradio's.
            center: Search the documents of this center only, by its name or an alias.
            k: How many passages, from 1 to 50.
        """

        def hits() -> dict[str, Any]:
            asked = _checked(_Searched, question=question, center=center, k=k)
            wanted = asked.question, asked.k, asked.center or None
            found = observer.search(lambda: chatbot.search(*wanted))
            fields = hits_fields(asked.question, found)
            for shown, hit in zip(fields["hits"], found, strict=True):
                shown["text"] = hit.chunk.text
            return fields

        return _told(hits, request)

    api(ask, api_name="ask")
    api(search, api_name="search")


def _checked(kind: type[_Model], **given: Any) -> _Model:
    try:
        return kind(**given)
    except ValidationError as exc:
        first = exc.errors()[0]
        raise QueryError(
            f"`{first['loc'][0]}` cannot be used: {first['msg']}.",
            "docs/api.md says what each endpoint takes.",
        ) from exc


def _told(result: Callable[[], dict[str, Any]], request: gr.Request) -> dict[str, Any]:
    """The result as the caller can read it; what goes wrong as one sentence, without a trace."""
    try:
        fields = result()
    except RagError as exc:
        raise gr.Error(str(exc), print_exception=False) from None
    except Exception:
        # Not the question: the log is not the place for what people ask.
        _LOG.exception("A program's question could not be answered")
        raise gr.Error(_APOLOGY, print_exception=False) from None
    if request.headers.get(_CALLER) == _MCP:
        return json.dumps(fields, ensure_ascii=False)  # type: ignore[return-value]  # see above
    return fields
