"""The language model: any OpenAI-compatible chat endpoint, in bounded time."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import openai
import pybreaker
import tenacity

from rag.config import Settings
from rag.errors import LanguageModelError
from rag.prompts import Message
from rag.usage import Usage

# How often a stream that is silent says so, in seconds: then its reader may give up.
BEAT = 0.2
_TRIES = 3
_FIRST_PAUSE, _LONGEST_PAUSE = 0.3, 4.0  # seconds
# After so many failures in a row the model is left alone for so many seconds.
_FAILURES = 3
_REST = 30.0
_CONNECT = 5.0  # seconds
# A token is some four characters; a server that heeds no limit is cut off.
_MOST_CHARACTERS_A_TOKEN = 8
# Two of them fit into a database's column.
_MOST_TOKENS = 10**9
_NO_KEY = "none"
_OUT_OF_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached"})

_SLOW = "The language model did not answer in time."
_DOWN = "The language model cannot be reached."
_QUOTA = "The language model takes no more questions for now."
_REFUSED = "The language model does not accept what is sent to it."
_BROKEN = "The language model sent something that is no answer."
_RESTING = "The language model has failed repeatedly and is left alone for a moment."
_CURE = "See LLM_BASE_URL, LLM_MODEL and LLM_API_KEY; `python -m rag doctor` tries them."


@dataclass(slots=True)
class _Request:
    """What the thread that reads from the server and the one that waits for it share."""

    deadline: float
    usage: Usage
    pieces: queue.SimpleQueue[str | Exception | None] = field(default_factory=queue.SimpleQueue)
    given_up: threading.Event = field(default_factory=threading.Event)
    response: Any = None

    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def rest(self, seconds: float) -> None:
        """Sleep, unless nobody waits any more."""
        self.given_up.wait(seconds)

    def give_up(self) -> None:
        """End the request now, wherever it is; the server sees the connection end."""
        self.given_up.set()
        response = self.response
        if response is None:
            return
        stream = response.extensions.get("network_stream")
        connection = stream.get_extra_info("socket") if stream else None
        if connection is not None:
            # Closing alone would not wake the thread that reads from it.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class LanguageModel:
    """Streams the answers of one model; safe to use from several threads."""

    def __init__(
        self, base_url: str, name: str, key: str, seconds: float, first: float, most_tokens: int
    ) -> None:
        """Prepare a client; nothing is sent.

        Args:
            base_url: of the endpoint, with its version: ``http://127.0.0.1:8080/v1``.
            name: of the model.
            key: the secret that the endpoint wants, empty for none.
            seconds: until an answer has to be whole.
            first: seconds until its first words.
            most_tokens: of an answer.
        """
        self.name = name
        self.seconds = seconds
        self._first = min(first, seconds)
        self._most_tokens = most_tokens
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=key or _NO_KEY,
            max_retries=0,
            timeout=openai.Timeout(self._first, connect=min(_CONNECT, self._first)),
        )
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=_FAILURES,
            reset_timeout=_REST,
            exclude=[GeneratorExit],
            throw_new_error_on_trip=False,
        )

    @classmethod
    def of(cls, settings: Settings) -> LanguageModel:
        """The model that the settings name; they have to name one."""
        return cls(
            settings.llm_base_url,
            settings.llm_model or "default",
            settings.llm_api_key.get_secret_value(),
            settings.llm_seconds,
            settings.llm_first_words,
            settings.llm_answer_tokens,
        )

    @property
    def is_resting(self) -> bool:
        """Whether it failed so often that it is not asked for a while."""
        return bool(self._breaker.current_state == pybreaker.STATE_OPEN)

    def models(self) -> list[str]:
        """The models that the endpoint offers.

        Raises:
            LanguageModelError: it cannot be reached, or takes no questions.
        """
        try:
            return [model.id for model in self._client.models.list()]
        except Exception as exc:
            raise _told(exc) from exc

    def stream(self, messages: Sequence[Message], usage: Usage) -> Iterator[str]:
        """The answer as it comes; closing the iterator ends the request.

        It begins with an empty piece when the request is on its way, and gives further ones while
        the server is silent. ``usage`` is filled in.

        Raises:
            LanguageModelError: there is no answer, or it is not whole in time.
        """
        try:
            with self._breaker.calling():
                yield from self._streamed(messages, usage)
        except pybreaker.CircuitBreakerError as exc:
            raise LanguageModelError(_RESTING, "Ask again in half a minute.") from exc

    def _streamed(self, messages: Sequence[Message], usage: Usage) -> Iterator[str]:
        started = time.monotonic()
        request = _Request(started + self.seconds, usage)
        thread = threading.Thread(
            target=self._read, args=(messages, request), name="language-model", daemon=True
        )
        thread.start()
        limit = started + self._first
        characters = 0
        try:
            yield ""
            while True:
                wait = min(BEAT, max(0.0, limit - time.monotonic()))
                try:
                    piece = request.pieces.get(timeout=wait)
                except queue.Empty:
                    if time.monotonic() >= limit:
                        raise LanguageModelError(_SLOW, _CURE) from None
                    yield ""
                    continue
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    raise _told(piece) from piece
                if time.monotonic() >= request.deadline:
                    raise LanguageModelError(_SLOW, _CURE)
                limit = request.deadline
                characters += len(piece)
                yield piece
                if characters > self._most_tokens * _MOST_CHARACTERS_A_TOKEN:
                    return
        finally:
            request.give_up()

    def _read(self, messages: Sequence[Message], request: _Request) -> None:
        """Put what the server sends into the queue, then ``None``; or what went wrong."""
        try:
            chunks = self._opened(messages, request)
            request.response = chunks.response
            with chunks:
                for chunk in chunks:
                    if request.given_up.is_set():
                        break
                    if chunk.usage:
                        request.usage.prompt_tokens = _count(chunk.usage.prompt_tokens)
                        request.usage.completion_tokens = _count(chunk.usage.completion_tokens)
                    for choice in chunk.choices[:1]:
                        if choice.delta and choice.delta.content:
                            request.pieces.put(choice.delta.content)
        except Exception as exc:  # whatever a server sends, the answer goes on without it
            request.pieces.put(exc)
        request.pieces.put(None)

    def _opened(self, messages: Sequence[Message], request: _Request) -> Any:
        """The open stream, after further tries where a failure may pass."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(
                lambda exc: _may_pass(exc) and not request.given_up.is_set()
            ),
            wait=_pause,
            stop=tenacity.stop_any(tenacity.stop_after_attempt(_TRIES), _TooLate(request)),
            sleep=request.rest,
            reraise=True,
        )
        sent: list[Any] = [{"role": m.role, "content": m.text} for m in messages]
        return retrying(
            lambda: self._client.chat.completions.create(
                model=self.name,
                messages=sent,
                temperature=0,
                max_tokens=self._most_tokens,
                stream=True,
                stream_options={"include_usage": True},
            )
        )


