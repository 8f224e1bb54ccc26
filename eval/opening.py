"""The index that an evaluation runs on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from eval.gold import read_corpus
from rag.attaching import attach, attach_sentences
from rag.attachment import attachment_state
from rag.config import Settings
from rag.embedding import SentenceEmbedder
from rag.errors import IndexStateError
from rag.indexing import build_index
from rag.publishing import make_current
from rag.types import Corpus, Embedder
from rag.versions import read_manifest, version_folder


@contextmanager
def fresh_index(
    settings: Settings, index_dir: Path | None, corpus_dir: Path | Corpus
) -> Iterator[Path]:
    """A folder with an index to evaluate.

    That is ``index_dir`` if one is given, else the published index if it was built from
    ``corpus_dir`` as it is now with the settings in force, else a new one in a temporary folder:
    an evaluation never publishes.

    Raises:
        CorpusError: there is no document that can be indexed.
        LoadError: a document cannot be read.
        ModelError: the embedding model is missing or damaged.
    """
    if index_dir is not None:
        yield index_dir
    elif _is_current(settings, corpus_dir):
        yield settings.index_dir
    else:
        with tempfile.TemporaryDirectory(prefix="rag-eval-") as folder:
            embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
            build_index(corpus_dir, Path(folder), embedder, settings.chunk_tokens)
            # As `python -m rag index` does, which goes on without them where they are too many.
            with suppress(IndexStateError):
                attach_sentences(Path(folder), embedder, settings.sentence_vectors)
            yield Path(folder)


@contextmanager
def with_vectors(index_dir: Path, multilingual: Embedder) -> Iterator[Path]:
    """A folder with the published version and its multilingual vectors.

    Where they are missing they are made in a copy: an evaluation adds nothing to an index.

    Raises:
        IndexStateError: there is no sound version.
    """
    version = read_manifest(index_dir).version
    folder = version_folder(index_dir, version)
    if attachment_state(folder, version, multilingual.name) == "ready":
        yield index_dir
        return
    with tempfile.TemporaryDirectory(prefix="rag-eval-") as copy:
        shutil.copytree(folder, version_folder(Path(copy), version))
        make_current(Path(copy), version)
        attach(Path(copy), multilingual)
        yield Path(copy)


def _is_current(settings: Settings, corpus_dir: Path | Corpus) -> bool:
    try:
        manifest = read_manifest(settings.index_dir)
    except IndexStateError:
        return False
    present = {doc_id: document.sha256 for doc_id, document in read_corpus(corpus_dir).items()}
    return (
        manifest.documents == present
        and manifest.embedder == settings.embedding_model
        and manifest.chunk_tokens == settings.chunk_tokens
    )
