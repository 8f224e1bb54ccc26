"""What the page shows, as HTML: documents, versions, chunks, the gate."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from rag.indexing import IndexReport, Verdict
from rag.publishing import Difference
from rag.types import Chunk, Document
from rag.upkeep.job import Publication
from rag.upkeep.versions import Holding
from rag.versions import Manifest
from rag.web.markup import Markup, element, hidden, join, spoken
from rag.web.words import Words

_DAY = Words("en").day
# A page with more of a text than this is slow to show, and nobody reads it to the end.
_LONGEST_PREVIEW = 60_000
_MOST_LINES = 200
_TINTS = 3


def table(caption: str, heads: Sequence[str], rows: Iterable[Markup], figures: int = 0) -> Markup:
    """A table whose last ``figures`` columns are numbers; it scrolls by itself where it is wide."""
    last = len(heads) - figures
    cells = [
        element("th", head, scope="col", class_="figure" if place >= last else "")
        for place, head in enumerate(heads)
    ]
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *cells)),
        element("tbody", *rows),
    )
    return element("div", whole, class_="table", tabindex="0")


def documents(holdings: Sequence[Holding], cited: Mapping[str, int] | None) -> Markup:
    """The documents of the current version; ``cited`` is ``None`` while it is being counted."""
    rows = []
    for one in holdings:
        count = "…" if cited is None else f"{cited.get(one.doc_id, 0):,}"
        name = element(
            "th",
            element("span", one.title, class_="title", **spoken(one.title)),
            element("span", one.doc_id, class_="name"),
            scope="row",
        )
        changed = _DAY(one.changed) if one.changed else "earlier"
        days = (_DAY(one.date) if one.date else "none", changed)
        figures = (f"{one.characters:,}", f"{one.chunks:,}", count)
        rows.append(
            element(
                "tr",
                name,
                element("td", one.center or "none"),
                *(element("td", day, class_="day") for day in days),
                *(element("td", figure, class_="figure") for figure in figures),
            )
        )
    heads = ("Document", "Center", "Its date", "Last change", "Characters", "Chunks", "Cited")
    caption = (
        "The documents of the current version. “Last change” is when a version first had it as it "
        "is, “Cited” the number of answers in the journal."
    )
    return join(
        element("h2", f"Documents ({len(holdings):,})"), table(caption, heads, rows, figures=3)
    )


def versions(kept: Sequence[Manifest], current: str) -> Markup:
    """The versions that are kept."""
    rows = [
        element(
            "tr",
            element(
                "th",
                one.version,
                element("span", " current", class_="used") if one.version == current else "",
                scope="row",
            ),
            element("td", one.created.replace("T", " ")[:16]),
            element("td", f"{len(one.documents):,}", class_="figure"),
            element("td", f"{one.chunks:,}", class_="figure"),
        )
        for one in kept
    ]
    heads = ("Version", "Made (UTC)", "Documents", "Chunks")
    return join(
        element("h2", "Versions"), table("The versions that are kept.", heads, rows, figures=2)
    )


def preview(document: Document, chunks: Sequence[Chunk], *, known: bool) -> Markup:
    """The text of a document with its chunks in turns of colour; what is not searched has none.

    ``known`` where the corpus has its center already.
    """
    text = document.text[:_LONGEST_PREVIEW]
    parts: list[str] = []
    end = 0
    for number, chunk in enumerate(sorted(chunks, key=lambda chunk: chunk.start)):
        if chunk.start >= len(text):
            break
        parts.append(text[end : chunk.start])
        label = hidden(f"Chunk {number + 1}: ")
        tint = f"chunk chunk-{number % _TINTS}"
        parts.append(element("span", label, text[chunk.start : chunk.end], class_=tint))
        end = chunk.end
    parts.append(text[end:])
    new = "" if known else " (new to the corpus)"
    center = f"{document.center}{new}" if document.center else "none: any question may find it"
    facts = [
        ("Title", document.title),
        ("Center", center),
        ("Institution", document.institution or "none"),
        ("Other names", ", ".join(document.aliases) or "none"),
        ("Date", document.date or "none"),
        ("Language", document.language),
        ("Size", f"{len(document.text):,} characters, {len(chunks):,} chunks"),
    ]
    pairs = (element("div", element("dt", key), element("dd", value)) for key, value in facts)
    more = ""
    if len(document.text) > len(text):
        more = element("p", f"The first {len(text):,} characters are shown.", class_="note")
    return join(
        element("h3", f"Preview of {document.doc_id}"),
        element("dl", *pairs),
        element(
            "p",
            "Each colour is a chunk, which is found as one; what has no colour is not searched.",
            class_="note",
        ),
        more,
        element("div", *parts, class_="text", tabindex="0", **spoken(document.text[:2000])),
    )


def changes(change: Difference, waiting: Sequence[str]) -> Markup:
    """What publishing would change."""
    lines = [f"added or replaced by an upload: {name}" for name in waiting]
    lines += [f"added: {name}" for name in change.added]
    lines += [f"changed: {name}" for name in change.changed]
    lines += [f"removed: {name}" for name in change.removed]
    lines += [f"renamed: {old} → {new}" for old, new in change.renamed]
    if not lines:
        return element("p", "Everything is published; there is nothing to change.", class_="note")
    shown = [element("li", line) for line in lines[:_MOST_LINES]]
    return join(element("p", "Publishing will change:"), element("ul", *shown))


def publication(state: Publication) -> Markup:
    """How far publishing is, or how it ended."""
    if state.running:
        counted = f": {state.done:,} of {state.total:,}" if state.total else " …"
        share = state.done / state.total if state.total else 0.0
        bar = element("span", class_="bar", style=f"--share:{min(share, 1):.2f}")
        by = f" (begun by {state.by})" if state.by else ""
        return join(element("p", f"{state.step}{counted}{by}"), bar)
    if state.problem:
        return element("p", state.problem, class_="warning")
    if state.report is None:
        return Markup()
    note = element("p", state.note, class_="warning") if state.note else ""
    return join(element("p", outcome(state.report)), note, _gate(state.report))


def outcome(report: IndexReport) -> str:
    """One sentence on how a run ended."""
    verdict = report.verdict
    if report.published:
        forced = " against the gate" if verdict and not verdict.passed else ""
        return f"Published {report.version}{forced}: {report.chunks:,} chunks."
    if verdict:
        return (
            "Not published: accepted questions would be served worse. The files wait as before; "
            "mend them, or publish even so."
        )
    return f"Nothing has changed since {report.version}."


def _gate(report: IndexReport) -> Markup:
    verdict = report.verdict
    failed = [element("li", message) for _, message in report.plan.failed]
    problems = (
        join(element("p", "These files could not be used:"), element("ul", *failed))
        if failed
        else ""
    )
    if verdict is None:
        return join(problems)
    said = "passed" if verdict.passed else "is against it"
    return join(
        problems,
        element("h3", f"The quality gate {said}"),
        element("ul", *(element("li", line) for line in verdict.lines)),
        _worse(verdict),
    )


def _worse(verdict: Verdict) -> Markup:
    if not verdict.worsened:
        return element("p", "No accepted question is served worse.", class_="note")
    rows = (
        element(
            "tr",
            element("th", one.question_id, scope="row"),
            element("td", one.question, **spoken(one.question)),
            element("td", one.how),
        )
        for one in verdict.worsened
    )
    heads = ("Question", "In words", "What is worse")
    return table("Accepted questions that are served worse.", heads, list(rows))


def difference(
    old: str, new: str, change: Difference, texts: Iterable[tuple[str, str, str]]
) -> Markup:
    """What differs between two versions; ``texts`` are (name, before, after) of changed ones."""
    lines = [f"{key}: {before} → {after}" for key, before, after in change.settings]
    lines += [f"added: {name}" for name in change.added]
    lines += [f"removed: {name}" for name in change.removed]
    lines += [f"renamed: {one} → {other}" for one, other in change.renamed]
    lines += [f"changed: {name}" for name in change.changed]
    lines.append(f"{len(change.unchanged):,} documents unchanged")
    parts = [element("h3", f"From {old} to {new}")]
    parts.append(element("ul", *(element("li", line) for line in lines[:_MOST_LINES])))
    for name, before, after in texts:
        parts += [element("h3", name), _lines(before, after)]
    return join(*parts)


def _lines(before: str, after: str) -> Markup:
    shown: list[Markup] = []
    found = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)
    for line in found:
        if line.startswith(("---", "+++", "@@")) or not line[1:].strip():
            continue
        kind, sign = ("gone", "− ") if line.startswith("-") else ("come", "+ ")
        shown.append(element("p", sign, line[1:], class_=kind))
        if len(shown) == _MOST_LINES:
            break
    if not shown:
        shown.append(element("p", "Its text is the same; what is said about it changed."))
    return element("div", *shown, class_="lines")
