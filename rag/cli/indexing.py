"""``index``: what would change, building, the gate's table."""

from __future__ import annotations

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from rag.cli.attaching import Attaching
from rag.cli.bars import Bars
from rag.cli.group import index_option, json_option, print_json, settings_and_index
from rag.config import Settings
from rag.stores.keeping import Storage
from rag.types import Corpus
from rag.versions import current_version

if TYPE_CHECKING:
    from rag.indexing import IndexReport
    from rag.planning import Plan
    from rag.types import Embedder

_REJECTED = 3
_STOPPED = 130


@click.command()
@click.option(
    "--corpus",
    "corpus_dir",
    type=click.Path(path_type=Path),
    help="Folder of documents; by default CORPUS_DIR.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--force", is_flag=True, help="Publish even if the quality gate is against it.")
@click.option("--no-gate", is_flag=True, help="Do not ask the quality gate.")
@index_option
@json_option
def index(
    corpus_dir: Path | None,
    dry_run: bool,
    force: bool,
    no_gate: bool,
    index_dir: Path | None,
    as_json: bool,
) -> None:
    """Index the corpus and publish the result.

    When it is published, the vectors of its sentences are made, with which answers are quicker, and
    the multilingual vectors by which questions in Chinese are answered, unless SENTENCE_VECTORS is
    0 and MULTILINGUAL false; the version serves meanwhile. A run that was stopped before they were
    done makes them when it is run again.

    Exit status 3: the quality gate found that accepted questions would be served worse, and nothing
    was published.
    """
    settings, folder = settings_and_index(index_dir)
    corpus = corpus_dir or settings.corpus
    if dry_run:
        _show_plan(settings, corpus, folder, as_json=as_json)
        return
    # A stop by the system leaves as little behind as one by Ctrl-C.
    signal.signal(signal.SIGTERM, _interrupt)
    before = current_version(folder)
    bars = Bars(quiet=as_json)
    try:
        embedder = _embedder(settings)
        report = _build(settings, corpus, folder, embedder, bars, ask_gate=not no_gate, force=force)
    except KeyboardInterrupt:
        now = current_version(folder)
        done = "; nothing was changed" if now == before else f" after {now} was published"
        click.echo(f"\nStopped{done}.", err=True)
        raise SystemExit(_STOPPED) from None
    finally:
        bars.close()
    if not as_json:
        _print_report(report)
    turned_down = report.verdict is not None and not report.published
    attached: dict[str, Any] = {}
    if not turned_down:
        attached = Attaching(settings, folder, embedder, bars).run(tell=not as_json)
    if as_json:
        print_json(_report_fields(report) | attached)
    if turned_down:
        raise SystemExit(_REJECTED)


def _embedder(settings: Settings) -> Embedder:
    from rag.embedding import SentenceEmbedder

    return SentenceEmbedder(settings.embedding_model, settings.precision)


def _show_plan(
    settings: Settings, corpus: Path | Corpus, index_dir: Path, *, as_json: bool
) -> None:
    from rag.indexing import plan_index

    plan = plan_index(corpus, index_dir, _embedder(settings), settings.chunk_tokens)
    if as_json:
        print_json(_plan_fields(plan))
        return
    _print_plan(plan)
    click.echo("Nothing was written.")


def _build(
    settings: Settings,
    corpus: Path | Corpus,
    index_dir: Path,
    embedder: Embedder,
    bars: Bars,
    *,
    ask_gate: bool,
    force: bool,
) -> IndexReport:
    from rag.gate import open_gate
    from rag.indexing import build_index

    asking = bars.step("Asking", "questions")
    return build_index(
        corpus,
        index_dir,
        embedder,
        settings.chunk_tokens,
        bars.step("Embedding", "chunks"),
        gate=open_gate(settings, index_dir, embedder, asking) if ask_gate else None,
        force=force,
        keep=settings.keep_versions,
        storage=Storage(settings.vector_store, settings.exact_up_to),
    )


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _plan_fields(plan: Plan) -> dict[str, Any]:
    change = plan.difference
    return {
        "added": change.added,
        "changed": change.changed,
        "removed": change.removed,
        "renamed": [{"from": old, "to": new} for old, new in change.renamed],
        "unchanged": change.unchanged,
        "duplicates": plan.duplicates,
        "near_duplicates": [
            {"documents": [a.doc_id, a.other], "share": round(a.share, 3)}
            for a in plan.near_duplicates
        ],
        "failed": [{"doc_id": name, "error": error} for name, error in plan.failed],
        "kept": plan.kept,
    }


def _print_plan(plan: Plan) -> None:
    change = plan.difference
    for _, message in plan.failed:
        click.echo(f"Skipped: {message}", err=True)
    for name in plan.kept:
        click.echo(f"Kept as it was indexed before: {name}", err=True)
    rows: list[tuple[str, list[str]]] = [
        ("added", list(change.added)),
        ("changed", list(change.changed)),
        ("removed", list(change.removed)),
        ("renamed", [f"{old} → {new}" for old, new in change.renamed]),
    ]
    for word, names in rows:
        click.echo(f"{word:>10}: {len(names)}")
        for name in names:
            click.echo(f"{'':12}{name}")
    click.echo(f"{'unchanged':>10}: {len(change.unchanged)}")
    for group in plan.duplicates:
        click.echo(f"Same text: {', '.join(group)}", err=True)
    for pair in plan.near_duplicates:
        click.echo(f"Nearly the same ({pair.share:.0%}): {pair.doc_id}, {pair.other}", err=True)


def _report_fields(report: IndexReport) -> dict[str, Any]:
    verdict = report.verdict
    return {
        "index_version": report.version,
        "published": report.published,
        **_plan_fields(report.plan),
        "chunks": report.chunks,
        "copied": report.copied,
        "gate": verdict
        and {
            "passed": verdict.passed,
            "lines": verdict.lines,
            "worse": [
                {"id": w.question_id, "question": w.question, "how": w.how}
                for w in verdict.worsened
            ],
        },
        "removed_versions": report.removed_versions,
        "seconds": round(report.seconds, 3),
        "gate_seconds": round(report.gate_seconds, 3),
    }


def _print_report(report: IndexReport) -> None:
    verdict = report.verdict
    _print_plan(report.plan)
    click.echo(f"{'chunks':>10}: {report.chunks} ({report.copied} copied)")
    if verdict:
        click.echo(f"{'gate':>10}: {'passed' if verdict.passed else 'NOT PASSED'}")
        for line in verdict.lines:
            click.echo(f"{'':12}{line}")
        for worse in verdict.worsened:
            click.echo(f"{'':12}{worse.question_id} {worse.how}: {worse.question}")
    click.echo(f"{'seconds':>10}: {report.seconds:.1f}, {report.gate_seconds:.1f} of them the gate")
    for name in report.removed_versions:
        click.echo(f"Removed the old version {name}.")
    if report.published:
        forced = " against the gate" if verdict and not verdict.passed else ""
        click.echo(f"Published {report.version}{forced}.")
    elif verdict:
        click.echo(
            "Not published: accepted questions would be served worse. Mend the documents or the "
            f"questions, or publish with --force. Current is {report.version or 'nothing'}.",
            err=True,
        )
    else:
        click.echo(f"Nothing has changed since {report.version}.")
