"""Options that commands of ``python -m eval`` share."""

from __future__ import annotations

from pathlib import Path

import click

from rag.questions import SPLITS, Split

FOLDER = click.Path(path_type=Path)
index_option = click.option(
    "--index",
    "index_dir",
    type=FOLDER,
    help="Folder of index versions. By default the published one if it is of this corpus and "
    "these settings, else one that is built for the occasion.",
)
corpus_option = click.option(
    "--corpus", "corpus_dir", type=FOLDER, help="Folder of documents; by default CORPUS_DIR."
)
failures_option = click.option(
    "--failures",
    type=click.Choice([*SPLITS, "all"]),
    default="dev",
    show_default=True,
    help="Which failures to list. Those of test are hidden, so that nobody tunes on them.",
)
SEED = 20_250_508
seed_option = click.option("--seed", default=SEED, show_default=True, help="Of the intervals.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def shown(failures: str) -> tuple[Split, ...]:
    """The splits whose failures are listed."""
    return tuple(split for split in SPLITS if failures in (split, "all"))
