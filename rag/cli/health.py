"""``status``."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli.group import index_option, json_option, print_json, settings_and_index
from rag.wording import say

_DAMAGED = say("damaged", "en")


@click.command()
@click.option("--timing", is_flag=True, help="Measure a cold start and a warm answer.")
@index_option
@json_option
def status(timing: bool, index_dir: Path | None, as_json: bool) -> None:
    """What is published, and with which models it answers."""
    from rag.status import describe, measure

    settings, folder = settings_and_index(index_dir)
    fields = describe(settings, folder)
    if timing:
        fields |= measure(settings, folder)
    if as_json:
        print_json(fields)
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        wrong = name in {"damaged", "serves_instead", "journal_problem", "journal_lost"}
        wrong |= (name, value) == ("chinese", _DAMAGED)
        line = f"{name.replace('_', ' '):>{width}}: {value}"
        click.secho(line, fg="red" if wrong else None)
