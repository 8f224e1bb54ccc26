"""The journal's database: its address, its tables, programs that make them at once."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from rag.config import ROOT, Settings, load_settings
from rag.errors import ConfigError, JournalError
from rag.journal.database import journal_url, open_engine, prepare, shown
from rag.journal.reading import JournalReader, ModelUsage
from rag.journal.recording import Journal
from rag.journal.tables import Base
from tests.journal.answers import ANSWER, eventually

OpenJournal = Callable[..., Journal]


def test_two_programs_may_make_the_tables_at_once(settings: Settings) -> None:
    code = (
        "import sys; from rag.config import load_settings\n"
        "from rag.journal.reading import JournalReader\n"
        "JournalReader.open(load_settings()).close()"
    )
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(settings.data_dir),
        "JOURNAL_URL": settings.journal_url.get_secret_value(),
    }
    programs = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for program in programs:
        _, said = program.communicate()
        assert program.returncode == 0, said.decode()


def test_the_migrations_make_the_tables_that_the_program_expects(settings: Settings) -> None:
    engine = open_engine(journal_url(settings), writing=True)
    prepare(engine)
    prepare(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_journal_of_the_first_release_is_brought_up_to_date_with_its_answers(
    settings: Settings, open_journal: OpenJournal
) -> None:
    journal = open_journal(settings)
    journal.record("talk", "old", replace(ANSWER, writing=None))
    journal.close(60)
    engine = open_engine(journal_url(settings), writing=True)
    with engine.begin() as connection:
        for column in ("model", "prompt_tokens", "completion_tokens", "model_seconds", "withheld"):
            connection.exec_driver_sql(f"ALTER TABLE entries DROP COLUMN {column}")
        for table in ("preferences", "judgments"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    engine.dispose()
    journal = open_journal(settings)
    journal.record("talk", "new", ANSWER)
    journal.close(60)
    reader = JournalReader.open(settings)
    old, new = (reader.entry(name) for name in ("old", "new"))
    (usage,) = reader.usage()
    reader.close()
    assert old is not None
    assert old.answer == replace(ANSWER, writing=None)
    assert new is not None
    assert new.answer == ANSWER
    assert usage == ModelUsage("small", 1, 812, 64, 1.5, 1)


def test_tables_of_a_newer_release_are_left_alone_and_answers_wait(
    settings: Settings, open_journal: OpenJournal, caplog: pytest.LogCaptureFixture
) -> None:
    engine = open_engine(journal_url(settings), writing=True)
    prepare(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(JournalError, match="newer release"):
        JournalReader.open(settings)
    journal = open_journal(settings)
    journal.record("talk", "one", ANSWER)
    eventually(lambda: journal.condition.problem)
    assert journal.condition.waiting == 1
    assert "newer release" in caplog.text
    journal.close(0)


def test_the_file_is_in_wal_mode_and_for_its_owner_only(
    sqlite_settings: Settings, open_journal: OpenJournal
) -> None:
    open_journal(sqlite_settings).close()
    engine = open_engine(journal_url(sqlite_settings))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
    assert stat.S_IMODE(sqlite_settings.journal_dir.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "no address"), ("mysql://h/d", "mysql"), ("sqlite://", "names no file"),
        ("postgresql+asyncpg://h/d", "asyncpg"), ("sqlite:///:memory:", "names no file"),
        ("postgresql://h:port/d", "no address"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_told_with_the_cure(address: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        Journal.open(load_settings(journal_url=address))
    assert "postgresql://USER" in caught.value.cure


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_password_is_never_shown(scheme: str) -> None:
    settings = load_settings(journal_url=f"{scheme}://me:hidden@h/d?sslpassword=hidden2")
    assert shown(journal_url(settings)) == "postgresql+psycopg://me:***@h/d"
    assert "hidden" not in repr(settings) + str(settings.journal_url)
