"""The real app with staff, metrics, and a proxy that it trusts, on loopback."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.backroom.staff import Staff, add_user
from tests.test_api import App, end, start

# What a client may do in a minute; only those whom the proxy names are counted.
CALLS = 6
SECRET = "sk-never-to-be-seen"  # noqa: S105


@pytest.fixture(scope="package")
def metrics_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="package")
def app(
    tmp_path_factory: pytest.TempPathFactory, index_dir: Path, metrics_port: int
) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("door")
    shutil.copytree(index_dir, folder / "index")
    add_user(folder, "mei", "maintainer")
    running = start(
        folder / "index", folder, MULTILINGUAL="false", METRICS_PORT=str(metrics_port),
        TRUSTED_PROXIES="127.0.0.1", CALLS_A_MINUTE=str(CALLS), LLM_API_KEY=SECRET,
    )  # fmt: skip
    yield running
    end(running)


@pytest.fixture(scope="package")
def maintainer(app: App) -> Iterator[Staff]:
    with closing(Staff(app.address)) as person:
        assert person.log_in("mei").status_code == 303
        yield person
