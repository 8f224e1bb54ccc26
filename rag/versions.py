"""Index versions on disk: what one holds, which is current, opening one that is sound.

``<index>/versions/<number>-<fingerprint>/`` holds one version, ``<index>/CURRENT`` its name.
A version is never changed once ``CURRENT`` names it; only its attachments may come later.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.blocks import is_as_written, read_blocks
from rag.config import fingerprint
from rag.errors import DamagedVersionError, IndexStateError, StoreError
from rag.records import Records
from rag.stores import VECTORS as VECTORS
from rag.types import Embedder

# What searches is imported where it is opened: what a version is can be told without.
if TYPE_CHECKING:
    from rag.lexical import LexicalIndex
    from rag.stores.local import LocalStore
    from rag.stores.milvus import MilvusStore

FORMAT = 4
CURRENT = "CURRENT"
MANIFEST = "manifest.json"
RECORDS = "chunks.sqlite"
LEXICAL = "lexical"
GATE_RECORD = "gate.json"
# Made after the version is published, and no part of it: see rag.attachment.
MULTILINGUAL = "multilingual.vectors"
SENTENCES = "sentences.vectors"
# What is not published yet has this in front of its name.
BUILDING = ".building-"
_BUILD = "Run `python -m rag index` to build it."
_REBUILD = "Run `python -m rag index` to build a new version."

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index version was made of, and with what.

    ``documents`` maps each ``doc_id`` to the sha256 of its file, ``files`` each file of the version
    to its own; ``created`` is ISO 8601, UTC.
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
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class IndexVersion:
    """An open index version; row *i* of each part is the same chunk.

    ``instead_of`` is the current version if that one is damaged and this one serves in its place;
    ``folder`` is where its files are.
    """

    manifest: Manifest
    records: Records
    vectors: LocalStore | MilvusStore
    lexical: LexicalIndex
    instead_of: str | None = None
    folder: Path | None = None

    @property
    def name(self) -> str:
        """Its name, as in ``CURRENT``."""
        return self.manifest.version


def settings_fingerprint(embedder: Embedder, chunk_tokens: int) -> str:
    """Changes when the same corpus would give other rows or vectors."""
    return fingerprint(FORMAT, embedder.fingerprint(), chunk_tokens)


def current_version(index_dir: Path) -> str | None:
    """The name of the published version, ``None`` where nothing was ever published.

    A damaged file names a version that does not exist.

    Raises:
        IndexStateError: the file that names it cannot be read.
    """
    try:
        return (index_dir / CURRENT).read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise IndexStateError(
            f"The file {index_dir / CURRENT} cannot be read.", "Check its permissions."
        ) from exc


def version_names(index_dir: Path) -> list[str]:
    """The versions that lie in the folder, the newest first, sound or not."""
    folder = index_dir / "versions"
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return sorted((name for name in names if version_number(name)), key=version_number)[::-1]


def version_number(version: str) -> int:
    """The number in a version's name, 0 where there is none."""
    head, dash, _ = version.partition("-")
    return int(head) if dash and head.isascii() and head.isdigit() else 0


def version_folder(index_dir: Path, version: str) -> Path:
    """Where a version lies.

    Raises:
        DamagedVersionError: ``version`` is not a plain name.
    """
    if not version_number(version) or Path(version).name != version:
        raise DamagedVersionError(f"`{version}` is not the name of an index version.", _REBUILD)
    return index_dir / "versions" / version


def read_manifest(index_dir: Path, version: str | None = None) -> Manifest:
    """The manifest of a version, by default of the published one.

    Raises:
        IndexStateError: there is no such version, or it is of another format.
        DamagedVersionError: it cannot be read.
    """
    if version is None:
        version = current_version(index_dir)
    if version is None:
        raise IndexStateError(f"There is no index in {index_dir}.", _BUILD)
    path = version_folder(index_dir, version) / MANIFEST
    try:
        fields = json.loads(path.read_text("utf-8"))
        written = fields.pop("sha256", None)
        whole = written == _sha256_of(fields)
        # Earlier formats had no hash of the manifest itself.
        if fields["format"] != FORMAT and (whole or written is None):
            raise IndexStateError(
                f"The index is of format {fields['format']}, this program reads {FORMAT}.", _REBUILD
            )
        if not whole:
            raise ValueError("the manifest is not as it was written")
        return Manifest(**fields)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as exc:
        raise DamagedVersionError(f"The index version {version} is damaged.", _REBUILD) from exc


