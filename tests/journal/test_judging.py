"""Judgments: noted, drawn from, replaced, and gone with what they are about; in every database."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect

from rag.config import Settings
from rag.journal.database import journal_url, open_engine, prepare
from rag.journal.judging import JudgmentBook, Sample
from rag.journal.reading import JournalReader
from rag.journal.recording import Journal
from rag.journal.retention import purge
from rag.rating import Judgment, Preference, Rating, Verdict
from rag.types import Place, Query
from tests.journal.answers import ANSWER, QUOTE, REFUSAL, START

OpenJournal = Callable[..., Journal]
OpenReader = Callable[[Settings], JournalReader]

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOLD = Place("lake.pdf", START, START + len(QUOTE))
SMALL_TALK = replace(REFUSAL, query=Query("Hello!", "Hello!", form="chitchat"))


def judgment(answer_id: str, judge: str = "jo", verdict: Verdict = "wrong") -> Judgment:
    return Judgment(answer_id, judge, verdict, NOW, GOLD, QUOTE, "see the page \x00")


@pytest.fixture
def book(settings: Settings, open_journal: OpenJournal) -> Iterator[JudgmentBook]:
    """Judgments of five answers: sure, unsure, refused, unhelpful, small talk."""
    journal = open_journal(settings)
    journal.record("talk", "sure", ANSWER)
    journal.record("talk", "unsure", replace(ANSWER, confidence=0.6))
    journal.record("talk", "refused", REFUSAL)
    journal.record("talk", "unhelpful", ANSWER)
    journal.record("talk", "small talk", SMALL_TALK)
    journal.rate("unhelpful", Rating(helpful=False))
    journal.rate("sure", Rating(helpful=True))
    journal.close()
    opened = JudgmentBook.open(settings)
    yield opened
    opened.close()


def drawn(book: JudgmentBook, sample: Sample | None, judge: str = "jo") -> set[str | None]:
    chance = random.Random(0)
    return {book.draw(judge, sample, chance) for _ in range(60)}


def test_a_judgment_is_read_as_it_was_noted(book: JudgmentBook) -> None:
    book.note(judgment("sure"))
    expected = replace(judgment("sure"), note="see the page �")
    assert book.judgments_of("sure") == (expected,)
    without = Judgment("sure", "mei", "right", NOW + timedelta(days=1))
    book.note(without)
    assert book.judgments_of("sure") == (expected, without)


def test_a_judge_has_one_word_on_an_answer_and_may_change_it(book: JudgmentBook) -> None:
    for verdict in ("wrong", "right"):
        book.note(judgment("sure", verdict=verdict))
    book.note(judgment("sure", "mei", "partly"))
    assert [one.verdict for one in book.judgments_of("sure")] == ["right", "partly"]
    assert book.by_judge() == {"jo": {"sure": "right"}, "mei": {"sure": "partly"}}


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("unrated", {"unsure", "refused"}),
        ("unsure", {"unsure"}),
        ("refused", {"refused"}),
        ("unhelpful", {"unhelpful"}),
        ("judged", {None}),
        (None, {"unsure", "refused", "unhelpful"}),
    ],
)
def test_each_sample_has_its_answers_and_none_has_small_talk(
    book: JudgmentBook, sample: Sample | None, expected: set[str | None]
) -> None:
    assert drawn(book, sample) == expected


def test_what_a_judge_has_judged_does_not_come_back_but_does_to_another(
    book: JudgmentBook,
) -> None:
    assert book.left("jo")["refused"] == 1
    book.note(judgment("refused"))
    assert book.left("jo") == {
        "unrated": 1, "unsure": 1, "refused": 0, "unhelpful": 1, "judged": 0,
    }  # fmt: skip
    assert drawn(book, "refused") == {None}
    assert drawn(book, "judged", "mei") == {"refused"}
    assert book.left("mei")["judged"] == 1


def test_preferences_are_read_as_they_were_noted_the_newest_first(book: JudgmentBook) -> None:
    made = [
        Preference("jo", f"Question {n}?", "0001-a", "0002-b", "second", NOW + timedelta(days=n))
        for n in range(3)
    ]
    for one in made:
        book.prefer(one)
    assert list(book.preferences()) == made[::-1]


def test_judgments_go_with_their_answers(settings: Settings, book: JudgmentBook) -> None:
    book.note(judgment("sure"))
    book.prefer(Preference("jo", "Who?", "0001-a", "0002-b", "both", NOW))
    engine = open_engine(journal_url(settings), writing=True)
    purge(engine, NOW - timedelta(days=1))
    assert book.judgments_of("sure")
    assert book.preferences()
    purge(engine, None)
    engine.dispose()
    assert book.judgments_of("sure") == ()
    assert book.preferences() == ()
    assert book.by_judge() == {}


def test_a_journal_of_the_release_before_gets_the_new_tables_and_keeps_its_entries(
    settings: Settings, open_journal: OpenJournal, open_reader: OpenReader
) -> None:
    journal = open_journal(settings)
    journal.record("talk", "old", ANSWER)
    journal.close()
    engine = open_engine(journal_url(settings), writing=True)
    with engine.begin() as connection:
        for table in ("preferences", "judgments"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
    prepare(engine)
    assert {"preferences", "judgments"} <= set(inspect(engine).get_table_names())
    engine.dispose()
    found = open_reader(settings).entry("old")
    assert found is not None
    assert found.answer == ANSWER


def test_what_was_asked_in_vain_is_refused_or_of_no_help(
    settings: Settings, book: JudgmentBook, open_reader: OpenReader
) -> None:
    reader = open_reader(settings)
    found = reader.in_vain(10)
    assert [one.answer_id for one in found] == ["unhelpful", "refused"]
    assert [one.unhelpful for one in found] == [True, False]
    assert found[0].centers == ("Lake Center",)
    assert found[0].question == ANSWER.query.text
    assert len(reader.in_vain(1)) == 1
