"""Corpus to a published version: plan, build, check, ask the gate, publish."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rag.blocks import write_blocks
from rag.building import Built, Progress, Reusable, build_parts
from rag.checking import check_version
from rag.errors import IndexStateError
from rag.locking import only_builder
from rag.planning import Plan, earlier_version, plan
from rag.publishing import prune, publish, remove_unfinished
from rag.resuming import Embedded
from rag.stores.keeping import PLAIN, Storage, store_of
from rag.types import Corpus, Embedder
from rag.versions import (
    BUILDING,
    GATE_RECORD,
    IndexVersion,
    current_version,
    file_hashes,
    open_parts,
    open_version,
    settings_fingerprint,
    version_folder,
    version_names,
    version_number,
    write_manifest,
)


@dataclass(frozen=True, slots=True)
class Worsened:
    """An accepted question that the new version serves worse, and in which way."""

    question_id: str
    question: str
    how: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found; ``lines`` tell it, ``record`` is kept with the version for the next."""

    passed: bool
    lines: tuple[str, ...]
    worsened: tuple[Worsened, ...]
    record: str


# The candidate and the current version, ``None`` where there is none, to a verdict.
Gate = Callable[[IndexVersion, IndexVersion | None], Verdict]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of the indexer did.

    ``version`` is the one that is current now. ``published`` is false where nothing had changed or
    where the gate's ``verdict`` was against it. ``copied`` counts vectors that were not computed
    again; ``removed_versions`` are the oldest ones, dropped. ``seconds`` include ``gate_seconds``.
    """

    version: str
    published: bool
    plan: Plan
    chunks: int
    copied: int
    verdict: Verdict | None
    removed_versions: tuple[str, ...]
    seconds: float
    gate_seconds: float


def plan_index(
    corpus: Path | Corpus, index_dir: Path, embedder: Embedder, chunk_tokens: int
) -> Plan:
    """What ``build_index`` would change; writes nothing and embeds nothing.

    Raises:
        CorpusError: there is no document that can be indexed.
    """
    return _Build(corpus, index_dir, embedder, chunk_tokens).plan


def build_index(
    corpus: Path | Corpus,
    index_dir: Path,
    embedder: Embedder,
    chunk_tokens: int,
    progress: Progress | None = None,
    *,
    gate: Gate | None = None,
    force: bool = False,
    keep: int = 5,
    storage: Storage = PLAIN,
) -> IndexReport:
    """Index a corpus and publish the result, unless nothing has changed since the last time.

    A file that fails to load is reported; its document stays as the current version has it. What
    the current version has of unchanged documents is copied. Whatever goes wrong, the current
    version stays as it is; what a long build had embedded until then the next one need not embed.

    Args:
        corpus: the folder of documents.
        index_dir: the folder of index versions, made if need be.
        embedder: what embeds the chunks.
        chunk_tokens: most tokens of a chunk with its title and heading.
        progress: called with the counts of chunks embedded and of chunks to embed.
        gate: judges the new version beside the current one; with its verdict against it the new one
            is thrown away.
        force: publish whatever the gate says.
        keep: how many versions to keep.
        storage: where and how the new version's vectors are kept.

    Raises:
        CorpusError: there is no document that can be indexed.
        IndexStateError: another process is building, the folder cannot be written, or what was
            built is not sound.
    """
    started = time.perf_counter()
    try:
        with only_builder(index_dir):
            remove_unfinished(index_dir)
            build = _Build(corpus, index_dir, embedder, chunk_tokens, storage)
            report = build.nothing() if build.is_current else build.run(progress, gate, force=force)
            # Also where nothing is new: the build before may have died before it came to this.
            turned_down = report.verdict is not None and not report.published
            gone = [] if turned_down else prune(index_dir, keep)
            seconds = time.perf_counter() - started
            return replace(report, removed_versions=tuple(gone), seconds=seconds)
    except (OSError, sqlite3.Error) as exc:
        raise IndexStateError(
            f"The index in {index_dir} cannot be written: {getattr(exc, 'strerror', None) or exc}.",
            "Check its permissions and the free space of its disk; the current version still "
            "serves.",
        ) from exc


class _Build:
    """One run: from what is current to what is to be."""

    def __init__(
        self,
        corpus: Path | Corpus,
        index_dir: Path,
        embedder: Embedder,
        chunk_tokens: int,
        storage: Storage = PLAIN,
    ) -> None:
        self._storage = storage
        self._embedded = Embedded(index_dir, embedder)
        self._index_dir = index_dir
        self._embedder = embedder
        self._chunk_tokens = chunk_tokens
        self._current = current_version(index_dir)
        self._fingerprint = settings_fingerprint(embedder, chunk_tokens)
        earlier = earlier_version(index_dir, self._current)
        same = earlier is not None and earlier.manifest.version.endswith(f"-{self._fingerprint}")
        self.plan = plan(corpus, earlier, read_all=not same)
        self._reusable: Reusable | None = None
        if earlier and same:
            folder = version_folder(index_dir, earlier.manifest.version)
            self._reusable = Reusable(earlier, folder)

    @property
    def is_current(self) -> bool:
        """Whether the current version has these documents and settings and store, and is sound."""
        if self._reusable is None or not self.plan.changes_nothing:
            return False
        return store_of(self._reusable.folder) == self._storage.name

    def nothing(self) -> IndexReport:
        """The report of a run that had nothing to do."""
        chunks = self._reusable.earlier.manifest.chunks if self._reusable else 0
        version = self._current or ""
        return IndexReport(version, False, self.plan, chunks, chunks, None, (), 0.0, 0.0)

    def run(self, progress: Progress | None, gate: Gate | None, *, force: bool) -> IndexReport:
        """Build, check, ask the gate, publish."""
        numbers = map(version_number, version_names(self._index_dir))
        version = f"{max(numbers, default=0) + 1:04d}-{self._fingerprint}"
        folder = self._index_dir / "versions" / f"{BUILDING}{version}"
        folder.mkdir()
        try:
            built = self._build(folder, version, progress)
            candidate = open_parts(folder, built.manifest)
            check_version(candidate, self._embedder, self._chunk_tokens)
            asked = time.perf_counter()
            verdict = gate(candidate, self._open_current()) if gate else None
            gate_seconds = time.perf_counter() - asked
            good = verdict is None or verdict.passed or force
            if good:
                if verdict:
                    (folder / GATE_RECORD).write_text(verdict.record, "utf-8")
                write_blocks(folder)
                write_manifest(folder, replace(built.manifest, files=file_hashes(folder)))
                publish(self._index_dir, folder, version)
                self._embedded.remove()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return IndexReport(
            version=version if good else self._current or "",
            published=good,
            plan=self.plan,
            chunks=built.manifest.chunks,
            copied=built.copied,
            verdict=verdict,
            removed_versions=(),
            seconds=0.0,
            gate_seconds=gate_seconds,
        )

    def _build(self, folder: Path, version: str, progress: Progress | None) -> Built:
        return build_parts(
            folder,
            version,
            self.plan,
            self._reusable,
            self._embedder,
            self._chunk_tokens,
            progress,
            self._embedded,
            self._storage,
        )

    def _open_current(self) -> IndexVersion | None:
        """The current version, if it is sound and its vectors are of this embedder."""
        if self._current is None:
            return None
        try:
            return open_version(self._index_dir, self._current, self._embedder)
        except IndexStateError:
            return None