def open_current(index_dir: Path, embedder: Embedder) -> IndexVersion:
    """Open the published version or, where that is damaged, the newest sound one.

    Raises:
        IndexStateError: there is none, none is sound, or it is of another format or was built with
            another embedder than ``embedder``.
    """
    name = current_version(index_dir)
    if name is None:
        raise IndexStateError(f"There is no index in {index_dir}.", _BUILD)
    try:
        return open_version(index_dir, name, embedder)
    except DamagedVersionError as exc:
        for other in version_names(index_dir):
            if other == name:
                continue
            try:
                sound = open_version(index_dir, other, embedder)
            except IndexStateError:
                continue
            _LOG.error("%s The version %s is used instead.", exc, other)
            return dataclasses.replace(sound, instead_of=name)
        raise


def open_version(index_dir: Path, name: str, embedder: Embedder) -> IndexVersion:
    """Open one version after comparing every file with its hash, of large ones some blocks.

    Raises:
        IndexStateError: it is of another format or was built with another embedder.
        DamagedVersionError: it is not as it was built.
    """
    manifest = read_manifest(index_dir, name)
    if manifest.embedder_fingerprint != embedder.fingerprint():
        raise IndexStateError(
            f"The index was built with the embedder {manifest.embedder}, not {embedder.name}.",
            "Set EMBEDDING_MODEL back, or run `python -m rag index` to build a new version.",
        )
    folder = version_folder(index_dir, name)
    if manifest.version != name or damaged_files(folder, manifest, quick=True):
        raise DamagedVersionError(f"The index version {name} is damaged.", _REBUILD)
    return open_parts(folder, manifest)


def open_parts(folder: Path, manifest: Manifest) -> IndexVersion:
    """Open the parts of a version in ``folder`` and see that they belong together.

    Raises:
        DamagedVersionError: a part cannot be read, or their sizes differ.
        StoreError: the server that keeps its vectors does not answer.
    """
    from rag.lexical import LexicalIndex
    from rag.stores.keeping import open_vectors

    try:
        version = IndexVersion(
            manifest=manifest,
            records=Records(folder / RECORDS),
            vectors=open_vectors(folder),
            lexical=LexicalIndex.load(folder / LEXICAL),
            folder=folder,
        )
    except StoreError:
        # It is not the version that is damaged: another try may find the server.
        raise
    except IndexStateError as exc:
        raise DamagedVersionError(exc.problem, exc.cure) from exc
    counts = {len(version.records), len(version.vectors), len(version.lexical), manifest.chunks}
    if len(counts) != 1 or version.vectors.dim != manifest.dim:
        raise DamagedVersionError(
            f"The parts of index version {version.name} do not belong together.", _REBUILD
        )
    return version


def open_records(index_dir: Path, version: str | None = None) -> Records:
    """The documents and chunks alone of a version, by default of the published one.

    Raises:
        IndexStateError: there is none, or it is damaged.
    """
    manifest = read_manifest(index_dir, version)
    return Records(version_folder(index_dir, manifest.version) / RECORDS)


def file_hashes(folder: Path, but: Collection[str] = ()) -> dict[str, str]:
    """The sha256 of every file of a version, by path in ``folder``; of those in ``but`` none.

    The manifest and the attachments have hashes of their own.
    """
    hashes: dict[str, str] = {}
    own = {folder / name for name in (MANIFEST, MULTILINGUAL, SENTENCES)}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path not in own and name not in but:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256")
            hashes[name] = digest.hexdigest()
    return hashes


def damaged_files(folder: Path, manifest: Manifest, *, quick: bool = False) -> list[str]:
    """The files of a version that are missing, changed, or not its own.

    With ``quick`` of large files only some blocks are compared.
    """
    blocks = read_blocks(folder) if quick else {}
    try:
        found = file_hashes(folder, blocks)
    except OSError:
        return sorted(manifest.files)
    for name, hashes in blocks.items():
        # Their own file is among those that are compared as a whole.
        if is_as_written(folder / name, hashes) and name in manifest.files:
            found[name] = manifest.files[name]
    names = found.keys() | manifest.files.keys()
    return sorted(name for name in names if found.get(name) != manifest.files.get(name))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` into a version's folder, with a hash of itself."""
    fields = dataclasses.asdict(manifest)
    fields["sha256"] = _sha256_of(fields)
    text = json.dumps(fields, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", "utf-8")


def _sha256_of(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
