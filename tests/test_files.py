"""Which files of a corpus are documents, and what becomes of those that are none."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from rag.errors import CorpusError, LoadError
from rag.files import corpus_files, document_id, read_bytes
from rag.loaders import digest, load
from tests.documents import write

MOST = 1000


def names(root: Path) -> list[str]:
    return [document_id(path, root) for path in corpus_files(root)]


def test_every_format_is_found_and_what_is_no_document_is_not(tmp_path: Path) -> None:
    for name in ("README.html", "readme.pdf", "LICENSE.docx", ".hidden.pdf", "~$report.docx",
                 "report.pdf.meta.yaml", "a.png", ".git/a.md"):  # fmt: skip
        write(tmp_path, name, "text")
    for name in ("b.PDF", "a/b.docx", "c.htm", "a/d.html", "e.md", "f.txt", "a.md/g.md"):
        write(tmp_path, name, "text")
    assert names(tmp_path) == [
        "a.md/g.md",
        "a/b.docx",
        "a/d.html",
        "b.PDF",
        "c.htm",
        "e.md",
        "f.txt",
    ]


def test_a_pipe_a_socket_and_a_device_are_reported_and_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A socket's path may have no more than a hundred characters.
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.pdf")
        assert names(tmp_path) == ["pipe.md", "socket.pdf"]
        for path in corpus_files(tmp_path):
            with pytest.raises(LoadError, match="is not a file"):
                load(path, tmp_path)
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    assert "device.txt" not in names(tmp_path)
    with pytest.raises(LoadError, match="out of the corpus"):
        load(tmp_path / "device.txt", tmp_path)


def test_links_that_lead_nowhere_or_in_a_circle_are_errors_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to("b.md")
    (tmp_path / "b.md").symlink_to("a.md")
    (tmp_path / "c.md").symlink_to("c.md")
    (tmp_path / "lost.md").symlink_to("none.md")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "up").symlink_to("..", target_is_directory=True)
    assert names(tmp_path) == ["a.md", "b.md", "c.md", "lost.md"]
    for path in corpus_files(tmp_path):
        with pytest.raises(LoadError, match="cannot be read"):
            load(path, tmp_path)


def test_a_link_within_the_corpus_is_a_document(tmp_path: Path) -> None:
    write(tmp_path, "page.md", "It is new.")
    (tmp_path / "same.md").symlink_to("page.md")
    assert [load(path, tmp_path).text for path in corpus_files(tmp_path)] == ["It is new."] * 2


def test_no_path_leads_out_of_the_corpus_even_if_it_is_asked_for(tmp_path: Path) -> None:
    secret = write(tmp_path, "outside/secret.md", "secret")
    root = tmp_path / "corpus"
    root.mkdir()
    (root / "folder").symlink_to(secret.parent, target_is_directory=True)
    assert names(root) == []
    for path in (root / "folder" / "secret.md", root / ".." / "outside" / "secret.md"):
        with pytest.raises(LoadError, match="out of the corpus"):
            load(path, root)


def test_the_corpus_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "real/page.md", "It is new.")
    (tmp_path / "corpus").symlink_to("real", target_is_directory=True)
    (path,) = corpus_files(tmp_path / "corpus")
    assert load(path, tmp_path / "corpus").doc_id == "page.md"


def test_a_file_that_is_gone_since_it_was_listed_is_an_error_of_that_file(tmp_path: Path) -> None:
    for name in ("a.md", "b.pdf"):
        write(tmp_path, name, "text")
    for path in list(corpus_files(tmp_path)):
        path.unlink()
        with pytest.raises(LoadError, match="cannot be read: No such file"):
            load(path, tmp_path)


@pytest.mark.parametrize("name", [b"\xff\xfe.md", b"a\nb.md", b"\x1b[31m.md"])
def test_a_name_that_cannot_be_shown_is_reported_as_one_line(tmp_path: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("text")
    (path,) = corpus_files(tmp_path)
    document_id(path, tmp_path).encode()
    with pytest.raises(LoadError, match="another name") as caught:
        load(path, tmp_path)
    assert str(caught.value).isprintable()


def test_names_of_any_script_are_kept(tmp_path: Path) -> None:
    write(tmp_path, "浙江大学/中心 介绍.md", "It is new.")
    (path,) = corpus_files(tmp_path)
    assert load(path, tmp_path).doc_id == "浙江大学/中心 介绍.md"


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    assert len(read_bytes(write(tmp_path, "a.md", b"x" * MOST), tmp_path, MOST)) == MOST
    with pytest.raises(LoadError, match="larger than"):
        read_bytes(write(tmp_path, "b.md", b"x" * (MOST + 1)), tmp_path, MOST)
    # A file of holes: nothing on the disk, far too much in memory.
    with (tmp_path / "c.pdf").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(LoadError, match="larger than 200 MiB"):
        load(tmp_path / "c.pdf", tmp_path)


def test_very_many_folders_one_in_the_other_are_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1500):
        Path("d").mkdir()
        os.chdir("d")
    Path("page.md").write_text("text")
    try:
        assert names(tmp_path) == ["d/" * 1500 + "page.md"]
    finally:
        # What clears up after tests goes down by calling itself, and would not come back.
        Path("page.md").unlink()
        for _ in range(1500):
            os.chdir("..")
            Path("d").rmdir()


def test_a_folder_that_cannot_be_listed_stops_the_run_rather_than_losing_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a/page.md", "text")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(CorpusError, match="Permission denied"):
        names(tmp_path)


def test_the_digest_is_that_of_the_document(tmp_path: Path) -> None:
    path = write(tmp_path, "a.md", "It is new.")
    assert digest(path, tmp_path) == load(path, tmp_path).sha256
    write(tmp_path, "a.md.meta.yaml", "center: A")
    assert digest(path, tmp_path) == load(path, tmp_path).sha256
