"""Publishing as a job, with the vectors for questions in Chinese that follow it."""

from __future__ import annotations

from pathlib import Path

from rag.attachment import attachment_state
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.formats.content import Metadata
from rag.indexing import build_index
from rag.upkeep.job import Publisher
from rag.upkeep.uploads import Uploads
from rag.versions import current_version, version_folder

_PATIENCE = 300


def test_what_was_uploaded_is_published_and_prepared_for_chinese(
    tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "hill.md").write_text("# Hill Center\n\nBo Lee leads the Hill Center.\n")
    accepted = tmp_path / "questions.jsonl"
    accepted.write_text(
        '{"id": "u1", "question": "Who won the cup?", "kind": "off subject", "on_subject": false}\n'
    )
    settings = load_settings(
        data_dir=tmp_path / "data", corpus_dir=corpus, accepted_questions=accepted,
        reader_model="none", multilingual=True,
    )  # fmt: skip
    before = build_index(settings.corpus, settings.index_dir, embedder, settings.chunk_tokens)
    uploads = Uploads(settings.corpus, 2**20)
    uploads.receive("lake.md", b"Ann Roe leads the Lake Center.\n", Metadata(title="Lake"))
    publisher = Publisher(settings, settings.index_dir, embedder, uploads)
    assert publisher.start("mei")
    state = publisher.wait(_PATIENCE)
    assert state.report is not None, state.problem
    version = current_version(settings.index_dir)
    assert version
    assert version != before.version
    folder = version_folder(settings.index_dir, version)
    assert attachment_state(folder, version, settings.multilingual_model) == "ready"
