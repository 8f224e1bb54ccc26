"""``user add``, ``user list`` and ``user remove``: who may enter the back room."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from rag.cli.group import json_option, print_json
from rag.config import load_settings

if TYPE_CHECKING:
    from rag.accounts.users import UserFile

# As rag.accounts.users has them, which needs packages that may be missing.
_ROLES = ("judge", "maintainer")


@click.group()
def user() -> None:
    """Staff, who judge answers, and maintainers, who keep the corpus, too."""


@user.command()
@click.argument("name")
@click.option(
    "--role",
    "roles",
    type=click.Choice(_ROLES),
    multiple=True,
    default=("judge",),
    show_default=True,
    help="What he may do; a maintainer may also judge.",
)
def add(name: str, roles: tuple[str, ...]) -> None:
    """Add NAME, or give NAME another password and role, which ends his sessions.

    The password is asked for twice; where standard input is no terminal, it is its first line.
    """
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    given = frozenset(role for role in _ROLES if role in roles)
    new = _users().put(name, password, given)  # type: ignore[arg-type]  # click has checked them
    does = "was added" if new else "has a new password and role"
    click.echo(f"{name} {does}: {', '.join(sorted(given))}.")


@user.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """List the users with their roles."""
    rows = [
        {"name": found.name, "roles": sorted(found.roles)}
        for _, found in sorted(_users().all().items())
    ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("There is no user: the back room does not exist. Make one with `user add`.")
    for row in rows:
        click.echo(f"{row['name']}  {', '.join(row['roles'])}")


@user.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove NAME, which ends his sessions."""
    _users().remove(name)
    click.echo(f"{name} was removed.")


def _users() -> UserFile:
    from rag.accounts.users import UserFile

    return UserFile(load_settings().users_file)
