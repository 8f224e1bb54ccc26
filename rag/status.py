"""What is published and how fast it answers, for ``python -m rag status``."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from rag.attachment import attachment_state
from rag.calibration import load_calibration
from rag.centers import centers_of
from rag.config import ROOT, Settings
from rag.errors import IndexStateError
from rag.journal.condition import journal_condition
from rag.soundness import condition, serving
from rag.versions import (
    current_version,
    open_records,
    read_manifest,
    version_folder,
    version_names,
)
from rag.wording import say

Fields = dict[str, object]

_WARM_ANSWERS = 20
_CURE = "Run `python -m rag index` to build a new version; `python -m rag doctor` says more."
_QUESTION = "Who is the director of the {center}?"


def describe(settings: Settings, index_dir: Path) -> Fields:
    """The published version and the models in use; where that is damaged, the one that serves.

    Raises:
        IndexStateError: there is no index, or none that can serve.
    """
    current = current_version(index_dir)
    serves = serving(index_dir, settings.embedding_model)
    # Where nothing can serve this says why.
    manifest = serves.manifest if serves else None
    if manifest is None:
        manifest = read_manifest(index_dir)
        found = condition(index_dir, current or manifest.version, settings.embedding_model)
        raise IndexStateError(found.problem, _CURE)
    version = manifest.version
    broken: Fields = {}
    if current is not None and current != version:
        files = condition(index_dir, current, settings.embedding_model).damaged
        broken = {"damaged": f"{current} ({', '.join(files)})", "serves_instead": version}
    return {
        "index": str(index_dir),
        "index_version": current,
        **broken,
        "kept_versions": len(version_names(index_dir)),
        "created": manifest.created,
        "documents": len(manifest.documents),
        "chunks": manifest.chunks,
        "centers": len(centers_of(open_records(index_dir, version).documents())),
        "embedder": manifest.embedder,
        "dimensions": manifest.dim,
        "chunk_tokens": manifest.chunk_tokens,
        "answers_by": _FINDERS[settings.finder],
        "chinese": _chinese(settings, index_dir, version),
        "threshold": load_calibration(settings.finder).threshold,
        **_writer(settings),
        **_journal(settings),
    }


def _journal(settings: Settings) -> Fields:
    """What is kept of what people asked; what is wrong has a field only where something is."""
    found = journal_condition(settings)
    kept = f"{found.place} (kept {settings.journal_days} days)"
    fields: Fields = {"journal": kept if settings.journal else "off"}
    if found.entries is not None:
        fields |= {"journal_answers": found.entries, "journal_ratings": found.ratings}
    if found.unreadable or found.problem:
        fields["journal_problem"] = found.unreadable or f"It cannot be written: {found.problem}."
    if found.waiting:
        fields["journal_waiting"] = found.waiting
    if found.lost and found.lost_since:
        fields["journal_lost"] = f"{found.lost} since {found.lost_since:%Y-%m-%d}"
    return fields


def _writer(settings: Settings) -> Fields:
    """What puts answers into words, where something does."""
    if not settings.llm_base_url:
        return {}
    model = settings.llm_model or "the default model"
    return {"written_by": f"{model} at {_host(settings.llm_base_url)}, checked"}


def _host(url: str) -> str:
    """An address without what may be a secret in it."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


_FINDERS = {
    "reader": "reader (exact words)",
    "similarity": "similarity (READER_MODEL=none: whole sentences, no exact words)",
}


def _chinese(settings: Settings, index_dir: Path, version: str) -> str:
    """Whether questions in Chinese are answered, and if not, why."""
    if not settings.multilingual:
        return say("off", "en")
    model = settings.multilingual_model
    state = attachment_state(version_folder(index_dir, version), version, model)
    if state == "ready":
        return f"answered by {model}"
    return say("damaged" if state == "damaged" else "missing", "en")


def measure(settings: Settings, index_dir: Path) -> Fields:
    """Seconds from starting a process to its first answer; milliseconds of a warm answer.

    Raises:
        IndexStateError: the started process failed.
    """
    from rag.chatbot import Chatbot

    command = [sys.executable, "-m", "rag", "ask", "--index", str(index_dir.resolve()), _QUESTION]
    started = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, check=False, env=environment)  # noqa: S603  # our own
    cold = time.perf_counter() - started
    if done.returncode != 0:
        raise IndexStateError(
            "A new process could not answer.", done.stderr.decode("utf-8", "replace").strip()
        )
    # An answer that is kept takes no time.
    chatbot = Chatbot.open(settings.model_copy(update={"kept_answers": 0}), index_dir)
    centers = chatbot.centers or ("center",)
    chatbot.ask(_QUESTION)
    warm = sorted(
        chatbot.ask(_QUESTION.format(center=centers[i % len(centers)])).elapsed * 1000
        for i in range(_WARM_ANSWERS)
    )
    return {
        "cold_start_to_first_answer_s": round(cold, 2),
        "warm_answer_median_ms": round(statistics.median(warm), 1),
        "warm_answer_slowest_ms": round(warm[-1], 1),
    }
