"""Logging in and out, over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from rag.backroom.desk import COOKIE
from rag.chatbot import Chatbot
from tests.backroom.conftest import Come
from tests.backroom.staff import PASSWORD, Staff, add_user
from tests.served import Served, served


@pytest.fixture(scope="module")
def bare(
    chatbot: Chatbot, index_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """An app without any user."""
    with served(chatbot, tmp_path_factory.mktemp("bare"), index_dir, multilingual=False) as app:
        yield app


def test_without_users_there_are_no_pages_and_with_the_first_there_are(bare: Served) -> None:
    paths = ("/staff", "/staff/", "/staff/login", "/staff/login.css", "/staff/config")
    with closing(Staff(bare.address)) as person:
        assert [person.web.get(path).status_code for path in paths] == [404] * len(paths)
        assert person.log_in("admin", "admin").status_code == 404
        assert person.web.get("/").status_code == 200
        add_user(bare.settings.data_dir, "jo", "judge")
        assert person.web.get("/staff/login").status_code == 200
        shutil.rmtree(bare.settings.staff_dir)
        assert person.web.get("/staff/login").status_code == 404


def test_a_browser_is_led_to_the_login_and_from_there_to_where_it_wanted(come: Come) -> None:
    person = come(None)
    sent = person.web.get("/staff/corpus", headers={"Accept": "text/html"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/staff/login?then=/corpus")
    fields = {"name": "mei", "password": PASSWORD, "then": "/corpus"}
    inside = person.web.post("/staff/login", data=fields)
    assert (inside.status_code, inside.headers["location"]) == (303, "/staff/corpus")
    assert person.web.get("/staff/corpus").status_code == 200


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/../..", "\\evil"])
def test_logging_in_leads_to_no_other_site(come: Come, then: str) -> None:
    fields = {"name": "mei", "password": PASSWORD, "then": then}
    inside = come(None).web.post("/staff/login", data=fields)
    assert inside.headers["location"] == "/staff/"


def test_the_cookie_is_for_this_site_and_not_for_scripts_and_expires(come: Come) -> None:
    said = come(None).log_in("mei").headers["set-cookie"]
    parts = {part.strip().lower() for part in said.split(";")[1:]}
    assert said.startswith(f"{COOKIE}=")
    assert {"httponly", "samesite=strict", "path=/staff", "max-age=43200"} <= parts


def test_what_staff_see_is_not_kept_by_the_browser(maintainer: Staff) -> None:
    for path in ("/staff/", "/staff/config"):
        assert maintainer.web.get(path).headers["cache-control"] == "no-store"


def test_the_login_page_speaks_the_language_of_the_browser_and_runs_nothing(come: Come) -> None:
    person = come(None)
    english, chinese = (
        person.web.get("/staff/login", headers={"Accept-Language": language}).text
        for language in ("en-GB,en;q=0.8", "zh-CN,zh;q=0.9,en;q=0.8")
    )
    assert 'lang="en"' in english
    assert ">Password<" in english
    assert 'lang="zh-CN"' in chinese
    assert ">密码<" in chinese
    assert "<script" not in english
    assert "style=" not in english


def test_a_name_that_is_html_is_only_a_name(come: Come) -> None:
    told = come(None).log_in('"><script>alert(1)</script>', "wrong password")
    assert told.status_code == 401
    assert "<script" not in told.text


def test_wrong_passwords_are_slowed_down_and_the_right_one_waits_too(
    app: Served, folder: Path, come: Come
) -> None:
    add_user(folder, "slow", "judge")
    person = come(None)
    codes: list[int] = []
    # The pause doubles each time: sooner or later it is longer than an attempt takes.
    while 429 not in codes:
        assert len(codes) < 20
        told = person.log_in("slow", "wrong password")
        codes.append(told.status_code)
    assert set(codes[:-1]) == {401}
    assert int(told.headers["retry-after"]) > 0
    assert person.log_in("slow").status_code == 429
    # The chat page and those who are inside already are not concerned.
    assert httpx.get(app.address, trust_env=False).status_code == 200


def test_a_form_that_is_no_form_is_refused(come: Come) -> None:
    person = come(None)
    for body in (b"\xff\xfe", b"name=" + b"x" * 20_000, b"&" * 5000, b""):
        told = person.web.post("/staff/login", content=body)
        assert told.status_code in {401, 429}
