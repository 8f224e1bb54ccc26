"""The commands of ``python -m rag``; exit status 0 done, 1 a ``RagError``, 2 wrong usage.

``index`` has a fourth: 3, the quality gate is against publishing.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

import click

from rag.cli.group import RagGroup, missing

__all__ = ["RagGroup", "main"]

_COMMANDS = {
    "ask": "rag.cli.asking",
    "search": "rag.cli.asking",
    "show": "rag.cli.asking",
    "index": "rag.cli.indexing",
    "versions": "rag.cli.versions",
    "rollback": "rag.cli.versions",
    "diff": "rag.cli.versions",
    "status": "rag.cli.health",
    "journal": "rag.cli.journal",
    "doctor": "rag.cli.doctor",
    "user": "rag.cli.user",
    "backup": "rag.cli.backup",
    "restore": "rag.cli.backup",
}


class _Commands(RagGroup):
    """Imports a command when it is asked for: a broken package stops only those that need it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's
        """The names of all commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's
        """One command, ``None`` if there is none of that name."""
        module = _COMMANDS.get(cmd_name)
        if module is None:
            return None
        try:
            command = getattr(import_module(module), cmd_name)
        except ImportError as exc:
            if (exc.name or "rag").partition(".")[0] == "rag":
                raise
            return _broken(cmd_name, exc)
        assert isinstance(command, click.Command)  # noqa: S101  # for the types
        return command


def _broken(name: str, exc: ImportError) -> click.Command:
    """A command that says which package it lacks, whatever its arguments are."""
    error = missing(exc)

    def fail() -> None:
        raise error

    anything = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(name, callback=fail, help=error.problem, context_settings=anything)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Cited answers about research centers, from the centers' own documents."""
    # What is missing here the command itself tells.
    with suppress(ImportError):
        from rag.config import go_quiet

        go_quiet()
