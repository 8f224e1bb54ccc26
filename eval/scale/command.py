"""The command ``scale`` of ``python -m eval``."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from eval.options import FOLDER, json_option
from eval.record import fields_of
from rag.config import Settings, load_settings
from rag.questions import load_questions

# What loads PyTorch is imported inside the functions that need it.
if TYPE_CHECKING:
    from eval.scale.answering import Latency
    from eval.scale.chunks import Million
    from eval.scale.throughput import Throughput

PARTS = ("embedding", "answers", "chunks")
_SIXTEEN, _HUNDRED = 16, 100
# Passages that chunks are made of, and of how many characters at most.
_PASSAGES, _CHARACTERS = 4_000, 600
_EMBEDDED = 1_000
_STEP = 256


@dataclass(frozen=True, slots=True)
class ScaleReport:
    """What was measured, and on what machine; ``load`` as ``uptime`` had it before."""

    machine: str
    load: float
    embedding: Throughput | None
    answers: dict[str, Latency]
    chunks: Million | None


@click.command()
@click.option(
    "--data",
    type=FOLDER,
    help="Folder of the public data sets, for passages beside the sentences of the corpus.",
)
@click.option("--chunks", default=1_000_000, show_default=True, type=click.IntRange(1_000))
@click.option(
    "--questions",
    "most",
    default=1_000,
    show_default=True,
    type=click.IntRange(_SIXTEEN),
    help="Of the accepted ones, for the answers.",
)
@click.option(
    "--part",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="Only this; may be given several times.",
)
@click.option(
    "--folder",
    type=FOLDER,
    help="Where the synthetic index lies, and stays to be gone on with; by default it is removed.",
)
@json_option
def scale(
    data: Path | None,
    chunks: int,
    most: int,
    parts: tuple[str, ...],
    folder: Path | None,
    as_json: bool,
) -> None:
    """How fast this machine embeds, answers, and searches very many chunks."""
    settings = load_settings()
    chosen = parts or PARTS
    load = os.getloadavg()[0]
    _say(f"{machine()}, load {load:.1f}", as_json)
    embedding, million = None, None
    answers: dict[str, Latency] = {}
    if "embedding" in chosen:
        embedding = _embedding(settings, data)
        _tell(_embedding_lines(embedding), as_json)
    if "answers" in chosen:
        for name, one in _answers(settings, most):
            answers[name] = one
            _tell(_answer_lines({name: one}), as_json)
    if "chunks" in chosen:
        with _place(folder) as place:
            million = _chunks(settings, data, chunks, place)
        _tell(_chunk_lines(million), as_json)
    if as_json:
        report = ScaleReport(machine(), load, embedding, answers, million)
        click.echo(json.dumps(fields_of(report), ensure_ascii=False, indent=2))


def machine() -> str:
    """The processor by its name, and how many cores of it there are."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores"


def _embedding(settings: Settings, data: Path | None) -> Throughput:
    from eval.scale.throughput import measure_throughput
    from rag.embedding import SentenceEmbedder

    embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
    _, texts = _texts(settings, data, _EMBEDDED)
    return measure_throughput(embedder, texts)


def _answers(settings: Settings, most: int) -> Iterator[tuple[str, Latency]]:
    from eval.opening import fresh_index
    from eval.scale.answering import measure_alone, measure_at_once, measure_queue
    from rag.chatbot import Chatbot

    questions = [q.question for q in load_questions(settings.accepted_questions).answerable][:most]
    without = settings.model_copy(update={"kept_answers": 0, "kept_vectors": 0})
    with fresh_index(settings, None, settings.corpus) as folder:
        # Warm: the sentences of the passages have been embedded for another question before.
        warm = Chatbot.open(settings.model_copy(update={"kept_answers": 0}), folder)
        for question in tqdm(questions, unit=" questions", disable=None, leave=False):
            warm.ask(question)
        yield "alone", measure_alone(warm, questions, 0)
        cold = Chatbot.open(without, folder)
        some = questions[: 4 * _SIXTEEN]
        yield "alone, caches off", measure_alone(cold, some, 2)
        yield f"{_SIXTEEN} at once, caches off", measure_at_once(cold, some, _SIXTEEN)
        kept = Chatbot.open(settings, folder)
        for question in some:
            kept.ask(question)
        yield "asked again, answers kept", measure_alone(kept, some, 0)
        hundred = (questions * _HUNDRED)[:_HUNDRED]
        yield f"{_HUNDRED} at once over HTTP", measure_queue(settings, warm, hundred)


