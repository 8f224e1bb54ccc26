"""Questions in Chinese: on the example corpus, and on paragraphs in Chinese."""

from __future__ import annotations

import dataclasses
import gzip
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from eval.calibrate import Measurements
from eval.overcenters import load
from rag.attaching import attach
from rag.centers import centers_of
from rag.conversation import understand
from rag.crosslingual import FEATURES, CrossLingual
from rag.evidence import admissible
from rag.indexing import build_index
from rag.lists import list_at
from rag.marking import Mark, mark_answer, mark_refusal
from rag.measuring import Candidate
from rag.naming import Naming
from rag.questions import GoldQuestion, QuestionSet, SetError, UnansweredQuestion, load_questions
from rag.types import Answer, Embedder
from rag.versions import IndexVersion, open_current

CHINESE = Path(__file__).with_name("chinese.jsonl")
TRANSLATED = Path(__file__).with_name("translated.jsonl")
CHINESE_FITS = Path(__file__).with_name("chinese-fits.jsonl")
CMRC = "cmrc2018-dev.json.gz"
_CUTOFF = 5
# Share of the unanswerable questions to be refused. With similarity alone each further one costs
# many answers: on the translated dev questions two of the 57 cost as much as the other 55.
REFUSED = 0.93

Progress = Callable[[int, int], None]


class Translation(BaseModel):
    """A question of the main set in Chinese; its gold is that of the question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1)]
    same_as: Annotated[str, Field(min_length=1)]
    question: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class ParagraphRecall:
    """How often a question's own paragraph is among the first; shares in [0, 1]."""

    name: str
    paragraphs: int
    questions: int
    first: float
    among_five: float


def translated() -> QuestionSet:
    """Questions of the dev split of the main set, in Chinese, with their gold.

    Raises:
        SetError: a line is wrong, or is of no question of the dev split.
    """
    known = load_questions().part("dev")
    answerable = {q.question_id: q for q in known.answerable}
    unanswerable = {q.question_id: q for q in known.unanswerable}
    lines = load(TRANSLATED, Translation)
    for line in lines:
        if line.same_as not in answerable.keys() | unanswerable.keys():
            raise SetError(
                f"{TRANSLATED.name} translates {line.same_as}, which dev does not have.",
                "Translate questions of the dev split only.",
            )
    return QuestionSet(
        tuple(
            dataclasses.replace(answerable[line.same_as], question=line.question)
            for line in lines
            if line.same_as in answerable
        ),
        tuple(
            dataclasses.replace(unanswerable[line.same_as], question=line.question)
            for line in lines
            if line.same_as in unanswerable
        ),
    )


def measure(
    questions: QuestionSet, cross_lingual: CrossLingual, version: IndexVersion, k: int
) -> Measurements:
    """Measure the candidates of every question as the chatbot would.

    The line that leads into a list stands for the list: it is right where an item is.
    """
    centers, names = centers_of(version.records.documents()), Naming(version)
    features: list[list[float]] = []
    right: list[bool] = []
    owner: list[int] = []
    answerable: list[bool] = []
    asked: list[GoldQuestion | UnansweredQuestion] = [
        *questions.answerable,
        *questions.unanswerable,
    ]
    for question in asked:
        query = understand(question.question, (), centers, names=names)
        if query.form in {"chitchat", "clarify"}:
            continue
        hits = cross_lingual.retrieve(query, k)
        measured = cross_lingual.measure(query, hits, version)
        for candidate in admissible(measured.candidates, query, version)[0]:
            features.append([candidate.features[name] for name in FEATURES])
            right.append(_is_right(candidate, question, version))
            owner.append(len(answerable))
        answerable.append(isinstance(question, GoldQuestion))
    return Measurements(np.array(features), np.array(right), np.array(owner), np.array(answerable))


