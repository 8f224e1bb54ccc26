"""Packing all of ``DATA_DIR`` and putting it back."""

from __future__ import annotations

import gzip
import io
import shutil
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.backup import back_up, restore
from rag.cli import main
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import BackupError
from rag.journal.reading import JournalReader
from rag.journal.recording import Journal
from rag.versions import open_current
from tests.journal.answers import ANSWER, eventually


@pytest.fixture
def data(tmp_path: Path, index_dir: Path) -> Path:
    """What a running system has written, with things that are not its own beside."""
    folder = tmp_path / "data"
    shutil.copytree(index_dir, folder / "index")
    (folder / "uploads").mkdir()
    (folder / "uploads" / "湖.md").write_text("Ann Roe leads the Lake Center.")
    (folder / "staff").mkdir()
    (folder / "staff" / "secret").write_text("s" * 48)
    (folder / "eval").mkdir()
    (folder / "eval" / "pending.jsonl").write_text("{}\n")
    (folder / "eval" / "questions.jsonl").write_text("of the checkout")
    (folder / "app.py").write_text("of the checkout")
    (folder / "uploads" / "passwd.md").symlink_to("/etc/passwd")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def test_all_comes_back_and_the_index_serves(
    data: Path, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    archive, other = tmp_path / "a.tar.gz", tmp_path / "other"
    packed = back_up(data, archive)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert restore(archive, other) == packed
    wanted = files(data)
    for name in ("app.py", "eval/questions.jsonl", "uploads/passwd.md"):
        del wanted[name]
    assert files(other) == wanted
    assert len(open_current(other / "index", embedder).records) > 0
    assert stat.S_IMODE((other / "staff" / "secret").stat().st_mode) == 0o600


def test_a_journal_that_is_being_written_is_packed_whole(data: Path, tmp_path: Path) -> None:
    settings = load_settings(data_dir=data)
    journal = Journal.open(settings)
    assert journal is not None
    journal.record("1" * 32, "2" * 32, ANSWER)
    reader = JournalReader.open(settings)
    eventually(lambda: reader.list().total == 1)
    reader.close()
    # In the log beside the database still, which is not packed.
    back_up(data, tmp_path / "a.tar.gz")
    journal.close()
    restore(tmp_path / "a.tar.gz", tmp_path / "other")
    reader = JournalReader.open(load_settings(data_dir=tmp_path / "other"))
    entry = reader.entry("2" * 32)
    reader.close()
    assert entry is not None
    assert entry.answer == ANSWER


def test_nothing_is_overwritten_unless_that_is_said(data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    back_up(data, archive)
    with pytest.raises(BackupError, match="is there already"):
        back_up(data, archive)
    (data / "uploads" / "new.md").write_text("New since.")
    before = files(data)
    with pytest.raises(BackupError, match=r"has index, uploads, staff, eval already.*--replace"):
        restore(archive, data)
    assert files(data) == before
    restore(archive, data, replace=True)
    assert "uploads/new.md" not in files(data)
    # What is not a running system's stays.
    assert (data / "app.py").read_text() == "of the checkout"
    assert (data / "eval" / "questions.jsonl").read_text() == "of the checkout"


def _cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def _flipped(raw: bytes) -> bytes:
    unpacked = bytearray(gzip.decompress(raw))
    place = unpacked.index(b"Ann Roe")
    unpacked[place] ^= 1
    return gzip.compress(bytes(unpacked))


def _repacked(change: Callable[[tarfile.TarFile], None]) -> Callable[[bytes], bytes]:
    def repack(raw: bytes) -> bytes:
        target = io.BytesIO()
        with (
            tarfile.open(fileobj=io.BytesIO(raw)) as old,
            tarfile.open(fileobj=target, mode="w:gz") as new,
        ):
            change(new)
            for member in old:
                new.addfile(member, old.extractfile(member))
        return target.getvalue()

    return repack


def _with(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> Callable[[bytes], bytes]:
    def add(tar: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.size = kind, link, 0
        tar.addfile(member, io.BytesIO())

    return _repacked(add)


@pytest.mark.parametrize(
    "spoil",
    [
        _cut,
        _flipped,
        lambda _: b"",
        lambda _: b"no archive",
        lambda _: gzip.compress(b"no archive"),
        _with("data/index/new"),
        _with("data/../../escaped"),
        _with("/escaped"),
        _with("data/uploads/../../escaped"),
        _with("data/corpus/new.md"),
        _with("data/uploads/link", tarfile.SYMTYPE, "/etc/passwd"),
        _with("data/uploads/hard", tarfile.LNKTYPE, "/etc/passwd"),
        _with("data/uploads/device", tarfile.CHRTYPE),
        _with("data/uploads/pipe", tarfile.FIFOTYPE),
    ],
)
def test_an_unsafe_or_damaged_archive_changes_nothing(
    data: Path, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    archive = tmp_path / "a.tar.gz"
    back_up(data, archive)
    archive.write_bytes(spoil(archive.read_bytes()))
    before, names = files(data), sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(BackupError, match="damaged, or no archive"):
        restore(archive, data, replace=True)
    assert files(data) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert not [path for path in data.iterdir() if path.name.startswith(".restoring")]


def test_what_cannot_be_put_in_place_leaves_all_as_it_was(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "a.tar.gz"
    back_up(data, archive)
    before = files(data)
    rename = Path.rename
    moved = []

    def fail_late(path: Path, target: Path) -> Path:
        moved.append(path)
        if len(moved) == 6:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_late)
    with pytest.raises(BackupError, match="No space left"):
        restore(archive, data, replace=True)
    assert len(moved) > 6
    assert files(data) == before


def test_the_command_line_packs_and_restores(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "a.tar.gz"
    monkeypatch.setenv("DATA_DIR", str(data))
    packed = CliRunner().invoke(main, ["backup", str(archive)])
    assert packed.exit_code == 0, packed.output
    assert "files" in packed.output
    again = CliRunner().invoke(main, ["restore", str(archive)])
    assert again.exit_code == 1
    assert "--replace" in again.stderr
    assert CliRunner().invoke(main, ["restore", str(archive), "--replace"]).exit_code == 0
