"""Damaged versions: found on opening, replaced by the newest sound one, built anew."""

from __future__ import annotations

import logging
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.checking import check_version
from rag.config import ROOT
from rag.embedding import SentenceEmbedder
from rag.errors import DamagedVersionError, IndexStateError
from rag.indexing import build_index
from rag.publishing import roll_back
from rag.stores import VECTORS
from rag.stores.faiss import FaissStore
from rag.versions import (
    CURRENT,
    MANIFEST,
    current_version,
    open_current,
    read_manifest,
    version_folder,
)

TOKENS = 64


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Path:
    """A folder with a corpus and an index of two versions of it."""
    folder = tmp_path_factory.mktemp("damage")
    (folder / "corpus").mkdir()
    for name in ("a", "b"):
        (folder / "corpus" / f"{name}.md").write_text(f"The director of {name} is Ann Lee.")
        build_index(folder / "corpus", folder / "index", embedder, TOKENS)
    return folder


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may damage."""
    shutil.copytree(built, tmp_path / "site")
    return tmp_path / "site"


def files_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
def test_each_damaged_file_is_found_and_the_older_version_serves_loudly(
    built: Path,
    tmp_path: Path,
    embedder: SentenceEmbedder,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[Path], None],
) -> None:
    old, new = (f"000{n}-{(current_version(built / 'index') or '')[5:]}" for n in (1, 2))
    names = files_of(version_folder(built / "index", new))
    assert len(names) >= 8
    for name in names:
        site = tmp_path / "site"
        shutil.copytree(built, site)
        path = version_folder(site / "index", new) / name
        before = path.read_bytes()
        damage(path)
        if path.exists() and path.read_bytes() == before:
            continue  # nothing to take from an empty file
        caplog.clear()
        version = open_current(site / "index", embedder)
        assert (version.name, version.instead_of) == (old, new), name
        assert any(r.levelno == logging.ERROR and old in r.getMessage() for r in caplog.records)
        shutil.rmtree(site)


def test_no_bit_of_a_manifest_can_change_unnoticed(site: Path) -> None:
    path = version_folder(site / "index", current_version(site / "index") or "") / MANIFEST
    whole, manifest = path.read_bytes(), read_manifest(site / "index")
    rng = random.Random(0)
    for place in range(len(whole)):
        data = bytearray(whole)
        data[place] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            # A space that became another space.
            assert read_manifest(site / "index") == manifest
        except DamagedVersionError:
            continue
    path.write_bytes(whole)
    assert read_manifest(site / "index") == manifest


@pytest.mark.parametrize(
    "written", [b"", b"\n", b"0002-", b"\xff\xfe\x00", b"../versions/0001-x", b"0009-none\n", b"."]
)
def test_a_damaged_pointer_is_found_and_the_next_build_mends_it(
    site: Path, embedder: SentenceEmbedder, written: bytes
) -> None:
    newest = current_version(site / "index")
    (site / "index" / CURRENT).write_bytes(written)
    version = open_current(site / "index", embedder)
    assert (version.name, version.instead_of is None) == (newest, False)
    report = build_index(site / "corpus", site / "index", embedder, TOKENS)
    assert report.published
    assert open_current(site / "index", embedder).instead_of is None


def test_going_back_from_a_damaged_pointer_takes_the_newest_sound_version(
    site: Path, embedder: SentenceEmbedder
) -> None:
    newest = current_version(site / "index")
    (site / "index" / CURRENT).write_bytes(b"\xff")
    assert roll_back(site / "index") == newest
    assert open_current(site / "index", embedder).instead_of is None


def test_a_build_over_a_damaged_version_builds_everything_anew(
    site: Path, embedder: SentenceEmbedder
) -> None:
    flip(version_folder(site / "index", current_version(site / "index") or "") / VECTORS)
    report = build_index(site / "corpus", site / "index", embedder, TOKENS)
    assert (report.published, report.copied, report.chunks) == (True, 0, 2)
    version = open_current(site / "index", embedder)
    assert (version.name, version.instead_of) == (report.version, None)


def test_with_no_sound_version_the_error_names_the_cure(
    site: Path, embedder: SentenceEmbedder
) -> None:
    for path in (site / "index" / "versions").rglob(VECTORS):
        flip(path)
    with pytest.raises(DamagedVersionError, match="python -m rag index"):
        open_current(site / "index", embedder)


def test_a_version_whose_vectors_stand_in_other_rows_is_not_sound(
    site: Path, embedder: SentenceEmbedder
) -> None:
    version = open_current(site / "index", embedder)
    check_version(version, embedder, TOKENS)
    path = version_folder(site / "index", version.name) / VECTORS
    FaissStore.from_vectors(version.vectors.vectors()[::-1]).save(path)
    swapped = type(version)(
        version.manifest, version.records, FaissStore.load(path), version.lexical
    )
    with pytest.raises(DamagedVersionError, match="itself"):
        check_version(swapped, embedder, TOKENS)


def test_a_damaged_version_is_not_gone_back_to(site: Path) -> None:
    older = "1"
    path = next((site / "index" / "versions").glob("0001-*")) / VECTORS
    flip(path)
    with pytest.raises(IndexStateError, match="damaged"):
        roll_back(site / "index", older)
    with pytest.raises(IndexStateError, match="no sound version older"):
        roll_back(site / "index")


def test_what_is_open_goes_on_when_its_folder_is_removed(
    site: Path, embedder: SentenceEmbedder
) -> None:
    version = open_current(site / "index", embedder)
    shutil.rmtree(site / "index" / "versions")
    found: list[str] = []

    def read() -> None:
        found.extend(document.doc_id for document in version.records.documents())
        found.append(version.records.chunk(1).text)
        found.extend(str(row) for row in version.lexical.search("director", 5)[1])

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert found == ["a.md", "b.md", "The director of b is Ann Lee.", "0", "1"]


def test_a_word_index_cut_short_under_a_running_process_does_not_end_it(site: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.lexical import LexicalIndex\n"
        "folder = Path(sys.argv[1]); opened = LexicalIndex.load(folder)\n"
        "for path in folder.glob('*.npy'): path.write_bytes(b'')\n"
        "print(list(opened.search('director', 5)[1]))\n"
    )
    folder = version_folder(site / "index", current_version(site / "index") or "") / "lexical"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert "0" in done.stdout
