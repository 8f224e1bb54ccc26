"""What is found at a Milvus server, beside what FAISS finds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from rag.config import ROOT, load_settings
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.questions import QUESTIONS, load_questions
from rag.retrieval import retrieve
from rag.stores.collections import write_collection
from rag.stores.faiss import FaissStore
from rag.stores.keeping import Storage
from rag.stores.milvus import MilvusStore
from rag.text import sentence_spans
from rag.types import Query
from rag.vectors import Vectors
from rag.versions import open_current, version_folder

pytestmark = pytest.mark.usefixtures("at_server")


def test_the_example_corpus_moves_to_milvus_and_each_question_finds_the_same_ten_passages(
    tmp_path: Path, index_dir: Path, embedder: SentenceEmbedder
) -> None:
    moved = tmp_path / "index"
    shutil.copytree(index_dir, moved)
    tokens = load_settings().chunk_tokens
    report = build_index(ROOT / "corpus", moved, embedder, tokens, storage=Storage("milvus"))
    assert report.published
    assert report.copied == report.chunks
    again = build_index(ROOT / "corpus", moved, embedder, tokens, storage=Storage("milvus"))
    assert not again.published
    files, served = open_current(index_dir, embedder), open_current(moved, embedder)
    assert isinstance(served.vectors, MilvusStore)
    assert not (version_folder(moved, served.name) / "vectors.faiss").exists()
    asked = [question.question for question in load_questions(QUESTIONS).answerable]
    for question, vector in zip(asked, embedder.embed(asked), strict=True):
        scores, rows = served.vectors.search(vector, 10)
        expected, expected_rows = files.vectors.search(vector, 10)
        assert list(rows) == list(expected_rows), question
        assert scores == pytest.approx(expected, abs=1e-5)
    center = next(d.center for d in files.records.documents() if d.center)
    one = Query("who is the director", "who is the director", centers=(center,))
    found = [retrieve(version, embedder, one, 10) for version in (files, served)]
    assert [h.chunk for h in found[0]] == [h.chunk for h in found[1]]


def test_nothing_of_milvus_is_imported_where_it_is_not_asked_for(index_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import rag.indexing; "
        "from rag.versions import open_parts, read_manifest, version_folder; "
        f"index = Path({str(index_dir)!r}); manifest = read_manifest(index); "
        "open_parts(version_folder(index, manifest.version), manifest); "
        "sys.exit(bool({'pymilvus', 'grpc', 'milvus_lite'} & sys.modules.keys()))"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def many(embedder: SentenceEmbedder) -> Vectors:
    """10,000 passages of three sentences each, drawn from the example corpus."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "corpus").rglob("*.md"))]
    sentences = [text[a:b] for text in texts for a, b in sentence_spans(text)]
    draw = Random(7)
    return embedder.embed([" ".join(draw.sample(sentences, 3)) for _ in range(10_000)])


@pytest.mark.slow
@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["all compared", "graph"])
def test_of_ten_thousand_passages_milvus_finds_the_ten_that_faiss_finds(
    tmp_path: Path, embedder: SentenceEmbedder, many: Vectors, exact_up_to: int
) -> None:
    (tmp_path / "versions").mkdir()
    hashes = [f"{row:064}" for row in range(len(many))]
    where = tmp_path / "versions" / "vectors"
    write_collection(tmp_path, where, many, hashes, "model", exact_up_to)
    served, files = MilvusStore.load(where), FaissStore.from_vectors(many)
    asked = embedder.embed([question.question for question in load_questions(QUESTIONS).answerable])
    shared = [
        len({*served.search(vector, 10)[1]} & {*files.search(vector, 10)[1]}) for vector in asked
    ]
    overlap = sum(shared) / (10 * len(asked))
    print(f"overlap at ten of {len(many)} passages: {overlap:.4f}")
    assert overlap >= 0.98
