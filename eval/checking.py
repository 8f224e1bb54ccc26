"""The commands ``grounding`` and ``writing`` of ``python -m eval``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from eval.options import FOLDER, SEED, corpus_option, index_option, json_option
from eval.record import fields_of, runs_folder, save, surroundings
from rag.config import load_settings
from rag.questions import QUESTIONS, load_questions

# What loads PyTorch is imported inside the commands that need it.


@click.command()
@index_option
@corpus_option
@click.option(
    "--half",
    type=click.Choice(["dev", "test"]),
    default="test",
    show_default=True,
    help="Which sentences are spoilt and rephrased; only dev may be used for tuning.",
)
@click.option("--public", type=FOLDER, help="A SQuAD file (.json.gz) in place of the corpus.")
@click.option("--show", default=0, show_default=True, help="Sentences that went wrong, of each.")
@click.option("--seed", default=SEED, show_default=True, help="Of what is drawn.")
@json_option
def grounding(
    index_dir: Path | None,
    corpus_dir: Path | None,
    half: str,
    public: Path | None,
    show: int,
    seed: int,
    as_json: bool,
) -> None:
    """How many wrong sentences are caught, and how many right ones withheld."""
    from eval.grounding import evaluate_grounding, grounding_lines
    from eval.opening import fresh_index
    from eval.told import told_by, told_in_public_data
    from rag.embedding import SentenceEmbedder
    from rag.versions import open_records

    settings = load_settings()
    if public is not None:
        told = told_in_public_data(public)
    else:
        with fresh_index(settings, index_dir, corpus_dir or settings.corpus_dir) as folder:
            told = told_by(open_records(folder))
    embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
    report = evaluate_grounding(told, half, embedder, seed)
    path = save("grounding", surroundings(settings, [], seed), report, runs_folder(settings))
    click.echo(f"Kept as {path}", err=True)
    if as_json:
        click.echo(json.dumps(fields_of(report), ensure_ascii=False, indent=2))
        return
    for line in grounding_lines(report, show):
        click.echo(line)


@click.command()
@index_option
@corpus_option
@click.option("--questions", type=FOLDER, default=QUESTIONS, help="A question set, JSON lines.")
@click.option("--count", default=100, show_default=True, type=click.IntRange(1))
@click.option("--small", is_flag=True, help="With the small model, served for the occasion.")
@click.option("--all", "all_said", is_flag=True, help="Print every answer.")
@json_option
def writing(
    index_dir: Path | None,
    corpus_dir: Path | None,
    questions: Path,
    count: int,
    small: bool,
    all_said: bool,
    as_json: bool,
) -> None:
    """What is shown of a language model's sentences; LLM_BASE_URL says whose."""
    from eval.opening import fresh_index
    from eval.smallmodel import LIMITS as SMALL_LIMITS
    from eval.smallmodel import NAME, SmallModel
    from eval.writing import evaluate_writing, some_of, writing_lines
    from rag.chatbot import Chatbot

    model = SmallModel() if small else None
    # The model is judged, not the machine: it has all the time it wants.
    over: dict[str, object] = {}
    if model:
        over = {"llm_base_url": model.url, "llm_model": NAME, **SMALL_LIMITS}
    settings = load_settings(**over)
    if not settings.llm_base_url:
        raise click.UsageError("Set LLM_BASE_URL, or give --small.")
    asked = some_of(load_questions(questions), count)
    with fresh_index(settings, index_dir, corpus_dir or settings.corpus_dir) as folder:
        report = evaluate_writing(asked, Chatbot.open(settings, folder))
    path = save("writing", surroundings(settings, [questions], 0), report, runs_folder(settings))
    click.echo(f"Kept as {path}", err=True)
    if as_json:
        click.echo(json.dumps(fields_of(report), ensure_ascii=False, indent=2))
        return
    for line in writing_lines(report, all_said=all_said):
        click.echo(line)
