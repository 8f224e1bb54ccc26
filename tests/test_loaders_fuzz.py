"""Damaged files of every format: a document or an error of that file, and nothing else."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import LoadError
from rag.loaders import load
from rag.types import Document
from tests.documents import WEB_PAGE, center_in_word, paragraph, pdf, word, word_of, write

PROSE = [
    ["# The Lakes", "The Lake Center studies how water moves between the ground and", "lakes."],
    ["It was founded in 2010.", "中"],
    ["It has 12 rooms."],
]
MARKDOWN = (
    "---\ntitle: The Center\ncenter: Center A\naliases: [CA, 中心]\ndate: 2025-05-08\n---\n\n"
    "# Who leads it\n\nIt is led by Ann Lee.\n\n- one\n- two\n\n| a | b |\n|---|---|\n"
)
# No deadline: what a single example may take is what this project's own limits say.
FUZZ = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@cache
def originals() -> dict[str, bytes]:
    """A whole file of every format; of some formats one with and one without compression."""
    return {
        "page.md": MARKDOWN.encode(),
        "page.txt": MARKDOWN.encode("utf-16"),
        "page.html": WEB_PAGE.encode(),
        "plain.pdf": pdf(PROSE, compress=False, title="The Lakes"),
        "packed.pdf": pdf(PROSE, header=lambda _: "The Lakes"),
        "secret.pdf": pdf(PROSE, password="secret"),  # noqa: S106
        "real.docx": word(center_in_word),
        "small.docx": word_of("".join(map(paragraph, ("It is new.", "It has 12 rooms.")))),
    }


NAMES = ["page.md", "page.txt", "page.html", "plain.pdf", "packed.pdf", "secret.pdf", "small.docx"]


@st.composite
def damage(draw: st.DrawFn, raw: bytes) -> bytes:
    """``raw`` with some bits turned, a part repeated or left out, or its end cut off."""
    content = bytearray(raw)
    for place in draw(st.lists(st.integers(0, len(raw) * 8 - 1), max_size=30)):
        content[place // 8] ^= 1 << place % 8
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(raw))] * 2)))
    way = draw(st.sampled_from(["none", "repeat", "drop", "cut"]))
    if way == "repeat":
        content[end:end] = content[start:end] * draw(st.integers(1, 4))
    elif way == "drop":
        del content[start:end]
    elif way == "cut":
        del content[end:]
    return bytes(content)


def outcome(root: Path, name: str, raw: bytes) -> Document | LoadError:
    """What loading gives; a document has to be one that everything else can live with."""
    path = write(root, name, raw)
    try:
        document = load(path, root)
    except LoadError as exc:
        error = exc
    else:
        return sound(document, name)
    assert name in error.problem
    assert error.cure
    assert len(str(error)) < 500
    return error


def sound(document: Document, name: str) -> Document:
    assert document.text.strip() == document.text != ""
    assert unicodedata.is_normalized("NFC", document.text)
    assert document.title
    for value in (document.text, document.title, document.publisher or "", document.date or ""):
        value.encode()
    offsets = [offset for offset, _ in document.pages]
    assert offsets == sorted(set(offsets))
    assert all(0 <= offset < len(document.text) for offset in offsets)
    assert bool(offsets) == name.endswith(".pdf")
    return document


@pytest.mark.parametrize("name", [*NAMES, "real.docx"])
def test_the_files_that_get_damaged_are_sound(tmp_path: Path, name: str) -> None:
    found = outcome(tmp_path, name, originals()[name])
    if name == "secret.pdf":
        assert "password" in str(found)
    else:
        assert isinstance(found, Document)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@FUZZ
def test_turned_bits_and_lost_parts_are_an_error_of_that_file(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    found = outcome(tmp_path, name, data.draw(damage(originals()[name])))
    if name.endswith((".md", ".txt")) and isinstance(found, LoadError):
        # No library can be to blame there.
        assert "damaged" not in str(found)


@given(data=st.data())
@settings(FUZZ, max_examples=25)
def test_a_word_file_whose_archive_is_sound_and_whose_xml_is_not_is_an_error_of_that_file(
    tmp_path: Path, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["word/document.xml", "word/styles.xml", "word/numbering.xml",
                                      "docProps/core.xml", "_rels/.rels"]))  # fmt: skip
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(originals()["real.docx"])) as source,
        zipfile.ZipFile(target, "w") as archive,
    ):
        for part in source.namelist():
            content = source.read(part)
            archive.writestr(part, data.draw(damage(content)) if part == name else content)
    outcome(tmp_path, "page.docx", target.getvalue())


@pytest.mark.parametrize("suffix", [".md", ".txt", ".html", ".pdf", ".docx"])
@given(
    raw=st.binary(max_size=400) | st.text(max_size=400).map(lambda t: t.encode("utf-8", "replace"))
)
@settings(FUZZ, max_examples=40)
def test_anything_at_all_is_a_document_or_an_error_of_that_file(
    tmp_path: Path, suffix: str, raw: bytes
) -> None:
    outcome(tmp_path, "page" + suffix, raw)


@pytest.mark.parametrize("name", [*NAMES, "real.docx"])
def test_a_file_cut_off_anywhere_is_a_document_or_an_error_of_that_file(
    tmp_path: Path, name: str
) -> None:
    raw = originals()[name]
    for part in range(20):
        outcome(tmp_path, name, raw[: len(raw) * part // 20])


KEYS = st.sampled_from(["title", "center", "aliases", "date", "language", "x", "<<", "&a", "*a"])
YAML = st.lists(
    st.tuples(
        KEYS,
        st.text(max_size=20) | st.sampled_from(["[a, b]", "{a: b}", "&a b", "*a", "|", "0xff"]),
    ),
    max_size=6,
).map(lambda pairs: "\n".join(f"{key}: {value}" for key, value in pairs))


@given(yaml=YAML | st.text(max_size=100))
@settings(FUZZ, max_examples=150)
def test_any_front_matter_and_any_sidecar_is_metadata_or_an_error(
    tmp_path: Path, yaml: str
) -> None:
    front = outcome(tmp_path, "front.md", f"---\n{yaml}\n---\n\nIt is new.".encode())
    write(tmp_path, "side.txt.meta.yaml", yaml.encode())
    side = outcome(tmp_path, "side.txt", b"It is new.")
    for found in (front, side):
        assert isinstance(found, Document) or "damaged" not in str(found)
