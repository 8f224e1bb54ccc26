"""Judgments of answers: which answer comes next, what was said of it, who judged the same."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Literal, cast, get_args

from sqlalchemy import URL, ColumnElement, Select, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from rag.config import Settings
from rag.journal.database import journal_url, open_engine, prepare, readable
from rag.journal.rows import clipped, keepable
from rag.journal.tables import EntryRow, JudgmentRow, PreferenceRow
from rag.rating import Better, Judgment, Preference, Verdict
from rag.types import Place

# Which answers are drawn from: nobody rated them, they are not sure, they are refusals, somebody
# found them of no help, another judge has judged them.
Sample = Literal["unrated", "unsure", "refused", "unhelpful", "judged"]
SAMPLES: tuple[Sample, ...] = get_args(Sample)
# An answer is unsure below this probability: it is not of "high confidence" on the chat page.
UNSURE = 0.8
_SAYS_SOMETHING = ("answered", "partial")
_MOST_PREFERENCES = 1000


class JudgmentBook:
    """Reads and writes judgments; safe to use from several threads.

    Every method raises a ``JournalError`` where the database cannot be used.
    """

    def __init__(self, url: URL) -> None:
        """Work with a database whose tables are up to date; see ``open``."""
        self._url = url
        self._reading = open_engine(url)
        self._writing = open_engine(url, writing=True)

    @classmethod
    def open(cls, settings: Settings) -> JudgmentBook:
        """The judgments in the journal of the settings.

        Raises:
            ConfigError: ``JOURNAL_URL`` cannot be used.
            JournalError: the database cannot be read, or brought up to date.
        """
        book = cls(journal_url(settings))
        with readable(book._url):
            prepare(book._writing)
        return book

    def close(self) -> None:
        """Close the connections."""
        self._reading.dispose()
        self._writing.dispose()

    def note(self, judgment: Judgment) -> None:
        """Note a judgment; the judge's earlier one of the same answer is replaced."""
        gold = judgment.gold
        row = JudgmentRow(
            answer_id=judgment.answer_id,
            judge=judgment.judge,
            verdict=judgment.verdict,
            doc_id=gold.doc_id if gold else None,
            gold_start=gold.start if gold else None,
            gold_end=gold.end if gold else None,
            quote=keepable(judgment.quote),
            note=clipped(keepable(judgment.note)),
            time=judgment.time,
        )
        earlier = delete(JudgmentRow).where(
            JudgmentRow.answer_id == judgment.answer_id, JudgmentRow.judge == judgment.judge
        )
        with readable(self._url), Session(self._writing) as session, session.begin():
            session.execute(earlier)
            session.add(row)

    def judgments_of(self, answer_id: str) -> tuple[Judgment, ...]:
        """What each judge says of an answer, the latest last."""
        query = select(JudgmentRow).where(JudgmentRow.answer_id == answer_id)
        with readable(self._url), Session(self._reading) as session:
            rows = session.scalars(query.order_by(JudgmentRow.time)).all()
            return tuple(map(_judgment, rows))

    def draw(self, judge: str, sample: Sample | None, chance: random.Random) -> str | None:
        """The id of an answer that the judge has not judged, ``None`` where none is left.

        Args:
            judge: who is to judge it.
            sample: what it is drawn from; ``None`` for one of them all, each as likely as another.
            chance: draws.
        """
        samples = list(SAMPLES) if sample is None else [sample]
        chance.shuffle(samples)
        for one in samples:
            with readable(self._url), Session(self._reading) as session:
                query = _unjudged(select(EntryRow.answer_id), judge, one)
                left = session.scalar(select(func.count()).select_from(query.subquery())) or 0
                if left:
                    query = query.order_by(EntryRow.number).offset(chance.randrange(left)).limit(1)
                    return cast("str | None", session.scalar(query))
        return None

    def left(self, judge: str) -> dict[Sample, int]:
        """How many answers of each sample the judge has not judged."""
        with readable(self._url), Session(self._reading) as session:
            counts = select(func.count(EntryRow.number))
            return {
                sample: session.scalar(_unjudged(counts, judge, sample)) or 0 for sample in SAMPLES
            }

    def by_judge(self) -> dict[str, dict[str, Verdict]]:
        """Each judge's verdicts, by the id of the answer."""
        query = select(JudgmentRow.judge, JudgmentRow.answer_id, JudgmentRow.verdict)
        found: dict[str, dict[str, Verdict]] = {}
        with readable(self._url), Session(self._reading) as session:
            for judge, answer_id, verdict in session.execute(query.order_by(JudgmentRow.number)):
                found.setdefault(judge, {})[answer_id] = cast("Verdict", verdict)
        return found

    def prefer(self, preference: Preference) -> None:
        """Note which of two answers a judge prefers."""
        row = PreferenceRow(
            judge=preference.judge,
            question=clipped(keepable(preference.question)),
            first_version=preference.first,
            second_version=preference.second,
            better=preference.better,
            time=preference.time,
        )
        with readable(self._url), Session(self._writing) as session, session.begin():
            session.add(row)

    def preferences(self) -> tuple[Preference, ...]:
        """The latest preferences, the newest first."""
        query = select(PreferenceRow).order_by(PreferenceRow.time.desc(), PreferenceRow.number)
        with readable(self._url), Session(self._reading) as session:
            rows = session.scalars(query.limit(_MOST_PREFERENCES)).all()
            return tuple(map(_preference, rows))


def _unjudged(query: Select[Any], judge: str, sample: Sample) -> Select[Any]:
    mine = exists().where(JudgmentRow.answer_id == EntryRow.answer_id, JudgmentRow.judge == judge)
    return query.where(EntryRow.status != "chitchat", ~mine, _of(sample, judge))


def _of(sample: Sample, judge: str) -> ColumnElement[bool]:
    others = exists().where(JudgmentRow.answer_id == EntryRow.answer_id, JudgmentRow.judge != judge)
    conditions: Mapping[Sample, ColumnElement[bool]] = {
        "unrated": EntryRow.helpful.is_(None),
        "unsure": (EntryRow.confidence < UNSURE) & EntryRow.status.in_(_SAYS_SOMETHING),
        "refused": or_(EntryRow.status == "refused", EntryRow.status == "clarify"),
        "unhelpful": EntryRow.helpful.is_(False),
        "judged": others,
    }
    return conditions[sample]


def _judgment(row: JudgmentRow) -> Judgment:
    gold = None
    if row.doc_id is not None and row.gold_start is not None and row.gold_end is not None:
        gold = Place(row.doc_id, row.gold_start, row.gold_end)
    verdict = cast("Verdict", row.verdict)
    return Judgment(row.answer_id, row.judge, verdict, row.time, gold, row.quote, row.note)


def _preference(row: PreferenceRow) -> Preference:
    better = cast("Better", row.better)
    return Preference(
        row.judge, row.question, row.first_version, row.second_version, better, row.time
    )
