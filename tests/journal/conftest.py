"""A journal in each of the databases that it can be in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.config import Settings, load_settings
from rag.journal.reading import JournalReader
from rag.journal.recording import Journal
from tests.journal.server import PostgresServer, find_programs


class SmallDisk:
    """A disk that can be filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        disk = os.statvfs(self.folder)
        with self._filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, disk.f_bavail * disk.f_frsize))

    def free(self) -> None:
        self._filler.unlink()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Debian's PostgreSQL; without it tests skip, or fail where REQUIRE_POSTGRES says so."""
    programs = find_programs()
    if programs is None:
        reason = "there is no PostgreSQL: neither the PATH nor /usr/lib/postgresql has initdb"
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    server = PostgresServer(programs)
    yield server
    server.remove()


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path)


@pytest.fixture
def postgres_settings(tmp_path: Path, postgres: PostgresServer) -> Settings:
    return load_settings(data_dir=tmp_path, journal_url=postgres.new_database())


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings with an empty journal, in each database."""
    name = "sqlite_settings" if request.param == "sqlite" else "postgres_settings"
    found = request.getfixturevalue(name)
    assert isinstance(found, Settings)
    return found


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of one megabyte; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


@pytest.fixture
def open_journal() -> Iterator[Callable[..., Journal]]:
    """Opens journals that are closed after the test."""
    opened: list[Journal] = []

    def open_one(settings: Settings, **options: Any) -> Journal:
        journal = Journal.open(settings, **options)
        assert journal is not None
        opened.append(journal)
        return journal

    yield open_one
    for journal in opened:
        journal.close()


@pytest.fixture
def open_reader() -> Iterator[Callable[[Settings], JournalReader]]:
    """Opens readers that are closed after the test."""
    opened: list[JournalReader] = []

    def open_one(settings: Settings) -> JournalReader:
        opened.append(JournalReader.open(settings))
        return opened[-1]

    yield open_one
    for reader in opened:
        reader.close()
