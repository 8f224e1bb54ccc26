"""Whether every kept index version is as it was built, and which one serves."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from rag.attachment import CALLED, attachment_state
from rag.checking import check_version
from rag.doctor.finding import Finding, Severity, count, listed
from rag.doctor.subject import Subject
from rag.errors import IndexStateError
from rag.soundness import Condition, condition, serving
from rag.versions import (
    CURRENT,
    MULTILINGUAL,
    SENTENCES,
    Manifest,
    current_version,
    open_parts,
    open_version,
    version_folder,
    version_names,
)

_CHECK = "index"
_BUILD = "Run `python -m rag index`."
_CLEAN = "Run `python -m rag index`: it removes what is left over, and builds if need be."
_ROLLBACK = "Run `python -m rag rollback` to make a sound one current, or `python -m rag index`."


def index_findings(subject: Subject) -> Iterator[Finding]:
    """Every file of every version against its manifest, ``CURRENT``, and what a dead build left."""
    index_dir = subject.index_dir
    model = subject.settings.embedding_model
    yield from _leftovers(index_dir)
    names = version_names(index_dir)
    conditions = {name: condition(index_dir, name, model) for name in names}
    # Whoever publishes meanwhile removes the oldest.
    left = set(version_names(index_dir))
    conditions = {name: found for name, found in conditions.items() if name in left}
    current = current_version(index_dir)
    yield from _current(index_dir, current, conditions, model)
    for name, found in conditions.items():
        if name != current and found.state != "sound":
            yield _other(found)
    found_current = conditions.get(current or "")
    if found_current and found_current.state == "sound" and found_current.manifest:
        yield from _details(subject, found_current.manifest, len(conditions))


def _current(
    index_dir: Path, current: str | None, conditions: dict[str, Condition], model: str
) -> Iterator[Finding]:
    if current is None:
        if conditions:
            yield Finding(
                _CHECK,
                "error",
                f"{count(len(conditions), 'index version')} in {index_dir}, but none is current.",
                _ROLLBACK,
                tuple(conditions),
            )
        else:
            yield Finding(_CHECK, "error", f"There is no index in {index_dir}.", _BUILD)
        return
    found = conditions.get(current)
    if found and found.state == "sound":
        return
    if found and found.state == "unfit":
        yield Finding(
            _CHECK,
            "error",
            found.problem,
            "Run `python -m rag index` to build a new version, or set EMBEDDING_MODEL back.",
            (current,),
        )
        return
    other = serving(index_dir, model)
    serves = f"{other.version} serves in its place" if other else "nothing can serve"
    if found is None:
        problem = f"{CURRENT} names {current}, which is not there: {serves}."
    else:
        problem = f"The current version {current} is damaged ({listed(found.damaged)}): {serves}."
    yield Finding(
        _CHECK, "error", problem, _ROLLBACK if other else _BUILD, found.damaged if found else ()
    )


def _other(found: Condition) -> Finding:
    if found.state == "damaged":
        return Finding(
            _CHECK,
            "warning",
            f"The kept version {found.version} is damaged ({listed(found.damaged)}): "
            "nobody can go back to it.",
            f"Remove its folder versions/{found.version}.",
            found.damaged,
        )
    return Finding(
        _CHECK,
        "notice",
        f"{found.problem.removesuffix('.')}: going back to it needs those settings.",
        "Nothing has to be done: the oldest versions are dropped as new ones come.",
        (found.version,),
    )


def _details(subject: Subject, manifest: Manifest, kept: int) -> Iterator[Finding]:
    """The current version, whose files are whole: does it fit, and does it work?"""
    wanted = subject.settings.chunk_tokens
    if manifest.chunk_tokens != wanted:
        yield Finding(
            _CHECK,
            "warning",
            f"CHUNK_TOKENS is {wanted}, the current version was built with "
            f"{manifest.chunk_tokens}.",
            _BUILD,
        )
    try:
        if subject.embedder:
            version = open_version(subject.index_dir, manifest.version, subject.embedder)
            check_version(version, subject.embedder, manifest.chunk_tokens)
        else:
            # Opened all the same: what searches it may be missing.
            open_parts(version_folder(subject.index_dir, manifest.version), manifest)
    except IndexStateError as exc:
        yield Finding(_CHECK, "error", exc.problem, _BUILD, (manifest.version,))
        return
    yield from _attached(subject, manifest)
    searched = ", and its chunks find themselves" if subject.embedder else ""
    yield Finding(
        _CHECK,
        "ok",
        f"{manifest.version} is current and whole: {count(len(manifest.documents), 'document')}, "
        f"{count(manifest.chunks, 'chunk')}{searched}; {count(kept, 'version')} kept.",
    )


def _attached(subject: Subject, manifest: Manifest) -> Iterator[Finding]:
    """Whether the current version has what comes after publishing."""
    settings = subject.settings
    if settings.sentence_vectors:
        without = "answers from it take longer than they need"
        yield from _lack(subject, manifest, SENTENCES, settings.embedding_model, without)
    if settings.multilingual:
        without = "questions in Chinese are not answered from it"
        yield from _lack(subject, manifest, MULTILINGUAL, settings.multilingual_model, without)


def _lack(
    subject: Subject, manifest: Manifest, name: str, model: str, without: str
) -> Iterator[Finding]:
    folder = version_folder(subject.index_dir, manifest.version)
    state = attachment_state(folder, manifest.version, model, name)
    if state == "ready":
        return
    severity: Severity = "warning" if state == "damaged" else "notice"
    called = CALLED[name]
    what = {
        "missing": f"has no {called}",
        "damaged": f"has damaged {called}",
        "other model": f"has {called} of another model",
    }[state]
    yield Finding(
        _CHECK,
        severity,
        f"{manifest.version} {what}: {without}.",
        "Run `python -m rag index`: it makes them.",
        (manifest.version,),
    )


def _leftovers(index_dir: Path) -> Iterator[Finding]:
    building, note = _builder(index_dir / ".builder")
    if building:
        # What it is writing now is not left over.
        yield Finding(_CHECK, "notice", note, "Wait until it is done and look again.")
        return
    if note:
        yield Finding(_CHECK, "warning", note, _CLEAN)
    left = [path.name for path in sorted((index_dir / "versions").glob(".*"))]
    if (index_dir / f"{CURRENT}.new").exists():
        left.append(f"{CURRENT}.new")
    if left:
        yield Finding(
            _CHECK,
            "warning",
            f"A build that was cut short left {listed(left)} behind.",
            _CLEAN,
            tuple(left),
        )


def _builder(note: Path) -> tuple[bool, str]:
    """Whether a build is running, and a sentence on whoever noted that it builds.

    The note is all that is looked at: trying the lock would hold up a builder that is starting.
    """
    try:
        fields = json.loads(note.read_text("utf-8"))
        process, started = int(fields["pid"]), str(fields["started"])[:25]
    except FileNotFoundError:
        return False, ""
    except (OSError, ValueError, TypeError, KeyError):
        return False, "A build was killed while it noted that it had begun."
    if process > 0 and _is_alive(process):
        return True, f"Process {process} has been building since {started}."
    return False, f"A build that process {process} began at {started} was never finished."


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError, OSError):
        return False
    return True
