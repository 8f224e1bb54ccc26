"""``backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

from rag.config import load_settings

_ARCHIVE = click.argument("archive", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@_ARCHIVE
def backup(archive: Path) -> None:
    """Pack everything under DATA_DIR into ARCHIVE, a new .tar.gz.

    The app may run meanwhile. It holds questions, password hashes and what signs sessions: keep
    it where only you can read it. A journal in PostgreSQL and the corpus folder are not in it.
    """
    from rag.backup import back_up

    packed = back_up(load_settings().data_dir, archive)
    megabytes = packed.size / 1e6
    click.echo(f"{archive}: {packed.files} files, {megabytes:.1f} MB ({', '.join(packed.parts)}).")


@click.command()
@_ARCHIVE
@click.option("--replace", is_flag=True, help="Lose what is under DATA_DIR now.")
def restore(archive: Path, *, replace: bool) -> None:
    """Put what ARCHIVE holds under DATA_DIR; stop the app first.

    Everything is checked before anything is changed.
    """
    from rag.backup import restore as put_back

    settings = load_settings()
    packed = put_back(archive, settings.data_dir, replace=replace)
    click.echo(f"{packed.files} files are under {settings.data_dir} again.")
