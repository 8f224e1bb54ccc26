"""The command ``bench`` of ``python -m eval``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eval.options import FOLDER
from rag.config import ROOT

MEASUREMENTS = ROOT / "eval" / "bench" / "measured.json"
PAGE = ROOT / "docs" / "benchmarks.md"
PICTURE = ROOT / "docs" / "benchmarks.svg"


@click.command()
@click.option("--data", type=FOLDER, help="Folder of the public data sets.")
@click.option(
    "--peers", type=FOLDER, help="The Python of the environment that has the other libraries."
)
@click.option("--questions", default=1_000, show_default=True, type=click.IntRange(1))
@click.option("--pool", "pools", multiple=True, help="Only this pool; may be given several times.")
@click.option("--engine", "engines", multiple=True, help="Only this engine; likewise.")
@click.option("--missing", is_flag=True, help="Only what was not measured yet.")
@click.option(
    "--page-only", is_flag=True, help="Write the page and its picture from what was measured last."
)
def bench(
    data: Path | None,
    peers: Path | None,
    questions: int,
    pools: tuple[str, ...],
    engines: tuple[str, ...],
    missing: bool,
    page_only: bool,
) -> None:
    """Our retrieval beside other libraries', on the same passages, questions and weights.

    Each figure is kept as soon as it is there, and docs/benchmarks.md written from all that are
    kept; what is measured on the pools for tuning is only printed.
    """
    from eval.bench.measuring import CONTENDERS, measure
    from eval.bench.page import draw, page
    from eval.bench.pools import EXAMPLE, REPORTED, example_pool, read_pool
    from eval.bench.results import joined, keep, read

    names = () if page_only else pools or REPORTED
    chosen = [c for c in CONTENDERS if not engines or c.module in engines]
    if names and data is None and set(names) != {EXAMPLE}:
        raise click.UsageError("Say where the public data is: --data folder")
    if names and peers is None and not all(contender.within for contender in chosen):
        raise click.UsageError("Say which Python has the other libraries: --peers python")
    for name in names:
        pool = example_pool() if name == EXAMPLE else read_pool(name, data or Path(), questions)
        kept = read(MEASUREMENTS) if MEASUREMENTS.is_file() else None
        there = {result.engine for result in kept.of(name)} if kept and missing else set()
        left = [contender for contender in chosen if contender.module not in there]
        for one in measure([pool], left, Path(sys.executable), peers or Path(), click.echo):
            if name in REPORTED:
                kept = joined(kept, one, REPORTED) if kept else one
                keep(kept, MEASUREMENTS)
    measured = read(MEASUREMENTS)
    PAGE.write_text(page(measured), "utf-8")
    draw(measured, PICTURE)
    click.echo(f"Written: {PAGE}")
