"""What a build would change, without embedding anything: only new and changed files are read."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import CorpusError, IndexStateError, LoadError
from rag.loaders import corpus_files, digest, document_id, load
from rag.publishing import Difference, document_difference
from rag.records import Records
from rag.similar import Alike, near_duplicates, signature
from rag.types import Corpus, Document
from rag.versions import RECORDS, Manifest, damaged_files, read_manifest, version_folder


@dataclass(frozen=True, slots=True)
class FreshDocument:
    """A document that was read for this build, with what it is compared by."""

    document: Document
    text_sha256: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """What the corpus holds against a version of the index.

    ``documents`` maps each ``doc_id`` of the version to be to the sha256 of its file, ``fresh`` are
    those that were read, the others are copied. ``failed`` pairs names with messages; ``kept`` are
    those of them that stay as the index has them. ``duplicates`` groups documents of equal text,
    ``near_duplicates`` pairs those of nearly equal text, each with a new one among them.
    """

    documents: dict[str, str]
    fresh: tuple[FreshDocument, ...]
    difference: Difference
    failed: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    duplicates: tuple[tuple[str, ...], ...]
    near_duplicates: tuple[Alike, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether the documents are those of the version that was compared with."""
        d = self.difference
        return not (d.added or d.changed or d.removed or d.renamed)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The version that a plan starts from."""

    manifest: Manifest
    records: Records


def earlier_version(index_dir: Path, version: str | None) -> Earlier | None:
    """A version to start from, ``None`` where it is not sound: then everything counts as new."""
    if version is None:
        return None
    try:
        manifest = read_manifest(index_dir, version)
        folder = version_folder(index_dir, version)
        if damaged_files(folder, manifest):
            return None
        return Earlier(manifest, Records(folder / RECORDS))
    except IndexStateError:
        return None


def plan(corpus: Path | Corpus, earlier: Earlier | None, *, read_all: bool = False) -> Plan:
    """Compare a corpus with a version of its index.

    A file that cannot be read leaves its document as the version has it.

    Args:
        corpus: the folder of documents.
        earlier: the version to compare with.
        read_all: read unchanged files too, where nothing can be copied.

    Raises:
        CorpusError: there is no document that can be indexed.
    """
    known = earlier.manifest.documents if earlier else {}
    documents: dict[str, str] = {}
    fresh: list[FreshDocument] = []
    failed: list[tuple[str, str]] = []
    kept: list[str] = []
    for path in corpus_files(corpus):
        name = document_id(path, corpus)
        try:
            if read_all or name not in known or digest(path, corpus) != known[name]:
                document = load(path, corpus)
                fresh.append(_fresh(document))
                # The file may have changed since it was hashed.
                documents[name] = document.sha256
            else:
                documents[name] = known[name]
        except LoadError as exc:
            if not os.path.lexists(path):
                continue  # deleted since it was listed
            failed.append((name, str(exc)))
            if earlier and name in known:
                documents[name] = known[name]
                kept.append(name)
                stored = earlier.records.document(name) if read_all else None
                fresh += [_fresh(stored)] if stored else []
    if not documents:
        raise _no_document(corpus, failed)
    duplicates, near = _alike(fresh, documents, earlier)
    return Plan(
        documents=documents,
        fresh=tuple(fresh),
        difference=document_difference(known, documents),
        failed=tuple(failed),
        kept=tuple(kept),
        duplicates=duplicates,
        near_duplicates=near,
    )


def _fresh(document: Document) -> FreshDocument:
    sha256 = hashlib.sha256(document.text.encode()).hexdigest()
    return FreshDocument(document, sha256, signature(document.text))


def _alike(
    fresh: Iterable[FreshDocument], documents: dict[str, str], earlier: Earlier | None
) -> tuple[tuple[tuple[str, ...], ...], tuple[Alike, ...]]:
    """Groups of equal and pairs of nearly equal texts, each with a fresh document among them."""
    new = {one.document.doc_id: one for one in fresh}
    hashes = {name: one.text_sha256 for name, one in new.items()}
    signatures = {name: one.signature for name, one in new.items()}
    for name, sha256, known in earlier.records.compared() if earlier and new else ():
        if name in documents and name not in new:
            hashes[name], signatures[name] = sha256, known
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(hashes):
        groups[hashes[name]].append(name)
    several = (names for names in groups.values() if len(names) > 1)
    equal = tuple(tuple(names) for names in several if not new.keys().isdisjoint(names))
    # Of equal texts one stands for all.
    for names in groups.values():
        for name in names[1:]:
            del signatures[name]
    return equal, tuple(near_duplicates(signatures, new.keys()))


def _no_document(corpus: Path | Corpus, failed: list[tuple[str, str]]) -> CorpusError:
    place = corpus if isinstance(corpus, Path) else corpus.folder
    reasons = "; ".join(message for _, message in failed)
    return CorpusError(
        f"There is no document in {place} that can be indexed."
        + (f" ({reasons})" if reasons else ""),
        "Put documents into it, or name another folder with --corpus.",
    )
