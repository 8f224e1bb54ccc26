"""Vectors of sentences beside a version: with them an answer embeds the question and no more."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from rag.attaching import attach_sentences
from rag.attachment import key_of, read_attachment
from rag.cli import main
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import IndexStateError
from rag.measuring import SimilarityMeasurer
from rag.remembered import RememberedVectors
from rag.retrieval import retrieve
from rag.sentence_vectors import SentenceVectors
from rag.types import Query
from rag.vectors import Vectors
from rag.versions import SENTENCES, current_version, open_current, read_manifest
from tests.attached import PAGE, first_site, folder_of, publish

QUESTION = "Who directs the Lake Center?"
SENTENCE = "The director of the Lake Center is Ann Lee."
OTHER = "The Lake Center was founded in 2019."
MOST = 100


class Counting(RememberedVectors):
    """Remembers nothing, and notes what it was asked to embed."""

    def __init__(self, embedder: SentenceEmbedder) -> None:
        super().__init__(embedder, 0)
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return super().embed(texts)


@pytest.fixture
def site(tmp_path: Path, embedder: SentenceEmbedder) -> Path:
    """A corpus with a published index, without sentence vectors."""
    return first_site(tmp_path, embedder)


def test_with_them_only_the_question_is_embedded_and_measured_alike(
    site: Path, embedder: SentenceEmbedder
) -> None:
    version = open_current(site / "index", embedder)
    query = Query(QUESTION, QUESTION)
    hits = retrieve(version, embedder, query, 5)
    counting = Counting(embedder)
    measurer = SimilarityMeasurer(counting)
    before = measurer.measure(query, hits, version).candidates
    assert counting.embedded == [QUESTION, SENTENCE, OTHER]
    counting.embedded.clear()
    # They come while the app runs.
    done = attach_sentences(site / "index", embedder, MOST)
    assert done is not None
    assert (done.made, done.copied) == (2, 0)
    after = measurer.measure(query, hits, version).candidates
    assert counting.embedded == [QUESTION]
    assert [c.span for c in after] == [c.span for c in before]
    for one, other in zip(before, after, strict=True):
        assert other.features["cosine"] == pytest.approx(one.features["cosine"], abs=2e-3)
    # What was read needs its file no more.
    (folder_of(site) / SENTENCES).unlink()
    measurer.measure(query, hits, version)
    assert counting.embedded == [QUESTION, QUESTION]


def test_a_version_that_has_them_is_left_alone(site: Path, embedder: SentenceEmbedder) -> None:
    attach_sentences(site / "index", embedder, MOST)
    before = (folder_of(site) / SENTENCES).stat().st_mtime_ns
    assert attach_sentences(site / "index", embedder, MOST) is None
    assert (folder_of(site) / SENTENCES).stat().st_mtime_ns == before


def test_what_an_earlier_version_has_is_copied(site: Path, embedder: SentenceEmbedder) -> None:
    attach_sentences(site / "index", embedder, MOST)
    publish(site, embedder, "Bob Ray")
    done = attach_sentences(site / "index", embedder, MOST)
    assert done is not None
    assert (done.made, done.copied) == (1, 1)


def test_they_are_found_by_the_text_that_they_are_of(
    site: Path, embedder: SentenceEmbedder
) -> None:
    attach_sentences(site / "index", embedder, MOST)
    manifest = read_manifest(site / "index")
    found = read_attachment(
        folder_of(site), manifest.version, embedder.fingerprint(), manifest.chunks, SENTENCES
    )
    assert [bytes(key) for key in found.keys] == sorted([key_of(SENTENCE), key_of(OTHER)])
    counting = Counting(embedder)
    version = open_current(site / "index", embedder)
    texts = [OTHER, "Of another version.", SENTENCE, OTHER]
    likeness = SentenceVectors(counting).likeness(QUESTION, texts, version)
    assert counting.embedded == [QUESTION, "Of another version."]
    vectors = embedder.embed([QUESTION, *texts])
    assert np.allclose(likeness, vectors[1:] @ vectors[0], atol=2e-3)


def test_damaged_ones_are_told_once_and_done_without_until_they_are_mended(
    site: Path, embedder: SentenceEmbedder, caplog: pytest.LogCaptureFixture
) -> None:
    attach_sentences(site / "index", embedder, MOST)
    path = folder_of(site) / SENTENCES
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    counting = Counting(embedder)
    vectors = SentenceVectors(counting)
    version = open_current(site / "index", embedder)
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            vectors.likeness(QUESTION, [SENTENCE], version)
    assert counting.embedded == [QUESTION, SENTENCE] * 2
    assert [r.getMessage() for r in caplog.records if "are damaged" in r.getMessage()] == [
        f"The sentence vectors of {version.name} are damaged. Run `python -m rag index` to make "
        "them anew. Until then sentences are embedded when they are asked for."
    ]
    assert attach_sentences(site / "index", embedder, MOST) is not None
    counting.embedded.clear()
    vectors.likeness(QUESTION, [SENTENCE], version)
    assert counting.embedded == [QUESTION]


def test_another_models_are_not_taken(site: Path, embedder: SentenceEmbedder) -> None:
    attach_sentences(site / "index", embedder, MOST)
    name = current_version(site / "index") or ""
    with pytest.raises(IndexStateError, match=r"sentence vectors of .* were made by"):
        read_attachment(folder_of(site), name, "another", 1, SENTENCES)


def test_of_too_many_sentences_none_are_made(site: Path, embedder: SentenceEmbedder) -> None:
    with pytest.raises(IndexStateError, match=r"The 2 sentences of .* are more than 1") as caught:
        attach_sentences(site / "index", embedder, 1)
    assert "SENTENCE_VECTORS" in caught.value.cure
    assert not (folder_of(site) / SENTENCES).exists()


def test_the_command_line_makes_them_after_publishing_and_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rag(*arguments: str) -> str:
        return CliRunner().invoke(main, [*arguments, "--index", str(tmp_path / "index")]).output

    monkeypatch.setenv("MULTILINGUAL", "false")
    monkeypatch.setenv("SENTENCE_VECTORS", "0")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.md").write_text(PAGE.format(title="A", director="Ann Lee"), "utf-8")
    index = ("index", "--no-gate", "--corpus", str(tmp_path / "corpus"))
    assert "Sentence" not in rag(*index)
    assert json.loads(rag(*index, "--json"))["sentences"] == {"state": "off"}
    monkeypatch.setenv("SENTENCE_VECTORS", "1")
    assert "take longer than they need: The 2 sentences of" in rag(*index)
    monkeypatch.setenv("SENTENCE_VECTORS", str(load_settings().sentence_vectors + MOST))
    assert "Sentence vectors: 2 (0 copied)" in rag(*index)
    assert json.loads(rag(*index, "--json"))["sentences"] == {"state": "ready"}
    assert json.loads(rag("versions", "--json"))[0]["sentence_vectors"] is True


def test_the_doctor_looks_at_them(
    site: Path, embedder: SentenceEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTILINGUAL", "false")
    doctor = ["doctor", "--quick", "--index", str(site / "index")]
    assert "has no sentence vectors" in CliRunner().invoke(main, doctor).output
    attach_sentences(site / "index", embedder, MOST)
    assert "sentence vectors" not in CliRunner().invoke(main, doctor).output
