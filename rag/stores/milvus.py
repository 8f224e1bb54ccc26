"""The vector store past one machine: a collection of a Milvus server, or of Milvus Lite.

The vectors of an index version are a collection; a file in the version's folder names it. Where the
server is, the settings of the process say: it may have moved since the version was built.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import IndexStateError
from rag.stores.milvus_server import SEARCHING, WORKING, server, told
from rag.vectors import Rows, Vectors

if TYPE_CHECKING:
    from pymilvus import MilvusClient

# 1,000 vectors of 384 numbers are 1.5 MB; a message may have 64.
BATCH = 1000
# Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using HNSW", 2018:
# candidates of a search in a graph; passed over where all vectors are compared.
_DEPTH = 200
# More pieces than this are listed row by row: an expression is parsed for every search.
_MOST_RANGES = 200
# What a server calls a collection that it has not loaded since it was started.
_NOT_LOADED = 101


@dataclass(frozen=True, slots=True)
class Collection:
    """Where a version's vectors are: ``count`` of them, of length ``dim``."""

    collection: str
    count: int
    dim: int

    @classmethod
    def read(cls, path: Path) -> Collection:
        """What ``note`` wrote.

        Raises:
            IndexStateError: the file is missing or damaged.
        """
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as exc:
            raise _lost(path.name) from exc

    def note(self, path: Path) -> None:
        """Write to a file.

        Raises:
            OSError: the disk is full or cannot be written.
        """
        path.write_text(json.dumps(asdict(self)) + "\n", "utf-8")


class MilvusStore:
    """Inner-product search in one collection; row *i* is vector *i*."""

    def __init__(self, place: Collection, client: MilvusClient) -> None:
        self._place = place
        self._client = client

    @classmethod
    def load(cls, path: Path) -> MilvusStore:
        """Open the collection that a file names.

        Raises:
            IndexStateError: the file or the collection is missing, or not as it was written.
            StoreError: the server does not answer.
        """
        place = Collection.read(path)
        with server() as client:
            if not client.has_collection(place.collection, timeout=WORKING):
                raise _lost(place.collection)
            client.load_collection(place.collection, timeout=WORKING)
            if count_of(client, place.collection) != place.count:
                raise _lost(place.collection)
        return cls(place, client)

    def __len__(self) -> int:
        return self._place.count

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._place.dim

    @property
    def collection(self) -> str:
        """The collection's name."""
        return self._place.collection

    def vectors(self) -> Vectors:
        """All vectors, shape (n, dim).

        Raises:
            IndexStateError: some are gone.
            StoreError: the server does not answer.
        """
        made = np.full((len(self), self.dim), np.nan, np.float32)
        with told():
            for begin in range(0, len(self), BATCH):
                fields = ["row", "vector"]
                for one in rows_between(self._client, self.collection, begin, fields):
                    made[one["row"]] = one["vector"]
        if np.isnan(made).any():
            raise _lost(self.collection)
        return made

    def search(self, vector: Vectors, k: int, rows: Rows | None = None) -> tuple[Vectors, Rows]:
        """Best ``k`` (scores, row numbers) for one unit vector of shape (dim,), best first.

        Raises:
            StoreError: the server does not answer, or the collection was dropped.
        """
        limit = min(k, len(self) if rows is None else len(rows))
        if limit <= 0:
            return np.empty(0, np.float32), np.empty(0, np.int64)
        wanted = "" if rows is None else among(rows)
        with told():
            found = self._found(np.ascontiguousarray(vector.reshape(-1), np.float32), limit, wanted)
        # Ties go to the lower row, so that two runs agree.
        best = sorted((-float(hit["distance"]), int(hit["row"])) for hit in found)
        scores = np.asarray([-score for score, _ in best], np.float32)
        return scores, np.asarray([row for _, row in best], np.int64)

    def _found(self, vector: Vectors, limit: int, wanted: str) -> list[dict[str, Any]]:
        from pymilvus import MilvusException

        for attempt in range(2):
            try:
                (found,) = self._client.search(
                    self.collection,
                    data=[vector],
                    anns_field="vector",
                    limit=limit,
                    filter=wanted,
                    search_params={"metric_type": "IP", "params": {"ef": max(_DEPTH, limit)}},
                    timeout=SEARCHING,
                )
                return list(found)
            except MilvusException as exc:
                if attempt or exc.code != _NOT_LOADED:
                    raise
                self._client.load_collection(self.collection, timeout=WORKING)
        return []


def among(rows: Rows) -> str:
    """The filter that lets only ``rows`` through.

    The passages of a center lie side by side, so that its rows are few ranges.

    >>> among(np.array([9, 4, 5, 6, 1]))
    '(row >= 4 and row <= 6) or row in [1, 9]'
    """
    wanted = np.unique(rows)
    runs = np.split(wanted, np.flatnonzero(np.diff(wanted) != 1) + 1)
    if len(runs) > _MOST_RANGES:
        return f"row in {wanted.tolist()}"
    ranges = [f"(row >= {run[0]} and row <= {run[-1]})" for run in runs if len(run) > 1]
    alone = [int(run[0]) for run in runs if len(run) == 1]
    return " or ".join([*ranges, f"row in {alone}"] if alone else ranges)


def count_of(client: MilvusClient, name: str) -> int:
    """The vectors that a loaded collection shows."""
    found = client.query(name, filter="", output_fields=["count(*)"], timeout=WORKING)
    return int(found[0]["count(*)"])


def rows_between(
    client: MilvusClient, name: str, begin: int, fields: list[str]
) -> list[dict[str, Any]]:
    """What a collection has of ``BATCH`` rows from ``begin`` on."""
    wanted = f"row >= {begin} and row < {begin + BATCH}"
    found = client.query(name, filter=wanted, output_fields=fields, limit=BATCH, timeout=WORKING)
    return list(found)


def _lost(name: str) -> IndexStateError:
    return IndexStateError(
        f"The vectors {name} of this index version are missing or damaged.",
        "Run `python -m rag index` to build a new version.",
    )
