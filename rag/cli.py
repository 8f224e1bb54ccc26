"""The commands of ``python -m rag``; exit status 0 done, 1 a ``RagError``, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from tqdm import tqdm

from rag.batch import BatchQuestion, run_batch
from rag.config import Settings, go_quiet, load_settings
from rag.errors import QueryError, RagError
from rag.export import answer_fields, hit_fields, hits_fields

# What loads PyTorch is imported inside the commands that need it: `status` answers at once.
if TYPE_CHECKING:
    from rag.chatbot import Chatbot
    from rag.types import Answer, Hit


class RagGroup(click.Group):
    """Turns a ``RagError`` into one line on standard error and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except RagError as exc:
            click.echo(f"Error: {exc}", err=True)
            ctx.exit(1)


_index = click.option(
    "--index",
    "index_dir",
    type=click.Path(path_type=Path),
    help="Folder of index versions; by default `index` under DATA_DIR.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_center = click.option("--center", help="Only documents of this center, by name or alias.")
_batch = click.option(
    "--batch",
    type=click.File(encoding="utf-8"),
    help="JSON lines in (`-` for standard input), JSON lines out in the same order.",
)


@click.group(cls=RagGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Cited answers about research centers, from the centers' own documents."""
    go_quiet()


def _settings(index_dir: Path | None) -> tuple[Settings, Path]:
    settings = load_settings()
    return settings, index_dir or settings.index_dir


def _chatbot(index_dir: Path | None) -> Chatbot:
    from rag.chatbot import Chatbot

    settings, folder = _settings(index_dir)
    return Chatbot.open(settings, folder)


@main.command()
@click.option(
    "--corpus",
    "corpus_dir",
    type=click.Path(path_type=Path),
    help="Folder of documents; by default CORPUS_DIR.",
)
@_index
@_json
def index(corpus_dir: Path | None, index_dir: Path | None, as_json: bool) -> None:
    """Index the corpus and publish the result."""
    from rag.embedding import SentenceEmbedder
    from rag.indexing import build_index

    settings, folder = _settings(index_dir)
    embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
    with tqdm(unit=" chunks", desc="Embedding", disable=as_json or None, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        report = build_index(
            corpus_dir or settings.corpus_dir, folder, embedder, settings.chunk_tokens, progress
        )
    for _, message in report.failed:
        click.echo(f"Skipped: {message}", err=True)
    if as_json:
        _print_json(
            {
                "index_version": report.version,
                "published": report.published,
                "added": report.added,
                "changed": report.changed,
                "removed": report.removed,
                "unchanged": report.unchanged,
                "failed": [{"doc_id": name, "error": error} for name, error in report.failed],
                "chunks": report.chunks,
                "copied": report.copied,
                "seconds": round(report.seconds, 3),
            }
        )
        return
    for word in ("added", "changed", "removed", "unchanged"):
        names = getattr(report, word)
        click.echo(f"{word:>9}: {len(names)}")
        if word != "unchanged":
            for name in names:
                click.echo(f"           {name}")
    click.echo(f"   chunks: {report.chunks} ({report.copied} unchanged)")
    click.echo(f"  seconds: {report.seconds:.1f}")
    done = "Published" if report.published else "Nothing has changed since"
    click.echo(f"{done} {report.version}.")


@main.command()
@click.option("--timing", is_flag=True, help="Measure a cold start and a warm answer.")
@_index
@_json
def status(timing: bool, index_dir: Path | None, as_json: bool) -> None:
    """What is published, and with which models it answers."""
    from rag.status import describe, measure

    settings, folder = _settings(index_dir)
    fields = describe(settings, folder)
    if timing:
        fields |= measure(settings, folder)
    if as_json:
        _print_json(fields)
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        click.echo(f"{name.replace('_', ' '):>{width}}: {value}")


@main.command()
@click.argument("doc")
@_index
@_json
def show(doc: str, index_dir: Path | None, as_json: bool) -> None:
    """Print a document as it is stored, with its chunks."""
    from rag.versions import open_records

    _, folder = _settings(index_dir)
    records = open_records(folder)
    document = records.document(doc)
    if document is None:
        names = [d.doc_id for d in records.documents()]
        near = "; ".join(name for name in names if doc.lower() in name.lower()) or "; ".join(names)
        raise QueryError(f"There is no document `{doc}`.", f"Take one of: {near[:500]}.")
    chunks = records.chunks_of(doc)
    if as_json:
        _print_json(
            {
                "doc_id": document.doc_id,
                "title": document.title,
                "center": document.center,
                "text": document.text,
                "chunks": [
                    {"chunk_id": c.chunk_id, "start": c.start, "end": c.end, "heading": c.heading}
                    for c in chunks
                ],
            }
        )
        return
    click.secho(document.title, bold=True)
    at = 0
    for number, chunk in enumerate(chunks, 1):
        click.secho(document.text[at : chunk.start], dim=True, nl=False)
        click.secho(f"[chunk {number}: {chunk.start}–{chunk.end}] ", fg="cyan", nl=False)
        click.echo(chunk.text, nl=False)
        at = chunk.end
    click.secho(document.text[at:], dim=True)


@main.command()
@click.argument("question", required=False)
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 100), help="Hits.")
@_center
@_batch
@_index
@_json
def search(
    question: str | None,
    k: int,
    center: str | None,
    batch: TextIO | None,
    index_dir: Path | None,
    as_json: bool,
) -> None:
    """Print the passages nearest to a question."""
    if (question is None) == (batch is None):
        raise click.UsageError("Give either a question or --batch FILE.")
    chatbot = _chatbot(index_dir)
    if batch is not None:

        def one(q: BatchQuestion) -> dict[str, Any]:
            return hits_fields(q.question, chatbot.search(q.question, k, q.center or center))

        for line in run_batch(batch, one):
            _print_line(line)
        return
    hits = chatbot.search(question or "", k, center)
    if as_json:
        _print_json({"id": None} | hits_fields(question or "", hits))
        return
    for hit in hits:
        _print_hit(hit)


@main.command()
@click.argument("question", required=False)
@_center
@_batch
@_index
@_json
def ask(
    question: str | None,
    center: str | None,
    batch: TextIO | None,
    index_dir: Path | None,
    as_json: bool,
) -> None:
    """Answer a question, with citations."""
    if (question is None) == (batch is None):
        raise click.UsageError("Give either a question or --batch FILE.")
    chatbot = _chatbot(index_dir)
    if batch is not None:
        for line in run_batch(
            batch,
            lambda q: answer_fields(chatbot.converse(q.question, q.history, q.center or center)),
        ):
            _print_line(line)
        return
    answer = chatbot.ask(question or "", center=center)
    if as_json:
        _print_json({"id": None} | answer_fields(answer))
        return
    _print_answer(answer)


def _print_answer(answer: Answer) -> None:
    click.echo(answer.text)
    for notice in answer.notices:
        click.secho(notice, italic=True)
    for citation in answer.citations:
        page = f", p. {citation.page}" if citation.page else ""
        click.echo(f"\n[{citation.marker}] {citation.title}{page} ({citation.doc_id})")
        click.secho(f"    “{citation.quote}”", dim=True)
    if answer.status == "refused" and answer.hits:
        click.echo("\nNearest passages:")
        for hit in answer.hits[:3]:
            _print_hit(hit)


def _print_hit(hit: Hit) -> None:
    fields = hit_fields(hit)
    click.secho(f"{hit.rank}. {fields['doc_id']} {hit.score:.3f}", bold=True)
    click.echo(f"   {' '.join(hit.chunk.text.split())}")


def _print_json(fields: dict[str, Any]) -> None:
    click.echo(json.dumps(fields, ensure_ascii=False, indent=2))


def _print_line(fields: dict[str, Any]) -> None:
    click.echo(json.dumps(fields, ensure_ascii=False))
    sys.stdout.flush()
