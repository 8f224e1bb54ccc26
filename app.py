"""The web app: ``python app.py`` serves the chat page.

A hosting service that runs ``app.py`` by itself gets the same; it tells Gradio its address by
``GRADIO_SERVER_NAME``, which holds where neither ``--host`` nor ``HOST`` is given.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import click

from rag.config import Settings, go_quiet, load_settings
from rag.errors import RagError
from rag.logs import log_json

_INDEX_HELP = "Folder of index versions; by default `index` under DATA_DIR."


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--index", "index_dir", type=click.Path(path_type=Path), help=_INDEX_HELP)
@click.option("--host", help="Address to listen on; by default HOST, 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; by default PORT, 7860."
)
def main(index_dir: Path | None, host: str | None, port: int | None) -> None:
    """Serve the chat page: ask about research centers, get cited answers."""
    go_quiet()
    try:
        _run(index_dir, host, port)
    except RagError as exc:
        click.echo(f"Error: {exc}", err=True)
        sys.exit(1)


def _run(index_dir: Path | None, host: str | None, port: int | None) -> None:
    settings = load_settings()
    host = host or _host(settings)
    port = settings.port if port is None else port

    # Here, not above: these load PyTorch and Gradio, which read the environment as they load.
    from rag.web.serving import free_port

    # A taken port is better known before the models are loaded than after.
    port = free_port(host, port)

    from rag.live import LiveChatbot
    from rag.site import served

    if index_dir is None:
        index_if_none(settings)
    chatbot = LiveChatbot.open(settings, index_dir)
    # A service manager's way to end a program gets what Ctrl-C gets: the journal is written.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with served(settings, chatbot, index_dir or settings.index_dir, host, port) as site:
        click.echo(f"The chat page is at {site.address}")
        if settings.metrics_port:
            site.metrics.serve(settings.metrics_port)
            click.echo(f"Prometheus finds metrics at http://127.0.0.1:{settings.metrics_port}/")
        click.echo(f"Assistants find its tools at {site.address}gradio_api/mcp/ (docs/api.md)")
        site.page.block_thread()


def index_if_none(settings: Settings) -> None:
    """Index the corpus if nothing ever was: a hosting service runs this file, and nothing before.

    Raises:
        RagError: as ``python -m rag index``.
    """
    from rag.versions import version_names

    if version_names(settings.index_dir):
        return
    from rag.cli.indexing import index

    click.echo("There is no index yet: the documents are indexed first.")
    index.main([], standalone_mode=False)


def _host(settings: Settings) -> str:
    if "host" in settings.model_fields_set:
        return settings.host
    return os.environ.get("GRADIO_SERVER_NAME") or settings.host


def _end(code: int) -> NoReturn:
    """End at once: a thread that still answers is within PyTorch, which would abort."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    log_json()
    try:
        main()
    except SystemExit as end:
        _end(end.code if isinstance(end.code, int) else int(end.code is not None))
