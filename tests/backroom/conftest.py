"""The app with staff, on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from rag.chatbot import Chatbot
from tests.backroom.staff import Staff, add_user
from tests.served import Served, served


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory, index_dir: Path) -> Path:
    """A ``DATA_DIR`` with an index, a judge and a maintainer."""
    found = tmp_path_factory.mktemp("staff")
    shutil.copytree(index_dir, found / "index")
    add_user(found, "jo", "judge")
    add_user(found, "mei", "maintainer")
    return found


@pytest.fixture(scope="package")
def app(folder: Path, chatbot: Chatbot) -> Iterator[Served]:
    with served(chatbot, folder, multilingual=False, upload_mib=1) as running:
        # The secret that signs tickets is made with the first of them.
        with closing(Staff(running.address)) as first:
            assert first.log_in("mei").status_code == 303
        yield running
    assert not [line for line in running.log if "A page of the back room failed" in line]


Come = Callable[[str | None], Staff]


@pytest.fixture
def come(app: Served) -> Iterator[Come]:
    """Lets somebody come with a ticket or without."""
    with ExitStack() as stack:
        yield lambda ticket: stack.enter_context(closing(Staff(app.address, ticket)))


@pytest.fixture(scope="package")
def judge(app: Served) -> Iterator[Staff]:
    with closing(Staff(app.address)) as person:
        assert person.log_in("jo").status_code == 303
        yield person


@pytest.fixture(scope="package")
def maintainer(app: Served) -> Iterator[Staff]:
    with closing(Staff(app.address)) as person:
        assert person.log_in("mei").status_code == 303
        yield person
