"""The door of the app: what every request passes before a page or an endpoint sees it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.door.addresses import Kind, kind_of
from rag.door.bodies import (
    MalformedError,
    TooLargeError,
    again,
    check,
    counted,
    largest,
    whole_body,
)
from rag.door.headers import headers_of, policy_of_page, policy_of_rest
from rag.door.limits import Allowance
from rag.logs import happened
from rag.metrics import Metrics

# What is sent there has a shape that is known here.
_CHECKED: frozenset[Kind] = frozenset({"join", "call", "named call", "small", "assistant"})
# Every call asks the models something, or makes others wait for it.
_CALLS: frozenset[Kind] = frozenset({"join", "call", "named call", "assistant"})
# Nobody learns from a line for each picture, or for each look whether the app is there.
_UNTOLD: frozenset[Kind] = frozenset({"asset", "health"})
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
_PROTO = re.compile(r"https?")
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BUSY_SECONDS = 5
# English, Chinese.
_WORDS = {
    "busy": (
        "Many people are asking at the moment. Please try again in a few seconds.",
        "当前提问的人较多，请几秒后再试。",
    ),
    "often": (
        "That was a lot at once. Please try again in {seconds} s.",
        "请求过于频繁，请在 {seconds} 秒后再试。",
    ),
    "large": ("That is larger than anything that is taken here.", "内容过大，无法接受。"),
    "none": ("Not Found", "Not Found"),
    "host": ("The request does not say which host it is for.", "请求没有说明主机。"),
    "broken": ("Something went wrong on our side. Try again.", "服务器出错了，请重试。"),
}
_LOG = logging.getLogger(__name__)


class Events(Protocol):
    """What the door has to know of the events of the chat page."""

    def waiting(self) -> int:
        """How many wait for their turn."""
        ...

    def has_function(self, number: int) -> bool:
        """Whether there is a function of this number."""
        ...

    def has_session(self, name: str) -> bool:
        """Whether there is something to be told in this session."""
        ...

    def has_event(self, name: str) -> bool:
        """Whether there is something to be told of this event."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What the door goes by.

    ``most_waiting`` events may wait before the next is told that there are too many; ``calls`` is
    what a client may do in a minute; ``upload`` is the largest file of staff, in bytes. Pages of
    ``frame_ancestors`` may show the chat page in a frame. ``proxied`` where a trusted proxy says
    whom a request is from. ``scripts`` are those that Gradio adds to pages in the browser.
    """

    most_waiting: int
    calls: int
    upload: int
    frame_ancestors: str = ""
    proxied: bool = False
    scripts: Sequence[str] = ()


class Door:
    """Wraps the app: turns away what is not for it, tells browsers what pages may do, notes all."""

    def __init__(
        self,
        app: ASGIApp,
        rules: Rules,
        events: Events,
        metrics: Metrics,
        ready: Callable[[], bool],
    ) -> None:
        self._app = app
        self._rules = rules
        self._events = events
        self._metrics = metrics
        self._ready = ready
        self._allowance = Allowance(rules.calls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        kind = kind_of(scope["method"], scope["path"])
        answer = _Answer(send, self._rules, kind)
        try:
            refusal, inner = await self._looked_at(scope, receive, kind)
            if refusal is None:
                await self._app(scope, inner, answer.send)
            else:
                await refusal(scope, receive, answer.send)
        except TooLargeError:
            await self._unless_begun(answer, scope, receive, "large", 413)
        except Exception:
            _LOG.exception("A request could not be answered")
            await self._unless_begun(answer, scope, receive, "broken", 500)
        finally:
            self._note(scope["method"], kind, answer.status, time.perf_counter() - started)

    async def _looked_at(
        self, scope: Scope, receive: Receive, kind: Kind | None
    ) -> tuple[Response | None, Receive]:
        """What turns a request away, ``None`` if nothing does, and how its body is had then."""
        headers = Headers(scope=scope)
        if not _HOST.fullmatch(headers.get("host", "")):
            return self._refused(headers, "host", 400), receive
        if kind is None:
            return self._refused(headers, "none", 404), receive
        if kind == "health":
            return self._health(scope["path"]), receive
        scope["headers"] = [pair for pair in scope["headers"] if self._is_believed(*pair)]
        if kind in _CALLS and (busy := self._busy(scope, headers, kind)):
            return busy, receive
        most = largest(kind, self._rules.upload)
        if _length(headers) > most:
            raise TooLargeError
        if kind == "events":
            return (
                None if self._is_expected(scope) else self._refused(headers, "none", 404)
            ), receive
        if kind not in _CHECKED or scope["method"] != "POST":
            return None, counted(receive, most)
        body = await whole_body(receive, most)
        try:
            function = check(kind, scope["path"], body)
        except MalformedError as exc:
            self._metrics.turned_away("malformed")
            return JSONResponse({"detail": str(exc)}, 422), receive
        if function is not None and not self._events.has_function(function):
            return self._refused(headers, "none", 404), receive
        return None, again(body, receive)

    def _is_believed(self, name: bytes, value: bytes) -> bool:
        """Whether a header may decide what the page takes for its own address."""
        if not name.startswith(b"x-forwarded-"):
            return True
        if not self._rules.proxied:
            return False
        pattern = _PROTO if name == b"x-forwarded-proto" else _HOST
        every = value.decode("latin-1").split(",")
        return all(pattern.fullmatch(one.strip()) for one in every)

    def _busy(self, scope: Scope, headers: Headers, kind: Kind) -> Response | None:
        address = scope["client"][0] if scope.get("client") else ""
        wait = self._allowance.wait(address)
        if wait > 0:
            return self._refused(headers, "often", 429, int(wait) + 1)
        if kind != "assistant" and self._events.waiting() >= self._rules.most_waiting:
            return self._refused(headers, "busy", 429, _BUSY_SECONDS)
        return None

    def _is_expected(self, scope: Scope) -> bool:
        """Whether there is something to be told at the address of a stream of events."""
        path = str(scope["path"])
        if path.startswith("/gradio_api/call/"):
            return self._events.has_event(path.rpartition("/")[2])
        if not path.startswith("/gradio_api/queue/"):
            return True
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=None)
        name = query.get("session_hash", [""])[0]
        return bool(_SESSION.fullmatch(name)) and self._events.has_session(name)

    def _health(self, path: str) -> Response:
        if path == "/healthz":
            return JSONResponse({"alive": True})
        ready = self._ready() and self._events.waiting() < self._rules.most_waiting
        return JSONResponse({"ready": ready}, 200 if ready else 503)

    def _refused(self, headers: Headers, reason: str, code: int, seconds: int = 0) -> Response:
        self._metrics.turned_away(reason)
        chinese = headers.get("accept-language", "").lower().startswith("zh")
        words = _WORDS[reason][chinese].format(seconds=seconds)
        told = {"retry-after": str(seconds)} if seconds else {}
        return JSONResponse({"detail": words}, code, told)

    async def _unless_begun(
        self, answer: _Answer, scope: Scope, receive: Receive, reason: str, code: int
    ) -> None:
        if answer.status:
            return
        refusal = self._refused(Headers(scope=scope), reason, code)
        # What of it is still on its way is not read.
        refusal.headers["connection"] = "close"
        await refusal(scope, receive, answer.send)

    def _note(self, method: str, kind: Kind | None, status: int, seconds: float) -> None:
        route = kind or "none"
        self._metrics.requested(route, status)
        if kind not in _UNTOLD:
            ms = round(seconds * 1000, 1)
            # What is no method is not written down as it came.
            known = method if method in {"GET", "HEAD", "POST", "DELETE"} else "other"
            happened("request", method=known, route=route, status=status, ms=ms)


class _Answer:
    """Sends an answer with the headers that it has to have."""

    def __init__(self, send: Send, rules: Rules, kind: Kind | None) -> None:
        self._send = send
        self._rules = rules
        # Nobody shows the back room in a frame.
        self._ancestors = "" if kind == "staff" else rules.frame_ancestors
        self._page: Message | None = None
        self._html: list[bytes] = []
        self.status = 0

    async def send(self, message: Message) -> None:
        """Send a part of the answer; a page waits until all of it is there."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = Headers(raw=message["headers"])
            if headers.get("content-type", "").startswith("text/html"):
                self._page = message
                return
            await self._begin(message, policy_of_rest())
        elif self._page is not None and message["type"] == "http.response.body":
            self._html.append(message.get("body", b""))
            if message.get("more_body", False):
                return
            html, start, self._page = b"".join(self._html), self._page, None
            await self._begin(start, policy_of_page(html, self._rules.scripts, self._ancestors))
            await self._send({"type": "http.response.body", "body": html})
            return
        else:
            await self._send(message)

    async def _begin(self, message: Message, policy: bytes) -> None:
        own = [*headers_of(self._ancestors), (b"content-security-policy", policy)]
        names = {name for name, _ in own}
        others = [pair for pair in message["headers"] if pair[0].lower() not in names]
        await self._send({**message, "headers": [*others, *own]})


def _length(headers: Headers) -> int:
    try:
        return int(headers.get("content-length", "0"))
    except ValueError:
        return 0
