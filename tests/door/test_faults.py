"""Faults that no other test causes: the clock, staff's files, memory, an upload cut in half."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from gradio.utils import get_upload_folder
from starlette.testclient import TestClient

from rag.accounts.sessions import SECRET, Sessions
from rag.accounts.users import UserFile
from rag.backroom.login import Login
from rag.config import ROOT
from tests.backroom.staff import PASSWORD, Staff
from tests.test_api import QUESTION, App, call

_DAY = 24 * 3600.0


@pytest.fixture
def users(tmp_path: Path) -> UserFile:
    found = UserFile(tmp_path / "users.json")
    found.put("jo", PASSWORD, frozenset({"judge"}))
    return found


def test_a_clock_that_jumps_ends_sessions_and_nothing_else(
    users: UserFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = Sessions(users, tmp_path, 12)
    ticket = sessions.open(users.all()["jo"])
    assert sessions.person(ticket)
    now = time.time
    for jump in (-_DAY, _DAY):
        monkeypatch.setattr(time, "time", lambda jump=jump: now() + jump)
        assert sessions.person(ticket) is None
        # Whoever logs in anew is in.
        assert sessions.person(sessions.open(users.all()["jo"]))
    monkeypatch.setattr(time, "time", now)
    assert sessions.person(ticket)


def test_where_no_ticket_can_be_signed_the_login_says_so(users: UserFile, tmp_path: Path) -> None:
    staff = tmp_path / "staff"
    # A folder in its place cannot be read or written, by root neither.
    (staff / SECRET).mkdir(parents=True)
    app = FastAPI()
    app.router.routes.extend(Login(users, Sessions(users, staff, 12)).routes)
    with TestClient(app) as client:
        told = client.post("/login", data={"name": "jo", "password": PASSWORD})
    assert told.status_code == 503
    assert "cannot be read or made" in told.text
    assert "Traceback" not in told.text
    assert "set-cookie" not in told.headers


def test_too_little_memory_to_start_ends_it_and_leaves_nothing(
    index_dir: Path, tmp_path: Path
) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (600 * 2**20, 600 * 2**20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    done = subprocess.run(
        [sys.executable, "app.py", "--index", str(index_dir), "--port", "0"],
        cwd=ROOT, env=os.environ | {"DATA_DIR": str(tmp_path)}, preexec_fn=little,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode not in {0, None}
    assert "The chat page is at" not in done.stdout
    assert not list(tmp_path.rglob("journal.sqlite"))


def test_a_broken_file_of_staff_closes_the_back_room_and_nothing_else(app: App) -> None:
    path = app.settings.users_file
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    try:
        with closing(Staff(app.address)) as person:
            told = person.web.get("/staff/")
            assert told.status_code == 503
            assert "Traceback" not in told.text
        assert call(app, "/ask", question=QUESTION)["status"] == "answered"
    finally:
        path.write_bytes(whole)
    with closing(Staff(app.address)) as person:
        assert person.web.get("/staff/login").status_code == 200


def test_an_upload_that_is_cut_in_half_leaves_nothing(app: App, maintainer: Staff) -> None:
    parts = urlsplit(app.address)
    body = (
        b"--cut\r\nContent-Disposition: form-data; name=files; filename=half-written.md\r\n\r\n"
        + b"The Half Center has half a page. " * 2000
    )
    head = (
        f"POST /staff/gradio_api/upload HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Origin: {app.address}\r\n"
        f"Cookie: staff={maintainer.ticket}\r\nContent-Type: multipart/form-data; boundary=cut\r\n"
        f"Content-Length: {2 * len(body)}\r\n\r\n"
    ).encode()
    with socket.create_connection((str(parts.hostname), parts.port or 0)) as connection:
        connection.sendall(head + body)
    assert maintainer.web.get("/staff/config").status_code == 200
    assert not list(Path(get_upload_folder()).rglob("half-written.md"))
    assert not list(app.settings.data_dir.rglob("half-written*"))
