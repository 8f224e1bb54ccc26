"""Every deed and every address of the back room, asked for by those who may not."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gradio.utils import get_upload_folder
from starlette.routing import BaseRoute, Mount, Route

from rag.accounts.sessions import Sessions
from rag.accounts.users import UserFile
from rag.backroom.desk import Desk
from rag.backroom.frame import build_backroom
from rag.backroom.guard import OPEN
from rag.backroom.pages import PAGES
from rag.backroom.serving import backroom
from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.live import LiveChatbot
from tests.backroom.conftest import Come
from tests.backroom.staff import Staff, add_user, forged
from tests.served import Served

REFUSED = "You may not do this"
_PARAMETER = re.compile(r"\{[^}]*\}")


def _addresses(routes: list[BaseRoute], before: str) -> Iterator[tuple[str, str]]:
    for route in routes:
        if isinstance(route, Mount):
            inside = route.app
            while not hasattr(inside, "routes"):
                inside = inside._app  # type: ignore[attr-defined]  # a guard round it
            yield from _addresses(inside.routes, before + route.path)
        elif hasattr(route, "original_router"):
            yield from _addresses(route.original_router.routes, before)
        elif isinstance(route, Route):
            path = _PARAMETER.sub("x", before + route.path)
            yield from ((method, path) for method in route.methods or ())


@pytest.fixture(scope="module")
def live(chatbot: Chatbot, index_dir: Path) -> Iterator[LiveChatbot]:
    found = LiveChatbot(chatbot, index_dir)
    yield found
    # Whoever leaves while it is being made leaves PyTorch at work.
    found.overview()
    found.close()


@pytest.fixture(scope="module")
def addresses(live: LiveChatbot, index_dir: Path, folder: Path) -> list[tuple[str, str]]:
    """Method and path of everything that is served at ``/staff``, Gradio's own included."""

    async def build() -> list[tuple[str, str]]:
        made = backroom(load_settings(data_dir=folder), live, index_dir)
        return list(_addresses(made.router.routes, ""))

    return asyncio.run(build())


def _nobody(folder: Path, judge: Staff) -> None:
    return None


def _wrong_secret(folder: Path, judge: Staff) -> str:
    return forged(folder, "mei", secret=secrets.token_urlsafe(48))


def _expired(folder: Path, judge: Staff) -> str:
    return forged(folder, "mei", old=True)


def _mended(folder: Path, judge: Staff) -> str:
    """The payload of one ticket with the signature of another."""
    payload, _, _ = forged(folder, "mei").rpartition(".")
    return f"{payload}.{judge.ticket.rpartition('.')[2]}"


def _changed_user(folder: Path, judge: Staff) -> str:
    """Of somebody whose password has changed since."""
    add_user(folder, "ann", "maintainer")
    ticket = forged(folder, "ann")
    add_user(folder, "ann", "maintainer")
    return ticket


def _garbage(folder: Path, judge: Staff) -> str:
    return "x" * 5000


TICKETS = [_nobody, _wrong_secret, _expired, _mended, _changed_user, _garbage]


def test_the_tickets_that_are_refused_differ_from_a_good_one_by_what_is_wrong_with_them(
    come: Come, folder: Path
) -> None:
    person = come(forged(folder, "mei"))
    assert person.web.get("/staff/config").status_code == 200


@pytest.mark.parametrize("ticket", TICKETS)
def test_no_address_answers_without_a_valid_ticket(
    come: Come,
    folder: Path,
    judge: Staff,
    addresses: list[tuple[str, str]],
    ticket: Callable[[Path, Staff], str | None],
) -> None:
    stranger = come(ticket(folder, judge))
    paths = {path for _, path in addresses}
    assert {"/staff/config", "/staff/gradio_api/queue/join", "/staff/gradio_api/upload"} <= paths
    answers = {
        (method, path): stranger.web.request(method, path).status_code
        for method, path in addresses
        if path.removeprefix("/staff") not in OPEN
    }
    assert set(answers.values()) == {401}, answers


@pytest.mark.parametrize("ticket", TICKETS)
def test_no_deed_is_done_without_a_valid_ticket(
    come: Come,
    folder: Path,
    judge: Staff,
    maintainer: Staff,
    ticket: Callable[[Path, Staff], str | None],
) -> None:
    stranger = come(ticket(folder, judge))
    for function in maintainer.functions():
        assert stranger.begin(function).status_code == 401
        name = function["api_name"]
        called = stranger.web.post(f"/staff/gradio_api/call/{name}", json={"data": []})
        assert called.status_code == 401


def test_a_judge_does_no_deed_of_a_maintainer(
    live: LiveChatbot, index_dir: Path, folder: Path, judge: Staff
) -> None:
    roles = _roles(live, index_dir, folder)
    functions = judge.functions()
    assert {one["id"] for one in functions} == set(roles)
    theirs = [one for one in functions if roles[one["id"]] == "maintainer"]
    assert {"receive", "publish", "go_back", "save_names"} <= {one["api_name"] for one in theirs}
    for function in theirs:
        told = judge.do(function)
        assert not told.done, function["api_name"]
        assert REFUSED in told.text, function["api_name"]


def test_a_ticket_is_worth_nothing_once_its_owner_has_logged_out(come: Come, folder: Path) -> None:
    add_user(folder, "out", "maintainer")
    person = come(None)
    person.log_in("out")
    ticket = person.ticket
    assert person.web.get("/staff/config").status_code == 200
    assert person.web.post("/staff/logout").status_code == 303
    assert come(ticket).web.get("/staff/config").status_code == 401


def test_what_another_site_sends_is_refused(app: Served, maintainer: Staff) -> None:
    for origin in ("https://elsewhere.example", app.address.replace("127.0.0.1", "localhost")):
        for method, path in (("POST", "/staff/gradio_api/queue/join"), ("GET", "/staff/config")):
            answer = maintainer.web.request(method, path, headers={"Origin": origin})
            assert answer.status_code == 403
    del maintainer.web.headers["Origin"]
    try:
        silent = maintainer.web.post("/staff/gradio_api/queue/join", json={})
    finally:
        maintainer.web.headers["Origin"] = app.address
    assert silent.status_code == 403


def test_no_deed_copies_a_file_of_the_server_to_where_it_could_be_fetched(
    folder: Path, judge: Staff
) -> None:
    secret = folder / "staff" / "users.json"
    wanted = {"path": str(secret), "orig_name": "x.md", "meta": {"_type": "gradio.FileData"}}
    parts = judge.web.get("/staff/config").json()["components"]
    # What the server keeps of a visit is never taken from the browser.
    states = {part["id"] for part in parts if part["type"] == "state"}
    for function in judge.functions():
        told = judge.do(function, *[wanted] * len(function["inputs"]))
        assert set(function["inputs"]) <= states or not told.done, function["api_name"]
    kept = [path for path in Path(get_upload_folder()).rglob("users.json") if path.is_file()]
    assert secret.read_bytes() not in [path.read_bytes() for path in kept]


def _roles(live: LiveChatbot, index_dir: Path, folder: Path) -> dict[int, str]:
    """The role that each function asks for, by Gradio's number for it."""

    async def build() -> dict[int, str]:
        settings = load_settings(data_dir=folder)
        sessions = Sessions(UserFile(settings.users_file), folder, 1)
        blocks = build_backroom(Desk(settings, live, index_dir, sessions), PAGES)
        found = {}
        for number, one in blocks.fns.items():
            if one.fn is not None:
                found[number] = str(one.fn.staff_role)  # type: ignore[attr-defined]
        return found

    return asyncio.run(build())
