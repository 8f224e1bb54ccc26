"""What is recorded is what is read, in every database, by however many writers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rag.chatbot import Chatbot
from rag.config import Settings
from rag.journal.database import journal_url, open_engine
from rag.journal.reading import JournalReader, Selection
from rag.journal.recording import Journal
from rag.journal.tables import Base
from rag.rating import Rating
from rag.types import Answer, Query
from tests.journal.answers import ANSWER, REFUSAL

OpenJournal = Callable[..., Journal]
OpenReader = Callable[[Settings], JournalReader]


def test_an_answer_is_read_back_whole(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    before = datetime.now(UTC)
    journal = open_journal(settings)
    journal.record("talk", "one", ANSWER)
    journal.close()
    entry = open_reader(settings).entry("one")
    assert entry is not None
    assert entry.answer == ANSWER
    kept = entry.summary
    assert (kept.conversation, kept.question, kept.query) == (
        "talk", ANSWER.query.original, ANSWER.query.text,
    )  # fmt: skip
    assert (kept.language, kept.centers, kept.status) == ("en", ("Lake Center",), "partial")
    assert (kept.confidence, kept.text, kept.seconds) == (0.926, ANSWER.text, 0.125)
    assert (kept.index_version, kept.code_version) == ("0001-abc", "0.1.0")
    assert kept.settings == settings.fingerprint
    assert before <= kept.time <= datetime.now(UTC)
    assert kept.time.utcoffset() == timedelta(0)
    assert (kept.rating, entry.ratings) == ("unrated", ())


@pytest.mark.parametrize(
    "question",
    [
        "Who is the director of the Cancer Precision Medicine Research Center?",
        "Which center is in Zunyi?", "Hello", "What is the number of Ann Roe?", "", "x" * 2000,
    ],
)  # fmt: skip
def test_every_real_answer_is_read_back_as_it_was(
    chatbot: Chatbot,
    question: str,
    sqlite_settings: Settings,
    open_journal: OpenJournal,
    open_reader: OpenReader,
) -> None:
    answer = chatbot.ask(question)
    journal = open_journal(sqlite_settings)
    journal.record("talk", "one", answer)
    journal.close()
    assert journal.condition.lost == 0
    entry = open_reader(sqlite_settings).entry("one")
    assert entry is not None
    assert entry.answer == answer


def test_centers_are_those_asked_about_or_else_those_cited(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    journal = open_journal(settings)
    any_center = replace(ANSWER, query=Query("Who?", "Who?"))
    two = replace(REFUSAL, query=Query("Who?", "Who?", centers=("Moon Center", "Hill Center")))
    for name, answer in (("cited", any_center), ("asked", two), ("none", REFUSAL)):
        journal.record("talk", name, answer)
    journal.close()
    found = {e.answer_id: e.centers for e in open_reader(settings).list().entries}
    assert found == {
        "cited": ("Lake Center",), "asked": ("Hill Center", "Moon Center"), "none": (),
    }  # fmt: skip


def test_a_later_rating_counts_and_the_earlier_is_kept(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    journal = open_journal(settings)
    journal.record("talk", "one", ANSWER)
    journal.rate("one", Rating(helpful=True))
    journal.rate("one", Rating(helpful=False, reason="wrong_source", note="p. 3, 不对"))
    journal.close()
    entry = open_reader(settings).entry("one")
    assert entry is not None
    assert (entry.summary.rating, entry.summary.reason) == ("unhelpful", "wrong_source")
    assert [given.rating for given in entry.ratings] == [
        Rating(helpful=True), Rating(helpful=False, reason="wrong_source", note="p. 3, 不对"),
    ]  # fmt: skip


def test_what_no_database_can_keep_is_replaced_and_spans_stay(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    odd = replace(
        ANSWER, text="a\x00b\ud800c\U0001f600", query=Query("\x00?", "\udfff" + "y" * 9999)
    )
    journal = open_journal(settings)
    journal.record("talk", "one", odd)
    journal.rate("one", Rating(helpful=False, note="\x00" + "n" * 9999))
    journal.close()
    assert journal.condition.lost == 0
    entry = open_reader(settings).entry("one")
    assert entry is not None
    assert entry.answer is not None
    assert entry.answer.text == "a\ufffdb\ufffdc\U0001f600"
    assert entry.answer.citations == odd.citations
    assert len(entry.summary.question) == len(entry.ratings[0].rating.note) == 4000


def test_an_entry_that_cannot_be_written_takes_no_other_with_it(
    settings: Settings,
    open_journal: OpenJournal,
    open_reader: OpenReader,
    caplog: pytest.LogCaptureFixture,
) -> None:
    journal = open_journal(settings)
    broken: Answer = replace(ANSWER, confidence="secret question")  # type: ignore[arg-type]
    for name, answer in (("one", ANSWER), ("two", broken), ("three", REFUSAL)):
        journal.record("talk", name, answer)
    journal.close()
    assert {e.answer_id for e in open_reader(settings).list().entries} == {"one", "three"}
    assert journal.condition.lost == 1
    assert "entries are lost" in caplog.text
    assert "secret question" not in caplog.text


def test_fifty_threads_of_one_program_lose_nothing(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    journal = open_journal(settings)
    _at_once(50, lambda number: _talk(journal, number, 20))
    journal.close(60)
    _assert_all(open_reader(settings), 50 * 20)
    assert journal.condition.lost == 0


def test_fifty_writers_at_the_same_database_lose_nothing(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    # All fifty find no tables, and one of them makes them.
    journals = [open_journal(settings) for _ in range(50)]
    _at_once(50, lambda number: _talk(journals[number], number, 5))
    for journal in journals:
        journal.close(60)
    _assert_all(open_reader(settings), 50 * 5)
    assert all(journal.condition.lost == 0 for journal in journals)


def _talk(journal: Journal, number: int, answers: int) -> None:
    for turn in range(answers):
        journal.record(f"talk-{number}", f"{number}-{turn}", ANSWER)
        journal.rate(f"{number}-{turn}", Rating(helpful=True))


def _at_once(count: int, work: Callable[[int], None]) -> None:
    barrier = threading.Barrier(count)

    def one(number: int) -> None:
        barrier.wait()
        work(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _assert_all(reader: JournalReader, count: int) -> None:
    counts = reader.counts()
    assert (counts.entries, counts.ratings) == (count, {"helpful": count})
    assert sum(len(entry.ratings) for entry in reader.all_entries()) == count


def test_an_answer_of_another_release_is_listed_and_its_form_is_unknown(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    journal = open_journal(settings)
    journal.record("talk", "one", ANSWER)
    journal.close()
    engine = open_engine(journal_url(settings), writing=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("""UPDATE answers SET answer = '{"another": "form"}'""")
    engine.dispose()
    (entry,) = open_reader(settings).all_entries()
    assert entry.answer is None
    assert entry.summary.text == ANSWER.text


def test_the_journal_can_be_switched_off(settings: Settings) -> None:
    assert Journal.open(settings.model_copy(update={"journal": False})) is None


def test_nothing_is_kept_of_a_person_but_what_they_wrote(
    settings: Settings, open_journal: OpenJournal
) -> None:
    """The columns are all there are: no address, no name, no browser."""
    # Judges are staff, who have an account; their tables are apart.
    of_judges = {"judgments", "preferences"}
    tables = [table for name, table in Base.metadata.tables.items() if name not in of_judges]
    names = {column.name for table in tables for column in table.columns}
    assert names == {
        "number", "answer_id", "conversation", "time", "question", "query", "language", "status",
        "confidence", "text", "index_version", "code_version", "settings", "seconds", "helpful",
        "reason", "rated", "entry", "answer", "center", "rating_id", "note",
        "model", "prompt_tokens", "completion_tokens", "model_seconds", "withheld",
    }  # fmt: skip


def test_selections_have_no_effect_where_nothing_is_selected(
    settings: Settings, open_reader: OpenReader
) -> None:
    reader = open_reader(settings)
    assert reader.list(Selection(rated="helpful")).total == 0
    assert reader.entry("none") is None
    assert list(reader.all_entries()) == []
    assert reader.counts().entries == 0
