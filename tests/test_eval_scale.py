"""The command that measures one machine, on few chunks."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from eval.__main__ import main
from eval.scale.answering import latency, measure_at_once
from eval.scale.synthetic import Passages, synthetic_vectors, version_name, write_version
from eval.scale.throughput import measure_throughput
from rag.embedding import SentenceEmbedder
from rag.types import Query
from rag.versions import LEXICAL, open_version, version_folder

_TEXTS = (
    "The center was founded in 2019 in Hangzhou.",
    "Its director is Ann Lee, a surgeon.",
    "Umbrellas keep the rain away.",
    "The tissue bank holds nine thousand samples.",
)


@pytest.fixture(scope="module")
def passages(embedder: SentenceEmbedder) -> Passages:
    return Passages(("A", "B", "C", "D"), _TEXTS, embedder.embed(_TEXTS))


def test_synthetic_chunks_are_slices_and_their_vectors_lie_near_what_they_are_made_of(
    tmp_path: Path, passages: Passages, embedder: SentenceEmbedder
) -> None:
    folder = version_folder(tmp_path, version_name(embedder))
    told: list[str] = []

    def tell(what: str, *_: int) -> None:
        told.append(what)

    def write() -> None:
        write_version(folder, passages, 1_234, embedder, passages.vectors, tell)

    write()
    made = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    version = open_version(tmp_path, folder.name, embedder)
    for entry in version.records.entries():
        for written in entry.chunks:
            piece = written.chunk
            assert entry.document.text[piece.start : piece.end] == piece.text
    vectors = np.asarray(version.vectors.vectors())
    assert np.array_equal(vectors, synthetic_vectors(passages.vectors, 1_234))
    assert (vectors @ passages.vectors.T).max(axis=1).min() > 0.6
    (found,) = version.lexical.search("No. 1200", 1)[1]
    assert version.records.chunk(int(found)).text.endswith("No. 1200.")
    # What is there stays; what was cut short is made again.
    (folder / LEXICAL / "count").unlink()
    for path in (folder / LEXICAL).iterdir():
        path.unlink()
    (folder / LEXICAL).rmdir()
    told.clear()
    write()
    assert set(told) == {"indexing words"}
    assert all(
        path.stat().st_mtime_ns == made[path.name]
        for path in folder.iterdir()
        if path.name != LEXICAL
    )


def test_the_command_prints_the_figures_of_few_chunks(tmp_path: Path) -> None:
    arguments = ["scale", "--part", "chunks", "--chunks", "1000", "--folder", str(tmp_path)]
    done = CliRunner().invoke(main, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert report["embedding"] is None
    chunks = report["chunks"]
    assert (chunks["chunks"], chunks["recall"], chunks["lists"]) == (1000, 1.0, 0)
    assert chunks["memory"] > chunks["sizes"]["vectors"] > 1
    assert chunks["first_stage"]["p95"] >= chunks["first_stage"]["p50"] > 0


def test_throughput_counts_the_tokens_that_are_embedded(embedder: SentenceEmbedder) -> None:
    found = measure_throughput(embedder, ["one two", "three " * 500])
    assert found.tokens == 4 + 256
    assert 0 < found.share < 2


def test_each_question_is_asked_once_however_many_ask() -> None:
    asked: list[str] = []

    class Noting:
        def ask(self, question: str) -> object:
            asked.append(question)
            return Query(question, question)

    questions = [f"question {number}" for number in range(20)]
    found = measure_at_once(Noting(), questions, 8)  # type: ignore[arg-type]
    assert sorted(asked) == sorted(questions)
    assert (found.count, found.errors) == (20, 0)
    assert latency([1, 2, 3], 2, 1).a_second == 1.5
    assert latency([], 1, 0).count == 0
