"""``doctor``."""

from __future__ import annotations

import dataclasses
import shutil
import textwrap
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rag.cli.group import index_option, json_option, print_json
from rag.doctor.examination import Examination, examine_all
from rag.doctor.finding import Severity, count

_COLORS: dict[Severity, str] = {
    "ok": "green", "notice": "cyan", "warning": "yellow", "error": "red",
}  # fmt: skip
_WORST_FIRST: tuple[Severity, ...] = ("error", "warning", "notice", "ok")
_CHECK_WIDTH = max(map(len, ("python", "packages", "settings", "questions")))
_SEVERITY_WIDTH = max(map(len, _COLORS))
_WIDEST = 110
_SLOW = 1.0


@click.command()
@click.option(
    "--corpus",
    "corpus_dir",
    type=click.Path(path_type=Path),
    help="Folder of documents; by default CORPUS_DIR.",
)
@click.option("--quick", is_flag=True, help="Load no model and read no document.")
@index_option
@json_option
def doctor(corpus_dir: Path | None, quick: bool, index_dir: Path | None, as_json: bool) -> None:
    """Say what is wrong with the installation, the index and the corpus, and how to mend it.

    Nothing is changed. Exit status 1 if anything is an error.
    """
    done: list[Examination] = []
    for examination in examine_all(corpus_dir, index_dir, quick=quick, progress=_progress()):
        if not as_json:
            _print(
                examination, again=any(o.check == examination.check and o.findings for o in done)
            )
        done.append(examination)
    findings = [finding for one in done for finding in one.findings]
    counts = Counter(finding.severity for finding in findings)
    if as_json:
        seconds: dict[str, float] = {}
        for one in done:
            seconds[one.check] = seconds.get(one.check, 0) + one.seconds
        print_json(
            {
                "healthy": not counts["error"],
                "quick": quick,
                "counts": {severity: counts[severity] for severity in _COLORS},
                "findings": [dataclasses.asdict(finding) for finding in findings],
                "seconds": {check: round(value, 3) for check, value in seconds.items()},
            }
        )
    else:
        _print_summary(counts, done)
    if counts["error"]:
        raise SystemExit(1)


def _progress() -> Callable[[int, int], None] | None:
    """A callback that shows a bar while documents are read, on a terminal."""
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    bars: list[tqdm[Any]] = []

    def progress(done: int, total: int) -> None:
        if not bars:
            bars.append(tqdm(total=total, desc="Reading", unit=" docs", disable=None, leave=False))
        bars[0].update(done - bars[0].n)
        if done == total:
            bars[0].close()

    return progress


def _print(examination: Examination, *, again: bool) -> None:
    """The findings of one check below each other, its name in front of the first."""
    indent = " " * (_CHECK_WIDTH + _SEVERITY_WIDTH + 4)
    for number, finding in enumerate(examination.findings):
        name = "" if again or number else examination.check
        mark = click.style(
            f"{finding.severity:<{_SEVERITY_WIDTH}}",
            fg=_COLORS[finding.severity],
            bold=finding.severity == "error",
        )
        problem = _wrapped(finding.problem, indent)
        click.echo(f"{click.style(f'{name:<{_CHECK_WIDTH}}', bold=True)}  {mark}  {problem}")
        if finding.cure:
            cure = _wrapped(f"→ {finding.cure}", f"{indent}  ")
            click.echo(f"{indent}{click.style(cure, dim=True)}")


def _wrapped(text: str, indent: str) -> str:
    """Text whose lines but the first are indented, as wide as the terminal."""
    width = min(shutil.get_terminal_size().columns, _WIDEST) - len(indent)
    lines = textwrap.wrap(text, max(width, 30), break_long_words=False, break_on_hyphens=False)
    return f"\n{indent}".join(lines)


def _print_summary(counts: Counter[Severity], done: list[Examination]) -> None:
    parts = [count(counts[severity], severity) for severity in _WORST_FIRST[:-1]]
    worst: Severity = next((one for one in _WORST_FIRST if counts[one]), "ok")
    seconds = f"{sum(one.seconds for one in done):.1f} s"
    slow = sorted((one for one in done if one.seconds >= _SLOW), key=lambda one: -one.seconds)
    if slow:
        seconds += "; slowest: " + ", ".join(f"{o.check} {o.seconds:.1f} s" for o in slow[:3])
    click.secho(f"{', '.join(parts)} ({seconds}).", fg=_COLORS[worst], bold=True)
