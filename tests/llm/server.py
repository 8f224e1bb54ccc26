"""A chat endpoint on loopback that plays a script: real HTTP, a real socket, no model."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What is played on a request: the handler writes the answer itself.
Play = Callable[["Stage"], None]


@dataclass
class Seen:
    """What the server got and how its answer ended."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    pieces: int = 0


class Stage:
    """What a play may do with one request."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: dict[str, Any], seen: Seen) -> None:
        self._handler = handler
        self.body = body
        self.seen = seen

    @property
    def prompt(self) -> str:
        """All that the model was sent."""
        return "\n".join(message["content"] for message in self.body["messages"])

    def number_of(self, quote: str) -> int:
        """The number of the passage that has ``quote``."""
        for passage in self.prompt.split('<passage number="')[1:]:
            if quote in passage:
                return int(passage.split('"', 1)[0])
        raise LookupError(f"no passage has {quote!r}")

    def status(
        self, code: int, error: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        """An answer that is none."""
        data = json.dumps({"error": error}).encode()
        self._handler.send_response(code)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self._handler.send_header(name, value)
        self._handler.send_header("Content-Length", str(len(data)))
        self._handler.end_headers()
        self._handler.wfile.write(data)

    def begin(self, kind: str = "text/event-stream") -> None:
        """The head of a stream."""
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", kind)
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()

    def raw(self, data: bytes) -> None:
        """Bytes of the stream, as they are."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def piece(self, text: str) -> None:
        """A token."""
        delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
        self.raw(b"data: " + json.dumps(_chunk([delta])).encode() + b"\n\n")
        self.seen.pieces += 1

    def end(self, prompt_tokens: int = 11, completion_tokens: int = 7) -> None:
        """The end of a whole answer."""
        usage = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        }
        self.raw(b"data: " + json.dumps(_chunk([]) | {"usage": usage}).encode() + b"\n\n")
        self.raw(b"data: [DONE]\n\n")

    def hang_up(self) -> None:
        """Break the connection in the middle."""
        self._handler.wfile.flush()
        self._handler.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
        )
        self._handler.connection.close()

    def wait_until_left(self, most: float = 30) -> None:
        """Say nothing until the client has gone."""
        self._handler.connection.settimeout(most)
        with suppress(OSError):
            if self._handler.connection.recv(1) == b"":
                self.seen.left.set()


def says(*pieces: str) -> Play:
    """A model that answers with these tokens."""

    def play(stage: Stage) -> None:
        stage.begin()
        for piece in pieces:
            stage.piece(piece)
        stage.end()

    return play


def slowly(seconds: float, *pieces: str) -> Play:
    """A model that thinks before each token."""

    def play(stage: Stage) -> None:
        stage.begin()
        for piece in pieces:
            time.sleep(seconds)
            stage.piece(piece)
        stage.end()

    return play


class ScriptedServer:
    """Plays what ``play`` is when a request comes."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.seen = Seen()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:  # the name that the base class calls
                data = json.dumps(
                    {"object": "list", "data": [{"id": "scripted", "object": "model"}]}
                ).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:  # the name that the base class calls
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.seen.requests.append(body)
                outer.seen.keys.append(self.headers["Authorization"])
                self.close_connection = True
                try:
                    outer.play(Stage(self, body, outer.seen))
                except OSError:
                    outer.seen.left.set()

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """What LLM_BASE_URL is to be."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serving(play: Play) -> Iterator[ScriptedServer]:
    """A server that plays ``play``, for as long as the block lasts."""
    with ScriptedServer(play) as server:
        yield server


def _chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": choices,
    }
