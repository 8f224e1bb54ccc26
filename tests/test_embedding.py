"""The embedder and the weights it takes."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.embedding import SentenceEmbedder
from rag.errors import ModelError
from rag.weights import default_embedding_folder, verify


def test_vectors_are_unit_length_and_alike_texts_are_near(embedder: SentenceEmbedder) -> None:
    vectors = embedder.embed(["Who directs it?", "Who is the director?", "Umbrellas are wet."])
    assert vectors.shape == (3, embedder.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_nothing_embedded_gives_an_empty_matrix(embedder: SentenceEmbedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dim)


def test_tokens_are_counted_beyond_what_is_embedded(embedder: SentenceEmbedder) -> None:
    assert embedder.count_tokens("word " * 1000) == 1000


def test_the_native_precision_agrees_with_float32(embedder: SentenceEmbedder) -> None:
    exact = SentenceEmbedder("all-MiniLM-L6-v2", "float32")
    texts = [
        "The center studies tumors.",
        "中心成立于2019年。",
        "It is at No. 1369, West Wenyi Road.",
    ]
    cosines = np.sum(embedder.embed(texts) * exact.embed(texts), axis=1)
    assert cosines.min() > 0.999
    assert exact.fingerprint() == embedder.fingerprint()


def test_weights_that_are_not_upstreams_are_refused(tmp_path: Path) -> None:
    shutil.copytree(default_embedding_folder(), tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    damaged = bytearray(weights.read_bytes())
    damaged[-1] ^= 1
    weights.write_bytes(damaged)
    with pytest.raises(ModelError, match="not the published ones"):
        verify(weights, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")


def test_a_folder_is_taken_by_path_and_has_a_fingerprint_of_its_own(
    tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    shutil.copytree(default_embedding_folder(), tmp_path / "model")
    other = SentenceEmbedder(str(tmp_path / "model"))
    assert other.dim == 384
    assert other.fingerprint() != embedder.fingerprint()


def test_a_model_that_is_not_here_names_the_setting() -> None:
    with pytest.raises(ModelError, match="EMBEDDING_MODEL"):
        SentenceEmbedder("someone/no-such-model")
