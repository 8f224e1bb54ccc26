"""What the commands share: options, settings, how errors and JSON are printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.errors import RagError

# What loads PyTorch is imported inside the commands that need it: `status` answers at once.
# `doctor` has to start where packages are missing, so nothing here needs any but click.
if TYPE_CHECKING:
    from rag.chatbot import Chatbot
    from rag.config import Settings


class RagGroup(click.Group):
    """Turns a ``RagError`` into one line on standard error and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except RagError as exc:
            click.echo(f"Error: {exc}", err=True)
            ctx.exit(1)
        except ImportError as exc:
            if (exc.name or "rag").partition(".")[0] == "rag":
                raise
            click.echo(f"Error: {missing(exc)}", err=True)
            ctx.exit(1)


def missing(exc: ImportError) -> RagError:
    """The error of a package that is not installed, or is broken."""
    return RagError(
        f"The package {exc.name or exc} cannot be imported.",
        "Run `pip install -r requirements.txt`; `python -m rag doctor` says what else is missing.",
    )


index_option = click.option(
    "--index",
    "index_dir",
    type=click.Path(path_type=Path),
    help="Folder of index versions; by default `index` under DATA_DIR.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def settings_and_index(index_dir: Path | None) -> tuple[Settings, Path]:
    """The settings in force, and the folder of index versions."""
    from rag.config import load_settings

    settings = load_settings()
    return settings, index_dir or settings.index_dir


def open_chatbot(index_dir: Path | None) -> Chatbot:
    """The chatbot on the published version."""
    from rag.chatbot import Chatbot

    settings, folder = settings_and_index(index_dir)
    return Chatbot.open(settings, folder)


def print_json(fields: Any) -> None:
    """Many lines, for people and programs."""
    click.echo(json.dumps(fields, ensure_ascii=False, indent=2))


def print_line(fields: Any) -> None:
    """One line, at once: a batch is read as it comes."""
    click.echo(json.dumps(fields, ensure_ascii=False))
    sys.stdout.flush()
