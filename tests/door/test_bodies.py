"""What comes with a request: its size, its shape, and what is said of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.test_api import App


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("queue/join", {"data": [], "fn_index": 9999, "session_hash": "a"}),
        ("queue/join", {"data": [], "fn_index": "0", "session_hash": "a"}),
        ("queue/join", {"data": "x", "fn_index": 0, "session_hash": "a"}),
        ("queue/join", {"data": [], "fn_index": 0, "session_hash": "../a"}),
        ("call/ask", {"data": {}}),
        ("call/v2/ask", {"wrong": 1}),
        ("call/v2/ask", []),
        ("call/v2/search", {"question": "x", "k": 1, "index_dir": "/"}),
        ("cancel", {}),
    ],
)
def test_a_body_of_another_shape_is_told_what_is_wrong(app: App, path: str, body: Any) -> None:
    answer = httpx.post(f"{app.address}/gradio_api/{path}", json=body, trust_env=False)
    assert answer.status_code in {404, 422}
    assert set(answer.json()) == {"detail"}
    assert "Traceback" not in answer.text


_NUMBER = b"9" * 5000


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("mcp/", _NUMBER),
        ("mcp/", b"[" * 50_000),
        ("mcp/", b'{"a":' * 20_000),
        ("mcp/", b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"a": %s}}' % _NUMBER),
        ("mcp/", b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": %s}' % (b"[" * 900)),
        ("call/ask", b'{"data": [%s]}' % _NUMBER),
        ("call/v2/search", b'{"question": "x", "k": %s}' % _NUMBER),
    ],
)
def test_what_no_reader_of_json_takes_is_told_what_is_wrong(
    app: App, path: str, body: bytes
) -> None:
    told = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    url = f"{app.address}/gradio_api/{path}"
    answer = httpx.post(url, content=body, headers=told, trust_env=False)
    assert answer.status_code == 422
    assert set(answer.json()) == {"detail"}


def test_a_body_over_the_limit_is_refused_whether_it_says_its_length_or_not(app: App) -> None:
    large = b'{"data": ["' + b"x" * 2**17 + b'"]}'
    url = f"{app.address}/gradio_api/call/ask"
    said = httpx.post(url, content=large, trust_env=False)
    unsaid = httpx.post(url, content=iter([large]), trust_env=False)
    assert (said.status_code, unsaid.status_code) == (413, 413)
