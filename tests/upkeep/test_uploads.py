"""What staff upload: taken in, placed, taken back, withdrawn; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.aliases import correct
from rag.embedding import SentenceEmbedder
from rag.errors import CorpusError, LoadError, RagError, UploadError
from rag.formats.content import Metadata
from rag.indexing import build_index
from rag.loaders import corpus_files, digest, document_id, load
from rag.types import Corpus
from rag.upkeep.uploads import Uploads
from rag.upkeep.versions import go_back, holdings
from rag.versions import open_records
from tests.documents import center_in_word, one_page_pdf, paragraph, pdf, stream, word, word_of
from tests.test_loaders_hostile import _empty_pages

PAGE = b"# Lake Center\n\nAnn Roe is the director of the Lake Center.\n"
LIMIT = 3 * 2**20
NOTHING = Metadata()


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "hill.md").write_text(
        "---\ncenter: Hill Center\naliases: [HC]\n---\n\nBo Lee leads the Hill Center.\n"
    )
    return Corpus(folder, tmp_path / "data" / "uploads")


@pytest.fixture
def uploads(corpus: Corpus) -> Uploads:
    return Uploads(corpus, LIMIT)


def names(corpus: Corpus) -> list[str]:
    return [document_id(path, corpus) for path in corpus_files(corpus)]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("lake.md", PAGE),
        ("lake.txt", PAGE),
        ("lake.html", b"<!doctype html><title>Lake</title><p>Ann Roe leads the Lake Center.</p>"),
        ("lake.pdf", pdf([["# Lake Center", "Ann Roe is the director of the Lake Center."]])),
        ("湖 中心.md", PAGE),
        ("lake.docx", word(center_in_word)),
    ],
)
def test_every_format_waits_and_is_no_document_before_it_is_placed(
    corpus: Corpus, uploads: Uploads, name: str, raw: bytes
) -> None:
    document = uploads.receive(name, raw, Metadata(center="Lake Center", date="2026-01-31"))
    assert document.doc_id == f"uploads/{name}"
    assert document.center is not None
    assert uploads.waiting() == [name]
    assert names(corpus) == ["hill.md"]
    assert uploads.preview(name) == document
    placed = uploads.place()
    assert uploads.waiting() == []
    assert names(corpus) == ["hill.md", f"uploads/{name}"]
    path = next(path for path in corpus_files(corpus) if path.name == name)
    assert load(path, corpus) == document
    assert digest(path, corpus) == document.sha256
    uploads.take_back(placed)
    assert names(corpus) == ["hill.md"]
    assert uploads.preview(name) == document


def test_an_upload_that_replaces_another_gives_it_back_when_it_is_not_published(
    corpus: Corpus, uploads: Uploads
) -> None:
    first = uploads.receive("lake.md", PAGE, Metadata(center="Lake Center"))
    uploads.place()
    second = uploads.receive("lake.md", PAGE.replace(b"Ann", b"Eve"), NOTHING)
    assert second.center is None
    placed = uploads.place()
    path = corpus.uploads / "lake.md"
    assert load(path, corpus) == second
    uploads.take_back(placed)
    assert load(path, corpus) == first
    assert uploads.preview("lake.md") == second


def test_a_withdrawn_document_is_none_until_it_is_brought_back(
    corpus: Corpus, uploads: Uploads
) -> None:
    uploads.receive("lake.md", PAGE, NOTHING)
    uploads.place()
    uploads.withdraw("uploads/lake.md")
    assert names(corpus) == ["hill.md"]
    assert uploads.withdrawn() == ["lake.md"]
    uploads.bring_back("lake.md")
    assert names(corpus) == ["hill.md", "uploads/lake.md"]
    for doc_id in ("hill.md", "lake.md", "uploads/../../corpus/hill.md", "uploads/nothing.md"):
        with pytest.raises(UploadError):
            uploads.withdraw(doc_id)


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("../lake.md", lambda: PAGE, "cannot be the name"),
        ("..\\lake.md", lambda: PAGE, "cannot be the name"),
        ("/etc/passwd.md", lambda: PAGE, "cannot be the name"),
        (".hidden.md", lambda: PAGE, "cannot be the name"),
        ("lake\x00.md", lambda: PAGE, "cannot be the name"),
        ("lake\u202egpj.md", lambda: PAGE, "cannot be the name"),
        ("C:lake.md", lambda: PAGE, "cannot be the name"),
        ("", lambda: PAGE, "cannot be the name"),
        ("con.md", lambda: PAGE, "name of a device"),
        ("NUL.txt", lambda: PAGE, "name of a device"),
        ("com1.pdf", lambda: PAGE, "name of a device"),
        ("lpt9.tar.md", lambda: PAGE, "name of a device"),
        ("x" * 200 + ".md", lambda: PAGE, "longer than"),
        ("lake.exe", lambda: b"MZ\x90\x00", "of no format"),
        ("lake", lambda: PAGE, "of no format"),
        ("README.md", lambda: PAGE, "of no format"),
        ("lake.pdf.meta.yaml", lambda: b"center: X", "of no format"),
        ("large.md", lambda: b"x" * (LIMIT + 1), "larger than 3 MiB"),
        ("empty.md", lambda: b" \n", "is empty"),
        ("program.pdf", lambda: b"MZ\x90\x00\x03" + b"\x00" * 500, "is no text, not a PDF"),
        ("picture.html", lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", "is no text, not a web"),
        ("paper.md", lambda: one_page_pdf(stream(b"")), "is a PDF, not text"),
        ("paper.docx", lambda: one_page_pdf(stream(b"")), "is a PDF, not a Word file"),
        ("letter.pdf", lambda: word_of(paragraph("Dear all")), "is a Word file, not a PDF"),
        ("page.txt", lambda: b"<!doctype html><html><p>x</p></html>", "is a web page, not text"),
        ("words.pdf", lambda: PAGE, "is text, not a PDF"),
        ("words.html", lambda: PAGE, "is text, not a web page"),
        ("bomb.docx", lambda: word_of(paragraph(" " * 100_000_000)), "unpacks to more than 64"),
        ("scan.pdf", lambda: _empty_pages(10_000), "has no text"),
    ],
)
def test_what_is_no_document_is_refused_and_leaves_nothing(
    corpus: Corpus, uploads: Uploads, name: str, make: Callable[[], bytes], words: str
) -> None:
    with pytest.raises(RagError, match=words):
        uploads.receive(name, make(), NOTHING)
    left = [path for path in corpus.uploads.parent.rglob("*") if path.is_file()]
    assert left == []
    assert uploads.waiting() == []


def test_a_document_of_the_corpus_with_the_name_of_an_uploaded_one_is_told(
    corpus: Corpus, uploads: Uploads
) -> None:
    uploads.receive("lake.md", PAGE, NOTHING)
    uploads.place()
    (corpus.folder / "uploads").mkdir()
    (corpus.folder / "uploads" / "other.md").write_bytes(PAGE)
    assert names(corpus) == ["hill.md", "uploads/lake.md", "uploads/other.md"]
    (corpus.folder / "uploads" / "lake.md").write_bytes(PAGE)
    with pytest.raises(CorpusError, match=r"both have a document uploads/lake\.md"):
        names(corpus)


def test_uploads_that_lie_below_the_corpus_folder_are_each_one_document(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, tmp_path / "uploads")
    (tmp_path / "hill.md").write_bytes(PAGE)
    uploads = Uploads(corpus, LIMIT)
    uploads.receive("lake.md", PAGE, NOTHING)
    uploads.place()
    assert names(corpus) == ["hill.md", "uploads/lake.md"]
    for path in corpus_files(corpus):
        assert load(path, corpus).doc_id == document_id(path, corpus)


def test_a_link_out_of_the_uploads_is_not_read(corpus: Corpus, uploads: Uploads) -> None:
    uploads.receive("lake.md", PAGE, NOTHING)
    uploads.place()
    secret = corpus.uploads.parent / "secret.md"
    secret.write_text("The words of a file that is no document.")
    link = corpus.uploads / "link.md"
    link.symlink_to(secret)
    assert names(corpus) == ["hill.md", "uploads/lake.md"]
    with pytest.raises(LoadError, match="leads out of the corpus"):
        load(link, corpus)


def test_corrected_aliases_change_the_document_and_not_the_file(
    corpus: Corpus, tmp_path: Path
) -> None:
    path = corpus.folder / "hill.md"
    file, before = path.read_bytes(), load(path, corpus)
    assert before.aliases == ("HC",)
    kept = correct(corpus, ["hill.md"], ["Hill", " 山  中心 ", "", "Hill"])
    after = load(path, corpus)
    assert after.aliases == kept == ("Hill", "山 中心")
    assert after.sha256 == digest(path, corpus) != before.sha256
    assert path.read_bytes() == file
    # A folder that is named by hand has no corrections.
    assert load(path, corpus.folder) == before
    correct(corpus, ["hill.md"], [])
    assert load(path, corpus).aliases == ()
    with pytest.raises(CorpusError, match="at most 50"):
        correct(corpus, ["hill.md"], (f"name {number}" for number in range(51)))


def test_a_version_has_uploads_and_corrections_and_going_back_has_them_not(
    corpus: Corpus, uploads: Uploads, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    index = tmp_path / "index"
    first = build_index(corpus, index, embedder, 64).version
    uploads.receive("lake.md", PAGE, Metadata(center="Lake Center"))
    uploads.place()
    correct(corpus, ["hill.md"], ["Hill"])
    report = build_index(corpus, index, embedder, 64)
    assert report.plan.difference.added == ("uploads/lake.md",)
    assert report.plan.difference.changed == ("hill.md",)
    records = open_records(index)
    assert [one.aliases for one in records.documents()] == [("Hill",), ()]
    held = {one.doc_id: one for one in holdings(index)}
    assert held["uploads/lake.md"].center == "Lake Center"
    assert all(one.chunks > 0 and one.characters > 0 and one.changed for one in held.values())
    assert not build_index(corpus, index, embedder, 64).published
    assert go_back(index, first, embedder.name) == first
    assert [one.doc_id for one in holdings(index)] == ["hill.md"]
