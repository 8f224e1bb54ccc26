"""``journal export``, ``journal usage`` and ``journal purge``."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from rag.cli.group import json_option, print_json, print_line
from rag.config import load_settings

if TYPE_CHECKING:
    from rag.config import Settings
    from rag.journal.reading import JournalReader

_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])
_DAY_HELP = "a day or a time, UTC: 2026-01-31 or 2026-01-31T12:00:00"


@click.group()
def journal() -> None:
    """What was asked and answered, and what people thought of it."""


@journal.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="Everything, one JSON object a line; or a table without hits and quotes.",
)
@click.option("--since", type=_DAY, help=f"Only answers given since then: {_DAY_HELP}.")
def export(form: str, since: datetime | None) -> None:
    """Print the answers that are kept with their ratings, the oldest first."""
    from rag.export import entry_cells, entry_fields
    from rag.journal.reading import Selection

    reader = _reader(load_settings())
    try:
        entries = reader.all_entries(Selection(since=_utc(since)))
        if form == "jsonl":
            for entry in entries:
                print_line(entry_fields(entry))
            return
        table: csv.DictWriter[str] | None = None
        for entry in entries:
            cells = entry_cells(entry)
            if table is None:
                table = csv.DictWriter(sys.stdout, cells)
                table.writeheader()
            table.writerow(cells)
    finally:
        reader.close()


@journal.command()
@click.option("--since", type=_DAY, help=f"Only answers given since then: {_DAY_HELP}.")
@json_option
def usage(since: datetime | None, *, as_json: bool) -> None:
    """Print what language models took: answers, tokens, seconds, sentences withheld."""
    from rag.journal.reading import Selection

    reader = _reader(load_settings())
    try:
        found = reader.usage(Selection(since=_utc(since)))
    finally:
        reader.close()
    if as_json:
        print_json({"models": [asdict(one) for one in found]})
        return
    for one in found:
        click.echo(
            f"{one.model}: answers {one.answers}, tokens read {one.prompt_tokens}, written "
            f"{one.completion_tokens}, seconds {one.seconds:.1f}, sentences withheld {one.withheld}"
        )
    if not found:
        click.echo("No language model was asked.")


@journal.command()
@click.option("--before", type=_DAY, help=f"Those given before then: {_DAY_HELP}.")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def purge(before: datetime | None, *, everything: bool, yes: bool) -> None:
    """Delete answers with their ratings, for good.

    By default those that are older than JOURNAL_DAYS days, as the running app does every day.
    """
    if before and everything:
        raise click.UsageError("Give either --before or --all.")
    from rag.journal.database import journal_url, open_engine, readable
    from rag.journal.reading import Selection
    from rag.journal.retention import purge as remove

    settings = load_settings()
    default = datetime.now(UTC) - timedelta(days=settings.journal_days)
    until = None if everything else _utc(before) or default
    reader = _reader(settings)
    count = reader.counts(Selection(until=until)).entries
    reader.close()
    what = "all" if until is None else f"those given before {until:%Y-%m-%d %H:%M} UTC"
    if count and not yes:
        click.confirm(f"Delete {count} answers ({what}) with their ratings, for good?", abort=True)
    url = journal_url(settings)
    engine = open_engine(url, writing=True)
    with readable(url):
        removed = remove(engine, until)
    engine.dispose()
    click.echo(f"{removed} answers were deleted ({what}).")


def _reader(settings: Settings) -> JournalReader:
    from rag.journal.reading import JournalReader

    return JournalReader.open(settings)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
