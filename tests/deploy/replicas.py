"""What ``deploy/compose.yaml`` starts, without containers: replicas of the app behind nginx."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from rag.config import ROOT

NGINX = ROOT / "deploy" / "nginx.conf"
TMP = "/tmp/"  # noqa: S108  # where the configuration has what it writes
_PATIENCE = 180
# How often a question is asked again, each time as after a reload.
_MOST_RELOADS = 5


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Replica:
    """A running app."""

    port: int
    process: subprocess.Popen[bytes]

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(_PATIENCE)


@contextmanager
def replicas(count: int, folder: Path, settings: Mapping[str, str]) -> Iterator[list[Replica]]:
    """Apps that share what lies under ``folder``; those that still run are ended after it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DATA_DIR": str(folder), **settings}
    running: list[Replica] = []
    try:
        for number in range(count):
            port = free_port()
            with (folder / f"app-{number}.log").open("wb") as log:
                command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port)]
                process = subprocess.Popen(
                    command, cwd=ROOT, env=environment, stdout=log, stderr=log
                )
            running.append(Replica(port, process))
        for number, one in enumerate(running):
            wait_until_served(one.port, one.process, folder / f"app-{number}.log")
        yield running
    finally:
        for one in running:
            if one.process.poll() is None:
                one.end(signal.SIGTERM)


def wait_until_served(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        try:
            if httpx.get(f"http://127.0.0.1:{port}/", timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)


@contextmanager
def nginx(program: str, folder: Path, ports: list[int]) -> Iterator[str]:
    """``deploy/nginx.conf`` as it is, but for where it listens and where the replicas are."""
    own = free_port()
    text = NGINX.read_text("utf-8")
    for given, port in zip(("172.28.5.11:7860", "172.28.5.12:7860"), ports, strict=True):
        assert f"server {given}" in text
        text = text.replace(given, f"127.0.0.1:{port}")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{own}").replace(TMP, f"{folder}/")
    placed = folder / "nginx.conf"
    placed.write_text(text, "utf-8")
    command = [program, "-p", str(folder), "-e", str(folder / "nginx.log"), "-c", str(placed)]
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        wait_until_served(own, process, folder / "nginx.log")
        yield f"http://127.0.0.1:{own}"
    finally:
        process.terminate()
        process.wait(_PATIENCE)


@dataclass
class Visitor:
    """Somebody who asks one question after another, and reloads the page where one fails.

    ``answered`` maps each question to when its answer was whole; ``reloaded`` are those that were
    asked more than once; ``lost`` those that had no answer however often.
    """

    address: str
    name: str
    done: threading.Event
    answered: dict[str, float] = field(default_factory=dict)
    reloaded: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)

    def run(self, most: int = 10_000) -> None:
        """Ask until ``done``; each question is another one."""
        with httpx.Client(base_url=self.address, timeout=60) as client:
            for number in range(most):
                if self.done.is_set():
                    return
                question = f"Who is the director? ({self.name}, {number})"
                if self._asked(client, question):
                    self.answered[question] = time.monotonic()
                else:
                    self.lost.append(question)

    def _asked(self, client: httpx.Client, question: str) -> bool:
        for attempt in range(_MOST_RELOADS):
            if attempt:
                self.reloaded.add(question)
                time.sleep(0.2)
            try:
                # As a page that is opened, or opened again.
                if client.get("/").status_code == 200 and answer_to(client, question):
                    return True
            except httpx.TransportError:
                continue
        return False


def answer_to(client: httpx.Client, question: str) -> str:
    """The answer, empty where there is none."""
    asked = client.post("/gradio_api/call/v2/ask", json={"question": question})
    if asked.status_code != 200:
        return ""
    path = f"/gradio_api/call/ask/{asked.json()['event_id']}"
    with client.stream("GET", path) as stream:
        told = "".join(stream.iter_text())
    found = re.search(r"^event: complete\r?\ndata: (.*)$", told, re.MULTILINE)
    return str(json.loads(found.group(1))[0]["text"]) if found else ""
