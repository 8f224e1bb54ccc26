"""A fault that somebody builds into the pipeline makes the guard fail."""

from __future__ import annotations

import dataclasses
import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from eval.comparing import alarms, compare
from eval.running import figures_of, run_sets
from eval.sets import Sets
from rag.answering import Citations
from rag.calibration import load_calibration
from rag.chatbot import Chatbot
from rag.config import ROOT, load_settings
from rag.embedding import SentenceEmbedder
from rag.evidence import CalibratedFinder, Finder, Findings
from rag.indexing import build_index
from rag.measuring import ReadingMeasurer
from rag.questions import QuestionSet, load_questions
from rag.reader import Reader
from rag.runs import FORMAT, Outcome, Run
from rag.text import Span
from rag.types import Answer, Embedder, Hit, Query, Reading, Turn
from rag.vectors import Vectors
from rag.versions import IndexVersion, open_current

SETTINGS = load_settings()
LARGEST_PAGE = "zunyi-medical-university/tissue-repair-collaborative-center.md"
_DEV = load_questions().part("dev")
# Every third question: as many as it takes for the statistics to carry.
ASKED = Sets(QuestionSet(_DEV.answerable[::3], _DEV.unanswerable[::3]))


class RememberingReader:
    """The real reader; reads the same passages for the same question once.

    ``always`` is what it says of every passage instead of how sure it is.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[list[Reading]]] = {}
        self.always: float | None = None

    def read(
        self, question: str, passages: Sequence[str], titles: Sequence[str] | None = None
    ) -> list[Reading]:
        return self._reader.read(question, passages, titles)

    def read_several(
        self, question: str, passages: Sequence[str], titles: Sequence[str], most: int
    ) -> list[list[Reading]]:
        key = question, tuple(passages), tuple(titles)
        if key not in self._known:
            self._known[key] = self._reader.read_several(question, passages, titles, most)
        if self.always is None:
            return self._known[key]
        return [
            [dataclasses.replace(one, answerability=self.always) for one in readings]
            for readings in self._known[key]
        ]


class ShiftingFinder:
    """Finds every piece of evidence one character too far to the right."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.name, self.threshold = finder.name, finder.threshold

    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        found = self._finder.find(query, hits, version)
        moved = tuple(
            dataclasses.replace(
                one,
                start=one.start + 1,
                end=one.end + 1,
                answer_start=one.answer_start + 1,
                answer_end=one.answer_end + 1,
            )
            for one in found.evidence
        )
        return dataclasses.replace(found, evidence=moved)


class RotatedEmbedder:
    """Another model's vectors under the name of ours: as good among themselves, but turned."""

    def __init__(self, embedder: SentenceEmbedder) -> None:
        self._embedder = embedder
        self.name, self.dim, self.max_tokens = embedder.name, embedder.dim, embedder.max_tokens
        noise = np.random.default_rng(0).normal(size=(embedder.dim, embedder.dim))
        self._turn = np.linalg.qr(noise)[0].astype(np.float32)

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)

    def fingerprint(self) -> str:
        return self._embedder.fingerprint()

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._embedder.embed(texts) @ self._turn, np.float32)


@dataclasses.dataclass(frozen=True)
class Bench:
    """The real pipeline on some questions, and the run of it that is accepted."""

    version: IndexVersion
    embedder: SentenceEmbedder
    reader: RememberingReader
    finder: CalibratedFinder
    accepted: Run

    def alarms(self, version: IndexVersion | None = None, finder: Finder | None = None) -> str:
        """What the guard says of the pipeline as it is now."""
        outcomes = run_sets(
            ASKED, version or self.version, self.embedder, finder or self.finder, SETTINGS.top_k
        )
        return " ".join(alarms(compare(self.accepted, run_of(outcomes))))


def run_of(outcomes: Sequence[Outcome]) -> Run:
    return Run(FORMAT, "all", "2030-01-01", "1", {}, figures_of(outcomes), {}, tuple(outcomes))


