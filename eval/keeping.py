"""The commands ``all``, ``compare``, ``report`` and ``baseline`` of ``python -m eval``."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path

import click
from tqdm import tqdm

from eval.options import (
    FOLDER,
    corpus_option,
    failures_option,
    index_option,
    json_option,
    seed_option,
    shown,
)
from eval.record import fields_of, runs_folder
from rag.config import load_settings
from rag.versions import current_version, read_manifest

# What the quality gate of an index has, too.
_FELL = 3


# What loads PyTorch or SciPy is imported inside the commands: `--help` answers at once.
@click.command("all")
@index_option
@corpus_option
@click.option("--name", default="all", show_default=True, help="What the run is called.")
@click.option(
    "--guard",
    is_flag=True,
    help="Exit with status 3 if a headline figure is significantly below the accepted run.",
)
@click.option(
    "--steps", is_flag=True, help="Tell programs how far it is: `asked 3 of 600`, a line each."
)
@seed_option
@json_option
@click.pass_context
def run_all(
    ctx: click.Context,
    index_dir: Path | None,
    corpus_dir: Path | None,
    name: str,
    guard: bool,
    steps: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Ask every question of every set, keep the run, and compare it with the accepted one."""
    settings, started = load_settings(), time.perf_counter()
    # What is missing is told now, not after PyTorch has been loaded or a minute of questions.
    if index_dir is not None and current_version(index_dir) is None:
        read_manifest(index_dir)
    from eval.comparing import alarms, compare
    from eval.kept import ACCEPTED, BASELINE, find_run, keep_run
    from eval.making import make_run
    from eval.runlines import comparison_lines, run_lines

    accepted = find_run(ACCEPTED, settings) if guard or BASELINE.is_file() else None
    with tqdm(unit=" questions", disable=as_json or steps or None, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            if steps:
                click.echo(f"asked {done} of {total}", err=True)
            bar.total = total
            bar.update(done - bar.n)

        corpus = corpus_dir or settings.corpus
        run = make_run(name, settings, index_dir, corpus, seed, progress)
    path = keep_run(run, settings)
    seconds = time.perf_counter() - started
    click.echo(f"Kept as {path}, made in {seconds:.0f} s", err=True)
    if as_json:
        click.echo(json.dumps(fields_of(run), ensure_ascii=False, indent=2))
    else:
        _echo(run_lines(run))
    if accepted is None:
        return
    comparison = compare(accepted, run, seed)
    if not as_json:
        click.echo("\nbeside the accepted run:")
        _echo(comparison_lines(comparison, shown("dev")))
    if guard:
        reasons = alarms(comparison)
        for reason in reasons:
            click.echo(f"Guard: {reason}", err=True)
        click.echo(f"Guard: {'FAILED' if reasons else 'passed'}", err=True)
        if reasons:
            ctx.exit(_FELL)


@click.command()
@click.argument("before", default="baseline")
@click.argument("after", default="latest")
@failures_option
@seed_option
@json_option
def compare(before: str, after: str, failures: str, seed: int, as_json: bool) -> None:
    """What got better and worse from BEFORE to AFTER, by a paired test.

    Each is a file, a part of a kept run's name, `latest` or `baseline`.
    """
    from eval.comparing import compare as compare_runs
    from eval.kept import find_run
    from eval.runlines import comparison_fields, comparison_lines

    settings = load_settings()
    comparison = compare_runs(find_run(before, settings), find_run(after, settings), seed)
    if as_json:
        click.echo(json.dumps(comparison_fields(comparison), ensure_ascii=False, indent=2))
    else:
        _echo(comparison_lines(comparison, shown(failures)))


@click.command()
@click.argument("run", default="latest")
def baseline(run: str) -> None:
    """Make RUN the accepted one: write eval/baseline.json, to be committed by itself."""
    from eval.kept import BASELINE, accept_run, find_run

    found = find_run(run, load_settings())
    accept_run(found)
    click.echo(f"{BASELINE} is now the run {found.name} of {found.created}, {found.digest()}.")


@click.command()
@click.argument("run", default="latest")
@click.option("--against", default="baseline", show_default=True, help="The run to compare with.")
@click.option("--out", type=FOLDER, help="Where to write; by default beside the runs.")
@failures_option
def report(run: str, against: str, out: Path | None, failures: str) -> None:
    """Draw RUN as one HTML page that needs no network."""
    from eval.kept import ACCEPTED, BASELINE, find_run
    from eval.page import write_page

    settings = load_settings()
    known = against != ACCEPTED or BASELINE.is_file()
    path = out or runs_folder(settings) / "report.html"
    called = "the accepted run" if against == ACCEPTED else "the earlier run"
    earlier = find_run(against, settings) if known else None
    write_page(find_run(run, settings), earlier, path, shown(failures), called)
    click.echo(f"Written to {path}")


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


COMMANDS: tuple[click.Command, ...] = (run_all, compare, baseline, report)
