"""Serving the page: on one address, with no word to anyone else."""

from __future__ import annotations

import errno
import io
import logging
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.middleware import Middleware

from rag.config import ROOT, Settings
from rag.door.door import Door, Rules
from rag.errors import ConfigError
from rag.metrics import Metrics
from rag.web.fixed import I18N
from rag.web.queueing import PageEvents
from rag.web.theme import STYLES, theme

_SCRIPT = Path(__file__).with_name("page.js")
# Nothing is uploaded here, but Gradio always has the endpoint.
_LARGEST_UPLOAD = "100kb"
# Conversations that are remembered; whoever comes after that many others has his own browser's.
_MOST_VISITORS = 2000

# Nothing but the page itself, for both ways to serve one.
PLAIN: dict[str, Any] = {
    "footer_links": [],
    # Gradio would keep every question in the visitor's browser.
    "run_history": False,
    "enable_monitoring": False,
    "ssr_mode": False,
    "pwa": False,
    # The door lets nobody through to the endpoint of files; should it, these are not served.
    "allowed_paths": [],
    "blocked_paths": [
        str(ROOT / name) for name in ("corpus", "index", "journal", "staff", "uploads")
    ],
}

_LOG = logging.getLogger(__name__)


def free_port(host: str, port: int) -> int:
    """``port`` where it can be listened on; for 0, any port that can.

    Raises:
        ConfigError: the port is taken, or the address is not one of this machine.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            # As the server does: a port that was left a minute ago is not taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as exc:
        if exc.errno == errno.EADDRINUSE:
            raise _taken(host, port) from exc
        if exc.errno == errno.EACCES:
            raise ConfigError(
                f"Port {port} needs more rights than this program has.",
                "Take one above 1023 with --port or PORT.",
            ) from exc
        raise ConfigError(
            f"The address {host} cannot be listened on.",
            "Set --host or HOST to an address of this machine, such as 127.0.0.1.",
        ) from exc


def launch(
    blocks: gr.Blocks, host: str, port: int, door: Middleware, beside: FastAPI | None = None
) -> str:
    """Start serving, in threads of its own, and say at what address.

    Args:
        blocks: the page.
        host: the address to listen on.
        port: the port to listen on.
        door: what every request passes first; see ``door_of``.
        beside: an app whose routes come before the page's own.

    Raises:
        ConfigError: the port is taken, or the address is not one of this machine.
    """
    port = free_port(host, port)
    try:
        # Gradio prints the address of its MCP server, quiet or not.
        with redirect_stdout(io.StringIO()):
            address = _start(blocks, host, port, door, beside)
    except OSError as exc:
        raise _taken(host, port) from exc
    if blocks.mcp_error:
        _LOG.error("There are no tools for assistants: %s", blocks.mcp_error)
    return address


def door_of(
    settings: Settings,
    blocks: gr.Blocks,
    metrics: Metrics,
    ready: Callable[[], bool],
    scripts: Sequence[str] = (),
) -> Middleware:
    """The door of the app, as the settings have it.

    Args:
        settings: limits, who may show the page in a frame, which proxies are trusted.
        blocks: the page.
        metrics: counts requests.
        ready: whether questions can be answered.
        scripts: those of other pages that are served beside this one.
    """
    rules = Rules(
        most_waiting=settings.most_waiting,
        calls=settings.calls_a_minute,
        upload=settings.upload_mib * 2**20,
        frame_ancestors=settings.frame_ancestors,
        proxied=bool(settings.trusted_proxies.strip()),
        scripts=(_script(), *scripts),
    )
    # The server reads it as it starts; without it, it would believe every neighbour on the machine.
    os.environ["FORWARDED_ALLOW_IPS"] = settings.trusted_proxies
    events = PageEvents(blocks)
    return Middleware(Door, rules=rules, events=events, metrics=metrics, ready=ready)


def _script() -> str:
    return _SCRIPT.read_text("utf-8")


def _start(
    blocks: gr.Blocks, host: str, port: int, door: Middleware, beside: FastAPI | None
) -> str:
    further: dict[str, Any] = {"middleware": [door]}
    if beside:
        further |= {"routes": beside.routes, "lifespan": beside.router.lifespan_context}
    _, address, _ = blocks.launch(
        server_name=host,
        server_port=port,
        inbrowser=False,
        share=False,
        quiet=True,
        prevent_thread_lock=True,
        mcp_server=True,
        max_file_size=_LARGEST_UPLOAD,
        theme=theme(),
        i18n=I18N,
        css_paths=list(STYLES),
        app_kwargs=further,
        **PLAIN,
        state_session_capacity=_MOST_VISITORS,
        head=f"<script>{_script()}</script>",
    )
    return str(address)


def _taken(host: str, port: int) -> ConfigError:
    return ConfigError(
        f"Port {port} on {host} is taken.",
        "Stop the program that has it, or choose another port with --port or PORT.",
    )
