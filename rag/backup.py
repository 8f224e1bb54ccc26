"""All that a running system has written, in one file, and back.

An archive is a ``tar.gz`` with the files of ``DATA_DIR`` below ``data/``, and last a list of their
hashes: an archive that was cut short or changed is noticed before anything is put in its place.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from rag.errors import BackupError
from rag.locking import only_builder

# What a running system writes, by its folder under DATA_DIR; by default that is the checkout,
# which has other things too.
PARTS = ("index", "journal", "uploads", "staff", "eval")
# Of these only some is written by a running system where DATA_DIR is the checkout.
_ONLY = {"eval": ("pending.jsonl", "runs")}
_PREFIX = "data/"
_LIST = "hashes.json"
_FORMAT = 1
_SQLITE = b"SQLite format 3\x00"
# Of a database that is in use; its copy needs none.
_BESIDE_SQLITE = ("-wal", "-shm", "-journal")
_PATIENCE = 600.0
_MOST_LIST = 64 * 2**20
# Passwords' hashes, what signs sessions, what people asked.
_JOURNAL = "journal/"
_SECRET = ("staff/", _JOURNAL)
# What a build, a removal or an upload that died has left.
_LEFT = (".building-", ".removed-", ".incoming")


@dataclass(frozen=True, slots=True)
class Packed:
    """What an archive holds; ``size`` in bytes, unpacked."""

    files: int
    size: int
    parts: tuple[str, ...]


def back_up(data_dir: Path, archive: Path) -> Packed:
    """Pack what lies under ``data_dir``; a running app may go on meanwhile.

    No version is built or dropped while it is packed. SQLite databases are copied by SQLite.

    Raises:
        BackupError: something cannot be read, or the archive cannot be written.
    """
    if archive.exists():
        raise BackupError(f"{archive} is there already.", "Give the archive another name.")
    hashes: dict[str, str] = {}
    size = 0
    whole = archive.with_name(f".{archive.name}-{secrets.token_hex(6)}")
    try:
        with _still(data_dir), tempfile.TemporaryDirectory() as room:
            try:
                with whole.open("xb") as target:
                    os.chmod(whole, 0o600)  # noqa: PTH101  # the journal and the secret are in it
                    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=6) as tar:
                        for path in _files(data_dir):
                            name = path.relative_to(data_dir).as_posix()
                            source = _copied(path, Path(room), database=name.startswith(_JOURNAL))
                            hashes[name] = _sha256(source)
                            size += source.stat().st_size
                            tar.add(source, _PREFIX + name, recursive=False, filter=_plain)
                        _add_list(tar, hashes)
                    target.flush()
                    os.fsync(target.fileno())
                os.link(whole, archive)
            finally:
                whole.unlink(missing_ok=True)
    except FileExistsError as exc:
        raise BackupError(f"{archive} is there already.", "Give it another name.") from exc
    except (OSError, sqlite3.Error) as exc:
        raise BackupError(
            f"The archive cannot be made: {getattr(exc, 'strerror', None) or exc}.",
            "Check the permissions and the free space of the disks.",
        ) from exc
    return Packed(len(hashes), size, tuple(sorted({name.split("/")[0] for name in hashes})))


def restore(archive: Path, data_dir: Path, *, replace: bool = False) -> Packed:
    """Put what an archive holds under ``data_dir``.

    Everything is unpacked beside and compared with its hash first. Then each part takes its place
    by a rename; where one fails, those before it are put back. No app may be running.

    Raises:
        BackupError: the archive is damaged or not ours, something is there already and ``replace``
            is false, or the disk cannot be written.
    """
    there = [part for part in PARTS if _content(data_dir, part)]
    if there and not replace:
        raise BackupError(
            f"{data_dir} has {', '.join(there)} already.",
            "Restore into an empty DATA_DIR, or say --replace to lose what is there.",
        )
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=".restoring-", dir=data_dir))
        try:
            packed = _unpack(archive, room / "new")
            with _still(data_dir):
                _exchange(room / "new", data_dir, room / "old")
        finally:
            shutil.rmtree(room, ignore_errors=True)
    except (tarfile.TarError, EOFError, zlib.error, ValueError, KeyError) as exc:
        raise BackupError(
            f"{archive} is damaged, or no archive of this program.",
            "Nothing was changed; take another archive.",
        ) from exc
    except OSError as exc:
        raise BackupError(
            f"{archive} cannot be restored: {exc.strerror or exc}.",
            "Nothing was changed; check the permissions and the free space of the disk.",
        ) from exc
    return packed


@contextmanager
def _still(data_dir: Path) -> Iterator[None]:
    """Keep versions from being built and dropped, where there are any."""
    index = data_dir / "index"
    if not (index / "versions").is_dir():
        yield
        return
    with only_builder(index, _PATIENCE):
        yield


def _content(data_dir: Path, part: str) -> list[Path]:
    """What of a part was written by a running system."""
    folder = data_dir / part
    if not folder.is_dir():
        return []
    names = _ONLY.get(part)
    found = [folder / name for name in names] if names else sorted(folder.iterdir())
    return [path for path in found if path.exists() and path.name != "README.md"]


def _files(data_dir: Path) -> Iterator[Path]:
    for part in PARTS:
        for top in _content(data_dir, part):
            paths = sorted(top.rglob("*")) if top.is_dir() else [top]
            for path in paths:
                passing = path.name.endswith((".lock", ".builder", *_BESIDE_SQLITE))
                left = any(name.startswith(_LEFT) for name in path.relative_to(data_dir).parts)
                if path.is_file() and not path.is_symlink() and not passing and not left:
                    yield path


def _copied(path: Path, room: Path, *, database: bool) -> Path:
    """The file itself, or a copy that SQLite made of a database that may be in use."""
    with path.open("rb") as file:
        in_use = database and file.read(len(_SQLITE)) == _SQLITE
    if not in_use:
        # Files of a running app may be written on: what is packed is one state of each.
        return Path(shutil.copyfile(path, room / "file"))
    copy = room / "database"
    copy.unlink(missing_ok=True)
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return copy


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _add_list(tar: tarfile.TarFile, hashes: dict[str, str]) -> None:
    fields = {"format": _FORMAT, "made": datetime.now(UTC).isoformat(), "files": hashes}
    raw = json.dumps(fields).encode()
    member = tarfile.TarInfo(_LIST)
    member.size = len(raw)
    tar.addfile(member, io.BytesIO(raw))


def _unpack(archive: Path, target: Path) -> Packed:
    """Unpack an archive into a new folder and compare every file with its hash.

    Raises:
        ValueError: a name leads elsewhere, something is no plain file, or a hash is another.
        tarfile.TarError, OSError, EOFError, zlib.error: it cannot be read.
    """
    hashes: dict[str, str] = {}
    wanted: dict[str, str] | None = None
    size = 0
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            source = tar.extractfile(member) if member.isreg() else None
            if source is None or wanted is not None:
                raise ValueError(f"{member.name} is no file of a backup")
            with source:
                if member.name == _LIST:
                    fields = json.loads(source.read(_MOST_LIST))
                    if fields["format"] != _FORMAT:
                        raise ValueError("another format")
                    wanted = fields["files"]
                    continue
                name = _checked(member.name)
                path = target / name
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                with path.open("xb") as file:
                    shutil.copyfileobj(source, file, 2**20)
                    file.flush()
                    os.fsync(file.fileno())
                path.chmod(0o600 if name.startswith(_SECRET) else 0o644)
            hashes[name] = _sha256(path)
            size += path.stat().st_size
    if wanted is None or hashes != wanted:
        raise ValueError("files are missing or changed")
    return Packed(len(hashes), size, tuple(sorted({name.split("/")[0] for name in hashes})))


def _checked(name: str) -> str:
    """The name of a file below ``data_dir``, if it is one of ours."""
    path = PurePosixPath(name)
    below = name.removeprefix(_PREFIX)
    if (
        not name.startswith(_PREFIX)
        or "\\" in name
        or "\x00" in name
        or ".." in path.parts
        or path.as_posix() != name
        or below.split("/")[0] not in PARTS
    ):
        raise ValueError(f"{name} is no file of a backup")
    return below


def _exchange(new: Path, data_dir: Path, old: Path) -> None:
    """Put what is new in the place of what is there; all of it, or nothing."""
    going = [(path, old / part / path.name) for part in PARTS for path in _content(data_dir, part)]
    coming = [
        (path, data_dir / part / path.name)
        for part in PARTS
        if (new / part).is_dir()
        for path in sorted((new / part).iterdir())
    ]
    moved: list[tuple[Path, Path]] = []
    try:
        for source, target in (*going, *coming):
            _move(source, target)
            moved.append((source, target))
    except BaseException:
        for source, target in reversed(moved):
            target.rename(source)
        raise


def _move(source: Path, target: Path) -> None:
    # What is private stays private.
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.rename(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
