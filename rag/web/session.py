"""One visitor's conversation: what was asked, what was answered, what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.errors import RagError
from rag.types import Answer, Turn

# Question, earlier turns, center to the answer as it grows: ``Chatbot.stream``.
Stream = Callable[[str, Sequence[Turn], str | None], Iterator[Answer]]

_LOG = logging.getLogger(__name__)
_APOLOGY = "Something went wrong on our side, and the question was not answered. Please ask again."


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came of it; ``number`` is 1-based and part of the ids in the page.

    Until ``done``, the answer is missing or still growing. ``failure`` is what the visitor is told
    where there is no answer.
    """

    number: int
    question: str
    answer: Answer | None = None
    failure: str = ""
    done: bool = False


def history(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """The turns that a new question may refer to, oldest first."""
    return tuple(Turn(e.question, e.answer) for e in exchanges if e.done and e.answer)


def finished(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """The exchanges without one that was stopped on its way."""
    return tuple(e for e in exchanges if e.done)


def ask(
    stream: Stream, exchanges: Sequence[Exchange], question: str, center: str | None
) -> Iterator[tuple[Exchange, ...]]:
    """The conversation as it grows: with the question first, in the end with its whole answer.

    Never raises: an error that the visitor can act on is shown, any other is logged, and the
    visitor gets one friendly sentence.
    """
    earlier = finished(exchanges)
    current = Exchange(len(earlier) + 1, question)
    yield (*earlier, current)
    try:
        for answer in stream(question, history(earlier), center):
            current = replace(current, answer=answer)
            yield (*earlier, current)
    except RagError as exc:
        current = replace(current, answer=None, failure=str(exc))
    except Exception:
        # Neither the question nor a name: the log is not the place for what people ask.
        _LOG.exception("A question could not be answered")
        current = replace(current, answer=None, failure=_APOLOGY)
    yield (*earlier, replace(current, done=True))
