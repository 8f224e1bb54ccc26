"""Names of centers as staff have corrected them, beside the documents, which stay as they are."""

from __future__ import annotations

import functools
import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from rag.errors import CorpusError
from rag.types import Corpus

FILE = "aliases.json"
MOST = 50
LONGEST = 160
_Corrections = dict[str, tuple[str, ...]]
_FORM = TypeAdapter(_Corrections)


def corrected(root: Path | Corpus, doc_id: str) -> tuple[str, ...] | None:
    """The aliases that a document is to have, ``None`` where they are its own.

    Raises:
        CorpusError: the file that has them cannot be read.
    """
    if isinstance(root, Path):
        return None
    return _corrections(root.uploads / FILE).get(doc_id)


def correct(corpus: Corpus, doc_ids: Iterable[str], aliases: Iterable[str]) -> tuple[str, ...]:
    """Let documents have other aliases, from the next build on, and return these.

    Raises:
        CorpusError: there are too many aliases or too long ones, or they cannot be written.
    """
    path = corpus.uploads / FILE
    # Each once, as it was first written.
    wanted = tuple(dict.fromkeys(filter(None, (" ".join(alias.split()) for alias in aliases))))
    if len(wanted) > MOST or any(len(alias) > LONGEST for alias in wanted):
        raise CorpusError(
            f"A center has at most {MOST} other names, of at most {LONGEST} characters.",
            "Leave some out, or shorten them.",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{FILE}.lock")):
            whole = dict(_corrections(path)) | dict.fromkeys(doc_ids, wanted)
            _write(path, whole)
    except OSError as exc:
        raise CorpusError(
            f"The names of centers cannot be written: {exc.strerror or exc}.",
            f"Check the permissions and the free space of {path.parent}.",
        ) from exc
    return wanted


def _write(path: Path, corrections: _Corrections) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(corrections, file, ensure_ascii=False, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _corrections(path: Path) -> _Corrections:
    try:
        found = path.stat()
        return _read(path, found.st_mtime_ns, found.st_ino)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, ValidationError) as exc:
        raise CorpusError(
            f"The names of centers in {path} cannot be read.",
            "Correct the file, or remove it: the documents' own names are used then.",
        ) from exc


# Each document that is read asks; the file changes when somebody edits it.
@functools.lru_cache(maxsize=4)
def _read(path: Path, modified: int, number: int) -> _Corrections:  # noqa: ARG001  # the key
    return _FORM.validate_json(path.read_bytes())
