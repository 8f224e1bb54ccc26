"""The app and locust as processes; what came of it."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.load.sampling import Sample, Sampler
from rag.config import ROOT
from rag.errors import ConfigError
from rag.questions import QUESTIONS, load_questions

# So many visitors for so many seconds each.
Steps = Sequence[tuple[int, int]]
# Seconds until an app answers, and beyond the last step until locust ends.
_STARTING, _ENDING = 180, 180
_MOST_SAMPLES = 2000
_VISITORS = Path(__file__).with_name("visitors.py")


@dataclass(frozen=True, slots=True)
class Moment:
    """What locust saw up to one second: rates a second, times in milliseconds."""

    seconds: float
    visitors: int
    answers_a_second: float
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Load:
    """What a run came to; times of answers in milliseconds, over the whole run."""

    steps: tuple[tuple[int, int], ...]
    answers: int
    failures: tuple[str, ...]
    p50: float
    p95: float
    p99: float
    moments: tuple[Moment, ...]
    samples: tuple[Sample, ...]


@contextmanager
def app(index_dir: Path, data_dir: Path) -> Iterator[tuple[str, int]]:
    """The app on a free port of loopback: its address and process.

    Raises:
        ConfigError: it does not start.
    """
    log = data_dir / "app.log"
    # One address asks all of it.
    environment = os.environ | {
        "DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), "CALLS_A_MINUTE": "0",
    }  # fmt: skip
    command = [sys.executable, "-u", "app.py", "--index", str(index_dir), "--port", "0"]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            [*command, "--host", "127.0.0.1"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True,
        ) as process,
    ):  # fmt: skip
        try:
            said = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://\S+[^/\s]", said)
            if not found:
                raise ConfigError("The app did not start.", f"Its log says why: {log}.")
            yield found.group(), process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=_ENDING)
            except subprocess.TimeoutExpired:
                process.kill()


def load(address: str, pid: int, steps: Steps) -> Load:
    """Let visitors come and go as ``steps`` say.

    Args:
        address: of a running app.
        pid: its process, which is sampled.
        steps: visitors and seconds, one step after the other.

    Raises:
        ConfigError: locust did not run, or did not end.
    """
    seconds = sum(step[1] for step in steps)
    questions = [one.question for one in load_questions(QUESTIONS).answerable]
    environment = os.environ | {
        "LOAD_STEPS": json.dumps(steps),
        "LOAD_QUESTIONS": json.dumps(questions),
        "PYTHONPATH": str(ROOT),
    }
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "locust", "--locustfile", str(_VISITORS), "--headless",
            "--host", address, "--csv", f"{folder}/run", "--csv-full-history",
            "--only-summary", "--stop-timeout", "120", "--exit-code-on-error", "0",
        ]  # fmt: skip
        every = max(0.5, seconds / _MOST_SAMPLES)
        with Sampler(pid, every) as sampler:
            try:
                done = subprocess.run(
                    command, env=environment, capture_output=True, text=True, check=False,
                    timeout=seconds + _ENDING, cwd=folder,
                )  # fmt: skip
            except subprocess.TimeoutExpired as exc:
                raise ConfigError("The visitors did not end.", "Give it fewer of them.") from exc
        if done.returncode:
            raise ConfigError("Locust did not run.", done.stderr.strip()[-2000:])
        return _read(Path(folder), steps, sampler.samples)


def _read(folder: Path, steps: Steps, samples: Sequence[Sample]) -> Load:
    """What locust wrote."""
    with (folder / "run_stats.csv").open(newline="") as file:
        whole = next((row for row in csv.DictReader(file) if row["Name"] == "answer"), None)
    if whole is None:
        raise ConfigError("Nobody asked anything.", "Give it more time.")
    with (folder / "run_stats_history.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Name"] == "answer"]
    with (folder / "run_failures.csv").open(newline="") as file:
        failures = [f"{row['Occurrences']} × {row['Error']}" for row in csv.DictReader(file)]
    first = float(rows[0]["Timestamp"]) if rows else 0.0
    return Load(
        steps=tuple((visitors, seconds) for visitors, seconds in steps),
        answers=int(whole["Request Count"]) - int(whole["Failure Count"]),
        failures=tuple(failures),
        p50=_number(whole["50%"]),
        p95=_number(whole["95%"]),
        p99=_number(whole["99%"]),
        moments=tuple(
            Moment(
                float(row["Timestamp"]) - first, int(row["User Count"]),
                _number(row["Requests/s"]), _number(row["50%"]), _number(row["95%"]),
            )
            for row in rows
        ),
        samples=tuple(samples),
    )  # fmt: skip


def _number(cell: str) -> float:
    """A cell of a table, 0 where there is nothing yet."""
    try:
        return float(cell)
    except ValueError:
        return 0.0
