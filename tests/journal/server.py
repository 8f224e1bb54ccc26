"""A PostgreSQL server of our own, on loopback, for as long as the tests run."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg

# Debian has the server's programs beside the PATH, by version.
_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
# Debian's package makes this user; the server refuses to run as root.
_USER = "postgres"


def find_programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``, ``None`` where there is none."""
    on_path = shutil.which("initdb")
    folders = [Path(os.path.realpath(on_path)).parent] if on_path else []
    return next((f for f in (*folders, *_FOLDERS) if (f / "pg_ctl").exists()), None)


class PostgresServer:
    """Makes a data folder and serves it; trusts everyone on loopback."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Not pytest's folder: only its owner can enter that.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        self._user = _USER if os.geteuid() == 0 else None
        if self._user:
            os.chown(self._folder, pwd.getpwnam(_USER).pw_uid, -1)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self._run(
            "initdb", "--pgdata", self._data, "--auth=trust", "--username=tests", "--no-sync",
            "--encoding=UTF8",
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -k '' -c fsync=off"
        log = self._folder / "log"
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", log, "-o", options)

    def kill(self) -> None:
        """Break every connection without a word and leave all of them to the recovery."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._data)

    def remove(self) -> None:
        """End it for good."""
        self.kill()
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"journal_{secrets.token_hex(6)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._address(name)

    def _address(self, database: str) -> str:
        return f"postgresql://tests:secret-word@127.0.0.1:{self._port}/{database}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        # What pg_ctl starts would hold a pipe open.
        with (self._folder / f"{program}.out").open("ab") as out:
            done = subprocess.run(
                [self._programs / program, *arguments],
                stdout=out, stderr=subprocess.STDOUT, cwd=self._folder, user=self._user,
                check=False, env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
            )  # fmt: skip
        if done.returncode:
            raise RuntimeError((self._folder / f"{program}.out").read_text())
