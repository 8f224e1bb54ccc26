"""A Milvus server, and the settings that name it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pymilvus import MilvusClient

from tests.vectors.server import MilvusServer
from tests.vectors.site import ALIAS


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    running = MilvusServer(tmp_path_factory.mktemp("milvus") / "data")
    yield running
    running.kill()


@pytest.fixture
def at_server(server: MilvusServer, monkeypatch: pytest.MonkeyPatch) -> MilvusServer:
    """The server, which the settings name."""
    monkeypatch.setenv("MILVUS_URI", server.address)
    monkeypatch.setenv("MILVUS_ALIAS", ALIAS)
    return server


@pytest.fixture
def client(at_server: MilvusServer) -> Iterator[MilvusClient]:
    opened = MilvusClient(at_server.address)
    yield opened
    opened.close()
