"""Which part an article belongs to: a hash of its title, so that no list has to be kept."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

Part = Literal["train", "calibration", "report"]

_SALT = "reader-1"
_PER_REPORT = 3
_PER_CALIBRATION = 10


def part_of(key: str) -> Part:
    """The part of the article named ``key``: a third report, a tenth of the rest calibration.

    ``key`` is a title, or the text itself where a set has no titles; case, underscores and runs
    of spaces do not matter, so that one article in two sets falls on one side.
    """
    plain = re.sub(r"[\s_]+", " ", key).strip().casefold()
    number = int.from_bytes(hashlib.sha256(f"{_SALT}:{plain}".encode()).digest()[:8])
    if number % _PER_REPORT == 0:
        return "report"
    return "calibration" if number // _PER_REPORT % _PER_CALIBRATION == 0 else "train"
