"""Index versions on disk: what one holds, which is current, opening, publishing.

``<index>/versions/<number>-<fingerprint>/`` holds one version, ``<index>/CURRENT`` its name.
A version is never changed once ``CURRENT`` names it.
"""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass
from pathlib import Path

from rag.config import fingerprint
from rag.errors import IndexStateError
from rag.lexical import LexicalIndex
from rag.records import Records
from rag.stores.faiss import FaissStore
from rag.types import Embedder

FORMAT = 1
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
RECORDS = "chunks.sqlite"
VECTORS = "vectors.faiss"
LEXICAL = "lexical"
_BUILD = "Run `python -m rag index` to build it."
_REBUILD = "Run `python -m rag index` to build a new version."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index version was made of, and with what.

    ``documents`` maps each ``doc_id`` to the sha256 of its file; ``created`` is ISO 8601, UTC.
    """

    format: int
    version: str
    created: str
    embedder: str
    embedder_fingerprint: str
    dim: int
    chunk_tokens: int
    chunks: int
    documents: dict[str, str]


@dataclass(frozen=True, slots=True)
class IndexVersion:
    """An open index version; row *i* of each part is the same chunk."""

    manifest: Manifest
    records: Records
    vectors: FaissStore
    lexical: LexicalIndex

    @property
    def name(self) -> str:
        """Its name, as in ``CURRENT``."""
        return self.manifest.version


def settings_fingerprint(embedder: Embedder, chunk_tokens: int) -> str:
    """Changes when the same corpus would give other rows or vectors."""
    return fingerprint(FORMAT, embedder.fingerprint(), chunk_tokens)


def current_version(index_dir: Path) -> str | None:
    """The name of the published version, ``None`` where nothing was ever published."""
    try:
        return (index_dir / CURRENT).read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as exc:
        raise IndexStateError(
            f"The file {index_dir / CURRENT} cannot be read.", "Check its permissions."
        ) from exc


def version_folder(index_dir: Path, version: str) -> Path:
    """Where a version lies.

    Raises:
        IndexStateError: ``version`` is not a plain name.
    """
    if Path(version).name != version or version in {".", ".."}:
        raise IndexStateError(f"`{version}` is not the name of an index version.", _REBUILD)
    return index_dir / "versions" / version


def read_manifest(index_dir: Path) -> Manifest:
    """The manifest of the published version.

    Raises:
        IndexStateError: there is no index, or it is damaged or of another format.
    """
    version = current_version(index_dir)
    if version is None:
        raise IndexStateError(f"There is no index in {index_dir}.", _BUILD)
    path = version_folder(index_dir, version) / MANIFEST
    try:
        fields = json.loads(path.read_text("utf-8"))
        if fields["format"] != FORMAT:
            raise IndexStateError(
                f"The index is of format {fields['format']}, this program reads {FORMAT}.", _REBUILD
            )
        return Manifest(**fields)
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise IndexStateError(f"The index version {version} is damaged.", _REBUILD) from exc


def open_current(index_dir: Path, embedder: Embedder) -> IndexVersion:
    """Open the published version.

    Raises:
        IndexStateError: there is none, it is damaged, of another format, or was built with
            another embedder than ``embedder``.
    """
    manifest = read_manifest(index_dir)
    if manifest.embedder_fingerprint != embedder.fingerprint():
        raise IndexStateError(
            f"The index was built with the embedder {manifest.embedder}, not {embedder.name}.",
            "Set EMBEDDING_MODEL back, or run `python -m rag index` to build a new version.",
        )
    folder = version_folder(index_dir, manifest.version)
    version = IndexVersion(
        manifest=manifest,
        records=Records(folder / RECORDS),
        vectors=FaissStore.load(folder / VECTORS),
        lexical=LexicalIndex.load(folder / LEXICAL),
    )
    counts = {len(version.records), len(version.vectors), len(version.lexical), manifest.chunks}
    if len(counts) != 1 or version.vectors.dim != manifest.dim:
        raise IndexStateError(
            f"The parts of index version {version.name} do not belong together.", _REBUILD
        )
    return version


def open_records(index_dir: Path) -> Records:
    """The documents and chunks alone of the published version; needs no embedder.

    Raises:
        IndexStateError: there is none, or it is damaged.
    """
    return Records(version_folder(index_dir, read_manifest(index_dir).version) / RECORDS)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` into a version's folder."""
    text = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", "utf-8")


def publish(index_dir: Path, built: Path, version: str) -> None:
    """Make a built folder the current version; readers see the old or the new one, whole."""
    for path in sorted(built.rglob("*")):
        sync(path)
    sync(built)
    target = version_folder(index_dir, version)
    built.rename(target)
    sync(target.parent)
    pending = index_dir / f"{CURRENT}.new"
    pending.write_text(version + "\n", "utf-8")
    sync(pending)
    pending.replace(index_dir / CURRENT)
    sync(index_dir)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
