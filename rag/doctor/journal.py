"""The journal of answers and ratings."""

from __future__ import annotations

from collections.abc import Iterator

from rag.config import Settings
from rag.doctor.finding import Finding, count
from rag.journal.condition import journal_condition

_CHECK = "journal"


def journal_findings(settings: Settings) -> Iterator[Finding]:
    """Whether it can be read, whether a running program can write it, what was lost."""
    found = journal_condition(settings)
    held = (
        f"{count(found.entries or 0, 'answer')} and {count(found.ratings or 0, 'rating')} "
        f"in {found.place}"
    )
    if found.unreadable:
        yield Finding(
            _CHECK,
            "error",
            found.unreadable,
            "Mend it; until then answers go on, and a running app keeps the newest in memory.",
        )
    elif not settings.journal and found.entries:
        yield Finding(
            _CHECK,
            "notice",
            f"It is switched off, but has {held}.",
            "`python -m rag journal purge` removes them.",
        )
    elif not settings.journal:
        yield Finding(_CHECK, "ok", "It is switched off: nothing is kept.")
    elif found.entries is None:
        yield Finding(_CHECK, "ok", f"Nothing is in it yet; it will be {found.place}.")
    else:
        yield Finding(_CHECK, "ok", f"{held}, kept for {count(settings.journal_days, 'day')}.")
    if found.problem:
        yield Finding(
            _CHECK,
            "error",
            f"A running app cannot write it ({found.problem}); waiting in memory: {found.waiting}.",
            "Mend that while the app runs: what waits is written then, and lost if it ends first.",
        )
    if found.lost and found.lost_since:
        yield Finding(
            _CHECK,
            "warning",
            f"Lost since {found.lost_since:%Y-%m-%d}: {found.lost} answers or ratings.",
            "They cannot be had back; the app's log says why. This is forgotten after JOURNAL_DAYS "
            "days, at the next start of the app.",
        )
