"""Files made to do harm: each is an error of that file, and the next file is read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import LoadError
from rag.formats.converter import Converter, Limits
from rag.loaders import load
from rag.types import Document
from tests.documents import one_page_pdf, paragraph, raw_pdf, stream, word_of, write

OUTSIDE = "the words of a file that is none of the corpus"
LAUGHS = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))


def _too_many_parts() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}.bin", "")
    return target.getvalue()


def _stated_too_small() -> bytes:
    """A Word file whose main part unpacks to more than its archive says."""
    raw = bytearray(word_of(paragraph("a b " * 20_000_000)))
    place = raw.rfind(b"PK\x01\x02") + 24
    raw[place : place + 4] = (1000).to_bytes(4, "little")
    return bytes(raw)


def _empty_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"
    return raw_pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
            *[page] * count,
        ]
    )


def _packed(times: int) -> bytes:
    """A page whose content is packed so often that it would fill any memory."""
    content = b"\n" * 100_000_000
    for _ in range(times):
        content = zlib.compress(content, 9)
    filters = b"/FlateDecode" * times
    return one_page_pdf(stream(content, b"/Filter[%s]" % filters))


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("bomb.docx", lambda: word_of(paragraph(" " * 100_000_000)), "unpacks to more than 64 MiB"),
        ("parts.docx", _too_many_parts, "unpacks to more"),
        ("small.docx", _stated_too_small, "damaged"),
        (
            "laughs.docx",
            lambda: word_of(
                paragraph("&j;"), declarations=f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{LAUGHS}]>'
            ),
            "damaged",
        ),
        (
            "deep.docx",
            lambda: word_of("<w:sdt><w:sdtContent>" * 20_000 + "</w:sdtContent></w:sdt>" * 20_000),
            "damaged",
        ),
        (
            "tables.docx",
            lambda: word_of(
                "<w:tbl><w:tr><w:tc>" * 90 + paragraph("x") + "</w:tc></w:tr></w:tbl>" * 90
            ),
            "nested more than 255 deep|damaged",
        ),
        ("empty.pdf", lambda: _empty_pages(10_000), "no text: its pages .10000. may be scans"),
        (
            "loop.pdf",
            lambda: raw_pdf(
                [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 3>>"]
            ),
            "damaged|no text",
        ),
        (
            "count.pdf",
            lambda: raw_pdf(
                [
                    b"<</Type/Catalog/Pages 2 0 R>>",
                    b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>",
                    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>",
                ]
            ),
            "damaged|no text",
        ),
        (
            "nest.pdf",
            lambda: raw_pdf(
                [
                    b"<</Type/Catalog/Pages 2 0 R/A %s%s>>" % (b"[" * 200_000, b"]" * 200_000),
                    b"<</Type/Pages/Kids[]/Count 0>>",
                ]
            ),
            "damaged|no text",
        ),
        ("packed.pdf", lambda: _packed(2), "no text|damaged|memory"),
        ("deep.html", lambda: b"<div>" * 200_000 + b"x", "nested more than 255 deep"),
        ("front.md", lambda: b"---\n" + b"[" * 60_000 + b"\n---\nx", "not valid YAML"),
        ("mapping.md", lambda: b"---\n" + b"? " * 30_000 + b"\n---\nx", "not valid YAML"),
        ("long.md", lambda: b"---\na: " + b"x" * 70_000 + b"\n---\nx", "longer than"),
        ("endless.md", lambda: b"---\ntitle: A\n\nIt has no end.", "has no end"),
        ("long.txt", lambda: b"x" * 10_000_001, "more than 10 million characters"),
        ("large.html", lambda: b"x" * (20 * 2**20 + 1), "larger than 20 MiB"),
    ],
)
def test_a_hostile_file_is_an_error_of_that_file(
    tmp_path: Path, name: str, make: Callable[[], bytes], words: str
) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        load(write(tmp_path, name, make()), tmp_path)
    assert name in str(caught.value)
    good = write(tmp_path, "good.html", "<p>It is new.")
    assert load(good, tmp_path).text == "It is new."


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("brackets.html", lambda: b"<p>" + b"a > b &gt; " * 20_000),
        ("signs.html", lambda: b"<p>" + b"<" * 200_000),
        ("attributes.html", lambda: b"<p " + b"a=b " * 200_000 + b">x"),
        ("dates.html", lambda: b"<title>" + b"2019-01-01 " * 5_000 + b"</title><p>x"),
        ("meta.html", lambda: b"<meta property='og:title' content='x'>" * 20_000 + b"<p>x"),
        ("json.html", lambda: b"<script type='application/ld+json'>%s</script>x" % (b"[" * 99_999)),
        ("lines.txt", lambda: b"a\n" * 80_000),
        ("marks.txt", lambda: ("a" + "\u0301\u0323" * 500_000).encode()),
        ("marks.md", lambda: ("a" + "\u0301\u0323" * 25_000).encode()),
        ("brackets.md", lambda: b"a > b " * 20_000),
        ("hyphens.txt", lambda: b"ab-\n" * 30_000),
    ],
)  # fmt: skip
def test_text_that_would_take_some_programs_for_ever_is_read(
    tmp_path: Path, name: str, make: Callable[[], bytes]
) -> None:
    assert load(write(tmp_path, name, make()), tmp_path).text


@pytest.mark.parametrize(
    ("body", "declarations"),
    [
        (paragraph("It is &e;new."), '<!DOCTYPE x [<!ENTITY e SYSTEM "file://{}">]>'),
        (
            paragraph("It is new.")
            + '<w:p><w:r><w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" r:id="r9"/>'
            "</w:pict></w:r></w:p>",
            "",
        ),
    ],
)
def test_a_word_file_reaches_for_no_other_file(
    tmp_path: Path, body: str, declarations: str
) -> None:
    secret = write(tmp_path, "outside/secret.txt", OUTSIDE)
    parts = {
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/'
        'package/2006/relationships"><Relationship Id="r9" TargetMode="External" Type="http://'
        'schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        f'Target="file://{secret}"/></Relationships>',
        "docProps/core.xml": f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><c '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A &e;title</dc:title></c>',
        "../../../../../../../../tmp/outside.xml": OUTSIDE,
        str(secret): "overwritten",
    }
    raw = word_of(body, declarations=declarations.format(secret), parts=parts)
    document = load(write(tmp_path, "page.docx", raw), tmp_path)
    assert document.text == "It is new."
    assert "words" not in document.title
    assert secret.read_text() == OUTSIDE
    assert not Path("/tmp/outside.xml").exists()  # noqa: S108


# About ten million elements: read they are, but not within the limits of these tests.
SLOW = (b"<html><body>" + b"<p>word word" * 300_000, ".html")
GOOD = (b"<p>It is new.", ".html", "good.html")


def test_reading_ends_when_its_computing_time_is_used_up() -> None:
    with closing(Converter(Limits(cpu_seconds=1))) as converter:
        assert converter.read(*GOOD).text == "It is new."
        with pytest.raises(LoadError, match=r"slow\.html takes more than 1 seconds"):
            converter.read(*SLOW, "slow.html")
        assert converter.read(*GOOD).text == "It is new."


def test_reading_ends_at_its_deadline_whatever_the_system_limits() -> None:
    with closing(Converter(Limits(cpu_seconds=1000, seconds=1))) as converter:
        with pytest.raises(LoadError, match=r"slow\.html takes more than"):
            converter.read(*SLOW, "slow.html")
        assert converter.read(*GOOD).text == "It is new."


def test_reading_ends_when_it_needs_too_much_memory() -> None:
    with closing(Converter(Limits(memory=150 * 2**20))) as converter:
        good = (b"It is new. " * 15_000, ".txt", "good.txt")
        assert converter.read(*good).text
        with pytest.raises(LoadError, match=r"memory|far too large"):
            converter.read(b"The center. " * 800_000, ".txt", "large.txt")
        assert converter.read(*good).text


def test_a_form_that_draws_itself_again_and_again_ends(tmp_path: Path) -> None:
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"
    raw = one_page_pdf(
        stream(b"/X Do"), stream(b"/X Do /X Do", form), resources=b"/XObject<</X 5 0 R>>"
    )
    with closing(Converter(Limits(cpu_seconds=1))) as converter:
        with pytest.raises(LoadError, match=r"form\.pdf"):
            converter.read(raw, ".pdf", "form.pdf")
        assert converter.read(*GOOD).text == "It is new."


def test_a_document_is_the_same_whatever_was_read_before_it(tmp_path: Path) -> None:
    path = write(tmp_path, "page.docx", word_of(paragraph("It is new.")))
    first: Document = load(path, tmp_path)
    for number in range(3):
        bad = write(tmp_path, f"{number}.pdf", _empty_pages(2))
        with pytest.raises(LoadError):
            load(bad, tmp_path)
        assert load(path, tmp_path) == first
