"""Which version is current: publishing one, going back, forgetting the oldest."""

from __future__ import annotations

import math
import os
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from rag.errors import DamagedVersionError, IndexStateError
from rag.stores.keeping import forget_unused, made_current
from rag.versions import (
    BUILDING,
    CURRENT,
    Manifest,
    current_version,
    damaged_files,
    read_manifest,
    version_folder,
    version_names,
    version_number,
)

_PENDING = f"{CURRENT}.new"
# What is being deleted has this in front of its name.
_REMOVED = ".removed-"


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one version to another, documents by name; ``renamed`` pairs old and new.

    ``settings`` pairs a setting's name with both values, where they differ.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    unchanged: tuple[str, ...]
    settings: tuple[tuple[str, str, str], ...] = ()


def publish(index_dir: Path, built: Path, version: str) -> None:
    """Make a built folder the current version; readers see the old or the new one, whole.

    Whatever stops it before the new version is current, the folder is again where it was built.

    Raises:
        OSError: the disk is full or cannot be written; the old version stays current.
    """
    for path in sorted(built.rglob("*")):
        sync(path)
    sync(built)
    target = version_folder(index_dir, version)
    built.rename(target)
    try:
        sync(target.parent)
        make_current(index_dir, version)
    except BaseException:
        if current_version(index_dir) != version:
            target.rename(built)
        raise


def make_current(index_dir: Path, version: str) -> None:
    """Let ``CURRENT`` name a version, from one instant to the next.

    Raises:
        StoreError: the server that keeps its vectors does not answer; ``CURRENT`` is as it was.
        OSError: the disk is full or cannot be written; ``CURRENT`` is as it was.
    """
    # Readers go by ``CURRENT`` alone; what the server calls current may be ahead of it.
    made_current(version_folder(index_dir, version))
    pending = index_dir / _PENDING
    try:
        pending.write_text(version + "\n", "utf-8")
        sync(pending)
        pending.replace(index_dir / CURRENT)
    finally:
        pending.unlink(missing_ok=True)
    sync(index_dir)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def roll_back(index_dir: Path, version: str | None = None, embedder: str | None = None) -> str:
    """Make an earlier version current and return its name.

    Args:
        index_dir: the folder of index versions.
        version: its name or number; by default the newest sound one that is older than the current.
        embedder: the embedding model in use; a version of another one cannot serve.

    Raises:
        IndexStateError: there is no such version, or the named one is damaged or of another
            embedder.
    """
    current = current_version(index_dir)
    if version is not None:
        name = find_version(index_dir, version)
        _check(index_dir, name, embedder)
    else:
        # Where nothing readable is current, any version is older.
        number = version_number(current or "") or math.inf
        older = [name for name in version_names(index_dir) if version_number(name) < number]
        name = next((name for name in older if _can_serve(index_dir, name, embedder)), "")
        if not name:
            raise IndexStateError(
                f"There is no sound version older than {current}.",
                "`python -m rag versions` lists what there is.",
            )
    make_current(index_dir, name)
    return name


def find_version(index_dir: Path, version: str) -> str:
    """The full name of a version that is given by its name or its number.

    Raises:
        IndexStateError: there is no such version.
    """
    names = version_names(index_dir)
    number = int(version) if version.isascii() and version.isdigit() else 0
    for name in names:
        if name == version or (number and version_number(name) == number):
            return name
    raise IndexStateError(
        f"There is no index version `{version}`.",
        f"Take one of: {', '.join(names)}." if names else "Run `python -m rag index` to build one.",
    )


def prune(index_dir: Path, keep: int) -> list[str]:
    """Remove all but the newest ``keep`` versions and the current one; returns what is gone.

    What a process has opened it can read on.
    """
    current = current_version(index_dir)
    gone = [name for name in version_names(index_dir)[keep:] if name != current]
    for name in gone:
        # Renamed first: a removal that is cut short must not leave half a version.
        doomed = index_dir / "versions" / f"{_REMOVED}{name}"
        version_folder(index_dir, name).rename(doomed)
    remove_unfinished(index_dir)
    forget_unused(index_dir)
    return gone


def remove_unfinished(index_dir: Path) -> None:
    """What a killed build or removal left behind; only for whoever holds the builder's lock."""
    (index_dir / _PENDING).unlink(missing_ok=True)
    for path in (index_dir / "versions").iterdir():
        # Whatever else lies there is not ours.
        if path.name.startswith((BUILDING, _REMOVED)):
            shutil.rmtree(path)


def difference(old: Manifest | None, new: Manifest) -> Difference:
    """What changed between two versions; with no ``old`` one everything is new."""
    settings = tuple(
        (name.replace("_", " "), str(getattr(old, name)), str(getattr(new, name)))
        for name in ("embedder", "embedder_fingerprint", "chunk_tokens")
        if old and getattr(old, name) != getattr(new, name)
    )
    return document_difference(old.documents if old else {}, new.documents, settings)


def document_difference(
    old: dict[str, str], new: dict[str, str], settings: tuple[tuple[str, str, str], ...] = ()
) -> Difference:
    """The same of documents alone: ``doc_id`` to sha256 of the file."""
    both = sorted(old.keys() & new.keys())
    gone: dict[str, list[str]] = defaultdict(list)
    for name in sorted(old.keys() - new.keys(), reverse=True):
        gone[old[name]].append(name)
    renamed: list[tuple[str, str]] = []
    added: list[str] = []
    for name in sorted(new.keys() - old.keys()):
        if gone.get(new[name]):
            renamed.append((gone[new[name]].pop(), name))
        else:
            added.append(name)
    was_renamed = {before for before, _ in renamed}
    return Difference(
        added=tuple(added),
        changed=tuple(name for name in both if old[name] != new[name]),
        removed=tuple(sorted(old.keys() - new.keys() - was_renamed)),
        renamed=tuple(renamed),
        unchanged=tuple(name for name in both if old[name] == new[name]),
        settings=settings,
    )


def _can_serve(index_dir: Path, name: str, embedder: str | None) -> bool:
    try:
        _check(index_dir, name, embedder)
    except IndexStateError:
        return False
    return True


def _check(index_dir: Path, name: str, embedder: str | None) -> None:
    manifest = read_manifest(index_dir, name)
    if embedder is not None and manifest.embedder != embedder:
        raise IndexStateError(
            f"The index version {name} was built with the embedder {manifest.embedder}.",
            f"Take another, or set EMBEDDING_MODEL to {manifest.embedder}.",
        )
    damaged = damaged_files(version_folder(index_dir, name), manifest)
    if damaged:
        raise DamagedVersionError(
            f"The index version {name} is damaged ({', '.join(damaged)}).",
            "Take another; `python -m rag versions` lists what there is.",
        )
