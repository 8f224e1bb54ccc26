"""The Milvus server that the settings name, and what it says as an error for people."""

from __future__ import annotations

import functools
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.config import load_settings
from rag.errors import ConfigError, StoreError

# Loaded only where the settings ask for it: it is no part of what everybody installs.
if TYPE_CHECKING:
    from pymilvus import MilvusClient

_connecting = threading.Lock()

# Seconds that a search may take; that anything else may.
SEARCHING, WORKING = 5.0, 600.0


def connected() -> MilvusClient:
    """The client of the server, one a process and address; safe to use from several threads.

    Raises:
        ConfigError: the packages are not installed.
        StoreError: the server does not answer.
    """
    with _connecting:
        settings = load_settings()
        return _client(settings.milvus, settings.milvus_token.get_secret_value())


def alias() -> str:
    """The name by which others find the published collection, and with which all names begin."""
    return load_settings().milvus_alias


@functools.lru_cache(maxsize=4)
def _client(uri: str, token: str) -> MilvusClient:
    local = not uri.startswith(("http://", "https://"))
    try:
        with _unseen("MILVUS_URI"):
            from pymilvus import MilvusClient, MilvusException

        if local:
            import milvus_lite  # noqa: F401  # what a path needs beside the client
    except ImportError as exc:
        raise ConfigError(
            f"VECTOR_STORE=milvus needs the package {exc.name}, which is not installed.",
            "Run `pip install -r requirements-milvus.txt`, or set VECTOR_STORE=faiss.",
        ) from exc
    # They log each error with its trace, and raise it as well.
    for library in ("pymilvus", "milvus_lite"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        if local:
            Path(uri).parent.mkdir(parents=True, exist_ok=True)
        return MilvusClient(uri=uri, token=token, timeout=SEARCHING)
    except (MilvusException, OSError) as exc:
        if local:
            raise StoreError(
                f"The vectors in {uri} cannot be opened.",
                "Where another process uses them, serve the folder with `milvus-lite server` and "
                "set MILVUS_URI to its address: one process at a time can use it.",
            ) from exc
        raise _unreachable(exc) from exc


@contextmanager
def _unseen(name: str) -> Iterator[None]:
    """Take a variable out of the environment: pymilvus reads this one too, and takes no path."""
    value = os.environ.pop(name, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[name] = value


@contextmanager
def server() -> Iterator[MilvusClient]:
    """The client; what goes wrong with it is an error for people.

    Raises:
        ConfigError: the packages are not installed.
        StoreError: the server does not answer, or refuses.
    """
    client = connected()
    with told():
        yield client


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong with a client that is there is an error for people.

    Raises:
        StoreError: the server does not answer, or refuses.
    """
    import grpc
    from pymilvus import MilvusException

    try:
        yield
    except (MilvusException, grpc.RpcError) as exc:
        raise _unreachable(exc) from exc


def _unreachable(exc: Exception) -> StoreError:
    said = " ".join(str(getattr(exc, "message", "") or exc).split())[:200]
    return StoreError(
        f"The vectors' server does not answer as it should ({said}).",
        "Start it, or set MILVUS_URI and MILVUS_TOKEN to one that runs.",
    )
