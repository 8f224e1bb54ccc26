"""What staff upload: waiting until it is published, among the documents, or withdrawn.

A file that waits or was withdrawn lies in a hidden folder, which no build enters; each with its
sidecar beside it. All moves are renames within one folder of one disk.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from rag.errors import LoadError, UploadError
from rag.files import document_id
from rag.formats.content import Metadata
from rag.formats.sniffing import check_type
from rag.loaders import SIDECAR, corpus_files, load
from rag.types import Corpus, Document
from rag.upkeep.names import file_name

_WAITING = ".waiting"
_WITHDRAWN = ".withdrawn"
_REPLACED = ".replaced"
_INCOMING = ".incoming"
# Many times what a maintainer looks through before publishing.
_MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Placed:
    """Files that were put among the documents, and where what they replaced lies."""

    names: tuple[str, ...]
    aside: Path


class Uploads:
    """The folder of uploads; may be shared by threads."""

    def __init__(self, corpus: Corpus, most_bytes: int) -> None:
        self.corpus = corpus
        self.most_bytes = most_bytes
        self._folder = corpus.uploads
        self._lock = threading.Lock()

    def receive(self, given_name: str, raw: bytes, about: Metadata) -> Document:
        """Take a file in, if it is a document; it waits then to be published.

        Args:
            given_name: the name that the file has where it comes from.
            raw: all its bytes.
            about: what is known of it besides; becomes its sidecar.

        Raises:
            UploadError: it has no name that it can have, is too large, or too many wait.
            LoadError: it is not of the type that its name says, or cannot be read.
        """
        name = file_name(given_name)
        if len(raw) > self.most_bytes:
            raise UploadError(
                f"{name} is larger than {self.most_bytes / 2**20:.3g} MiB.",
                "Split it into smaller files.",
            )
        if not raw.strip():
            raise LoadError(f"{name} is empty.", "Upload a file with text in it.")
        check_type(raw, Path(name).suffix.lower(), name)
        room = self._folder / _INCOMING / secrets.token_hex(8)
        try:
            room.mkdir(mode=0o700, parents=True)
            try:
                self._write(room / name, raw)
                sidecar = _sidecar(about)
                if sidecar:
                    self._write(room / (name + SIDECAR), sidecar)
                document = load(room / name, room)
                with self._lock:
                    if len(self.waiting()) >= _MOST_WAITING:
                        raise UploadError(
                            f"{_MOST_WAITING} files wait already.", "Publish or discard some first."
                        )
                    self._move([name], room, self._folder / _WAITING)
            finally:
                for left in room.iterdir():
                    left.unlink()
                room.rmdir()
        except OSError as exc:
            raise _unwritable(self._folder, exc) from exc
        return self._named(document)

    def waiting(self) -> list[str]:
        """The names of the files that wait."""
        return self._names(_WAITING)

    def withdrawn(self) -> list[str]:
        """The names of the files that were withdrawn."""
        return self._names(_WITHDRAWN)

    def preview(self, name: str) -> Document:
        """A document that waits, as it will be.

        Raises:
            UploadError: there is none of that name.
            LoadError: it cannot be read any more.
        """
        path = self._there(_WAITING, name)
        return self._named(load(path, path.parent))

    def discard(self, name: str) -> None:
        """Delete a file that waits.

        Raises:
            UploadError: there is none of that name.
        """
        with self._lock:
            path = self._there(_WAITING, name)
            path.unlink(missing_ok=True)
            path.with_name(name + SIDECAR).unlink(missing_ok=True)

    def withdraw(self, doc_id: str) -> None:
        """Take an uploaded document away from the next build on.

        Raises:
            UploadError: there is no uploaded document of that name.
        """
        with self._lock:
            name = doc_id.removeprefix(f"{self._folder.name}/")
            path = self._folder / name
            if doc_id == name or name != Path(name).name or not path.is_file():
                raise UploadError(
                    f"{doc_id} was not uploaded here.", "Remove it from the corpus folder."
                )
            self._move([name], self._folder, self._folder / _WITHDRAWN)

    def bring_back(self, name: str) -> None:
        """Put a withdrawn document among the documents again.

        Raises:
            UploadError: there is none of that name, or another has taken its place.
        """
        with self._lock:
            self._there(_WITHDRAWN, name)
            if (self._folder / name).exists():
                raise UploadError(f"There is another {name} by now.", "Withdraw that one first.")
            self._move([name], self._folder / _WITHDRAWN, self._folder)

    def place(self) -> Placed:
        """Put what waits among the documents, for a build.

        Raises:
            UploadError: the folder cannot be written.
        """
        with self._lock:
            names = self.waiting()
            aside = self._folder / _REPLACED / secrets.token_hex(8)
            try:
                replaced = [name for name in names if (self._folder / name).exists()]
                self._move(replaced, self._folder, aside)
                self._move(names, self._folder / _WAITING, self._folder)
            except OSError as exc:
                raise _unwritable(self._folder, exc) from exc
            return Placed(tuple(names), aside)

    def take_back(self, placed: Placed) -> None:
        """Undo ``place``: nothing was published."""
        with self._lock:
            self._move(placed.names, self._folder, self._folder / _WAITING)
            if placed.aside.is_dir():
                names = [path.name for path in corpus_files(placed.aside)]
                self._move(names, placed.aside, self._folder)

    def _names(self, place: str) -> list[str]:
        folder = self._folder / place
        return [path.name for path in corpus_files(folder)] if folder.is_dir() else []

    def _there(self, place: str, name: str) -> Path:
        if name not in self._names(place):
            raise UploadError(f"There is no {name} any more.", "Look again.")
        return self._folder / place / name

    def _named(self, document: Document) -> Document:
        path = self._folder / document.doc_id
        return dataclasses.replace(document, doc_id=document_id(path, self.corpus))

    def _write(self, path: Path, raw: bytes) -> None:
        with path.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())

    def _move(self, names: Iterable[str], source: Path, target: Path) -> None:
        """Move files with their sidecars; one that is there already gives way, with its own."""
        for name in names:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = name + SIDECAR
            (target / beside).unlink(missing_ok=True)
            # The sidecar first: without its file it stands for nothing.
            if (source / beside).exists():
                (source / beside).replace(target / beside)
            (source / name).replace(target / name)


def _sidecar(about: Metadata) -> bytes:
    fields = {key: value for key, value in dataclasses.asdict(about).items() if value}
    if "aliases" in fields:
        fields["aliases"] = list(fields["aliases"])
    return yaml.safe_dump(fields, allow_unicode=True).encode() if fields else b""


def _unwritable(folder: Path, exc: OSError) -> UploadError:
    return UploadError(
        f"The uploads in {folder} cannot be written: {exc.strerror or exc}.",
        "Check the permissions and the free space of its disk.",
    )
