"""A run from nothing: the index and the models opened, every set asked, every figure computed."""

from __future__ import annotations

import datetime
from contextlib import nullcontext
from pathlib import Path

from eval.intervals import SEED
from eval.opening import fresh_index, with_vectors
from eval.record import fields_of, surroundings
from eval.running import Progress, figures_of, latency_of, run_sets
from eval.sets import load_sets
from rag.config import Settings
from rag.embedding import SentenceEmbedder
from rag.finders import open_finder
from rag.multilingual import open_multilingual
from rag.runs import FORMAT, Run
from rag.types import Corpus
from rag.versions import open_current


def make_run(
    name: str,
    settings: Settings,
    index_dir: Path | None,
    corpus_dir: Path | Corpus,
    seed: int = SEED,
    progress: Progress | None = None,
) -> Run:
    """Ask every question of every set on one index.

    Args:
        name: what the run is called.
        settings: models, chunks and accepted questions.
        index_dir: the index; by default as ``fresh_index`` says.
        corpus_dir: the documents.
        seed: of the intervals.
        progress: called with the counts of questions asked and of questions to ask.

    Raises:
        SetError: a question set cannot be used.
        RagError: the index or a model cannot be opened.
    """
    sets = load_sets(settings.accepted_questions)
    around = surroundings(settings, sets.files, seed)
    embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
    finder = open_finder(settings, embedder)
    multilingual = open_multilingual(settings)
    with (
        fresh_index(settings, index_dir, corpus_dir) as index,
        with_vectors(index, multilingual) if multilingual else nullcontext(index) as folder,
    ):
        version = open_current(folder, embedder)
        outcomes = run_sets(sets, version, embedder, finder, settings.top_k, progress, multilingual)
    return Run(
        format=FORMAT,
        name=name,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        index_version=version.name,
        surroundings=fields_of(around),
        figures=figures_of(outcomes, seed),
        latency=latency_of(outcomes),
        outcomes=outcomes,
    )
