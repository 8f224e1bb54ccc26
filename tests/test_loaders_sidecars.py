"""Sidecars: metadata that lies beside a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.embedding import SentenceEmbedder
from rag.errors import LoadError
from rag.indexing import build_index
from rag.loaders import load
from rag.versions import open_current
from tests.documents import WEB_PAGE, center_in_word, pdf, word, write

REPORT = pdf([["The Lake Center has 12 rooms."]], title="Some Report")


def test_a_sidecar_gives_a_pdf_what_it_cannot_say_itself(tmp_path: Path) -> None:
    path = write(tmp_path, "report.pdf", REPORT)
    write(
        tmp_path,
        "report.pdf.meta.yaml",
        "title: The Lake Report\ncenter: Lake Center\naliases: [LC, 湖泊中心]\n"
        "date: 2024-03-05\nlanguage: no\n",
    )
    document = load(path, tmp_path)
    assert document.title == "The Lake Report"
    assert document.center == "Lake Center"
    assert document.aliases == ("LC", "湖泊中心")
    assert document.date == "2024-03-05"
    assert document.language == "no"


def test_what_a_person_wrote_wins_over_what_a_program_left_field_by_field(tmp_path: Path) -> None:
    path = write(tmp_path, "page.md", "---\ntitle: Front\n---\n\nIt is new.")
    write(tmp_path, "page.md.meta.yaml", "title: Side\ncenter: Lake Center")
    document = load(path, tmp_path)
    assert (document.title, document.center) == ("Front", "Lake Center")
    web = write(tmp_path, "web.html", WEB_PAGE)
    write(tmp_path, "web.html.meta.yaml", "title: Side\npublisher:\n")
    document = load(web, tmp_path)
    assert (document.title, document.publisher) == ("Side", "Example University")


def test_a_sidecar_without_suffix_is_for_every_format_and_the_full_name_goes_before(
    tmp_path: Path,
) -> None:
    paths = [
        write(tmp_path, "a/report.pdf", REPORT),
        write(tmp_path, "a/report.docx", word(center_in_word)),
    ]
    write(tmp_path, "a/report.meta.yaml", "center: Lake Center\npublisher: P")
    write(tmp_path, "a/report.docx.meta.yaml", "center: Tissue Center")
    documents = [load(path, tmp_path) for path in paths]
    assert [document.center for document in documents] == ["Lake Center", "Tissue Center"]
    assert documents[1].publisher is None


def test_a_document_without_any_metadata_has_no_center(tmp_path: Path) -> None:
    assert load(write(tmp_path, "report.pdf", REPORT), tmp_path).center is None


def test_every_change_of_a_sidecar_is_a_change_of_its_document(tmp_path: Path) -> None:
    path = write(tmp_path, "report.pdf", REPORT)
    hashes = [load(path, tmp_path).sha256]
    for content in ("center: A", "center: B", "center: B\n", ""):
        write(tmp_path, "report.pdf.meta.yaml", content)
        hashes.append(load(path, tmp_path).sha256)
    assert len(set(hashes)) == len(hashes)
    write(tmp_path, "report.pdf.meta.yaml", "center: A")
    assert load(path, tmp_path).sha256 == hashes[1]
    (tmp_path / "report.pdf.meta.yaml").unlink()
    assert load(path, tmp_path).sha256 == hashes[0]


def test_a_changed_sidecar_is_indexed_again(tmp_path: Path, embedder: SentenceEmbedder) -> None:
    write(tmp_path, "corpus/report.pdf", REPORT)
    write(tmp_path, "corpus/page.md", "It is new.")
    build_index(tmp_path / "corpus", tmp_path / "index", embedder, 128)
    write(tmp_path, "corpus/report.pdf.meta.yaml", "center: Lake Center")
    report = build_index(tmp_path / "corpus", tmp_path / "index", embedder, 128)
    assert report.plan.difference.changed == ("report.pdf",)
    assert open_current(tmp_path / "index", embedder).records.names_of_centers(["Lake Center"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"title: [", "not valid YAML"),
        (b"- a\n- b", "name: value"),
        (b"centre: X", "unknown field `centre`"),
        (b"title: {a: b}", "not text"),
        (b"aliases: [[a]]", "not text"),
        (b"\xff\xff\xff\x80", "not a text file"),
        (b"a: &a [x]\n" + b"".join(b"b%d: [*a, *a]\n" % i for i in range(999)), "unknown field"),
        (b"[" * 60_000, "not valid YAML"),
        (b"title: " + b"x" * 70_000, "larger than"),
        (b"title: !!python/object/apply:os.system [ls]", "not text"),
    ],
)
def test_a_wrong_sidecar_is_an_error_of_its_file(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = write(tmp_path, "report.pdf", REPORT)
    write(tmp_path, "report.pdf.meta.yaml", content)
    with pytest.raises(LoadError, match=words) as caught:
        load(path, tmp_path)
    assert "report.pdf.meta.yaml" in str(caught.value)


def test_a_sidecar_that_is_no_file_of_the_corpus_is_an_error_of_its_document(
    tmp_path: Path,
) -> None:
    secret = write(tmp_path, "outside/secret.yaml", "title: secret")
    root = tmp_path / "corpus"
    path = write(root, "report.pdf", REPORT)
    sidecar = root / "report.pdf.meta.yaml"
    for target, words in ((secret, "out of the corpus"), ("none", "cannot be read"),
                          (sidecar, "cannot be read")):  # fmt: skip
        sidecar.symlink_to(target)
        with pytest.raises(LoadError, match=words):
            load(path, root)
        sidecar.unlink()
    os.mkfifo(sidecar)
    with pytest.raises(LoadError, match="is not a file"):
        load(path, root)


@pytest.mark.parametrize("value", ["", "~", "null"])
def test_an_empty_value_is_no_value(tmp_path: Path, value: str) -> None:
    path = write(tmp_path, "report.pdf", REPORT)
    write(tmp_path, "report.pdf.meta.yaml", f"title: {value}\naliases: {value}\ncenter: {value}")
    document = load(path, tmp_path)
    assert (document.title, document.center, document.aliases) == ("Some Report", None, ())
