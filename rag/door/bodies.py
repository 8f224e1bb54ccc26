"""What comes with a request: no more than it may be, and of the shape that the address takes.

Gradio answers several malformed bodies with an internal error; here they are told what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Message, Receive

from rag.door.addresses import Kind

_KIB, _MIB = 2**10, 2**20
# A visitor's page hands over the conversation that the browser kept.
_LARGEST: Mapping[Kind, int] = {
    "join": 8 * _MIB,
    "call": 64 * _KIB,
    "named call": 64 * _KIB,
    "small": 4 * _KIB,
    "assistant": 256 * _KIB,
}
_MOST_INPUTS = 50
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class TooLargeError(Exception):
    """More came than may come."""


class MalformedError(Exception):
    """What came cannot be read, or has another shape than it must have."""


class _Body(BaseModel):
    model_config = ConfigDict(strict=True)


class _Join(_Body):
    data: list[Any] = Field(max_length=_MOST_INPUTS)
    fn_index: int = Field(ge=0)
    session_hash: Token
    trigger_id: int | None = None


class _Call(_Body):
    data: list[Any] = Field(max_length=_MOST_INPUTS)
    session_hash: Token | None = None


class _Ask(_Body):
    model_config = ConfigDict(extra="forbid")

    question: Any
    center: Any = None


class _Search(_Ask):
    k: Any = None


class _Small(_Body):
    session_hash: Token | None = None
    fn_index: int | None = None
    event_id: str = Field(max_length=64)


class _Message(_Body):
    """Of JSON-RPC, in which assistants speak."""

    jsonrpc: str = Field(max_length=8)


def largest(kind: Kind, upload: int) -> int:
    """The most bytes that may come to an address; ``upload`` is that of a file of staff."""
    if kind == "staff":
        return max(upload + _MIB, _LARGEST["join"])
    return _LARGEST.get(kind, 0)


async def whole_body(receive: Receive, most: int) -> bytes:
    """All of a body.

    Raises:
        TooLargeError: it has more than ``most`` bytes; the rest is not read.
        MalformedError: whoever sent it has gone.
    """
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise MalformedError("The request was cut off.")
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise TooLargeError
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body`` first, then what comes after it."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return waiting.pop() if waiting else await receive()

    return receiving


def counted(receive: Receive, most: int) -> Receive:
    """A ``receive`` that gives no more than ``most`` bytes.

    Raises:
        TooLargeError: when called for what is too much.
    """
    size = 0

    async def receiving() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise TooLargeError
        return message

    return receiving


def check(kind: Kind, path: str, body: bytes) -> int | None:
    """Whether a body has the shape that its address takes; the number of the function it calls.

    Raises:
        MalformedError: it has not; the sentence says what is wrong.
    """
    models: dict[Kind, type[_Body]] = {
        "join": _Join,
        "call": _Call,
        "named call": _Search if path.rstrip("/").endswith("search") else _Ask,
        "small": _Small,
        "assistant": _Message,
    }
    model = models.get(kind)
    if model is None:
        return None
    try:
        found = model.model_validate_json(body)
        # Whoever reads it next does so with Python's reader, which takes no number of any length.
        json.loads(body)
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part)[:40] for part in first["loc"][:3]) or "the body"
        raise MalformedError(f"`{place}` cannot be used: {first['msg'][:200]}.") from None
    except (ValueError, RecursionError):
        raise MalformedError("`the body` cannot be used: a number is too long.") from None
    return found.fn_index if isinstance(found, _Join) else None
