"""Lists, pages, counts and exports of a journal, in every database."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from rag.cli import main
from rag.config import Settings, load_settings
from rag.journal.database import journal_url, open_engine
from rag.journal.reading import JournalReader, Selection
from rag.journal.recording import Journal
from rag.rating import Rating
from rag.types import Query
from tests.journal.answers import ANSWER, REFUSAL

OpenJournal = Callable[..., Journal]
OpenReader = Callable[[Settings], JournalReader]

_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def filled(settings: Settings, open_journal: OpenJournal) -> Settings:
    """Three answers in the order of their days, of which the first two are rated."""
    journal = open_journal(settings)
    at_hill = replace(ANSWER, query=Query("Who?", "=Who?", centers=("Hill Center",)))
    journal.record("first talk", "one", ANSWER)
    journal.record("second talk", "two", replace(at_hill, confidence=0.5))
    journal.record("second talk", "three", REFUSAL)
    journal.rate("one", Rating(helpful=True))
    journal.rate("two", Rating(helpful=False, reason="outdated", note="@old"))
    journal.close()
    engine = open_engine(journal_url(settings), writing=True)
    with engine.begin() as connection:
        for number, name in enumerate(("one", "two", "three")):
            time = _DAY + timedelta(days=number)
            connection.execute(
                text("UPDATE entries SET time = :time WHERE answer_id = :id"),
                {
                    "time": time.replace(tzinfo=None).isoformat(" ", "microseconds")
                    if engine.dialect.name == "sqlite"
                    else time,
                    "id": name,
                },
            )
    engine.dispose()
    return settings


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), ["three", "two", "one"]),
        (Selection(rated="helpful"), ["one"]),
        (Selection(rated="unhelpful"), ["two"]),
        (Selection(rated="unrated"), ["three"]),
        (Selection(reason="outdated"), ["two"]),
        (Selection(reason="incomplete"), []),
        (Selection(status="refused"), ["three"]),
        (Selection(center="Hill Center"), ["two"]),
        (Selection(center="Hill"), []),
        (Selection(since=_DAY + timedelta(days=1)), ["three", "two"]),
        (Selection(until=_DAY + timedelta(days=1)), ["one"]),
        (Selection(least=0.5), ["two", "one"]),
        (Selection(most=0.5), ["three", "two"]),
        (Selection(conversation="second talk"), ["three", "two"]),
        (Selection(rated="unhelpful", status="partial", most=0.6), ["two"]),
        (Selection(rated="helpful", status="refused"), []),
    ],
)
def test_a_selection_is_the_same_in_lists_counts_and_exports(
    filled: Settings, open_reader: OpenReader, selection: Selection, found: list[str]
) -> None:
    reader = open_reader(filled)
    listing = reader.list(selection)
    assert [entry.answer_id for entry in listing.entries] == found
    assert listing.total == len(found)
    assert reader.counts(selection).entries == len(found)
    every = [entry.summary.answer_id for entry in reader.all_entries(selection)]
    assert every == found[::-1]


def test_pages_follow_each_other(filled: Settings, open_reader: OpenReader) -> None:
    reader = open_reader(filled)
    pages = [reader.list(offset=offset, limit=2) for offset in (0, 2, 4)]
    assert [[e.answer_id for e in page.entries] for page in pages] == [
        ["three", "two"],
        ["one"],
        [],
    ]
    assert {page.total for page in pages} == {3}


def test_an_export_goes_on_past_its_first_batch(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    journal = open_journal(settings)
    names = [f"{number:03}" for number in range(250)]
    for name in names:
        journal.record("talk", name, REFUSAL)
    journal.close(60)
    reader = open_reader(settings)
    assert [entry.summary.answer_id for entry in reader.all_entries()] == names


def test_counts_are_by_rating_reason_and_status(filled: Settings, open_reader: OpenReader) -> None:
    counts = open_reader(filled).counts()
    assert counts.ratings == {"helpful": 1, "unhelpful": 1, "unrated": 1}
    assert counts.reasons == {"outdated": 1}
    assert counts.statuses == {"partial": 2, "refused": 1}
    assert open_reader(filled).centers() == ("Hill Center", "Lake Center")


@pytest.fixture
def rag(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command line with the settings of the filled journal."""
    monkeypatch.setenv("DATA_DIR", str(filled.data_dir))
    monkeypatch.setenv("JOURNAL_URL", filled.journal_url.get_secret_value())

    def run(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=stdin)

    return run


