"""``versions``, ``rollback`` and ``diff``."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import click

from rag.cli.group import index_option, json_option, print_json, settings_and_index
from rag.errors import IndexStateError
from rag.publishing import Difference, difference, find_version
from rag.records import Records
from rag.versions import (
    MULTILINGUAL,
    SENTENCES,
    current_version,
    damaged_files,
    open_records,
    read_manifest,
    version_folder,
    version_names,
)


@click.command()
@index_option
@json_option
def versions(index_dir: Path | None, as_json: bool) -> None:
    """List the index versions that are kept, the newest first."""
    _, folder = settings_and_index(index_dir)
    rows = [_row(folder, name) for name in version_names(folder)]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(f"There is no index in {folder}. Run `python -m rag index` to build it.")
    for row in rows:
        mark = "*" if row["current"] else " "
        if row["sound"]:
            click.echo(
                f"{mark} {row['version']}  {row['created']}  {row['documents']} documents, "
                f"{row['chunks']} chunks, {row['megabytes']} MB"
            )
        else:
            click.secho(f"{mark} {row['version']}  {row['problem']}", fg="red")


def _row(index_dir: Path, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"version": name, "current": name == current_version(index_dir)}
    try:
        manifest = read_manifest(index_dir, name)
    except IndexStateError as exc:
        return row | {"sound": False, "problem": exc.problem}
    folder = version_folder(index_dir, name)
    damaged = damaged_files(folder, manifest)
    if damaged:
        return row | {"sound": False, "problem": f"Damaged: {', '.join(damaged)}."}
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return row | {
        "sound": True,
        "created": manifest.created,
        "documents": len(manifest.documents),
        "chunks": manifest.chunks,
        "embedder": manifest.embedder,
        "chunk_tokens": manifest.chunk_tokens,
        "megabytes": round(size / 1e6, 1),
        "multilingual_vectors": (folder / MULTILINGUAL).is_file(),
        "sentence_vectors": (folder / SENTENCES).is_file(),
    }


@click.command()
@click.argument("version", required=False)
@index_option
def rollback(version: str | None, index_dir: Path | None) -> None:
    """Make an earlier VERSION current again, by name or number; by default the one before.

    A running app follows within a second.
    """
    # Here, not above: it loads more than listing versions needs.
    from rag.upkeep.versions import go_back

    settings, folder = settings_and_index(index_dir)
    before = current_version(folder)
    name = go_back(folder, version, settings.embedding_model)
    click.echo(f"Current is {name}; it was {before}.")


@click.command()
@click.argument("old")
@click.argument("new", required=False)
@click.option("--text", "with_text", is_flag=True, help="Show the changed lines too.")
@index_option
@json_option
def diff(old: str, new: str | None, with_text: bool, index_dir: Path | None, as_json: bool) -> None:
    """Say which documents differ between versions OLD and NEW, by default the current one."""
    _, folder = settings_and_index(index_dir)
    names = [find_version(folder, v) for v in (old, new or current_version(folder) or "")]
    manifests = [read_manifest(folder, name) for name in names]
    found = difference(*manifests)
    if as_json:
        fields = {"from": names[0], "to": names[1], "added": found.added, "changed": found.changed}
        renamed = [{"from": a, "to": b} for a, b in found.renamed]
        print_json(fields | {"removed": found.removed, "renamed": renamed})
        return
    click.echo(f"{names[0]} → {names[1]}: {manifests[0].chunks} → {manifests[1].chunks} chunks")
    _print_difference(found)
    if with_text:
        one, other = (open_records(folder, name) for name in names)
        for name in found.changed:
            _print_changed_lines(name, one, other)


def _print_difference(found: Difference) -> None:
    for setting, before, after in found.settings:
        click.echo(f"  {setting}: {before} → {after}")
    lines = [*(f"+ {name}" for name in found.added), *(f"- {name}" for name in found.removed)]
    lines += [*(f"~ {name}" for name in found.changed), *(f"{a} → {b}" for a, b in found.renamed)]
    for line in lines:
        click.echo(f"  {line}")
    click.echo(f"  {len(found.unchanged)} documents unchanged")


def _print_changed_lines(name: str, old: Records, new: Records) -> None:
    before, after = (
        document.text.splitlines() if (document := records.document(name)) else []
        for records in (old, new)
    )
    for line in difflib.unified_diff(before, after, f"old/{name}", f"new/{name}", lineterm="", n=1):
        color = {"+": "green", "-": "red"}.get(line[:1])
        click.secho(line, fg=color)
