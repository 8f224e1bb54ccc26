"""What stands before the pages, as a client on the network meets it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from rag.chatbot import Chatbot
from rag.door.addresses import is_malformed, is_of_staff, kind_of
from rag.door.limits import Allowance, client_of
from tests.backroom.staff import Staff
from tests.door.attacks import status_of
from tests.door.conftest import CALLS, SECRET
from tests.served import Served, served
from tests.test_api import QUESTION, App, call

_INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def get(app: App | Served, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{app.address}{path}", headers=headers, timeout=60, trust_env=False)


def join(app: App, address: str = "", **headers: str) -> httpx.Response:
    """What the page sends for a question; nobody waits for what comes of it."""
    body = {"data": ["", None], "fn_index": _ask(app), "session_hash": "abcdefgh"}
    told = {"X-Forwarded-For": address} if address else {}
    return httpx.post(
        f"{app.address}/gradio_api/queue/join", json=body, headers=told | headers, trust_env=False
    )


def _ask(app: App | Served) -> int:
    functions = get(app, "/config").json()["dependencies"]
    return int(next(one["id"] for one in functions if one["api_name"] == "ask"))


def policy(answer: httpx.Response) -> dict[str, str]:
    found = answer.headers["content-security-policy"]
    parts = (part.strip().partition(" ") for part in found.split(";"))
    return {name: value for name, _, value in parts}


def test_only_the_scripts_of_the_page_run_in_it(app: App, maintainer: Staff) -> None:
    for answer in (get(app, "/"), maintainer.web.get("/staff/"), get(app, "/staff/login")):
        told = policy(answer)
        assert "'unsafe-inline'" not in told["script-src"]
        assert "http" not in told["script-src"]
        for script in _INLINE.findall(answer.text):
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in told["script-src"]
        assert told["object-src"] == told["frame-src"] == "'none'"
        assert told["connect-src"] == "'self'"


def test_nobody_shows_the_pages_in_a_frame_or_guesses_what_a_file_is(app: App) -> None:
    for path in ("/", "/staff/login", "/config", "/theme.css", "/nothing", "/healthz"):
        headers = get(app, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_what_gradio_has_beside_the_page_is_not_there(app: App, maintainer: Staff) -> None:
    for path in (
        "/file=/etc/passwd", "/proxy=http://127.0.0.1/", "/runs", "/queue/status", "/token",
        "/custom_component/x/client/x/x", "/upload_progress?upload_id=x", "/vibe-code/",
    ):  # fmt: skip
        assert get(app, f"/gradio_api{path}").status_code == 404, path
        if not path.startswith("/upload"):
            assert maintainer.web.get(f"/staff/gradio_api{path}").status_code == 404, path
    for path in ("/upload", "/component_server", "/run/ask", "/api/ask", "/vibe-edit/"):
        answer = httpx.post(f"{app.address}/gradio_api{path}", json={}, trust_env=False)
        assert answer.status_code == 404, path


def test_no_file_of_the_server_is_served(app: App, maintainer: Staff) -> None:
    secret = str(app.settings.staff_dir / "secret")
    for before in ("/gradio_api/file=", "/gradio_api/file/", "/assets/", "/static/", "/"):
        for path in (secret, "../" * 12 + secret, secret.replace("/", "%2f")):
            for person in (httpx.Client(base_url=app.address, trust_env=False), maintainer.web):
                for root in ("", "/staff"):
                    answer = person.get(f"{root}{before}{path}", follow_redirects=False)
                    assert answer.status_code in {303, 401, 403, 404}, answer.url
                if person is not maintainer.web:
                    person.close()


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


def test_a_body_over_the_limit_is_refused_whether_it_says_its_length_or_not(app: App) -> None:
    large = b'{"data": ["' + b"x" * 2**17 + b'"]}'
    url = f"{app.address}/gradio_api/call/ask"
    said = httpx.post(url, content=large, trust_env=False)
    unsaid = httpx.post(url, content=iter([large]), trust_env=False)
    assert (said.status_code, unsaid.status_code) == (413, 413)


def test_a_client_that_comes_too_often_waits_and_the_others_do_not(app: App) -> None:
    codes = [join(app, "198.51.100.7").status_code for _ in range(CALLS)]
    assert codes[0] == 200
    assert codes[-1] == 429
    waiting = join(app, "198.51.100.7", **{"Accept-Language": "zh-CN"})
    assert int(waiting.headers["retry-after"]) > 0
    assert "请求过于频繁" in waiting.json()["detail"]
    assert join(app, "198.51.100.8").status_code == 200
    # Whoever adds an address in front of the proxy's own word gains nothing.
    assert join(app, "203.0.113.1, 198.51.100.7").status_code == 429


def test_without_a_trusted_proxy_nobody_is_believed_about_addresses() -> None:
    allowance = Allowance(2, clock=lambda: 0.0)
    assert [allowance.wait("198.51.100.7") > 0 for _ in range(2)] == [False, True]
    assert client_of("127.0.0.1") is client_of("::1") is client_of("unix") is None
    assert client_of("2001:db8:1:2::3") == client_of("2001:db8:1:2:ffff::9")
    assert client_of("::ffff:198.51.100.7") == "198.51.100.7"


def test_an_allowance_fills_again() -> None:
    now = 0.0
    allowance = Allowance(60, clock=lambda: now)
    assert [allowance.wait("198.51.100.7") for _ in range(30)] == [0.0] * 30
    assert allowance.wait("198.51.100.7") == pytest.approx(1.0)
    now = 1.0
    assert allowance.wait("198.51.100.7") == 0.0
    assert allowance.wait("198.51.100.7") > 0.0


def test_a_full_queue_says_so_politely_and_the_app_goes_on(
    chatbot: Chatbot, index_dir: Path, tmp_path: Path
) -> None:
    with served(chatbot, tmp_path, index_dir, multilingual=False, most_waiting=2) as app:
        number = _ask(app)
        bodies = [
            {"data": [f"What is center {n}?", None], "fn_index": number, "session_hash": f"s{n}"}
            for n in range(40)
        ]  # fmt: skip
        url = f"{app.address}/gradio_api/queue/join"
        with ThreadPoolExecutor(20) as many, httpx.Client(trust_env=False, timeout=60) as client:
            answers = list(many.map(lambda body: client.post(url, json=body), bodies))
        refused = [one for one in answers if one.status_code != 200]
        assert {one.status_code for one in refused} == {429}
        assert "try again" in refused[0].json()["detail"]
        assert get(app, "/healthz").json() == {"alive": True}
        deadline = time.monotonic() + 120
        while get(app, "/readyz").status_code != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert call(app, "/ask", question=QUESTION)["status"] == "answered"


def test_pages_of_others_show_the_page_only_where_that_is_set(
    chatbot: Chatbot, index_dir: Path, tmp_path: Path
) -> None:
    theirs = "https://portal.example"
    with served(chatbot, tmp_path, index_dir, frame_ancestors=theirs) as app:
        answer = get(app, "/")
        assert policy(answer)["frame-ancestors"] == theirs
        assert "x-frame-options" not in answer.headers
        assert policy(get(app, "/staff"))["frame-ancestors"] == "'none'"


def test_the_metrics_tell_what_was_asked_how_often_and_never_what(
    app: App, metrics_port: int
) -> None:
    call(app, "/ask", question=QUESTION)
    call(app, "/ask", question="What is the tuition fee of the moon?")
    call(app, "/search", question="tissue repair")
    told = httpx.get(f"http://127.0.0.1:{metrics_port}/metrics", trust_env=False).text
    for line in (
        r'rag_questions_total{face="ask",status="answered"} \d',
        r'rag_questions_total{face="ask",status="refused"} \d',
        r'rag_questions_total{face="search",status="searched"} \d',
        r'rag_stage_seconds_count{stage="reading"} \d',
        r'rag_stage_seconds_count{stage="retrieval"} \d',
        r'rag_index_version{name="0001-[0-9a-f]+"} 1', r"rag_queue_waiting \d",
        r'rag_cache_lookups_total{result="hit"} \d', r"rag_journal_waiting \d",
        r'rag_http_requests_total{code="200",route="page"} \d',
    ):  # fmt: skip
        assert re.search(line.replace("{", r"\{").replace("}", r"\}"), told), line
    assert "Cancer" not in told
    # It is nowhere but there.
    assert get(app, "/metrics").status_code == 404
    host = urlsplit(app.address).hostname
    assert host is not None


def test_the_log_has_a_line_a_request_with_the_stages_and_nothing_of_anybody(app: App) -> None:
    asked = "Who leads the Zhejiang University Medical Center, asks Wilhelmina?"
    call(app, "/ask", question=asked)
    join(app, "198.51.100.77", Cookie="mine=1", **{"User-Agent": "Telltale/1.0"})
    status_of(b"GET /nowhere?name=Wilhelmina HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
              (str(urlsplit(app.address).hostname), urlsplit(app.address).port or 0))  # fmt: skip
    text = app.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    answered = [line for line in lines if line.get("event") == "answered"][-1]
    assert {"understanding", "embedding", "retrieval", "reading"} <= set(answered["stages_ms"])
    assert sum(answered["stages_ms"].values()) <= answered["ms"] + 1
    requests = [line for line in lines if line.get("event") == "request"]
    assert {"method", "route", "status", "ms"} <= set(requests[-1])
    for private in (
        "Wilhelmina",
        "Telltale",
        "198.51.100",
        "mine=1",
        SECRET,
        "nowhere",
        "abcdefgh",
    ):
        assert private not in text, private


def test_a_proxy_that_is_trusted_is_believed_about_https(app: App) -> None:
    # Neither of these two attempts may fail the other: each comes from an address of its own.
    with closing(Staff(app.address)) as person:
        person.web.headers["X-Forwarded-Proto"] = "https"
        person.web.headers["X-Forwarded-For"] = "198.51.100.20"
        assert "secure" in person.log_in("mei").headers["set-cookie"].lower()


def test_the_back_room_has_its_addresses_and_no_other() -> None:
    assert is_of_staff("GET", "/")
    assert is_of_staff("GET", "/corpus")
    assert is_of_staff("POST", "/gradio_api/upload")
    for method, path in (
        ("GET", "/gradio_api/file=x"), ("POST", "/gradio_api/run/x"), ("PUT", "/corpus"),
        ("POST", "/gradio_api/call/publish"), ("POST", "/gradio_api/mcp/"),
    ):  # fmt: skip
        assert not is_of_staff(method, path), path


@pytest.mark.parametrize(
    "path", ["/../x", "/a/../b", "/a/..", "/.", "/a\x00", "/a\\b", "/" + "a" * 300, "/a" * 600]
)
def test_a_path_that_nothing_of_ours_has_is_not_looked_for(path: str) -> None:
    assert is_malformed(path)
    assert kind_of("GET", path) is None


def test_half_open_connections_hold_up_nobody(app: App) -> None:
    parts = urlsplit(app.address)
    where = (str(parts.hostname), parts.port or 0)
    waiting = [socket.create_connection(where) for _ in range(50)]
    try:
        for one in waiting:
            one.sendall(
                b"POST /gradio_api/call/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"
            )
        assert call(app, "/ask", question=QUESTION)["status"] == "answered"
    finally:
        for one in waiting:
            one.close()
