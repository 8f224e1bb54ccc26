"""Near-duplicate documents, found by their words without comparing every pair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from rag.text import tokens

# Runs of three words: two texts on one subject share words, but few of these.
_SHINGLE = 3
# One byte of each minimum is kept (Li and König, "b-Bit Minwise Hashing", 2010).
_LENGTH = 128
# Eight bytes of a signature are one band: texts that share a band are compared. Of pairs as alike
# as ``_LEAST`` 99 % share one of the sixteen (Leskovec, Rajaraman and Ullman, "Mining of Massive
# Datasets", chapter 3).
_BAND = np.dtype(np.uint64)
_LEAST = 0.85
# Its permutations take longer to make than a page's minima.
_NOTHING = MinHash(num_perm=_LENGTH, seed=1)


@dataclass(frozen=True, slots=True)
class Alike:
    """Two documents and the share in [0, 1] of three-word runs that they have in common."""

    doc_id: str
    other: str
    share: float


def signature(text: str) -> bytes:
    """128 bytes, the more of them equal for two texts the more three-word runs they share.

    Broder, "On the Resemblance and Containment of Documents", 1997 (MinHash).
    """
    words = tokens(text)
    runs = {" ".join(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))}
    minima = _NOTHING.copy()
    minima.update_batch([run.encode() for run in sorted(runs)])
    return bytes(np.asarray(minima.hashvalues & 0xFF, np.uint8))


def near_duplicates(signatures: Mapping[str, bytes], among: Collection[str]) -> list[Alike]:
    """Pairs of documents that are nearly the same, at least one of them ``among`` those named.

    Args:
        signatures: of every document, by ``doc_id``.
        among: the documents that are new; pairs of old ones are not reported again.
    """
    names = list(signatures)
    rows = np.frombuffer(b"".join(signatures.values()), np.uint8).reshape(len(names), _LENGTH)
    new = {row for row, name in enumerate(names) if name in among}
    found: list[Alike] = []
    for one, other in sorted(_sharing_a_band(rows, new)):
        share = _resemblance(rows[one], rows[other])
        if share >= _LEAST:
            found.append(Alike(names[one], names[other], share))
    return found


def _sharing_a_band(rows: NDArray[np.uint8], new: Collection[int]) -> set[tuple[int, int]]:
    pairs: set[tuple[int, int]] = set()
    for band in rows.view(_BAND).T:
        alike: dict[int, list[int]] = defaultdict(list)
        wanted = {int(band[row]) for row in new}
        shared = np.flatnonzero(np.isin(band, np.array(sorted(wanted), _BAND))).tolist()
        for row in shared:
            alike[int(band[row])].append(row)
        for group in alike.values():
            # In a large group everything is like everything: each is compared with the first.
            first = group[0]
            pairs |= {(first, row) for row in group[1:] if row in new or first in new}
    return pairs


def _resemblance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Jaccard's coefficient; one byte in 256 is equal by chance."""
    equal = float((one == other).mean())
    return max(0.0, (equal - 1 / 256) / (1 - 1 / 256))
