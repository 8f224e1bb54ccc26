"""The real app with staff, on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.backroom.staff import Staff, add_user
from tests.test_api import PLAIN, App, end, start


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory, index_dir: Path) -> Path:
    """A ``DATA_DIR`` with an index, a judge and a maintainer."""
    found = tmp_path_factory.mktemp("staff")
    shutil.copytree(index_dir, found / "index")
    add_user(found, "jo", "judge")
    add_user(found, "mei", "maintainer")
    return found


@pytest.fixture(scope="package")
def app(folder: Path) -> Iterator[App]:
    running = start(folder / "index", folder, UPLOAD_MIB="1", **PLAIN)
    # The secret that signs tickets is made with the first of them.
    with closing(Staff(running.address)) as first:
        assert first.log_in("mei").status_code == 303
    yield running
    end(running)
    assert "A page of the back room failed" not in running.log.read_text()


Come = Callable[[str | None], Staff]


@pytest.fixture
def come(app: App) -> Iterator[Come]:
    """Lets somebody come with a ticket or without."""
    with ExitStack() as stack:
        yield lambda ticket: stack.enter_context(closing(Staff(app.address, ticket)))


@pytest.fixture(scope="package")
def judge(app: App) -> Iterator[Staff]:
    with closing(Staff(app.address)) as person:
        assert person.log_in("jo").status_code == 303
        yield person


@pytest.fixture(scope="package")
def maintainer(app: App) -> Iterator[Staff]:
    with closing(Staff(app.address)) as person:
        assert person.log_in("mei").status_code == 303
        yield person
