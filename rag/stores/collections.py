"""Collections of index versions on a Milvus server: filling one, publishing it, dropping old ones.

An index folder notes each collection before it is made (``.collections``), so that what a killed
build left is found again: filled up by a build of the same texts, or dropped. A collection that is
not noted there is never touched: another index may use the same server.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import IndexStateError, RagError
from rag.stores import COLLECTION
from rag.stores.milvus import BATCH, Collection, count_of, rows_between
from rag.stores.milvus_server import WORKING, alias, server
from rag.vectors import Vectors

if TYPE_CHECKING:
    from pymilvus import MilvusClient

# Up to so many vectors a search compares them all.
EXACT_UP_TO = 50_000
# Links of a vector in the graph of more, and candidates while it is built; see rag.stores.milvus.
_GRAPH = {"M": 32, "efConstruction": 200}
_NOTES = ".collections"
# Seconds until those who do not ask for the very latest have to see what was inserted.
_PATIENCE = 120.0

_LOG = logging.getLogger(__name__)


def write_collection(
    index_dir: Path,
    path: Path,
    vectors: Vectors,
    hashes: Sequence[str],
    made_by: str,
    exact_up_to: int = EXACT_UP_TO,
) -> None:
    """Put vectors into a collection, and its name into a version's file.

    Where an earlier run for the same texts died halfway, only what lacks is inserted.

    Args:
        index_dir: the folder of index versions.
        path: the file in the folder of the version to be.
        vectors: of unit length, shape (n, dim).
        hashes: of the text of each.
        made_by: the fingerprint of what embedded them.
        exact_up_to: up to how many vectors are all compared for a search.

    Raises:
        ConfigError: the packages are not installed.
        IndexStateError: what was inserted does not arrive.
        StoreError: the server does not answer.
        OSError: the disk is full or cannot be written.
    """
    count, dim = vectors.shape
    with server() as client:
        name = _name(index_dir, _digest(hashes, made_by))
        if not client.has_collection(name, timeout=WORKING):
            _create(client, name, dim, exact=count <= exact_up_to)
        client.load_collection(name, timeout=WORKING)
        _insert(client, name, vectors, hashes)
        client.flush(name, timeout=WORKING)
        _wait(client, name, count)
    Collection(name, count, dim).note(path)


def point_to(path: Path) -> None:
    """Let the alias name the collection of a version's file, from one instant to the next.

    For other readers of the server: a version's own collection is what it is searched in.

    Raises:
        IndexStateError: the file is damaged.
        StoreError: the server does not answer.
    """
    place = Collection.read(path)
    with server() as client:
        if _pointed_at(client):
            client.alter_alias(place.collection, alias(), timeout=WORKING)
        else:
            client.create_alias(place.collection, alias(), timeout=WORKING)


def drop_unused(index_dir: Path) -> None:
    """Drop the collections that this index folder made and no version of it names any more.

    What cannot be dropped now is dropped the next time.
    """
    notes = _notes(index_dir)
    used = _used(index_dir)
    unused = notes.keys() - used
    if not unused:
        return
    try:
        with server() as client:
            pointed = _pointed_at(client)
            for name in sorted(unused):
                if name == pointed:
                    client.drop_alias(alias(), timeout=WORKING)
                client.drop_collection(name, timeout=WORKING)
                del notes[name]
    except RagError as exc:
        _LOG.warning("Old collections could not be dropped: %s", exc)
    finally:
        _write_notes(index_dir, notes)


def _name(index_dir: Path, digest: str) -> str:
    """The collection for these texts: one that was begun and not published, or a new one."""
    notes, used = _notes(index_dir), _used(index_dir)
    for name, noted in notes.items():
        if noted == digest and name not in used:
            return name
    name = f"{alias()}_{secrets.token_hex(8)}"
    _write_notes(index_dir, {**notes, name: digest})
    return name


def _digest(hashes: Sequence[str], made_by: str) -> str:
    return hashlib.sha256("\n".join([made_by, *hashes]).encode()).hexdigest()


def _create(client: MilvusClient, name: str, dim: int, *, exact: bool) -> None:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("sha256", DataType.VARCHAR, max_length=64)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    indexes = client.prepare_index_params()
    kind = "FLAT" if exact else "HNSW"
    settings = {} if exact else _GRAPH
    indexes.add_index("vector", index_type=kind, metric_type="IP", params=settings)
    # Nothing changes once it is filled, and whoever fills it waits until it is seen.
    client.create_collection(
        name, schema=schema, index_params=indexes, consistency_level="Bounded", timeout=WORKING
    )


def _insert(client: MilvusClient, name: str, vectors: Vectors, hashes: Sequence[str]) -> None:
    """Insert what is not there yet, in batches."""
    begun = count_of(client, name) > 0
    for begin in range(0, len(vectors), BATCH):
        there: set[int] = set()
        if begun:
            there = {one["row"] for one in rows_between(client, name, begin, ["row"])}
        batch = [
            {"row": row, "sha256": hashes[row], "vector": vectors[row]}
            for row in range(begin, min(begin + BATCH, len(vectors)))
            if row not in there
        ]
        if batch:
            client.insert(name, batch, timeout=WORKING)


def _wait(client: MilvusClient, name: str, count: int) -> None:
    until = time.monotonic() + _PATIENCE
    while (seen := count_of(client, name)) != count:
        if time.monotonic() > until:
            raise IndexStateError(
                f"Of {count} vectors the collection {name} shows {seen}.",
                "Look at the server's log and build again: what is there is not sent twice.",
            )
        time.sleep(0.2)


def _pointed_at(client: MilvusClient) -> str:
    """The collection that the alias names, empty where there is none."""
    from pymilvus import MilvusException

    with suppress(MilvusException):
        found = client.describe_alias(alias(), timeout=WORKING)
        return str(found.get("collection_name", ""))
    return ""


def _used(index_dir: Path) -> set[str]:
    """The collections that versions name."""
    found = set()
    for path in (index_dir / "versions").glob(f"[!.]*/{COLLECTION}"):
        with suppress(IndexStateError):
            found.add(Collection.read(path).collection)
    return found


def _notes(index_dir: Path) -> dict[str, str]:
    """The collections that this index folder made, each with the digest of its texts."""
    try:
        notes = json.loads((index_dir / _NOTES).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _write_notes(index_dir: Path, notes: dict[str, str]) -> None:
    pending = index_dir / f"{_NOTES}.new"
    pending.write_text(json.dumps(notes, indent=1) + "\n", "utf-8")
    pending.replace(index_dir / _NOTES)