def test_the_export_has_everything_a_line(rag: Callable[..., Result]) -> None:
    rows = [json.loads(line) for line in rag("journal", "export").stdout.splitlines()]
    assert [row["answer_id"] for row in rows] == ["one", "two", "three"]
    assert rows[0]["citations"][0]["quote"] == ANSWER.citations[0].quote
    assert rows[0]["points"][0]["exact"] == "Ann Roe"
    assert rows[0]["hits"][0]["doc_id"] == "lake.pdf"
    assert rows[0]["time"] == "2026-03-01T12:00:00+00:00"
    (rating,) = rows[1]["ratings"]
    assert (rating["helpful"], rating["reason"], rating["note"]) == (False, "outdated", "@old")


def test_what_language_models_took_is_summed_by_model(rag: Callable[..., Result]) -> None:
    (small,) = json.loads(rag("journal", "usage", "--json").stdout)["models"]
    assert small == {
        "model": "small", "answers": 2, "prompt_tokens": 1624, "completion_tokens": 128,
        "seconds": 3.0, "withheld": 2,
    }  # fmt: skip
    said = rag("journal", "usage", "--since", "2026-03-02").stdout
    assert said.startswith("small: answers 1, tokens read 812, written 64, seconds 1.5")
    assert "No language model" in rag("journal", "usage", "--since", "2027-01-01").stdout


def test_an_exported_table_holds_no_formula(rag: Callable[..., Result]) -> None:
    out = rag("journal", "export", "--format", "csv", "--since", "2026-03-02").stdout
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["answer_id"] for row in rows] == ["two", "three"]
    assert (rows[0]["question"], rows[0]["note"]) == ("'=Who?", "'@old")
    assert (rows[0]["rating"], rows[0]["cited"]) == ("unhelpful", "lake.pdf")


def test_a_purge_asks_first_and_says_what_it_did(
    rag: Callable[..., Result], filled: Settings, open_reader: OpenReader
) -> None:
    refused = rag("journal", "purge", "--before", "2026-03-02", stdin="n\n")
    assert refused.exit_code == 1
    assert "Delete 1 answers" in refused.output
    reader = open_reader(filled)
    assert reader.list().total == 3
    assert rag("journal", "purge", "--before", "2026-03-02", stdin="y\n").exit_code == 0
    assert [entry.answer_id for entry in reader.list().entries] == ["three", "two"]
    assert "2 answers were deleted" in rag("journal", "purge", "--all", "--yes").output
    assert reader.list().total == 0


def test_a_purge_by_default_is_of_what_is_older_than_the_setting(
    rag: Callable[..., Result], filled: Settings, open_reader: OpenReader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    days = (datetime.now(UTC) - _DAY).days - 1
    monkeypatch.setenv("JOURNAL_DAYS", str(days))
    assert "deleted" in rag("journal", "purge", "--yes").output
    assert [entry.answer_id for entry in open_reader(filled).list().entries] == ["three"]


@pytest.mark.parametrize("command", [[], ["export"], ["purge"]])
def test_the_commands_have_help(command: list[str]) -> None:
    result = CliRunner().invoke(main, ["journal", *command, "--help"])
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_two_ways_to_choose_at_once_are_wrong_usage() -> None:
    arguments = ["journal", "purge", "--all", "--before", "2026-01-01"]
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_a_journal_that_cannot_be_read_is_one_line_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_URL", "postgresql://me:hidden@127.0.0.1:1/journal")
    result = CliRunner().invoke(main, ["journal", "export"])
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Check that the database server runs" in result.stderr
    assert "hidden" not in result.output


def test_status_tells_how_the_journal_fares(
    rag: Callable[..., Result], index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = json.loads(rag("status", "--json", "--index", str(index_dir)).stdout)
    assert (fields["journal_answers"], fields["journal_ratings"]) == (3, 2)
    assert "secret-word" not in fields["journal"]
    assert not {"journal_problem", "journal_lost", "journal_waiting"} & set(fields)
    monkeypatch.setenv("JOURNAL", "off")
    assert "journal: off" in rag("status", "--index", str(index_dir)).stdout
    monkeypatch.setenv("JOURNAL_URL", "postgresql://me@127.0.0.1:1/journal")
    fields = json.loads(rag("status", "--json", "--index", str(index_dir)).stdout)
    assert "cannot be used" in fields["journal_problem"]


def test_a_page_of_a_list_reads_no_whole_answer(
    sqlite_settings: Settings, open_journal: OpenJournal
) -> None:
    """The long rows stay where they are: a list of thousands is as fast as one of ten."""
    journal = open_journal(sqlite_settings)
    for number in range(10):
        journal.record("talk", str(number), ANSWER)
    journal.close()
    engine = open_engine(journal_url(sqlite_settings))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE answers"))
    assert JournalReader(journal_url(sqlite_settings), engine).list().total == 10
    engine.dispose()


def test_the_default_place_is_below_the_data_folder(tmp_path: Path) -> None:
    url = journal_url(load_settings(data_dir=tmp_path / "50% of it"))
    assert url.database == str(tmp_path / "50% of it" / "journal" / "journal.sqlite")
