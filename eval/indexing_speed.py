"""How long a build takes, beside the embedding alone; how long one changed document takes."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.passages import write_passages
from rag.chunking import chunk, embedded_text
from rag.config import ROOT, Settings
from rag.embedding import SentenceEmbedder
from rag.errors import IndexStateError
from rag.gate import open_gate
from rag.indexing import Gate, IndexReport, build_index
from rag.loaders import corpus_files, load

_CHANGES = 3
_EXAMPLE_PAGE = "unaffiliated/cancer-precision-medicine-research-center.md"

Out = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, and of all cores together."""

    clock: float
    cores: float


@dataclass(frozen=True, slots=True)
class IndexingReport:
    """What was measured; times in seconds, memory in megabytes, load as ``uptime`` has it.

    ``embedding`` is the mean of embedding the chunks of ``build`` with nothing else, once before
    and once after it; ``share`` is the build's throughput over that one's, by the clock and by the
    time of the cores. ``changes`` are publications of one changed document in a warm process
    without the gate; ``gates`` the gate's part of the first publication with it, and of the next.
    ``example`` is the example corpus with the gate, from the start of a process to its end:
    published for the first time, then with one page changed.
    """

    documents: int
    chunks: int
    load_before: float
    load_after: float
    embedding: Cost
    build: Cost
    share: Cost
    changes: tuple[float, ...]
    gates: tuple[float, float]
    example: tuple[float, float]
    memory_with_models: float
    memory_peak: float


def measure_indexing(data: Path, documents: int, settings: Settings, out: Out) -> IndexingReport:
    """Index public passages and the example corpus, in a temporary folder.

    Args:
        data: the folder of the public data sets.
        documents: how many, the example corpus among them.
        settings: the models and the chunk length.
        out: called with a line whenever something was measured.

    Raises:
        PassageError: the public data cannot be read.
        IndexStateError: a build failed.
    """
    load_before = os.getloadavg()[0]
    out(f"load {load_before:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="rag-eval-") as name:
        corpus, index = Path(name, "corpus"), Path(name, "index")
        shutil.copytree(ROOT / "corpus", corpus)
        write_passages(data, corpus / "passages", documents - sum(1 for _ in corpus_files(corpus)))
        embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
        texts = _texts(corpus, embedder, settings.chunk_tokens)
        embedder.embed(texts[:64])
        with_models = _memory()

        def build(gate: Gate | None = None) -> IndexReport:
            return build_index(corpus, index, embedder, settings.chunk_tokens, gate=gate)

        before = _cost(lambda: embedder.embed(texts))
        out(f"embedding alone: {len(texts) / before.clock:.0f} chunks/s, {before.clock:.1f} s")
        built = _cost(build)
        peak = _memory()
        out(f"build: {len(texts) / built.clock:.0f} chunks/s, {built.clock:.1f} s")
        after = _cost(lambda: embedder.embed(texts))
        out(f"embedding alone: {len(texts) / after.clock:.0f} chunks/s, {after.clock:.1f} s")
        passages = corpus / "passages"
        changes = tuple(_change(passages, n, build).seconds for n in range(_CHANGES))
        out(f"one changed document: {', '.join(f'{s:.2f}' for s in changes)} s")
        gate = open_gate(settings, index, embedder)
        gates = [_change(passages, n, lambda: build(gate)).gate_seconds for n in (10, 11)]
        out(f"the gate: {gates[0]:.2f} s, with its record {gates[1]:.2f} s")
        example = _example(Path(name, "example"))
        out(
            f"example corpus with the gate: {example[0]:.1f} s, one page changed {example[1]:.1f} s"
        )
    alone = Cost((before.clock + after.clock) / 2, (before.cores + after.cores) / 2)
    return IndexingReport(
        documents=documents,
        chunks=len(texts),
        load_before=load_before,
        load_after=os.getloadavg()[0],
        embedding=alone,
        build=built,
        share=Cost(alone.clock / built.clock, alone.cores / built.cores),
        changes=changes,
        gates=(gates[0], gates[1]),
        example=example,
        memory_with_models=with_models,
        memory_peak=peak,
    )


def indexing_lines(report: IndexingReport) -> list[str]:
    """The report for a terminal."""
    one, other = report.embedding, report.build
    return [
        f"load {report.load_before:.1f} before, {report.load_after:.1f} after",
        f"{report.documents} documents, {report.chunks} chunks",
        f"embedding alone: {report.chunks / one.clock:.0f} chunks/s",
        f"build: {report.chunks / other.clock:.0f} chunks/s, {report.share.clock:.1%} of that "
        f"by the clock, {report.share.cores:.1%} by the time of the cores",
        f"one changed document, slowest of {len(report.changes)}: {max(report.changes):.2f} s",
        f"the gate's time apart: {report.gates[0]:.2f} s, with its record {report.gates[1]:.2f} s",
        f"example corpus with the gate, from the start of a process: {report.example[0]:.1f} s, "
        f"one page changed {report.example[1]:.1f} s",
        f"memory: {report.memory_with_models:.0f} MB with the models, "
        f"{report.memory_peak:.0f} MB at the most",
    ]


def _texts(corpus: Path, embedder: SentenceEmbedder, most: int) -> list[str]:
    """What a build embeds, each text once."""
    texts: dict[str, None] = {}
    for path in corpus_files(corpus):
        document = load(path, corpus)
        for piece in chunk(document, embedder.count_tokens, most):
            texts[embedded_text(document, piece, embedder.count_tokens, most)] = None
    return list(texts)


def _cost(act: Callable[[], object]) -> Cost:
    clock, cores = time.perf_counter(), time.process_time()
    act()
    return Cost(time.perf_counter() - clock, time.process_time() - cores)


def _change(passages: Path, number: int, build: Callable[[], IndexReport]) -> IndexReport:
    path = passages / f"passage-{number:05d}.md"
    path.write_text(path.read_text("utf-8") + f"\nThe page was changed {number} times.\n", "utf-8")
    report = build()
    if not report.published or report.plan.difference.changed != (f"passages/{path.name}",):
        raise IndexStateError("A changed page was not published.", "Report this.")
    return report


def _example(folder: Path) -> tuple[float, float]:
    """Seconds to publish the example corpus, and then one changed page of it, from the start."""
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    page = folder / "corpus" / _EXAMPLE_PAGE
    first = _index(folder)
    page.write_text(page.read_text("utf-8") + "\nThe page was changed today.\n", "utf-8")
    return first, _index(folder)


def _index(folder: Path) -> float:
    command = [sys.executable, "-m", "rag", "index", "--corpus", str(folder / "corpus")]
    started = time.perf_counter()
    done = subprocess.run(
        [*command, "--index", str(folder / "index")],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    if done.returncode or "Published" not in done.stdout:
        raise IndexStateError("The example corpus was not published.", done.stderr.strip())
    return time.perf_counter() - started


def _memory() -> float:
    """The most that this process has held so far, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)
