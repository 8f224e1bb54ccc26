"""The command line: ``python -m eval``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from tqdm import tqdm

from eval.accepting import accept
from eval.bench.command import bench
from eval.checking import grounding, writing
from eval.keeping import COMMANDS
from eval.options import (
    FOLDER,
    corpus_option,
    failures_option,
    index_option,
    json_option,
    seed_option,
    shown,
)
from eval.record import fields_of, runs_folder, save, surroundings
from eval.scale.command import scale
from eval.talking import conversation, fits, topics
from rag.cli import RagGroup
from rag.config import Settings, go_quiet, load_settings
from rag.questions import QuestionSet, load_questions

# What loads PyTorch is imported inside the commands that need it: `--help` answers at once.
if TYPE_CHECKING:
    from eval.fidelity import FidelityReport

_questions = click.option(
    "--questions",
    type=FOLDER,
    default=lambda: load_settings().accepted_questions,
    help="A question set, JSON lines; by default ACCEPTED_QUESTIONS.",
)


@click.group(cls=RagGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """How good retrieval and answers are, measured."""
    go_quiet()


@main.command()
@index_option
@corpus_option
@_questions
@failures_option
@click.option("--first-stage", is_flag=True, help="Before the reader has ordered the hits.")
@seed_option
@json_option
def retrieval(
    index_dir: Path | None,
    corpus_dir: Path | None,
    questions: Path,
    failures: str,
    first_stage: bool,
    seed: int,
    as_json: bool,
) -> None:
    """How high the chunk with the answer stands."""
    from eval.opening import fresh_index
    from eval.retrieval import evaluate_retrieval
    from eval.tables import retrieval_lines
    from rag.chatbot import Chatbot

    settings, asked = load_settings(), load_questions(questions)
    with fresh_index(settings, index_dir, corpus_dir or settings.corpus) as folder:
        chatbot = Chatbot.open(settings, folder)
        search = None if first_stage else chatbot.search
        report = evaluate_retrieval(asked, chatbot.version, chatbot.embedder, seed, search)
    _keep("retrieval", settings, questions, seed, report)
    _print(report, retrieval_lines(report, shown(failures)), as_json)


@main.command()
@index_option
@corpus_option
@_questions
@failures_option
@seed_option
@json_option
def answers(
    index_dir: Path | None,
    corpus_dir: Path | None,
    questions: Path,
    failures: str,
    seed: int,
    as_json: bool,
) -> None:
    """How many answers are right, and how many refusals."""
    from eval.answers import evaluate_answers
    from eval.opening import fresh_index
    from eval.tables import answers_lines
    from rag.chatbot import Chatbot

    settings, asked = load_settings(), load_questions(questions)
    with fresh_index(settings, index_dir, corpus_dir or settings.corpus) as folder:
        chatbot = Chatbot.open(settings, folder)
        with _bar(asked, as_json) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            records, name = chatbot.version.records, chatbot.version.name
            report = evaluate_answers(asked, chatbot, records, name, progress, seed)
    _keep("answers", settings, questions, seed, report)
    _print(report, answers_lines(report, shown(failures)), as_json)


@main.command()
@index_option
@corpus_option
@_questions
@click.option("--plot", type=FOLDER, help="Where to draw the calibration, as SVG.")
@click.option("--chinese", is_flag=True, help="For questions in Chinese.")
def calibrate(
    index_dir: Path | None,
    corpus_dir: Path | None,
    questions: Path,
    plot: Path | None,
    chinese: bool,
) -> None:
    """Learn on dev how probable an answer is and when to refuse; READER_MODEL says for what.

    With --chinese it is learnt for questions in Chinese, on translations of those of dev.
    """
    if chinese:
        _calibrate_chinese(index_dir, corpus_dir)
        return
    from eval.calibrate import FEATURES, learn, measure, store
    from eval.opening import fresh_index
    from rag.calibration import CALIBRATION
    from rag.embedding import SentenceEmbedder
    from rag.finders import open_measurer
    from rag.versions import open_current

    settings, asked = load_settings(), load_questions(questions)
    names = FEATURES[settings.finder]
    with fresh_index(settings, index_dir, corpus_dir or settings.corpus) as folder:
        embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
        version = open_current(folder, embedder)
        measurer = open_measurer(settings, embedder)
        measured = measure(asked, measurer, version, embedder, settings.top_k, names)
        learnt = learn(measured, names)
        store(CALIBRATION, settings.finder, learnt, questions.name, version.name)
    click.echo(f"{settings.finder}: {learnt.weights}, bias {learnt.bias}")
    click.echo(f"threshold {learnt.threshold}")
    for name, value in learnt.figures.items():
        click.echo(f"{name:>28}: {value:.3f}")
    if plot:
        from eval.plots import draw_calibration

        draw_calibration(learnt, settings.finder, plot)


def _calibrate_chinese(index_dir: Path | None, corpus_dir: Path | None) -> None:
    from eval.calibrate import learn, store
    from eval.chinese import REFUSED, TRANSLATED, measure, translated
    from eval.opening import fresh_index, with_vectors
    from rag.calibration import CALIBRATION
    from rag.calibration import FINDER_OF_CHINESE as FINDER
    from rag.crosslingual import FEATURES, CrossLingual
    from rag.embedding import SentenceEmbedder
    from rag.multilingual import UniversalSentenceEncoder
    from rag.versions import open_current

    settings = load_settings()
    multilingual = UniversalSentenceEncoder()
    corpus = corpus_dir or settings.corpus
    with (
        fresh_index(settings, index_dir, corpus) as index,
        with_vectors(index, multilingual) as folder,
    ):
        embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
        version = open_current(folder, embedder)
        cross_lingual = CrossLingual(version, multilingual)
        measured = measure(translated(), cross_lingual, version, settings.top_k)
        learnt = learn(measured, FEATURES, REFUSED)
        store(CALIBRATION, FINDER, learnt, TRANSLATED.name, version.name)
    click.echo(f"{FINDER}: {learnt.weights}, bias {learnt.bias}, threshold {learnt.threshold}")
    for name, value in learnt.figures.items():
        click.echo(f"{name:>28}: {value:.3f}")


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Report, but leave the file as it is.")
@corpus_option
@_questions
@json_option
@click.pass_context
def gold(
    ctx: click.Context, only_check: bool, corpus_dir: Path | None, questions: Path, as_json: bool
) -> None:
    """Find the gold spans again after a page was edited, and rewrite their offsets.

    Exit status 1 if a quote or a gold word is nowhere to be found, or, with --check, has moved.
    """
    from eval.gold import check, read_corpus, rewrite
    from eval.tables import gold_lines

    corpus = read_corpus(corpus_dir or load_settings().corpus)
    report = check(load_questions(questions), corpus) if only_check else rewrite(questions, corpus)
    _print(report, gold_lines(report), as_json)
    if report.lost or report.wordless or (only_check and report.moved):
        ctx.exit(1)


@main.command()
@click.option("--seeds", type=FOLDER, required=True, help="Folder of the pages as they were.")
@corpus_option
@json_option
def fidelity(seeds: Path, corpus_dir: Path | None, as_json: bool) -> None:
    """What the corpus lost of its source pages, and what it copied."""
    from eval.fidelity import check

    report = check(seeds, corpus_dir or load_settings().corpus_dir)
    _print(report, _fidelity_lines(report), as_json)


@main.command()
@click.option("--data", type=FOLDER, required=True, help="Folder of the public data sets.")
@seed_option
@json_option
def reader(data: Path, seed: int, as_json: bool) -> None:
    """How well the reader reads, on articles that its training never saw."""
    from eval.reader import evaluate_reader

    def out(line: str) -> None:
        click.echo(line, err=as_json)

    report = evaluate_reader(data, seed, out)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))


@main.command()
@click.option("--data", type=FOLDER, required=True, help="Folder of the public data sets.")
@click.option("--documents", default=10_000, show_default=True, type=click.IntRange(20))
@json_option
def index(data: Path, documents: int, as_json: bool) -> None:
    """How fast documents are indexed, and one changed document is published."""
    from eval.indexing_speed import indexing_lines, measure_indexing

    def out(line: str) -> None:
        click.echo(line, err=True)

    report = measure_indexing(data, documents, load_settings(), out)
    _print(report, indexing_lines(report), as_json)


def _keep(name: str, settings: Settings, questions: Path, seed: int, report: object) -> None:
    path = save(name, surroundings(settings, [questions], seed), report, runs_folder(settings))
    click.echo(f"Kept as {path}", err=True)


def _print(report: object, lines: Iterable[str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(fields_of(report), ensure_ascii=False, indent=2))
        return
    for line in lines:
        click.echo(line)


def _bar(asked: QuestionSet, as_json: bool) -> tqdm[Any]:
    total = len(asked.answerable) + len(asked.unanswerable)
    # `None` shows no bar where standard error is no terminal.
    return tqdm(total=total, unit=" questions", disable=as_json or None, leave=False)


def _fidelity_lines(report: FidelityReport) -> Iterable[str]:
    yield f"lost: {len(report.lost)}"
    for lost in report.lost:
        noise = ", in page noise" if lost.in_noise else ""
        yield f"  {lost.seed}: {lost.kind} {lost.text} ({lost.times}{noise})"
    yield f"copied: {len(report.copied)}"
    for run in report.copied:
        yield f"  {run.page} from {run.seed}: “{run.words}”"


for command in (conversation, fits, topics, accept, bench, scale, grounding, writing, *COMMANDS):
    main.add_command(command)

if __name__ == "__main__":
    main()
