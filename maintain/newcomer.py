"""``make newcomer``: what somebody meets who has just cloned the repository.

A fresh clone in an empty folder, an empty pip cache: ``make run`` has to serve a cited answer, and
``make test`` has to pass. How long each took and how much pip fetched is printed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

_ROOT = Path(__file__).resolve().parent.parent
_QUESTION = "Who is the director of the Cancer Precision Medicine Research Center?"
_WORDS = "Qian Cheng"
_PATIENCE = 3600.0
_ASK = (
    "import sys; from gradio_client import Client\n"
    "told = Client(sys.argv[1], verbose=False).predict(question=sys.argv[2], api_name='/ask')\n"
    "print(told['text']); print(told['citations'][0]['quote'])\n"
)


@click.command()
@click.option("--tests/--no-tests", default=True, help="Whether to run `make test` as well.")
@click.option("--keep", is_flag=True, help="Leave the folder where it is.")
def main(tests: bool, keep: bool) -> None:
    """Clone into an empty folder, serve an answer there, and run the tests."""
    folder = Path(tempfile.mkdtemp(prefix="newcomer-"))
    try:
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", str(_ROOT), str(clone)], check=True)
        environment = _environment(folder)
        _serve(clone, environment, folder / "run.log")
        click.echo(f"environment {_mebibytes(clone / '.venv'):.0f} MiB")
        if tests:
            started = time.monotonic()
            done = subprocess.run(["make", "test"], cwd=clone, env=environment, check=False)
            click.echo(f"`make test`: {_since(started)}, exit status {done.returncode}")
            sys.exit(done.returncode)
    finally:
        if keep:
            click.echo(f"It lies in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    """That of this process, but for what somebody who is new does not have."""
    ours = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MAKEFLAGS", "MAKELEVEL", "DATA_DIR", "HOST")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"PIP_CACHE_DIR": str(folder / "pip-cache"), "PORT": "0", "PYTHONUNBUFFERED": "1"}


def _serve(clone: Path, environment: dict[str, str], log: Path) -> None:
    started = time.monotonic()
    with log.open("w") as file:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone, env=environment, stdout=file, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        address = _address(process, log)
        click.echo(f"`make run`: {_since(started)} until the page was served")
        ask = [str(clone / ".venv" / "bin" / "python"), "-c", _ASK, address, _QUESTION]
        told = subprocess.run(ask, check=True, capture_output=True, text=True).stdout
        click.echo(told.strip())
        if told.count(_WORDS) < 2:
            raise click.ClickException("The answer is not the one that README.md promises.")
        # pip keeps what it fetched, a file for each, in the cache that was empty before.
        click.echo(f"pip fetched {_mebibytes(Path(environment['PIP_CACHE_DIR'])):.0f} MiB")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = re.search(r"The chat page is at (http://\S+)", log.read_text("utf-8"))
        if found:
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise click.ClickException(f"`make run` served nothing:\n{log.read_text('utf-8')[-3000:]}")


def _since(started: float) -> str:
    minutes, seconds = divmod(int(time.monotonic() - started), 60)
    return f"{minutes} min {seconds} s"


def _mebibytes(folder: Path) -> float:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 2**20


if __name__ == "__main__":
    main()
