"""A database that is dead, full, locked or replaced: answers go on, and what is lost is counted.

Whoever records is this test itself: were it made to wait, the test would never come to mend the
database.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from rag.config import ROOT, Settings, load_settings
from rag.doctor.journal import journal_findings
from rag.journal.condition import journal_condition
from rag.journal.reading import JournalReader
from rag.journal.recording import Journal
from rag.journal.state import read_states
from rag.rating import Rating
from tests.journal.answers import ANSWER, eventually
from tests.journal.conftest import SmallDisk
from tests.journal.server import PostgresServer

OpenJournal = Callable[..., Journal]
OpenReader = Callable[[Settings], JournalReader]


def record(journal: Journal, *names: str) -> None:
    for name in names:
        journal.record("talk", name, ANSWER)


def written(journal: Journal) -> None:
    eventually(lambda: not journal.condition.waiting and not journal.condition.problem)


def held(reader: JournalReader) -> set[str]:
    return {entry.summary.answer_id for entry in reader.all_entries()}


def worst(settings: Settings) -> str:
    findings = [finding.severity for finding in journal_findings(settings)]
    return "error" if "error" in findings else "warning" if "warning" in findings else "ok"


def test_what_waits_for_a_dead_server_arrives_when_it_is_back(
    postgres: PostgresServer,
    postgres_settings: Settings,
    open_journal: OpenJournal,
    open_reader: OpenReader,
    caplog: pytest.LogCaptureFixture,
) -> None:
    journal = open_journal(postgres_settings)
    record(journal, "before")
    written(journal)
    postgres.kill()
    try:
        record(journal, "one", "two")
        journal.rate("before", Rating(helpful=True))
        eventually(lambda: journal.condition.problem)
        eventually(lambda: journal_condition(postgres_settings).waiting == 3)
        condition = journal_condition(postgres_settings)
        assert condition.problem
        assert "cannot be used" in condition.unreadable
        assert worst(postgres_settings) == "error"
    finally:
        postgres.start()
    written(journal)
    assert held(open_reader(postgres_settings)) == {"before", "one", "two"}
    assert journal.condition.lost == 0
    assert [m.count("cannot be written") for m in caplog.messages].count(1) == 1
    assert "written again; 0 entries were lost" in caplog.text
    assert "secret-word" not in caplog.text + str(condition)
    eventually(lambda: not journal_condition(postgres_settings).problem)
    assert worst(postgres_settings) == "ok"


def test_a_server_that_is_not_there_yet_does_not_stop_the_start(
    postgres: PostgresServer,
    postgres_settings: Settings,
    open_journal: OpenJournal,
    open_reader: OpenReader,
) -> None:
    postgres.kill()
    try:
        journal = open_journal(postgres_settings)
        record(journal, "one")
        eventually(lambda: journal.condition.problem)
    finally:
        postgres.start()
    written(journal)
    assert held(open_reader(postgres_settings)) == {"one"}


def test_what_waits_for_a_full_disk_arrives_when_it_has_room(
    small_disk: SmallDisk,
    open_journal: OpenJournal,
    open_reader: OpenReader,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = load_settings(data_dir=small_disk.folder)
    journal = open_journal(settings)
    record(journal, "before")
    written(journal)
    small_disk.fill()
    names = [f"{number}" for number in range(300)]
    record(journal, *names)
    eventually(lambda: journal.condition.problem)
    # Other processes see it too, though nothing more can be written to this disk.
    eventually(lambda: journal_condition(settings).problem)
    assert journal_condition(settings).waiting > 0
    assert "full" in journal_condition(settings).problem
    small_disk.free()
    written(journal)
    assert held(open_reader(settings)) == {"before", *names}
    assert journal.condition.lost == 0
    assert caplog.text.count("cannot be written") == 1


def test_a_disk_that_is_full_from_the_start_does_not_stop_the_start(
    small_disk: SmallDisk, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    small_disk.fill()
    settings = load_settings(data_dir=small_disk.folder)
    journal = open_journal(settings)
    record(journal, "one")
    eventually(lambda: journal.condition.problem)
    small_disk.free()
    written(journal)
    assert held(open_reader(settings)) == {"one"}


def test_what_does_not_fit_into_the_queue_is_counted_and_told_once(
    postgres: PostgresServer,
    postgres_settings: Settings,
    open_journal: OpenJournal,
    open_reader: OpenReader,
    caplog: pytest.LogCaptureFixture,
) -> None:
    journal = open_journal(postgres_settings, most=5)
    record(journal, "before")
    written(journal)
    postgres.kill()
    try:
        record(journal, *"abcdefgh")
        assert journal.condition.waiting == 5
        assert journal.condition.lost == 3
        eventually(lambda: journal_condition(postgres_settings).lost == 3)
    finally:
        postgres.start()
    written(journal)
    assert held(open_reader(postgres_settings)) == {"before", *"abcde"}
    assert caplog.text.count("entries are lost") == 1
    assert "written again; 3 entries were lost" in caplog.text
    assert worst(postgres_settings) == "warning"
    journal.close()
    # Not forgotten with the program that lost them, but after JOURNAL_DAYS days.
    assert journal_condition(postgres_settings).lost == 3
    open_journal(postgres_settings).close()
    assert journal_condition(postgres_settings).lost == 3


def test_a_locked_file_is_waited_for(
    sqlite_settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    journal = open_journal(sqlite_settings)
    record(journal, "before")
    written(journal)
    other = sqlite3.connect(sqlite_settings.journal_dir / "journal.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    record(journal, "one")
    assert journal.condition.waiting == 1
    other.execute("COMMIT")
    other.close()
    written(journal)
    assert held(open_reader(sqlite_settings)) == {"before", "one"}


def test_a_file_that_is_no_database_is_told_and_what_waits_goes_to_its_successor(
    sqlite_settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    file = sqlite_settings.journal_dir / "journal.sqlite"
    file.parent.mkdir()
    file.write_text("this is no database" * 100)
    journal = open_journal(sqlite_settings)
    record(journal, "one")
    eventually(lambda: journal.condition.problem)
    assert "not a database" in journal_condition(sqlite_settings).unreadable
    file.unlink()
    written(journal)
    assert held(open_reader(sqlite_settings)) == {"one"}


def test_what_cannot_be_written_before_the_end_is_lost_and_counted(
    sqlite_settings: Settings, open_journal: OpenJournal, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = f"postgresql://me@127.0.0.1:{_free_port()}/journal"
    settings = load_settings(data_dir=sqlite_settings.data_dir, journal_url=nobody)
    journal = open_journal(settings)
    record(journal, "one", "two")
    journal.close(0.5)
    record(journal, "three")
    assert journal.condition.lost == 3
    assert journal_condition(settings).lost == 2
    assert caplog.text.count("entries are lost") == 1


def test_what_waited_in_a_program_that_was_killed_is_lost(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import time; from rag.config import load_settings\n"
        "from rag.journal.recording import Journal\n"
        "from tests.journal.answers import ANSWER, eventually\n"
        "journal = Journal.open(load_settings())\n"
        "journal.record('talk', 'one', ANSWER)\n"
        "eventually(lambda: journal.condition.problem)\n"
        "time.sleep(0.5); print('now', flush=True); time.sleep(600)"
    )
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(sqlite_settings.data_dir),
        "JOURNAL_URL": f"postgresql://me@127.0.0.1:{_free_port()}/journal",
    }
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"now\n"
        program.send_signal(signal.SIGKILL)
    condition = journal_condition(sqlite_settings)
    assert (condition.waiting, condition.lost) == (1, 0)
    # When it has not been heard of for long enough.
    monkeypatch.setattr("rag.journal.state._SILENCE", timedelta(0))
    condition = journal_condition(sqlite_settings)
    assert (condition.waiting, condition.lost) == (0, 1)


def test_a_program_that_ends_well_leaves_no_note(
    settings: Settings, open_journal: OpenJournal
) -> None:
    journal = open_journal(settings)
    record(journal, "one")
    written(journal)
    eventually(lambda: read_states(settings.journal_dir))
    journal.close()
    assert read_states(settings.journal_dir) == ()
    assert worst(settings) == "ok"


def test_a_note_that_is_broken_is_passed_over(sqlite_settings: Settings) -> None:
    sqlite_settings.journal_dir.mkdir()
    (sqlite_settings.journal_dir / "writer-0.json").write_text('{"pid": 1')
    assert journal_condition(sqlite_settings).lost == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
