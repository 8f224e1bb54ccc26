"""Vectors of a version's sentences, and of its passages for Chinese: files made after publishing.

A version serves without them. Each is put into the version's folder by rename, whole, so that it
goes where the version goes; it has a hash of its own, and is compared with it on opening.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import DamagedVersionError, IndexStateError
from rag.publishing import sync
from rag.versions import BUILDING, MULTILINGUAL, SENTENCES

# NumPy is imported where arrays are written or read: that there is one can be told without.
if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.vectors import Vectors

_FORMAT = 1
_LONGEST_HEADER = 4096
# What messages call them.
CALLED = {MULTILINGUAL: "multilingual vectors", SENTENCES: "sentence vectors"}
State = Literal["ready", "missing", "damaged", "other model"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """Vectors and what they are of.

    ``keys`` (n, 32) are the sha256 of the embedded texts and ``vectors`` (n, dim) theirs, of
    length 1. ``passages`` (rows,) gives each chunk's vector. ``sentences`` (m, 4) holds for each
    sentence the row of its chunk, both offsets into the document, and its vector, in rising order
    of rows. Vectors that are only looked up by their text, in float16, have neither.
    """

    keys: NDArray[np.uint8]
    vectors: Vectors | NDArray[np.float16]
    passages: NDArray[np.int64]
    sentences: NDArray[np.int64]


def write_attachment(
    folder: Path,
    attachment: Attachment,
    version: str,
    model: str,
    fingerprint: str,
    name: str = MULTILINGUAL,
) -> None:
    """Put an attachment into a version's folder as ``name``, from one instant to the next.

    Only for whoever holds the builder's lock.

    Raises:
        OSError: the disk is full or cannot be written, or the version is gone; nothing is left.
    """
    import numpy as np

    payload = io.BytesIO()
    np.savez(payload, **{field.name: getattr(attachment, field.name) for field in _FIELDS})
    data = payload.getvalue()
    header = {"format": _FORMAT, "version": version, "model": model, "fingerprint": fingerprint}
    header["sha256"] = _sha256(header, data)
    unfinished = folder.parent / f"{BUILDING}{version}"
    unfinished.mkdir()
    try:
        path = unfinished / name
        path.write_bytes(json.dumps(header).encode() + b"\n" + data)
        sync(path)
        path.replace(folder / name)
        sync(folder)
    finally:
        (unfinished / name).unlink(missing_ok=True)
        unfinished.rmdir()


_FIELDS = fields(Attachment)


def key_of(text: str) -> bytes:
    """What a text's vector is found by: its sha256, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def attachment_state(folder: Path, version: str, model: str, name: str = MULTILINGUAL) -> State:
    """Whether a version has an attachment of a model, by name, that is as it was written."""
    try:
        header, _ = _checked(folder / name, version)
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError, TypeError, KeyError):
        return "damaged"
    return "ready" if header["model"] == model else "other model"


def read_attachment(
    folder: Path, version: str, fingerprint: str, rows: int, name: str = MULTILINGUAL
) -> Attachment:
    """The attachment of a version; what is read needs its file no more.

    Args:
        folder: the version's.
        version: its name.
        fingerprint: of the model that is in use.
        rows: how many chunks the version has.
        name: which of its attachments; that of the sentences has no vectors of chunks.

    Raises:
        IndexStateError: there is none, or it was made by another model.
        DamagedVersionError: it is not as it was written.
    """
    import numpy as np

    try:
        header, data = _checked(folder / name, version)
        if header["fingerprint"] != fingerprint:
            raise IndexStateError(
                f"The {CALLED[name]} of {version} were made by {header['model']}.",
                "Run `python -m rag index` to make them anew.",
            )
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            attachment = Attachment(**{field.name: stored[field.name] for field in _FIELDS})
        if len(attachment.passages) != (rows if name == MULTILINGUAL else 0):
            raise ValueError("they are of another count of chunks")
    except FileNotFoundError as exc:
        raise IndexStateError(
            f"The version {version} has no {CALLED[name]} yet.",
            "Run `python -m rag index` to make them.",
        ) from exc
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise DamagedVersionError(
            f"The {CALLED[name]} of {version} are damaged.",
            "Run `python -m rag index` to make them anew.",
        ) from exc
    return attachment


def _checked(path: Path, version: str) -> tuple[dict[str, Any], bytes]:
    """Header and arrays of an attachment, compared with their hash.

    Raises:
        FileNotFoundError: there is none.
        OSError: it cannot be read.
        ValueError: it is not as it was written, or of another version or format.
    """
    line, _, data = path.read_bytes().partition(b"\n")
    if len(line) > _LONGEST_HEADER:
        raise ValueError("it has no header")
    header = json.loads(line)
    sha256 = header.pop("sha256")
    if sha256 != _sha256(header, data) or header["format"] != _FORMAT:
        raise ValueError("it is not as it was written")
    if header["version"] != version:
        raise ValueError("it is of another version")
    return header, data


def _sha256(header: dict[str, Any], data: bytes) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    digest.update(data)
    return digest.hexdigest()
