"""A Milvus server of our own, on loopback: Milvus Lite's, one process a folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from pymilvus import MilvusClient, MilvusException

_PATIENCE = 120


def _without_settings() -> dict[str, str]:
    """The environment without what pymilvus reads from it as it is imported."""
    return {name: value for name, value in os.environ.items() if name != "MILVUS_URI"}


class MilvusServer:
    """Serves a folder that outlives it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        where = ["--host", "127.0.0.1", "--port", str(self._port)]
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self._folder)]
        with (self._folder.parent / f"{self._folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *where], stdout=log, stderr=log, env=_without_settings()
            )
        until = time.monotonic() + _PATIENCE
        while not self._answers():
            assert time.monotonic() < until, "the Milvus server did not start"
            assert self._process.poll() is None, "the Milvus server ended"

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), 1):
                pass
            client = MilvusClient(self.address, timeout=5)
        except (OSError, MilvusException):
            time.sleep(0.1)
            return False
        client.close()
        return True

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(60)
