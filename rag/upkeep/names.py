"""Names that an uploaded file may have."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from rag.errors import UploadError
from rag.formats.reading import SUFFIXES

_LONGEST = 120
# What is no name on some system, and what leads elsewhere on any.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:"/\\|?*\u200e\u200f\u202a-\u202e]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.I)
_NO_DOCUMENTS = frozenset({"README", "LICENSE"})


def file_name(given: str) -> str:
    """``given`` as the name of a file, in one form of Unicode.

    Raises:
        UploadError: it leads to another folder, is a device's, or is of no format that is read.
    """
    name = unicodedata.normalize("NFC", given).strip()
    shown = "".join(c if c.isprintable() else "�" for c in name)[:_LONGEST]
    if not name or _FORBIDDEN.search(name) or name.startswith((".", "~$")) or name.endswith("."):
        raise UploadError(
            f"`{shown}` cannot be the name of a document.",
            "Take letters, digits, spaces, dots and dashes.",
        )
    path = PurePosixPath(name)
    if _DEVICES.fullmatch(name.partition(".")[0].strip()):
        raise UploadError(f"`{shown}` is the name of a device.", "Give the file another name.")
    if len(name.encode()) > _LONGEST:
        raise UploadError(
            f"The name of `{shown}` is longer than {_LONGEST} bytes.", "Give it a shorter one."
        )
    if path.suffix.lower() not in SUFFIXES or path.stem.upper() in _NO_DOCUMENTS:
        raise UploadError(
            f"`{shown}` is of no format that is read.", f"Upload one of {', '.join(SUFFIXES)}."
        )
    return name
