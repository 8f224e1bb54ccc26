"""``ask``, ``search`` and ``show``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from rag.batch import BatchQuestion, run_batch
from rag.cli.group import (
    index_option,
    json_option,
    open_chatbot,
    print_json,
    print_line,
    settings_and_index,
)
from rag.errors import QueryError
from rag.export import answer_fields, hit_fields, hits_fields
from rag.notices import understood

if TYPE_CHECKING:
    from rag.types import Answer, Hit

_center = click.option("--center", help="Only documents of this center, by name or alias.")
_batch = click.option(
    "--batch",
    type=click.File(encoding="utf-8"),
    help="JSON lines in (`-` for standard input), JSON lines out in the same order.",
)


@click.command()
@click.argument("doc")
@index_option
@json_option
def show(doc: str, index_dir: Path | None, as_json: bool) -> None:
    """Print a document as it is stored, with its chunks."""
    from rag.versions import open_records

    _, folder = settings_and_index(index_dir)
    records = open_records(folder)
    document = records.document(doc)
    if document is None:
        names = [d.doc_id for d in records.documents()]
        near = "; ".join(name for name in names if doc.lower() in name.lower()) or "; ".join(names)
        raise QueryError(f"There is no document `{doc}`.", f"Take one of: {near[:500]}.")
    chunks = records.chunks_of(doc)
    if as_json:
        print_json(
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


@click.command()
@click.argument("question", required=False)
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 100), help="Hits.")
@_center
@_batch
@index_option
@json_option
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
    chatbot = open_chatbot(index_dir)
    if batch is not None:

        def one(q: BatchQuestion) -> dict[str, Any]:
            return hits_fields(q.question, chatbot.search(q.question, k, q.center or center))

        for line in run_batch(batch, one):
            print_line(line)
        return
    hits = chatbot.search(question or "", k, center)
    if as_json:
        print_json({"id": None} | hits_fields(question or "", hits))
        return
    for hit in hits:
        _print_hit(hit)


@click.command()
@click.argument("question", required=False)
@_center
@_batch
@index_option
@json_option
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
    chatbot = open_chatbot(index_dir)
    if batch is not None:
        for line in run_batch(
            batch,
            lambda q: answer_fields(chatbot.converse(q.question, q.history, q.center or center)),
        ):
            print_line(line)
        return
    answer = chatbot.ask(question or "", center=center)
    if as_json:
        print_json({"id": None} | answer_fields(answer))
        return
    _print_answer(answer)


def _print_answer(answer: Answer) -> None:
    said = understood(answer.query)
    if said:
        click.secho(said, italic=True)
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
