"""Entries of the journal as staff see them: in a list, and as the person saw the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from rag.backroom.controls import Cell, paging, table
from rag.errors import IndexStateError
from rag.journal.reading import Entry, Listing, Summary
from rag.rating import Judgment, Reason
from rag.types import Document
from rag.versions import read_manifest
from rag.web.answers import conversation, shortened
from rag.web.markup import Markup, button, element, join, spoken
from rag.web.session import Exchange, Visit
from rag.web.sources import sources
from rag.web.words import Words

WORDS = Words("en")
RATED = {"helpful": "helpful", "unhelpful": "not helpful", "unrated": "not rated"}
VERDICTS = {
    "right": "Right",
    "partly": "Partly right",
    "wrong": "Wrong",
    "should_have_refused": "Should have refused",
}
STATUSES: dict[str, str] = {
    "answered": "answered",
    "partial": "in part",
    "clarify": "asked back",
    "refused": "refused",
    "chitchat": "small talk",
}
REASONS: dict[str, str] = {reason: WORDS(f"reason-{reason}") for reason in get_args(Reason)}
_LONGEST = 140
_TURN = 1


def listed(listing: Listing, offset: int, size: int) -> Markup:
    """A page of a list of entries."""
    if not listing.entries:
        return element("p", "No answer fits these filters.", class_="note")
    heads: list[str | Cell] = [
        "Question", "Status", Cell("Confidence", figure=True), "Rating", "Center",
        Cell("Asked", figure=True),
    ]  # fmt: skip
    caption = "Answers, the newest first"
    return join(
        table(caption, heads, map(_row, listing.entries)), paging(offset, size, listing.total)
    )


def _row(entry: Summary) -> list[Cell | str]:
    asked = shortened(entry.question, WORDS, _LONGEST)
    rating = RATED[entry.rating]
    if entry.reason:
        rating = REASONS[entry.reason]
    return [
        button(f"open-{entry.answer_id}", asked, class_="open", **spoken(asked)),
        Cell(STATUSES[entry.status]),
        Cell(f"{entry.confidence:.2f}", figure=True),
        Cell(rating),
        Cell(", ".join(entry.centers) or "–"),
        Cell(f"{entry.time:%Y-%m-%d %H:%M}", figure=True),
    ]


def as_seen(
    entry: Entry, find: Callable[[str, str], Document | None], indexed: str = ""
) -> tuple[str, str]:
    """The answer and its sources, as the chat page shows them.

    Args:
        entry: what was kept.
        find: a document by its id and index version.
        indexed: when that version was made, as far as it is known.
    """
    kept = entry.summary
    if entry.answer is None:
        said = "Another release kept this answer in a form that this one does not know. It said:"
        whole = join(element("p", said, class_="note"), element("p", kept.text))
        return whole, ""
    exchange = Exchange(
        _TURN, kept.question, entry.answer, done=True, answer_id=kept.answer_id, indexed=indexed
    )
    visit = Visit(conversation=kept.conversation)
    return (
        conversation([exchange], visit, find, rating=False),
        sources([exchange], find, visit.words),
    )


def facts(entry: Entry, judgments: Sequence[Judgment] = ()) -> Markup:
    """What is known of an answer beside what the person saw."""
    kept = entry.summary
    pairs = [
        ("Asked", f"{kept.time:%Y-%m-%d %H:%M} UTC"),
        ("Understood as", kept.query),
        ("Center", ", ".join(kept.centers) or "none in particular"),
        ("Index version", kept.index_version),
        ("Took", f"{kept.seconds * 1000:.0f} ms"),
        *(("Rated", _rated(entry, number)) for number in range(len(entry.ratings))),
        *((f"Judged by {one.judge}", _judged(one)) for one in judgments),
    ]
    shown = (
        element("div", element("dt", name), element("dd", value, dir="auto"))
        for name, value in pairs
    )
    return element("dl", *shown, class_="facts")


def _rated(entry: Entry, number: int) -> str:
    given = entry.ratings[number]
    rating = given.rating
    parts = ["helpful" if rating.helpful else "not helpful"]
    parts += [REASONS[rating.reason]] if rating.reason else []
    parts += [f"“{rating.note}”"] if rating.note else []
    return f"{': '.join(parts)} ({given.time:%Y-%m-%d %H:%M})"


def _judged(judgment: Judgment) -> str:
    said = VERDICTS[judgment.verdict]
    gold = f"; gold in {judgment.gold.doc_id}: “{judgment.quote}”" if judgment.gold else ""
    note = f"; “{judgment.note}”" if judgment.note else ""
    return said + gold + note


def made(index_dir: Path, version: str) -> str:
    """When an index version was made (ISO 8601), empty where it is no longer kept."""
    try:
        return read_manifest(index_dir, version).created
    except IndexStateError:
        return ""


def heading(text: str, name: str) -> Markup:
    """A heading that the focus can be put on."""
    return element("h2", text, id=name, tabindex="-1")


def told(problem: str) -> Markup:
    """What went wrong, or was done."""
    return element("p", problem, class_="told") if problem else Markup()
