"""Files to documents."""

from pathlib import Path

import pytest

from rag.errors import CorpusError, LoadError
from rag.loaders import corpus_files, load

FRONT = (
    "---\ntitle: The Center\ncenter: Center A\naliases: [CA, Center of A]\ndate: 2025-05-08\n---\n"
)


def write(root: Path, name: str, content: str | bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_front_matter_becomes_fields_and_absent_ones_stay_absent(tmp_path: Path) -> None:
    document = load(write(tmp_path, "a/page.md", FRONT + "\nIt is\nnew."), tmp_path)
    assert document.doc_id == "a/page.md"
    assert document.title == "The Center"
    assert document.center == "Center A"
    assert document.aliases == ("CA", "Center of A")
    assert document.date == "2025-05-08"
    assert document.publisher is None
    assert document.text == "It is new."


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xef\xbb\xbfWith a mark.", "With a mark."),
        ("中心成立于二零一九年。".encode("gb18030"), "中心成立于二零一九年。"),
        ("Sixteen bits.".encode("utf-16"), "Sixteen bits."),
        (b"Lines\r\n\r\nend.", "Lines\n\nend."),
    ],
)
def test_usual_encodings_are_read(tmp_path: Path, raw: bytes, text: str) -> None:
    assert load(write(tmp_path, "page.txt", raw), tmp_path).text == text


def test_title_is_the_first_heading_like_line_that_is_no_noise_else_the_file_name(
    tmp_path: Path,
) -> None:
    noisy = "CN\n\nHome > Research > Content\n\nThe Tissue Center\n\nAug 28, 2023\n\nIt is new."
    assert load(write(tmp_path, "a.txt", noisy), tmp_path).title == "The Tissue Center"
    prose = "On the morning of 25 December the center was opened in Hangzhou."
    assert load(write(tmp_path, "b.txt", prose), tmp_path).title == "b"
    assert load(write(tmp_path, "c.md", "## Who we are\n\nText."), tmp_path).title == "Who we are"


def test_readme_license_hidden_files_and_other_formats_are_no_documents(tmp_path: Path) -> None:
    for name in ("README.md", "x/readme.md", "LICENSE.txt", ".hidden.md", ".git/a.md", "a.png"):
        write(tmp_path, name, "text")
    write(tmp_path, "b/page.md", "text")
    write(tmp_path, "a/Page.TXT", "text")
    found = [path.relative_to(tmp_path).as_posix() for path in corpus_files(tmp_path)]
    assert found == ["a/Page.TXT", "b/page.md"]


def test_a_link_out_of_the_corpus_is_no_document(tmp_path: Path) -> None:
    secret = write(tmp_path, "outside/secret.md", "secret")
    root = tmp_path / "corpus"
    write(root, "page.md", "text")
    (root / "link.md").symlink_to(secret)
    assert [path.name for path in corpus_files(root)] == ["page.md"]


def test_a_missing_corpus_names_the_cure(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="--corpus"):
        list(corpus_files(tmp_path / "none"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no text"),
        (b"\x00\x01\x02", "no text"),
        (b"\xff\xff\xff\xff\x80", "not a text file"),
        (b"---\ntitle: [unclosed\n---\ntext", "not valid YAML"),
        (b"---\n- a\n- b\n---\ntext", "name: value"),
        (b"---\ncentre: X\n---\ntext", "unknown field `centre`"),
        (b"---\ntitle: {a: b}\n---\ntext", "is not text"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(LoadError, match=words):
        load(write(tmp_path, "page.md", content), tmp_path)
