"""Passages and questions that the engines are compared on, made of public sets."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.gold import read_corpus
from eval.passages import PassageError
from rag.chunking import chunk, embedded_text
from rag.config import ROOT, load_settings
from rag.embedding import SentenceEmbedder
from rag.questions import GoldQuestion, load_questions
from rag.types import Chunk
from training.sources import load
from training.split import Part

_SEED = 20_250_508
# Passages without questions, so that the pool is no smaller than what was published of others.
_DISTRACTORS = 700
_MEDQUAD = 3_000
_MEDQUAD_TUNING = 1_000


@dataclass(frozen=True, slots=True)
class Pool:
    """``gold[i]`` is the number of the one passage that counts as right for ``questions[i]``."""

    name: str
    about: str
    passages: tuple[str, ...]
    questions: tuple[str, ...]
    gold: tuple[int, ...]


def read_pool(name: str, data: Path, questions: int) -> Pool:
    """The pool of that name, with a sample of at most ``questions`` questions.

    Args:
        name: one of ``POOLS``.
        data: the folder of the public data sets.
        questions: how many at most.

    Raises:
        PassageError: the data cannot be read.
    """
    try:
        about, passages, asked = POOLS[name](data)
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise PassageError(
            f"The set {name} cannot be read from {data}: {exc}.", "Name another folder with --data."
        ) from exc
    rng = random.Random(_SEED)
    asked = rng.sample(asked, min(questions, len(asked)))
    row = {passage: number for number, passage in enumerate(passages)}
    return Pool(
        name,
        about,
        tuple(passages),
        tuple(question for question, _ in asked),
        tuple(row[passage] for _, passage in asked),
    )


# About the set; its passages, no two the same; questions with the passage each was asked on.
_Read = tuple[str, list[str], list[tuple[str, str]]]


def _wikipedia(data: Path, part: Part = "report") -> _Read:
    found = load(data, ("squad2", "new_wiki"))
    more = [row["text"] for row in _json(data / "2wiki-passages.json.gz")[:_DISTRACTORS]]
    passages = _unique([*(question.passage for question in found), *more])
    asked = [(q.question, q.passage) for q in found if q.part == part and q.spans]
    about = (
        f"paragraphs of SQuAD 2.0 (half of dev) and SQuADShifts (new Wikipedia), and {_DISTRACTORS}"
        " of 2WikiMultihopQA; answerable questions of articles that the reader never saw"
    )
    return about, passages, asked


def _tuning(data: Path) -> _Read:
    _, passages, asked = _wikipedia(data, "calibration")
    return "the same, questions of the calibration articles: for tuning", passages, asked


def _medquad(data: Path, first: int = 0, count: int = _MEDQUAD) -> _Read:
    with gzip.open(data / "medquad.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    random.Random(_SEED).shuffle(rows)
    asked = [(row["question"], row["answer"]) for row in rows[first : first + count]]
    about = f"{count:,} sampled question–answer pairs of NIH sites"
    return about, _unique([answer for _, answer in asked]), asked


def _medquad_tuning(data: Path) -> _Read:
    about, passages, asked = _medquad(data, _MEDQUAD, _MEDQUAD_TUNING)
    return f"{about}, none of those reported on: for tuning", passages, asked


def _pubmedqa(data: Path) -> _Read:
    studies = _json(data / "pubmedqa-labeled.json.gz").values()
    asked = [(study["QUESTION"], "\n\n".join(study["CONTEXTS"])) for study in studies]
    about = "abstracts without their conclusion; the titles that are questions"
    return about, _unique([text for _, text in asked]), asked


def _cmrc(data: Path) -> _Read:
    asked = [
        (qa["question"], paragraph["context"])
        for article in _json(data / "cmrc2018-dev.json.gz")["data"]
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
    ]
    about = "Chinese paragraphs and questions; the embedding model knows English only"
    return about, _unique([text for _, text in asked]), asked


def example_pool() -> Pool:
    """The chunks of the example corpus as they are indexed, and the questions that they answer.

    It needs no public data, so a test can measure on it what the page says.
    """
    settings = load_settings(corpus_dir=ROOT / "corpus")
    counted = SentenceEmbedder(settings.embedding_model, settings.precision).count_tokens
    corpus = read_corpus(settings.corpus_dir)
    chunks = [
        (piece, embedded_text(document, piece, counted, settings.chunk_tokens))
        for document in corpus.values()
        for piece in chunk(document, counted, settings.chunk_tokens)
    ]
    asked = load_questions().answerable
    return Pool(
        EXAMPLE,
        "the example corpus and its own questions, dev and test, most of which name a center",
        tuple(text for _, text in chunks),
        tuple(question.question for question in asked),
        tuple(_first_of(question, [piece for piece, _ in chunks]) for question in asked),
    )


def _first_of(question: GoldQuestion, pieces: Sequence[Chunk]) -> int:
    """The number of the chunk in which the best gold span begins."""
    gold = question.spans[0]
    return next(
        row
        for row, piece in enumerate(pieces)
        if piece.doc_id == gold.doc_id and piece.end > gold.start
    )


EXAMPLE = "example"
MAIN = "wikipedia"
POOLS: dict[str, Callable[[Path], _Read]] = {
    MAIN: _wikipedia,
    "medquad": _medquad,
    "pubmedqa": _pubmedqa,
    "cmrc2018": _cmrc,
    "wikipedia-tuning": _tuning,
    "medquad-tuning": _medquad_tuning,
}
# Those that are reported, in their order.
REPORTED = (*(name for name in POOLS if not name.endswith("-tuning")), EXAMPLE)


def _unique(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _json(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))
