"""The commands ``conversation``, ``fits`` and ``topics`` of ``python -m eval``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

from eval.options import (
    FOLDER,
    corpus_option,
    failures_option,
    index_option,
    json_option,
    shown,
)
from eval.record import fields_of, runs_folder, save, surroundings
from rag.config import load_settings
from rag.questions import Split, load_questions

# What loads PyTorch is imported inside the commands that need it.
if TYPE_CHECKING:
    from eval.chinese import ParagraphRecall
    from eval.conversation import TurnMark, Unchanged
    from eval.overcenters import OverMark
    from eval.rewrites import Recovery
    from rag.marking import Mark

# What the figures have to be at least, as shares.
_LEAST_RIGHT = 0.9
_LEAST_SEVERAL = 22 / 24
_LEAST_MATCHES = 14 / 16
_LEAST_SAME = 0.98
_LEAST_CHINESE = 24 / 30
_LEAST_PARAGRAPHS = 0.9
# Questions on paragraphs in Chinese that --quick asks.
_FEW = 300


@dataclass(frozen=True, slots=True)
class ConversationReport:
    """Everything that is measured of conversations; ``rewrites`` by the name of the set."""

    index_version: str
    turns: tuple[TurnMark, ...]
    several: tuple[OverMark, ...]
    matches: tuple[OverMark, ...]
    unchanged: Unchanged | None
    rewrites: tuple[tuple[str, tuple[Recovery, ...]], ...]
    chinese: tuple[Mark, ...] = ()
    paragraphs: tuple[ParagraphRecall, ...] = ()


@click.command()
@index_option
@corpus_option
@click.option("--data", type=FOLDER, help="Folder of the public data sets, for CAsT and CANARD.")
@click.option(
    "--quick",
    is_flag=True,
    help="Without the questions after a random history, and with fewer in Chinese.",
)
@failures_option
@json_option
def conversation(
    index_dir: Path | None,
    corpus_dir: Path | None,
    data: Path | None,
    quick: bool,
    failures: str,
    as_json: bool,
) -> None:
    """How well follow-ups, questions over several centers and questions in Chinese are answered.

    With --data also completed follow-ups against those that people completed, and how often a
    question in Chinese finds its paragraph.
    """
    from eval.chinese import CHINESE, CMRC, answer_all, paragraph_recall
    from eval.conversation import CONVERSATIONS, SEED, Conversation, after_random_history, converse
    from eval.opening import fresh_index, with_vectors
    from eval.overcenters import MATCH, SEVERAL, OverQuestion, load, mark_match, mark_several
    from eval.rewrites import report_rewrites
    from rag.chatbot import Chatbot
    from rag.multilingual import UniversalSentenceEncoder

    settings = load_settings(multilingual=True)
    multilingual = UniversalSentenceEncoder()
    corpus = corpus_dir or settings.corpus
    with (
        fresh_index(settings, index_dir, corpus) as index,
        with_vectors(index, multilingual) as folder,
    ):
        chatbot = Chatbot.open(settings, folder)
        with tqdm(unit=" questions", disable=as_json or None, leave=False) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            turns = converse(load(CONVERSATIONS, Conversation), chatbot, progress)
            several = [
                mark_several(q, chatbot.ask(q.question)) for q in load(SEVERAL, OverQuestion)
            ]
            matches = [mark_match(q, chatbot.ask(q.question)) for q in load(MATCH, OverQuestion)]
            same = (
                None
                if quick
                else after_random_history(load_questions(), chatbot, progress=progress)
            )
        report = ConversationReport(
            chatbot.version.name,
            tuple(turns),
            tuple(several),
            tuple(matches),
            same,
            tuple(report_rewrites(data)) if data else (),
            tuple(answer_all(load_questions(CHINESE), chatbot.ask, chatbot.version)),
            tuple(
                paragraph_recall(
                    data / CMRC,
                    chatbot.embedder,
                    multilingual,
                    settings.chunk_tokens,
                    most=_FEW if quick else None,
                    seed=SEED,
                )
            )
            if data
            else (),
        )
    around = surroundings(settings, [CONVERSATIONS, SEVERAL, MATCH], SEED)
    kept = save("conversation", around, report, runs_folder(settings))
    click.echo(f"Kept as {kept}", err=True)
    if as_json:
        click.echo(json.dumps(fields_of(report), ensure_ascii=False, indent=2))
        return
    for line in conversation_lines(report, shown(failures)):
        click.echo(line)


@click.command()
@index_option
@corpus_option
def fits(index_dir: Path | None, corpus_dir: Path | None) -> None:
    """Learn when a center fits a topic, on topics of their own, and store it."""
    from typing import get_args

    from eval.chinese import CHINESE_FITS
    from eval.opening import fresh_index, with_vectors
    from eval.overcenters import FITS, Topic, learn_fits, load, store
    from rag.calibration import CALIBRATION
    from rag.calibration import FINDER_OF_CHINESE as FINDER
    from rag.chatbot import Chatbot
    from rag.crosslingual import CrossLingual
    from rag.fit import FitMeasurer, Purpose
    from rag.multilingual import UniversalSentenceEncoder

    settings = load_settings()
    multilingual = UniversalSentenceEncoder()
    corpus = corpus_dir or settings.corpus
    with (
        fresh_index(settings, index_dir, corpus) as index,
        with_vectors(index, multilingual) as folder,
    ):
        chatbot = Chatbot.open(settings, folder)
        across = CrossLingual(chatbot.version, multilingual)
        for path, ending, measurer in (
            (FITS, "", FitMeasurer.of_similarity(chatbot.version, chatbot.embedder)),
            (CHINESE_FITS, f", {FINDER}", FitMeasurer.across_languages(chatbot.version, across)),
        ):
            topics = load(path, Topic)
            for purpose in get_args(Purpose):
                learnt = learn_fits(topics, purpose, measurer, chatbot.centers, path.name)
                store(CALIBRATION, purpose + ending, learnt)
                click.echo(f"{purpose}{ending}: {learnt}")


@click.command()
@click.option("--data", type=FOLDER, required=True, help="Folder of the public data sets.")
def topics(data: Path) -> None:
    """Learn what a follow-up takes for granted, on CAsT 2019 and CANARD, and store it."""
    from eval.overcenters import store
    from eval.topics import learn_topics
    from rag.calibration import CALIBRATION
    from rag.topics import TOPICS

    learnt = learn_topics(data)
    store(CALIBRATION, TOPICS, learnt)
    click.echo(f"{TOPICS}: {learnt}")


def conversation_lines(report: ConversationReport, listed: Sequence[Split]) -> Iterator[str]:
    """The figures beside what they have to be, and the failures of the splits in ``listed``."""
    yield f"index {report.index_version}"
    for split in ("dev", "test"):
        marks = [mark for mark in report.turns if mark.split == split]
        right = sum(not mark.faults for mark in marks)
        yield f"follow-ups right, {split}: {_share(right, len(marks), _LEAST_RIGHT)}"
    right = sum(not mark.faults for mark in report.turns)
    yield f"follow-ups right: {_share(right, len(report.turns), _LEAST_RIGHT)}"
    astray = sum(mark.astray for mark in report.turns)
    yield f"citations from a wrong center: {astray}{' !' if astray else ''}  (0)"
    for name, marked, least in (
        ("several centers", report.several, _LEAST_SEVERAL),
        ("matches", report.matches, _LEAST_MATCHES),
    ):
        yield f"{name} right: {_share(sum(m.right for m in marked), len(marked), least)}"
    if report.unchanged:
        unchanged = _share(report.unchanged.same, report.unchanged.asked, _LEAST_SAME)
        yield f"same after a random history: {unchanged}"
    for name, ways in report.rewrites:
        yield f"{name}, {ways[0].turns} follow-ups:"
        for way in ways:
            figures = f"recovered {way.recovered:.3f}, wrong words a turn {way.wrong:.2f}"
            yield f"  {way.name:<32} {figures}"
        yield "  (recovered ≥ 0.35, wrong words ≤ 1)"
    for split in ("dev", "test"):
        chinese = [mark for mark in report.chinese if mark.split == split]
        right = sum(mark.right for mark in chinese)
        yield f"in Chinese right, {split}: {_share(right, len(chinese), _LEAST_CHINESE)}"
    right = sum(mark.right for mark in report.chinese)
    yield f"in Chinese right: {_share(right, len(report.chinese), _LEAST_CHINESE)}"
    astray = sum(mark.astray for mark in report.chinese)
    yield f"in Chinese, citations from a wrong center: {astray}{' !' if astray else ''}  (0)"
    for found in report.paragraphs:
        counts = f"{found.questions} questions, {found.paragraphs} paragraphs"
        yield f"Chinese paragraphs by {found.name} ({counts}):"
        fault = " !" if found.among_five < _LEAST_PARAGRAPHS else ""
        yield f"  recall@1 {found.first:.3f}, recall@5 {found.among_five:.3f}{fault}  (≥ 0.90)"
    yield from _failures(report, listed)


def _failures(report: ConversationReport, listed: Sequence[Split]) -> Iterator[str]:
    for mark in report.turns:
        if mark.faults and mark.split in listed:
            yield f"  {mark.name} {mark.split}  {mark.question}"
            yield f"      understood: {mark.understood}"
            yield f"      said: {' '.join(mark.said.split())[:160]}"
            yield f"      why wrong: {'; '.join(mark.faults)}"
    for over in (*report.several, *report.matches):
        if not over.right and over.split in listed:
            yield f"  {over.question_id} {over.split}  {over.question}"
            yield f"      found: {'; '.join(over.found) or 'none'}"
    for other in report.chinese:
        if not other.right and other.split in listed:
            yield f"  {other.question_id} {other.split}  {other.question}"
            yield f"      said: {' '.join(other.said.split())[:160]}"
            yield f"      why wrong: {'; '.join(other.faults)}"
    if report.unchanged and listed:
        yield from (f"  changed: {line}" for line in report.unchanged.changed)


def _share(right: int, count: int, least: float) -> str:
    share = right / count if count else 0.0
    return f"{right} of {count} = {share:.3f}{' !' if share < least else ''}  (≥ {least:.2f})"
