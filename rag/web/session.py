"""One visitor's conversation: what was asked, what was answered, what went wrong."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from rag.errors import RagError
from rag.types import Answer, Document, Span, Turn
from rag.web.words import Language, Words

# Question, earlier turns, center to the answer as it grows: ``Chatbot.stream``.
Stream = Callable[[str, Sequence[Turn], str | None], Iterator[Answer]]
# A document by its ``doc_id``, of the index version that an answer came from or, where that is not
# open, of the current one; None where it has none.
Lookup = Callable[[str, str], Document | None]

# The sources of exchanges that are done, as they were drawn: by number, answer and language.
Drawn = dict[tuple[int, str, Language], str]

_LOG = logging.getLogger(__name__)


def new_id() -> str:
    """A random name for a conversation or an answer; it says nothing about anyone."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came of it; ``number`` is 1-based and part of the ids in the page.

    Until ``done``, the answer is missing or still growing. Where there is none, ``failure`` is what
    the visitor is told, and ``broken`` says that it was no fault of the question. ``indexed`` is
    when the index version was made (ISO 8601), ``wanted`` the one that a link asked for where that
    was not the current one.
    """

    number: int
    question: str
    answer: Answer | None = None
    failure: str = ""
    broken: bool = False
    done: bool = False
    center: str = ""
    answer_id: str = ""
    indexed: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link asks: a question, of one center or of all, of one index version."""

    question: str
    center: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What of a document is read: the span of ``quote``, and the exact words in it, if any."""

    version: str
    doc_id: str
    quote: str
    span: Span
    exact: Span


@dataclass(slots=True)
class Visit:
    """What the page remembers of one visitor beside the conversation.

    It is changed in place: an answer that is on its way has to see that an earlier one was rated.
    ``rated`` are ids of answers; ``editing`` is the number of the question that the next one will
    replace, 0 for none; ``set_aside`` is what comes back if that one is stopped. ``link`` waits to
    be answered, ``opened`` is the document that was opened last. ``drawn`` spares drawing again.
    """

    language: Language = "en"
    conversation: str = ""
    rated: set[str] = field(default_factory=set)
    editing: int = 0
    set_aside: tuple[Exchange, ...] = ()
    link: Link | None = None
    opened: Opened | None = None
    drawn: Drawn = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """The words of the visitor's language."""
        return Words(self.language)


def history(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """The turns that a new question may refer to, oldest first."""
    return tuple(Turn(e.question, e.answer) for e in exchanges if e.done and e.answer)


def finished(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """The exchanges without one that was stopped on its way."""
    return tuple(e for e in exchanges if e.done)


def ask(
    stream: Stream, exchanges: Sequence[Exchange], asked: Exchange
) -> Iterator[tuple[Exchange, ...]]:
    """The conversation as it grows: with the question first, in the end with its whole answer.

    Never raises: an error that the visitor can act on is shown, any other is logged, and the
    visitor gets one friendly sentence.

    Args:
        stream: answers a question.
        exchanges: the conversation so far.
        asked: the new question, not yet answered; it is numbered here.
    """
    earlier = finished(exchanges)
    # Half a character, as a broken client sends it, cannot be sent or kept.
    question = asked.question.encode("utf-8", "replace").decode()
    current = replace(asked, question=question, number=len(earlier) + 1)
    yield (*earlier, current)
    try:
        for answer in stream(current.question, history(earlier), current.center or None):
            current = replace(current, answer=answer)
            yield (*earlier, current)
    except RagError as exc:
        current = replace(current, answer=None, failure=str(exc))
    except Exception:
        # Neither the question nor a name: the log is not the place for what people ask.
        _LOG.exception("A question could not be answered")
        current = replace(current, answer=None, broken=True)
    yield (*earlier, replace(current, done=True))


def age_of_link(exchange: Exchange) -> Literal["", "kept", "gone"]:
    """Whether the version that a link asked for answered, or was no longer there."""
    if not exchange.wanted or exchange.answer is None:
        return ""
    return "kept" if exchange.wanted == exchange.answer.index_version else "gone"
