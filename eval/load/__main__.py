"""``python -m eval.load``: ramp up, soak, write the page."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from eval.load.page import page, told
from eval.load.running import app, load
from rag.config import go_quiet, load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import RagError
from rag.indexing import build_index

_RAMP = "1,2,4,8,16,32"


@click.command()
@click.option("--ramp", default=_RAMP, show_default=True, help="Visitors at once, step by step.")
@click.option("--step", default=20, show_default=True, help="Seconds a step.")
@click.option("--visitors", default=8, show_default=True, help="Visitors of the soak.")
@click.option("--soak", default=30, show_default=True, help="Seconds of the soak; 0 for none.")
@click.option("--out", default=Path("build/load.html"), show_default=True,
              type=click.Path(path_type=Path), help="The page.")  # fmt: skip
def main(ramp: str, step: int, visitors: int, soak: int, out: Path) -> None:
    """Let more and more visitors ask the real app, then some for long; print and draw it."""
    go_quiet()
    try:
        steps = [(int(count), step) for count in ramp.split(",") if count.strip()]
    except ValueError as exc:
        raise click.BadParameter("numbers with commas between them", param_hint="--ramp") from exc
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings = load_settings()
            index = Path(folder) / "index"
            embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
            build_index(settings.corpus_dir, index, embedder, settings.chunk_tokens)
            with app(index, Path(folder)) as (address, pid):
                run = load(address, pid, [*steps, *([(visitors, soak)] if soak else [])])
    except RagError as exc:
        raise click.ClickException(str(exc)) from exc
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(run), "utf-8")
    for line in told(run):
        click.echo(line)
    click.echo(f"Drawn in {out}")
    if run.failures:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
