"""Hashes of the blocks of large files, so that opening a version need not read all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

BLOCKS = "blocks.json"
_LARGE = 64 * 2**20
_BLOCK = 2**20
# Blocks of a file that are compared beside its first and its last one.
_DRAWN = 14


def write_blocks(folder: Path, large: int = _LARGE) -> None:
    """Write the hashes of all blocks of the files from ``large`` bytes on, where there are any.

    Raises:
        OSError: a file cannot be read or written.
    """
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.stat().st_size >= large]
    if files:
        found = {path.relative_to(folder).as_posix(): list(_hashes(path)) for path in files}
        (folder / BLOCKS).write_text(json.dumps(found), "utf-8")


def read_blocks(folder: Path) -> dict[str, list[str]]:
    """The hashes by path in ``folder``; empty where there are none or they cannot be read."""
    try:
        found = json.loads((folder / BLOCKS).read_text("utf-8"))
        return {str(name): [str(one) for one in hashes] for name, hashes in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def is_as_written(path: Path, hashes: list[str]) -> bool:
    """Whether a file has its size, to a block, and its first, last and some other blocks.

    Which others is drawn anew each time.
    """
    try:
        count = -(-path.stat().st_size // _BLOCK)
        if count != len(hashes):
            return False
        random = Random()  # noqa: S311  # no secret
        drawn = {0, count - 1, *random.sample(range(count), min(_DRAWN, count))}
        with path.open("rb") as file:
            return all(_hash_at(file.seek(at * _BLOCK), file.read(_BLOCK)) == hashes[at]
                       for at in sorted(drawn))  # fmt: skip
    except OSError:
        return False


def _hash_at(place: int, block: bytes) -> str:
    """A block's hash, with where it stands: blocks that changed places are not as written."""
    return hashlib.sha256(place.to_bytes(8, "little") + block).hexdigest()


def _hashes(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield _hash_at(file.tell() - len(block), block)
