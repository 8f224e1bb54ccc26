"""Whether versions can serve, judged without loading a model, and which of them would."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.errors import DamagedVersionError, IndexStateError
from rag.versions import (
    MANIFEST,
    Manifest,
    current_version,
    damaged_files,
    read_manifest,
    version_folder,
    version_names,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of a version.

    ``unfit`` is whole, but of another format or another embedding model. ``damaged`` names files.
    ``manifest`` is ``None`` where it cannot be read.
    """

    version: str
    state: Literal["sound", "unfit", "damaged"]
    manifest: Manifest | None
    damaged: tuple[str, ...] = ()
    problem: str = ""


def condition(
    index_dir: Path, version: str, embedding_model: str, *, quick: bool = False
) -> Condition:
    """Compare every file of a version with its hash, and its model's name with the setting.

    With ``quick`` of large files only some blocks are compared, as on opening.
    """
    try:
        manifest = read_manifest(index_dir, version)
    except DamagedVersionError as exc:
        return Condition(version, "damaged", None, (MANIFEST,), exc.problem)
    except IndexStateError as exc:
        return Condition(version, "unfit", None, (), exc.problem)
    if manifest.embedder != embedding_model:
        problem = (
            f"The index version {version} was built with the embedder {manifest.embedder}, "
            f"not {embedding_model}."
        )
        return Condition(version, "unfit", manifest, (), problem)
    damaged = tuple(damaged_files(version_folder(index_dir, version), manifest, quick=quick))
    if manifest.version != version:
        damaged = (MANIFEST, *damaged)
    if damaged:
        problem = f"The index version {version} is damaged."
        return Condition(version, "damaged", manifest, damaged, problem)
    return Condition(version, "sound", manifest)


def serving(index_dir: Path, embedding_model: str) -> Condition | None:
    """The version that would serve now, chosen as ``rag.versions.open_current`` chooses.

    Raises:
        IndexStateError: the name of the current version cannot be read.
    """
    name = current_version(index_dir)
    if name is None:
        return None
    current = condition(index_dir, name, embedding_model, quick=True)
    if current.state != "damaged":
        return current if current.state == "sound" else None
    others = (n for n in version_names(index_dir) if n != name)
    states = (condition(index_dir, other, embedding_model, quick=True) for other in others)
    return next((one for one in states if one.state == "sound"), None)