def _count(told: object) -> int:
    """A number of tokens, whatever a server says: the client does not check it."""
    return min(max(told, 0), _MOST_TOKENS) if isinstance(told, int) else 0


def _may_pass(exc: BaseException) -> bool:
    """Whether the same request may succeed in a moment."""
    if isinstance(exc, openai.RateLimitError):
        return exc.code not in _OUT_OF_QUOTA
    if isinstance(exc, openai.APITimeoutError):
        return False
    return isinstance(exc, openai.InternalServerError | openai.APIConnectionError)


_JITTER = tenacity.wait_exponential_jitter(multiplier=_FIRST_PAUSE, max=_LONGEST_PAUSE)


def _pause(state: tenacity.RetryCallState) -> float:
    """Seconds until the next try: what the server asks for, or more each time, with jitter."""
    exc = state.outcome.exception() if state.outcome else None
    asked = 0.0
    if isinstance(exc, openai.APIStatusError):
        with contextlib.suppress(ValueError):
            asked = float(exc.response.headers.get("retry-after", "0"))
    return max(_JITTER(state), asked)


class _TooLate(tenacity.stop.stop_base):
    """Stops where the next try would come after the deadline."""

    def __init__(self, request: _Request) -> None:
        self._request = request

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        return retry_state.upcoming_sleep >= self._request.left()


def _told(exc: BaseException) -> LanguageModelError:
    """What went wrong, for people; nothing of what was sent or of the key."""
    if isinstance(exc, LanguageModelError):
        return exc
    if isinstance(exc, openai.APITimeoutError):
        return LanguageModelError(_SLOW, _CURE)
    if isinstance(exc, openai.RateLimitError):
        return LanguageModelError(_QUOTA, _CURE)
    if isinstance(exc, openai.InternalServerError | openai.APIConnectionError):
        return LanguageModelError(_DOWN, _CURE)
    if isinstance(exc, openai.APIStatusError):
        return LanguageModelError(_REFUSED, _CURE)
    return LanguageModelError(_BROKEN, _CURE)
