"""A journal as it is after months: real answers to real questions, many times over."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from rag.config import Settings
from rag.journal.database import journal_url, open_engine, prepare
from rag.journal.rows import Rated, Recorded, entry_row, rating_row
from rag.rating import Rating, Reason
from rag.types import Answer

_AT_ONCE = 500
_REASONS: tuple[Reason, ...] = ("wrong_answer", "should_have_answered", "incomplete", "outdated")


def fill(settings: Settings, answers: Sequence[Answer], count: int, seed: int = 0) -> list[str]:
    """Write ``count`` entries, a third of them rated; returns their ids, the oldest first."""
    chance = random.Random(seed)
    start = datetime.now(UTC) - timedelta(days=60)
    engine = open_engine(journal_url(settings), writing=True)
    prepare(engine)
    ids = []
    for done in range(0, count, _AT_ONCE):
        with Session(engine) as session, session.begin():
            for number in range(done, min(done + _AT_ONCE, count)):
                time = start + timedelta(days=60) * number / count
                answer = answers[chance.randrange(len(answers))]
                if number >= len(answers):
                    answer = _reworded(answer, chance)
                ids.append(secrets.token_hex(16))
                item = Recorded(f"talk {number // 3}", ids[-1], answer, settings.fingerprint, time)
                row = entry_row(item)
                if chance.random() < 1 / 3:
                    rating = _rating(chance)
                    row.helpful, row.reason, row.rated = rating.helpful, rating.reason, time
                    session.add(rating_row(Rated(secrets.token_hex(16), ids[-1], rating, time)))
                session.add(row)
    engine.dispose()
    return ids


def _reworded(answer: Answer, chance: random.Random) -> Answer:
    """The same asked in other words, as people do: most questions of a journal differ."""
    lead = chance.choice(("", "Please: ", "Tell me, ", "I wonder: ", "Could you say: "))
    asked = f"{lead}{answer.query.text}"
    if chance.random() < 0.5:
        asked += f" (case {chance.randrange(400)})"
    return replace(answer, query=replace(answer.query, text=asked, original=asked))


def _rating(chance: random.Random) -> Rating:
    if chance.random() < 0.6:
        return Rating(helpful=True)
    return Rating(helpful=False, reason=chance.choice(_REASONS), note="Not what I asked.")
