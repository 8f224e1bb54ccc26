"""Nothing that is read can run code: a pickle in the index is not read, nothing could read it."""

from __future__ import annotations

import ast
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.config import ROOT
from rag.embedding import SentenceEmbedder
from rag.errors import IndexStateError
from rag.lexical import LexicalIndex
from rag.stores.faiss import FaissStore
from rag.versions import current_version, open_current

# Modules that run what they read.
_RUN = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


class _Trap:
    """Makes a file when it is read back."""

    def __init__(self, sprung: Path) -> None:
        self._sprung = sprung

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        return os.mkdir, (str(self._sprung), 0o700)


def test_a_trap_springs_when_it_is_read(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(_Trap(tmp_path / "sprung")))  # noqa: S301
    assert (tmp_path / "sprung").exists()


def test_a_pickle_in_the_index_folder_is_not_read(
    index_dir: Path, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    index, sprung = tmp_path / "index", tmp_path / "sprung"
    shutil.copytree(index_dir, index)
    name = current_version(index)
    assert name is not None
    folder = index / "versions" / name
    for place in ("vectors.pkl", "chunks.pickle", "lexical/corpus.pkl", "lexical/vocab.joblib"):
        (folder / place).write_bytes(pickle.dumps(_Trap(sprung)))
    (index / "index.pkl").write_bytes(pickle.dumps(_Trap(sprung)))
    # A file that nothing put there makes the version a damaged one; read it is not.
    with pytest.raises(IndexStateError, match="damaged"):
        open_current(index, embedder)
    assert not sprung.exists()


@pytest.mark.parametrize("name", ["data", "indices", "indptr"])
@pytest.mark.parametrize("bare", [True, False])
def test_a_pickle_in_place_of_the_word_index_is_refused_unread(
    index_dir: Path, tmp_path: Path, name: str, bare: bool
) -> None:
    folder, sprung = tmp_path / "lexical", tmp_path / "sprung"
    version = current_version(index_dir)
    assert version is not None
    shutil.copytree(index_dir / "versions" / version / "lexical", folder)
    place = folder / f"{name}.csc.index.npy"
    assert place.exists()
    if bare:
        place.write_bytes(pickle.dumps(_Trap(sprung)))
    else:
        np.save(place, np.array([_Trap(sprung)], dtype=object), allow_pickle=True)
    with pytest.raises(IndexStateError):
        LexicalIndex.load(folder)
    assert not sprung.exists()


def test_a_pickle_in_place_of_the_vectors_is_refused_unread(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    (tmp_path / "vectors.faiss").write_bytes(pickle.dumps(_Trap(sprung)))
    with pytest.raises(IndexStateError):
        FaissStore.load(tmp_path / "vectors.faiss")
    assert not sprung.exists()


def test_weights_of_a_model_are_never_a_pickle(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    from rag.errors import ModelError
    from rag.weights import default_embedding_folder

    folder, sprung = tmp_path / "model", tmp_path / "sprung"
    shutil.copytree(default_embedding_folder(), folder)
    for weights in folder.rglob("*.safetensors"):
        weights.unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(_Trap(sprung)))
    with pytest.raises(ModelError):
        SentenceEmbedder(str(folder))
    assert not sprung.exists()


def test_no_module_of_the_product_can_read_one() -> None:
    found = []
    for path in [*(ROOT / "rag").rglob("*.py"), ROOT / "app.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant), path
                assert node.value.value is False, path
            elif isinstance(node, ast.Attribute) and ast.unparse(node) == "torch.load":
                found.append(f"{path}: torch.load")
            found += [f"{path}: {name}" for name in names if name.partition(".")[0] in _RUN]
    assert found == []