def _chunks(settings: Settings, data: Path | None, count: int, folder: Path) -> Million:
    import numpy as np

    from eval.scale.chunks import measure_chunks
    from eval.scale.synthetic import Passages
    from rag.embedding import SentenceEmbedder

    embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
    questions = [q.question for q in load_questions(settings.accepted_questions).answerable]
    with tqdm(total=1, disable=None, leave=False) as bar:

        def progress(what: str, done: int, total: int) -> None:
            bar.set_description(what)
            bar.total = total
            bar.update(done - bar.n)

        def passages() -> Passages:
            titles, texts = _texts(settings, data, _PASSAGES)
            vectors = []
            for begin in range(0, len(texts), _STEP):
                progress("embedding passages", begin, len(texts))
                vectors.append(embedder.embed(texts[begin : begin + _STEP]))
            return Passages(tuple(titles), tuple(texts), np.concatenate(vectors))

        return measure_chunks(folder, passages, count, embedder, questions, progress)


def _texts(settings: Settings, data: Path | None, most: int) -> tuple[list[str], list[str]]:
    """Titles and texts: the sentences of the corpus, and public passages where there are any."""
    from eval.passages import public_passages
    from rag.loaders import corpus_files, load
    from rag.text import sentence_spans

    both = [
        (document.title, document.text[slice(*span)])
        for document in (load(path, settings.corpus) for path in corpus_files(settings.corpus))
        for span in sentence_spans(document.text)
    ]
    if data is not None:
        both += [(title, text[:_CHARACTERS]) for title, text in public_passages(data, most)]
    both = both[:most]
    return [title for title, _ in both], [text for _, text in both]


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="rag-scale-") as name:
        yield Path(name)


def _embedding_lines(found: Throughput) -> Iterable[str]:
    yield (
        f"embedding, {found.precision}, {found.threads} threads: "
        f"{found.texts / found.seconds:.0f} texts/s, {found.tokens / found.seconds:.0f} tokens/s, "
        f"{found.flops / 1e9:.0f} GFLOP/s"
    )
    yield (
        f"  plain products of the same shapes: {found.product_flops / 1e9:.0f} GFLOP/s; "
        f"share {found.share:.0%} (at least 40 %)"
    )


_BOUNDS = {"alone": "p50 < 150, p95 < 300", f"{_SIXTEEN} at once, caches off": "p95 < 3000"}


def _answer_lines(found: dict[str, Latency]) -> Iterable[str]:
    for name, one in found.items():
        bound = f" ({_BOUNDS[name]})" if name in _BOUNDS else ""
        yield (
            f"answers, {name}: p50 {one.p50:.1f} ms, p95 {one.p95:.1f} ms, slowest "
            f"{one.slowest:.0f} ms, {one.a_second:.1f} a second, {one.errors} errors{bound}"
        )


def _chunk_lines(found: Million) -> Iterable[str]:
    sizes = ", ".join(f"{name} {size:.0f} MB" for name, size in found.sizes.items() if size)
    yield f"{found.chunks:,} chunks: made in {found.made:.0f} s ({sizes})"
    yield f"  opened in {found.opened:.2f} s (under 3)"
    yield f"  memory {found.memory:.0f} MB after all searches, {found.memory_before:.0f} MB before"
    lists = f"{found.probes} of {found.lists} lists" if found.lists else "all vectors compared"
    yield f"  recall at 10: {found.recall:.4f} (at least 0.98; {lists})"
    for name, one, bound in (
        ("vector search", found.dense, " (p50 < 10)"),
        ("comparing all vectors", found.exact, ""),
        ("word search", found.lexical, ""),
        ("the whole first stage, with embedding", found.first_stage, ""),
    ):
        yield f"  {name}: p50 {one.p50:.2f} ms, p95 {one.p95:.2f} ms{bound}"


def _tell(lines: Iterable[str], as_json: bool) -> None:
    for line in lines:
        _say(line, as_json)


def _say(line: str, as_json: bool) -> None:
    click.echo(line, err=as_json)
