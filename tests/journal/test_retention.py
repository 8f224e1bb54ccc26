"""What is old is removed, wholly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from rag.config import Settings
from rag.journal.condition import journal_condition
from rag.journal.database import journal_url, open_engine
from rag.journal.reading import JournalReader
from rag.journal.recording import Journal
from rag.rating import Rating
from tests.journal.answers import ANSWER, QUOTE, eventually

OpenJournal = Callable[..., Journal]
OpenReader = Callable[[Settings], JournalReader]


def record(journal: Journal, *names: str) -> None:
    for name in names:
        journal.record("talk", name, ANSWER)


def held(reader: JournalReader) -> set[str]:
    return {entry.summary.answer_id for entry in reader.all_entries()}


def test_old_entries_are_removed_at_the_start_and_then_every_day(
    settings: Settings,
    open_journal: OpenJournal,
    open_reader: OpenReader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = open_journal(settings)
    record(journal, "old", "older", "new")
    journal.rate("older", Rating(helpful=True))
    journal.rate("never written", Rating(helpful=True))
    journal.close()
    reader = open_reader(settings)
    _date_back(settings, "older", 91)
    _date_back(settings, "old", 89)
    monkeypatch.setattr("rag.journal.writer._PULSE", 0.05)
    monkeypatch.setattr("rag.journal.recording._DAY", 0.05)
    open_journal(settings)
    eventually(lambda: held(reader) == {"old", "new"})
    _date_back(settings, "old", 91)
    eventually(lambda: held(reader) == {"new"})
    engine = open_engine(journal_url(settings))
    with engine.connect() as connection:
        for table, count in (("answers", 1), ("entry_centers", 1), ("ratings", 1)):
            found = connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
            assert found.scalar() == count, table
    engine.dispose()


def test_what_is_removed_from_a_file_is_in_none_of_its_bytes(
    sqlite_settings: Settings, open_journal: OpenJournal
) -> None:
    journal = open_journal(sqlite_settings)
    record(journal, "one")
    journal.close()
    assert _holds(sqlite_settings.journal_dir, QUOTE)
    _date_back(sqlite_settings, "one", 91)
    again = open_journal(sqlite_settings)
    eventually(lambda: journal_condition(sqlite_settings).entries == 0)
    again.close()
    assert not _holds(sqlite_settings.journal_dir, QUOTE)


def _holds(folder: Path, words: str) -> bool:
    return any(words.encode() in path.read_bytes() for path in folder.iterdir())


def _date_back(settings: Settings, answer_id: str, days: int) -> None:
    engine = open_engine(journal_url(settings), writing=True)
    time = datetime.now(UTC) - timedelta(days=days)
    value = time.replace(tzinfo=None).isoformat(" ") if "sqlite" in str(engine.url) else time
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE entries SET time = :time WHERE answer_id = :id"),
            {"time": value, "id": answer_id},
        )
    engine.dispose()
