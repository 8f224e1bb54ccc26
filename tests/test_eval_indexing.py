"""The measuring of builds, on few documents."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.passages import PassageError, write_passages
from rag.loaders import corpus_files, load


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()

    def write(name: str, content: object) -> None:
        with gzip.open(folder / f"{name}.json.gz", "wt", encoding="utf-8") as file:
            json.dump(content, file)

    def squad(*texts: str) -> object:
        return {"data": [{"title": "T", "paragraphs": [{"context": text} for text in texts]}]}

    write("2wiki-passages", [{"title": "A: 'b'", "text": "One."}, {"title": "- C", "text": "Two."}])
    write("squad2-dev-half", squad("Three.", "One."))
    write("squadshifts-new_wiki", squad("Four."))
    write("pubmedqa-labeled", {"1": {"QUESTION": "Why?", "CONTEXTS": ["Five.", "And more."]}})
    write("squadshifts-reddit", squad("Six."))
    return folder


def test_passages_become_documents_with_their_titles_each_text_once(
    data: Path, tmp_path: Path
) -> None:
    write_passages(data, tmp_path / "corpus", 6)
    documents = [load(path, tmp_path / "corpus") for path in corpus_files(tmp_path / "corpus")]
    assert [d.title for d in documents] == ["A: 'b'", "- C", "T", "T", "Why?", "T"]
    assert [d.text.split(".")[0] for d in documents] == [
        "One", "Two", "Three", "Four", "Five", "Six",
    ]  # fmt: skip


def test_too_few_passages_and_missing_data_are_errors_with_a_cure(
    data: Path, tmp_path: Path
) -> None:
    with pytest.raises(PassageError, match="--documents"):
        write_passages(data, tmp_path / "corpus", 7)
    with pytest.raises(PassageError, match="--data"):
        write_passages(tmp_path / "none", tmp_path / "corpus", 1)