@pytest.fixture(scope="module")
def bench(index_dir: Path, embedder: SentenceEmbedder) -> Bench:
    reader = RememberingReader(Reader.load(None, SETTINGS.precision))
    finder = CalibratedFinder(
        "reader",
        ReadingMeasurer(reader, embedder),
        load_calibration("reader"),
        load_calibration("similarity"),
    )
    version = open_current(index_dir, embedder)
    outcomes = run_sets(ASKED, version, embedder, finder, SETTINGS.top_k)
    return Bench(version, embedder, reader, finder, run_of(outcomes))


def other_index(
    folder: Path, corpus: Path, embedder: Embedder, opened_by: Embedder
) -> IndexVersion:
    build_index(corpus, folder, embedder, SETTINGS.chunk_tokens)
    return open_current(folder, opened_by)


def test_the_guard_passes_what_is_as_it_was(bench: Bench) -> None:
    assert bench.alarms() == ""


def test_citations_of_another_answer_are_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Chatbot.ask
    earlier: list[Answer] = []

    def ask(
        self: Chatbot, question: str, history: Sequence[Turn] = (), center: str | None = None
    ) -> Answer:
        answer = real(self, question, history, center)
        if not answer.citations:
            return answer
        others = [one for one in earlier if one.query.original != question]
        earlier.append(answer)
        swapped = zip(answer.citations, itertools.cycle(others[-1].citations if others else ()))
        return dataclasses.replace(
            answer,
            citations=tuple(dataclasses.replace(o, marker=c.marker) for c, o in swapped)
            or answer.citations,
        )

    monkeypatch.setattr(Chatbot, "ask", ask)
    said = bench.alarms()
    assert "citation recall went" in said
    assert "citation precision went" in said
    assert "wrong-center citations is" in said


def test_markers_shuffled_within_an_answer_are_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Chatbot.ask

    def ask(
        self: Chatbot, question: str, history: Sequence[Turn] = (), center: str | None = None
    ) -> Answer:
        answer = real(self, question, history, center)
        spans = [*answer.citations[1:], *answer.citations[:1]]
        return dataclasses.replace(
            answer,
            citations=tuple(
                dataclasses.replace(o, marker=c.marker)
                for c, o in zip(answer.citations, spans, strict=True)
            ),
        )

    monkeypatch.setattr(Chatbot, "ask", ask)
    assert "grounded statements is" in bench.alarms()


def test_a_citation_one_character_off_is_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Citations.cite

    def cite(self: Citations, doc_id: str, span: Span, answer: Span) -> int:
        return real(self, doc_id, (span[0] + 1, span[1] + 1), answer)

    monkeypatch.setattr(Citations, "cite", cite)
    said = bench.alarms()
    assert "quote fidelity is" in said
    assert "citation recall went" in said


def test_evidence_one_character_off_is_caught(bench: Bench) -> None:
    assert "quote fidelity is" in bench.alarms(finder=ShiftingFinder(bench.finder))


def test_a_reader_that_never_refuses_is_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.reader, "always", 0.99)
    assert "refusal recall went" in bench.alarms()


def test_a_document_that_is_gone_is_caught(bench: Bench, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    shutil.copytree(ROOT / "corpus", corpus)
    (corpus / LARGEST_PAGE).unlink()
    version = other_index(tmp_path / "index", corpus, bench.embedder, bench.embedder)
    said = bench.alarms(version)
    assert "answer accuracy went" in said
    assert "first-stage recall@10 went" in said


def test_vectors_of_another_embedder_are_caught(bench: Bench, tmp_path: Path) -> None:
    turned = RotatedEmbedder(bench.embedder)
    version = other_index(tmp_path / "index", ROOT / "corpus", turned, bench.embedder)
    said = bench.alarms(version)
    assert "dense side went" in said


def test_questions_that_are_left_out_are_caught(bench: Bench) -> None:
    some = [one for one in bench.accepted.outcomes if one.right]
    said = " ".join(alarms(compare(bench.accepted, run_of(some))))
    assert "accepted questions were not asked" in said
