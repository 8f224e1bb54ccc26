"""What is fuzzed: each takes any bytes and raises only where the product is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from rag.batch import run_batch
from rag.door.addresses import kind_of
from rag.door.bodies import MalformedError, check
from rag.errors import LoadError, QueryError, RagError
from rag.formats.fields import read_fields
from rag.formats.plain import read_plain
from rag.formats.reading import SUFFIXES, read_content
from rag.lists import lists_in
from rag.markers import SentenceStream
from rag.mentions import mentions
from rag.noise import noise_spans
from rag.quantities import dates_in, quantities_in
from rag.statements import statement
from rag.text import normalise, sentence_spans, tokens
from rag.web.api import _Asked, _checked, _Searched
from rag.web.hearing import Rated, ToAsk, ToRead, arrival_of, heard
from rag.web.keeping import restored

Target = Callable[[bytes], None]


def loaders(data: bytes) -> None:
    """A file of some format: a document, or an error of that file."""
    suffix = SUFFIXES[data[0] % len(SUFFIXES)] if data else SUFFIXES[0]
    try:
        content = read_content(data[1:], suffix, f"file{suffix}")
    except LoadError:
        return
    _spans(content.text)
    assert content.text


def front_matter(data: bytes) -> None:
    """Front matter and sidecars: metadata, or an error of that file."""
    text = data.decode("utf-8", "replace")
    for read in (
        lambda: read_fields(text, "the sidecar", "Correct it."),
        lambda: read_plain(b"---\n" + data, "page.md", markdown=True),
    ):
        try:
            read()
        except LoadError:
            continue


def markers(data: bytes) -> None:
    """What a model writes, broken anywhere, is given out as whole sentences with their markers."""
    text = data[1:].decode("utf-8", "replace")
    step = (data[0] if data else 0) % 23 + 1
    stream = SentenceStream()
    found = []
    for at in range(0, len(text), step):
        found += stream.feed(text[at : at + step])
        found += stream.idle() if at % 5 == 0 else []
    found += stream.finish()
    assert all(one.text for one in found)


def json_lines(data: bytes) -> None:
    """Each line of a batch has an answer or an error, in order."""
    lines = data.decode("utf-8", "replace").split("\n")
    told = list(run_batch(lines, lambda asked: {"asked": asked.question}))
    assert len(told) == sum(bool(line.strip()) for line in lines)
    assert all(("error" in one) != ("asked" in one) for one in told)


def browser(data: bytes) -> None:
    """What a browser brings to the page is taken, or is nothing."""
    text = data.decode("utf-8", "replace")
    restored(text)
    said: Any = text
    with suppress(ValueError, RecursionError):
        said = json.loads(text)
    assert arrival_of(text) is not None
    for kind in (ToAsk, ToRead, Rated):
        heard(kind, said)


def requests(data: bytes) -> None:
    """An address and a body: let through in the right shape, or told what is wrong."""
    path, _, body = data.partition(b"\n")
    for method in ("GET", "POST"):
        address = path.decode("latin-1")
        kind = kind_of(method, address)
        if kind is None:
            continue
        try:
            check(kind, address, body)
        except MalformedError as exc:
            assert len(str(exc)) < 1000


def text(data: bytes) -> None:
    """Whatever reads plain text, ends; what it finds lies within the text."""
    found = normalise(data.decode("utf-8", "replace"), markdown=bool(data[:1] > b"\x7f"))
    _spans(found)
    tokens(found)
    mentions(found[:2000])
    quantities_in(found, dates_in(found))
    statement(found[:2000])


def _spans(found: str) -> None:
    at = 0
    for start, end in sentence_spans(found):
        assert at <= start < end <= len(found)
        at = end
    for start, end in noise_spans(found):
        assert 0 <= start <= end <= len(found)
    lists_in(found)


def endpoints(chatbot: Any) -> dict[str, Target]:
    """The two endpoints over a chatbot: an answer whose quotes are the documents', or a sentence."""

    def ask(data: bytes) -> None:
        question, _, center = data.decode("utf-8", "replace").partition("\x00")
        try:
            asked = _checked(_Asked, question=question, center=center or None)
            answer = chatbot.ask(asked.question, center=asked.center)
        except RagError as exc:
            assert exc.cure
            return
        for citation in answer.citations:
            document = chatbot.document(citation.doc_id)
            assert document.text[citation.start : citation.end] == citation.quote

    def search(data: bytes) -> None:
        question = data[1:].decode("utf-8", "replace")
        try:
            wanted = _checked(_Searched, question=question, center=None, k=data[0] if data else 0)
            hits = chatbot.search(wanted.question, wanted.k)
        except QueryError as exc:
            assert exc.cure
            return
        assert len(hits) <= wanted.k
        assert all(np.isfinite(hit.score) for hit in hits)

    return {"ask": ask, "search": search}


TARGETS: dict[str, Target] = {
    "loaders": loaders,
    "front_matter": front_matter,
    "markers": markers,
    "json_lines": json_lines,
    "browser": browser,
    "requests": requests,
    "text": text,
}
ENDPOINTS = ("ask", "search")
# Where a fuzzer starts from; one of each shape.
SEEDS: dict[str, tuple[bytes, ...]] = {
    "loaders": (
        b"\x00---\ntitle: A\ncenter: B\n---\n\n# Who\n\nAnn Lee leads it.\n\n- one\n- two\n",
        b"\x02<html><body><main><h1>A</h1><p>Ann Lee leads it.</p></main></body></html>",
        b"\x04%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>",
        b"\x05PK\x03\x04word/document.xml",
    ),
    "front_matter": (b"title: A\naliases: [B, C]\ndate: 2025-05-08\n---\ntext", b"a: &a [*a]\n---\n"),
    "markers": (b"\x03It was founded in 2011 [1]. Lee leads it [2-4].\n- Cells [1, 2]\n<think>x</think>",),
    "json_lines": (b'{"id": 1, "question": "Who?", "history": ["a"], "center": "B"}\n[]\n',),
    "browser": (b'{"language":"en","kept":"","ask":"Who?","center":"","index":""}',),
    "requests": (
        b'/gradio_api/queue/join\n{"data": [1], "fn_index": 1, "session_hash": "a"}',
        b'/gradio_api/call/v2/search\n{"question": "x", "k": 5}', b"/assets/../x\n",
    ),
    "text": (b"Founded in 2011, it has 3,000 m2 and 12 rooms.\n\n1. one\n2. two\n\nProf. Lee. \xe4\xb8\xad",),
    "ask": (b"Who is the director?\x00CPMRC", "谁是主任？".encode()),
    "search": (b"\x05tissue repair",),
}  # fmt: skip
