"""Going back to an earlier version, and what its documents are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rag.errors import IndexStateError
from rag.locking import only_builder
from rag.publishing import roll_back
from rag.records import Records
from rag.versions import (
    RECORDS,
    Manifest,
    current_version,
    read_manifest,
    version_folder,
    version_names,
    version_number,
)


@dataclass(frozen=True, slots=True)
class Holding:
    """A document of the current version.

    ``characters`` of text in ``chunks`` pieces; ``date`` is what it says of itself. ``changed`` is
    when a version first had it as it is, ISO 8601, empty where that was before the oldest kept.
    """

    doc_id: str
    title: str
    center: str
    characters: int
    chunks: int
    date: str
    changed: str


def go_back(index_dir: Path, version: str | None, embedder: str) -> str:
    """Make an earlier version current and return its name; see ``rag.publishing.roll_back``.

    Raises:
        IndexStateError: there is no such version, it cannot serve, another process is building, or
            the folder cannot be written.
    """
    try:
        with only_builder(index_dir):
            return roll_back(index_dir, version, embedder)
    except OSError as exc:
        raise IndexStateError(
            f"The index folder {index_dir} cannot be written: {exc.strerror or exc}.",
            "Check its permissions and the free space of its disk.",
        ) from exc


def kept_versions(index_dir: Path) -> list[Manifest]:
    """The versions that are kept and can be read, the newest first."""
    found = []
    for name in version_names(index_dir):
        try:
            found.append(read_manifest(index_dir, name))
        except IndexStateError:
            continue  # `python -m rag versions` says what is wrong with it
    return found


def holdings(index_dir: Path) -> list[Holding]:
    """The documents of the current version, by name.

    Raises:
        IndexStateError: there is none, or it is damaged.
    """
    manifest = read_manifest(index_dir, current_version(index_dir))
    records = Records(version_folder(index_dir, manifest.version) / RECORDS)
    sizes = records.sizes()
    changed = _changes(manifest, kept_versions(index_dir))
    return [
        Holding(
            doc_id=document.doc_id,
            title=document.title,
            center=document.center or "",
            characters=sizes[document.doc_id][0],
            chunks=sizes[document.doc_id][1],
            date=document.date or "",
            changed=changed[document.doc_id],
        )
        for document in records.documents()
    ]


def _changes(current: Manifest, kept: list[Manifest]) -> dict[str, str]:
    """When each document of ``current`` became what it is, as far as versions are kept."""
    earlier = [one for one in kept if one.version <= current.version]
    oldest = earlier[-1].version if earlier else ""
    changed = {}
    for doc_id, sha256 in current.documents.items():
        since = current
        for one in earlier:
            if one.documents.get(doc_id) != sha256:
                break
            since = one
        # Whether it was the same before the oldest that is kept, nobody knows.
        known = since.version != oldest or version_number(oldest) == 1
        changed[doc_id] = since.created if known else ""
    return changed
