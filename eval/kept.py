"""Runs on disk: kept, found again, and accepted."""

from __future__ import annotations

from pathlib import Path

from eval.record import keep, runs_folder
from rag.config import Settings
from rag.runs import Run, RunError, dump_run, kept_runs, load_run, without_texts

BASELINE = Path(__file__).with_name("baseline.json")
# What stands for a run on the command line besides its file.
LATEST, ACCEPTED = "latest", "baseline"


def keep_run(run: Run, settings: Settings) -> Path:
    """Write a run as ``<date>-<name>-<sha12>.json`` under ``DATA_DIR``; returns where.

    Raises:
        RecordError: it cannot be written.
    """
    return keep(run.name, run.created[:10], dump_run(run), runs_folder(settings))


def accept_run(run: Run, path: Path = BASELINE) -> None:
    """Make a run the accepted one, without its texts and times.

    Raises:
        RunError: the file cannot be written.
    """
    try:
        path.write_text(dump_run(without_texts(run)), "utf-8")
    except OSError as exc:
        raise RunError(f"{path} cannot be written.", "Check its permissions.") from exc


def find_run(called: str, settings: Settings) -> Run:
    """A run by its file, by a part of its file's name, as ``latest`` or as ``baseline``.

    Raises:
        RunError: there is none, several have that in their names, or it cannot be read.
    """
    if called == ACCEPTED:
        return load_run(BASELINE)
    if Path(called).is_file():
        return load_run(Path(called))
    folder = runs_folder(settings)
    runs = kept_runs(folder)
    found = runs[:1] if called == LATEST else [path for path in runs if called in path.name]
    if len(found) == 1:
        return load_run(found[0])
    if not found:
        raise RunError(
            f"There is no evaluation run `{called}` in {folder}.",
            "Run `python -m eval all` to make one.",
        )
    names = ", ".join(path.name for path in found[:3])
    raise RunError(f"Several runs are called `{called}`: {names}.", "Give more of the name.")
