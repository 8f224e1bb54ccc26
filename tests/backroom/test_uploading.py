"""Hostile uploads over HTTP: each is refused with the reason, and others are served meanwhile."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from gradio.utils import get_upload_folder

from tests.backroom.staff import Staff
from tests.documents import one_page_pdf, paragraph, stream, word_of
from tests.served import Served
from tests.test_loaders_hostile import _empty_pages

PAGE = b"# Lake Center\n\nAnn Roe is the director of the Lake Center.\n"


@pytest.fixture
def others(app: Served) -> Iterator[list[int]]:
    """What others are answered meanwhile, one request after the other."""
    codes: list[int] = []
    over = threading.Event()

    def ask() -> None:
        with closing(httpx.Client(base_url=app.address, timeout=60, trust_env=False)) as web:
            while not over.is_set():
                codes.append(web.get("/config").status_code)

    thread = threading.Thread(target=ask)
    thread.start()
    yield codes
    over.set()
    thread.join()


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("../../lake.md", lambda: PAGE, "cannot be the name"),
        ("nul.md", lambda: PAGE, "name of a device"),
        ("lake.exe", lambda: PAGE, "of no format"),
        ("program.pdf", lambda: b"MZ\x90\x00\x03" + b"\x00" * 500, "is no text, not a PDF"),
        ("paper.md", lambda: one_page_pdf(stream(b"")), "is a PDF, not text"),
        ("bomb.docx", lambda: word_of(paragraph(" " * 100_000_000)), "unpacks to more than 64 MiB"),
        ("scan.pdf", lambda: _empty_pages(10_000), "has no text"),
    ],
)
def test_a_hostile_upload_is_refused_and_others_are_served(
    maintainer: Staff,
    folder: Path,
    others: list[int],
    name: str,
    make: Callable[[], bytes],
    words: str,
) -> None:
    raw = make()
    before = len(others)
    told = maintainer.upload(name, raw)
    assert not told.done
    assert words in told.text
    assert "Traceback" not in told.text
    while len(others) <= before:
        pass
    assert set(others) == {200}
    assert [path for path in (folder / "uploads").rglob("*") if path.is_file()] == []


def test_an_upload_over_the_limit_is_refused_as_it_comes(maintainer: Staff, folder: Path) -> None:
    assert maintainer.send_file("large.md", b"x" * (2 * 2**20)).status_code == 413
    assert [path for path in (folder / "uploads").rglob("*") if path.is_file()] == []


def _sent(path: Path | str, name: str = "lake.md") -> dict[str, object]:
    return {"path": str(path), "orig_name": name, "meta": {"_type": "gradio.FileData"}}


def test_a_file_of_the_server_cannot_be_taken_in(maintainer: Staff, folder: Path) -> None:
    (function,) = [one for one in maintainer.functions() if one["api_name"] == "receive"]
    secret = folder / "staff" / "users.json"
    beyond = Path(get_upload_folder()) / "../../etc/hostname"
    for sent in (_sent(secret), _sent(beyond), _sent("/dev/zero"), _sent("x"), None):
        told = maintainer.do(function, sent)
        assert not told.done
        assert "$argon2" not in told.text
    assert secret.is_file()
    assert maintainer.web.get("/staff/config").status_code == 200


def test_what_was_uploaded_is_not_left_where_visitors_could_fetch_it(
    app: Served, maintainer: Staff, folder: Path
) -> None:
    (path,) = maintainer.send_file("lake.md", PAGE).json()
    (function,) = [one for one in maintainer.functions() if one["api_name"] == "receive"]
    assert maintainer.do(function, _sent(path), *[""] * 5).done
    fetched = httpx.get(f"{app.address}/gradio_api/file={path}", trust_env=False)
    assert PAGE not in fetched.content
    assert not Path(path).exists()
    shutil.rmtree(folder / "uploads")
