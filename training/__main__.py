"""``python -m training --data DIR``: train, export and calibrate the reader."""

from __future__ import annotations

from pathlib import Path

import click

from rag.errors import RagError
from rag.networks import DEFAULT_FOLDER
from training.procedure import finish, train

_folder = click.Path(file_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=_folder, required=True, help="Folder with the public sets.")
@click.option(
    "--run",
    type=_folder,
    default=Path("training/runs/reader"),
    show_default=True,
    help="Checkpoint, curve and examples; with a checkpoint there, training goes on from it.",
)
@click.option("--out", type=_folder, default=DEFAULT_FOLDER, help="Where the reader goes.")
@click.option("--limit", type=int, default=None, help="Steps in each stage, to try it out.")
def main(data: Path, run: Path, out: Path, limit: int | None) -> None:
    """Train the reader on the public sets, export and calibrate it: an hour on two cores."""
    try:
        finish(train(data, run, click.echo, limit), data, out, click.echo)
    except RagError as exc:
        raise click.ClickException(str(exc)) from exc


if __name__ == "__main__":
    main()