def _is_right(
    candidate: Candidate, question: GoldQuestion | UnansweredQuestion, version: IndexVersion
) -> bool:
    if not isinstance(question, GoldQuestion):
        return False
    document = version.records.document(candidate.doc_id)
    block = list_at(document.text, candidate.span) if document else None
    start, end = candidate.span
    if block and candidate.span == block.lead_in:
        start, end = block.span
    return any(
        gold.doc_id == candidate.doc_id and start < gold.end and gold.start < end
        for gold in question.spans
    )


def answer_all(
    questions: QuestionSet, ask: Callable[[str], Answer], version: IndexVersion
) -> list[Mark]:
    """The marks of all questions, those that the corpus answers first."""
    marks: list[Mark] = []
    for question in questions.answerable:
        answer = ask(question.question)
        marks.append(mark_answer(question, answer, version.records, answer.elapsed).mark)
    for other in questions.unanswerable:
        answer = ask(other.question)
        marks.append(mark_refusal(other, answer, version.records, answer.elapsed).mark)
    return marks


def paragraph_recall(
    path: Path, embedder: Embedder, multilingual: Embedder, chunk_tokens: int,
    most: int | None = None, seed: int = 0, progress: Progress | None = None,
) -> list[ParagraphRecall]:  # fmt: skip
    """Whether questions in Chinese find their paragraph, each paragraph being a document.

    Args:
        path: reading comprehension in the format of SQuAD, gzip-compressed JSON.
        embedder: that of the index.
        multilingual: the multilingual one.
        chunk_tokens: most tokens of a chunk.
        most: how many questions to ask, drawn with ``seed``; by default all.
        seed: of the draw.
        progress: called with the counts of texts embedded and of texts to embed.

    Raises:
        SetError: the set cannot be read.
    """
    paragraphs, questions = _squad(path)
    if most is not None and most < len(questions):
        questions = random.Random(seed).sample(questions, most)
    with tempfile.TemporaryDirectory(prefix="rag-eval-") as folder:
        corpus, index = Path(folder, "corpus"), Path(folder, "index")
        corpus.mkdir()
        for number, text in enumerate(paragraphs):
            (corpus / f"{number:05d}.txt").write_text(text, "utf-8")
        build_index(corpus, index, embedder, chunk_tokens)
        attach(index, multilingual, progress)
        version = open_current(index, embedder)
        cross_lingual = CrossLingual(version, multilingual)

        def by_both(question: str) -> list[str]:
            query = understand(question, (), ())
            hits = cross_lingual.retrieve(query, 10 * _CUTOFF)
            return [hit.chunk.doc_id for hit in hits]

        def by_words(question: str) -> list[str]:
            rows = version.lexical.search(question, 10 * _CUTOFF)[1].tolist()
            return [version.records.chunk(row).doc_id for row in rows]

        return [
            _recall(name, way, questions, len(paragraphs))
            for name, way in (("words alone", by_words), ("words and vectors", by_both))
        ]


def _recall(
    name: str, way: Callable[[str], list[str]], questions: Sequence[tuple[str, int]], count: int
) -> ParagraphRecall:
    first = among = 0
    for question, number in questions:
        found = list(dict.fromkeys(way(question)))[:_CUTOFF]
        own = f"{number:05d}.txt"
        first += found[:1] == [own]
        among += own in found
    asked = len(questions)
    return ParagraphRecall(name, count, asked, first / asked, among / asked)


def _squad(path: Path) -> tuple[list[str], list[tuple[str, int]]]:
    """The paragraphs, and each question with the number of its paragraph."""
    try:
        data = json.loads(gzip.decompress(path.read_bytes()))["data"]
        parts = [part for article in data for part in article["paragraphs"]]
        paragraphs = [str(part["context"]) for part in parts]
        questions = [
            (str(asked["question"]), number)
            for number, part in enumerate(parts)
            for asked in part["qas"]
        ]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as exc:
        raise SetError(f"The set {path} cannot be read.", "Check the folder of --data.") from exc
    return paragraphs, questions
