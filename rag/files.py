"""The files of a corpus: which of them are documents, and their bytes, read without surprises."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from rag.errors import CorpusError, LoadError
from rag.formats.reading import SUFFIXES
from rag.types import Corpus

_NO_DOCUMENTS = frozenset({"README", "LICENSE"})
# Hidden files, and those that Word keeps beside a document while it is open.
_HIDDEN = (".", "~$")
# Control characters, and what stands for bytes that are no UTF-8.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def corpus_files(root: Path | Corpus) -> Iterator[Path]:
    """The files of ``root`` that are documents, in the order of their names.

    Hidden files and folders, files called README or LICENSE, and links that lead out of ``root``
    are no documents. Linked folders are not entered. What bears a document's name but is no file
    is among them, so that reading it tells what is wrong.

    Raises:
        CorpusError: ``root`` is not a folder, or a folder in it cannot be read: what is in there
            must not count as removed. Or a document of the corpus has the name of an uploaded one.
    """
    if isinstance(root, Corpus):
        yield from _files_of_both(root)
        return
    if not root.is_dir():
        raise CorpusError(
            f"There is no corpus folder {root}.",
            "Create it with your documents inside, or name another with --corpus.",
        )
    real_root = os.path.realpath(root)
    found = []
    folders = [root]
    while folders:
        for entry in _entries(folders.pop(), root):
            if entry.name.startswith(_HIDDEN):
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif _is_document(path) and (
                # Unlike Path.resolve, realpath also has an answer for a link to itself.
                not entry.is_symlink() or _is_within(os.path.realpath(path), real_root)
            ):
                found.append(path)
    yield from sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _files_of_both(corpus: Corpus) -> Iterator[Path]:
    """Those of the corpus folder and the uploaded ones, which may lie below it."""
    uploads = corpus.uploads
    found = [p for p in corpus_files(corpus.folder) if not p.is_relative_to(uploads)]
    names = {document_id(path, corpus) for path in found}
    for path in corpus_files(uploads) if uploads.is_dir() else ():
        name = document_id(path, corpus)
        if name in names:
            raise CorpusError(
                f"The corpus folder and the uploads both have a document {name}.",
                f"Give the folder {uploads.name} in {corpus.folder} another name.",
            )
        found.append(path)
    yield from sorted(found, key=lambda path: document_id(path, corpus))


def root_of(path: Path, root: Path | Corpus) -> Path:
    """The folder from which the name of a document counts.

    Names of uploaded documents begin with that of their folder, so that they are no other's.
    """
    if isinstance(root, Path):
        return root
    folder = _folder_of(path, root)
    return folder.parent if folder == root.uploads else folder


def _folder_of(path: Path, corpus: Corpus) -> Path:
    return corpus.uploads if path.is_relative_to(corpus.uploads) else corpus.folder


def _entries(folder: Path, root: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        if folder != root:
            return []  # removed since its name was read
        raise
    except OSError as exc:
        raise CorpusError(
            f"The folder {folder} cannot be read: {exc.strerror}.",
            "Correct its permissions, or give it a name that begins with a dot to leave it out.",
        ) from exc


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.stem.upper() not in _NO_DOCUMENTS


def _is_within(real_path: str, real_root: str) -> bool:
    return real_path.startswith(os.path.join(real_root, ""))  # noqa: PTH118


def document_id(path: Path, root: Path | Corpus) -> str:
    """The path from the corpus root, with ``/``; what is no UTF-8 in it is replaced."""
    name = path.relative_to(root_of(path, root)).as_posix()
    return os.fsencode(name).decode("utf-8", "replace")


def read_bytes(path: Path, root: Path | Corpus, most: int) -> bytes:
    """All bytes of a file of the corpus.

    Raises:
        LoadError: it cannot be read, lies outside of ``root``, is no regular file, is larger than
            ``most`` bytes, or has a name that cannot be written down.
    """
    name = document_id(path, root)
    if _UNSHOWN.search(str(path)):
        raise LoadError(
            f"The name of {''.join(c if c.isprintable() else '�' for c in name)} has characters "
            "that cannot be shown.",
            "Give the file another name, in UTF-8.",
        )
    real_path = os.path.realpath(path)
    within = root if isinstance(root, Path) else _folder_of(path, root)
    if not _is_within(real_path, os.path.realpath(within)):
        raise LoadError(f"{name} leads out of the corpus.", "Put a copy in place of the link.")
    try:
        # Neither a pipe nor a device may be opened: the one blocks, the other may act.
        if not stat.S_ISREG(os.stat(real_path).st_mode):  # noqa: PTH116
            raise LoadError(f"{name} is not a file.", "Remove it, or put a file in its place.")
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(real_path, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            raw = file.read(most + 1)
    except OSError as exc:
        raise LoadError(
            f"{name} cannot be read: {exc.strerror}.", "Check the file and its permissions."
        ) from exc
    if len(raw) > most:
        raise LoadError(
            f"{name} is larger than {most / 2**20:.3g} MiB.", "Split it into smaller files."
        )
    return raw
