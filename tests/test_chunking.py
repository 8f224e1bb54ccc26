"""Documents to chunks."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chunking import chunk, embedded_text
from rag.config import ROOT
from rag.embedding import SentenceEmbedder
from rag.loaders import corpus_files, load
from rag.noise import noise_spans
from rag.text import normalise, tokens
from rag.types import Document


def words(text: str) -> int:
    """A count that needs no model."""
    return len(tokens(text))


def document(text: str, title: str = "The Center") -> Document:
    return Document("page.md", title, text, sha256="0" * 64)


def test_headings_travel_with_their_text_and_are_not_part_of_it() -> None:
    text = (
        "# The Center\n\nIt is new.\n\n## People\n\n### Heads\n\nA leads.\n\n## Place\n\nHangzhou."
    )
    chunks = chunk(document(text), words, 60)
    assert [(c.heading, c.text) for c in chunks] == [
        ("", "It is new."),
        ("People > Heads", "A leads."),
        ("Place", "Hangzhou."),
    ]


def test_the_line_that_leads_into_a_list_stays_with_its_first_item() -> None:
    lead = "One two three four five six seven eight nine ten. The aspects are:"
    items = "\n".join(f"- {'item ' * 12}{i}." for i in range(4))
    chunks = chunk(document(f"{lead}\n\n{items}"), words, 45)
    (with_lead,) = [c for c in chunks if "aspects are:" in c.text]
    assert "0." in with_lead.text
    assert all(c.text.startswith(("One", "The aspects", "- ")) for c in chunks)


def test_no_chunk_crosses_page_noise() -> None:
    text = "It is new.\n\nFig. 1 The team\n\nIt is large.\n\nCopyright © 2023\n\nIt is good."
    chunks = chunk(document(text), words, 200)
    assert [c.text for c in chunks] == ["It is new.", "It is large.", "It is good."]


def test_sentences_are_cut_only_when_one_alone_is_too_long() -> None:
    text = "Prof. He leads it. " + "It has many labs, " * 40 + "and more. It ends."
    chunks = chunk(document(text), words, 60)
    assert chunks[0].text.startswith("Prof. He leads it.")
    assert len(chunks) > 2
    assert all(words(c.text) <= 60 for c in chunks)


def test_a_document_that_is_only_its_title_is_still_found() -> None:
    assert [c.text for c in chunk(document("The Center"), words, 60)] == ["The Center"]


@given(
    st.text(alphabet=st.sampled_from("ab .\n#-1Fig|Copyright©。中:"), max_size=400),
    st.integers(40, 80),
)
@settings(max_examples=150, deadline=None)
def test_every_chunk_is_the_slice_that_its_span_says(raw: str, most: int) -> None:
    text = normalise(raw, markdown=True)
    if not text:
        return
    page = document(text)
    noise = noise_spans(text)
    chunks = chunk(page, words, most)
    for one in chunks:
        assert text[one.start : one.end] == one.text == one.text.strip()
        only_noise = len(chunks) == 1 and one.start == 0
        assert only_noise or not any(s < one.end and e > one.start for s, e in noise)
    ends = [(c.start, c.end) for c in chunks]
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(ends))


_PIECES = [
    "word ", "some more words ", "and so on " * 8, "End. ", "\n", "\n\n", ":\n\n- ", ", ", "- ",
    "。", "\ue000", "; ",
]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=300), st.integers(30, 50))
@settings(max_examples=300, deadline=None)
def test_chunks_have_every_word_once_however_long_the_sentences_are(
    pieces: list[str], most: int
) -> None:
    text = normalise("".join(pieces))
    if not text:
        return
    chunks = chunk(document(text), words, most)
    assert sum(words(c.text) for c in chunks) == words(text)
    assert all(words(c.text) <= most for c in chunks)


def test_a_blank_line_after_a_sentence_that_is_too_long_stands_once() -> None:
    grown = f"{'It grew and ' * 18}ended."
    text = f"It is new.\n\nThe center has {'a laboratory, ' * 40}and more.\n\n{grown}"
    chunks = chunk(document(text), words, 60)
    assert sum(words(c.text) for c in chunks) == words(text)
    assert all(words(c.text) <= 60 for c in chunks)


@pytest.mark.parametrize("most", [64, 160, 256])
def test_title_heading_and_text_fit_what_is_embedded(
    embedder: SentenceEmbedder, tmp_path: Path, most: int
) -> None:
    (tmp_path / "long.md").write_text(
        f"---\ntitle: {'A very long title ' * 30}\n---\n\n# {'Heading ' * 200}\n\n{'Word ' * 900}"
    )
    pages = [(p, ROOT / "corpus") for p in corpus_files(ROOT / "corpus")]
    for path, root in [*pages, (tmp_path / "long.md", tmp_path)]:
        page = load(path, root)
        for one in chunk(page, embedder.count_tokens, most):
            whole = embedded_text(page, one, embedder.count_tokens, most)
            assert embedder.count_tokens(whole) + 2 <= most
            assert whole.endswith(one.text)
