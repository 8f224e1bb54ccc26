"""``Document`` to ``Chunk``s whose spans are verified."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from langchain_text_splitters import RecursiveCharacterTextSplitter, TextSplitter

from rag.noise import noise_spans
from rag.text import Span, sentence_spans
from rag.types import Chunk, Document

CountTokens = Callable[[str], int]

# [CLS] and [SEP], and the two line ends between title, heading and text.
_SPECIAL_TOKENS = 2
# However long the title, this much of a chunk is text.
_LEAST_TEXT = 24
_HEADING_LINE = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_LEAD_IN = re.compile(r"[:：]$")


@dataclass(frozen=True, slots=True)
class _Section:
    """A run of text under one heading, free of page noise."""

    start: int
    end: int
    heading: str


def chunk(document: Document, count_tokens: CountTokens, max_tokens: int) -> list[Chunk]:
    """Cut a document into chunks of whole sentences.

    Args:
        document: every chunk is a slice of its text.
        count_tokens: the embedder's own count, special tokens not included.
        max_tokens: the most that title, heading and text of one chunk may have together,
            special tokens included.

    Raises:
        AssertionError: a chunk is not the slice of the text that its span says; a defect of ours.
    """
    chunks: list[Chunk] = []
    # A document that is nothing but its title is still found.
    for section in list(_sections(document)) or [_Section(0, len(document.text), "")]:
        title = fit(document.title, section.heading, count_tokens, max_tokens)
        room = max_tokens - _SPECIAL_TOKENS - count_tokens(title)
        splitter = _SentenceSplitter(document.text, section, count_tokens, room)
        for start, end in splitter.spans():
            text = document.text[start:end]
            chunks.append(
                Chunk(
                    chunk_id=f"{document.doc_id}#{start}-{end}",
                    doc_id=document.doc_id,
                    start=start,
                    end=end,
                    heading=section.heading,
                    text=text,
                )
            )
    return chunks


def fit(title: str, heading: str, count_tokens: CountTokens, max_tokens: int) -> str:
    """What stands in front of a chunk when it is embedded: title and heading, cut to fit."""
    prefix = "\n".join(part for part in (title, heading) if part) + "\n"
    most = max_tokens - _SPECIAL_TOKENS - _LEAST_TEXT
    while count_tokens(prefix) > most and len(prefix) > 1:
        prefix = prefix[: len(prefix) * most // count_tokens(prefix)] or prefix[:1]
    return prefix


def embedded_text(
    document: Document, piece: Chunk, count_tokens: CountTokens, max_tokens: int
) -> str:
    """The text that stands for a chunk in the index: title, heading, then its own text."""
    return fit(document.title, piece.heading, count_tokens, max_tokens) + piece.text


def chunk_sentences(document: Document, piece: Chunk) -> list[Span]:
    """Whole sentences of the document that a chunk touches, even where it cuts one."""
    text = document.text
    start = text.rfind("\n", 0, piece.start) + 1
    end = text.find("\n", piece.end)
    spans = sentence_spans(text, start, len(text) if end < 0 else end)
    return [span for span in spans if span[0] < piece.end and span[1] > piece.start]


def sentence_text(document: Document, piece: Chunk, span: Span) -> str:
    """What stands for a sentence of a chunk when it is embedded: its words under the heading."""
    return ". ".join(part for part in (piece.heading, document.text[slice(*span)]) if part)


def _sections(document: Document) -> Iterator[_Section]:
    """Runs of text between headings and page noise, each with the headings it stands under."""
    text = document.text
    noise = set(noise_spans(text))
    path: list[tuple[int, str]] = []
    begin = start = 0
    for line in [*text.split("\n"), None]:
        end = start + len(line) if line is not None else len(text)
        heading = _HEADING_LINE.match(line) if line is not None else None
        if line is None or heading or (start, end) in noise or line == document.title:
            # A run ends before this line and the next begins after it.
            yield from _trimmed(text, begin, min(start, len(text)), path, document.title)
            begin = end
        if heading:
            level = len(heading[1])
            path = [*((n, name) for n, name in path if n < level), (level, heading[2])]
        start = end + 1


def _trimmed(
    text: str, start: int, end: int, path: list[tuple[int, str]], title: str
) -> Iterator[_Section]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        # The title stands in front of the chunk anyway.
        heading = " > ".join(name for _, name in path if name != title)
        yield _Section(start, end, heading)


def _merged(pieces: Iterable[str], count_tokens: CountTokens, most: int) -> list[str]:
    """Neighbours put together as far as they fit.

    LangChain's own merging puts a piece without a token, such as a blank line, into two chunks.
    """
    merged: list[str] = []
    total = 0
    for piece in pieces:
        count = count_tokens(piece)
        if merged and total + count <= most:
            merged[-1] += piece
            total += count
        else:
            merged.append(piece)
            total = count
    return merged


class _LongSentenceSplitter(RecursiveCharacterTextSplitter):
    """LangChain's recursive splitter; what it returns, put together, is what it was given."""

    def _merge_splits(self, splits: Iterable[str], separator: str) -> list[str]:  # noqa: ARG002
        return _merged(splits, self._length_function, self._chunk_size)


class _SentenceSplitter(TextSplitter):
    """Whole sentences, put together as far as they fit.

    A sentence that is itself too long is cut by LangChain's recursive splitter. LangChain's own
    start index is not used: with lengths counted in tokens it can be wrong or -1.
    """

    def __init__(
        self, text: str, section: _Section, count_tokens: CountTokens, max_tokens: int
    ) -> None:
        super().__init__(
            chunk_size=max_tokens, chunk_overlap=0, length_function=count_tokens,
            keep_separator=True, strip_whitespace=False,
        )  # fmt: skip
        self._text = text
        self._section = section
        self._recursive = _LongSentenceSplitter(
            separators=["\n", "。", "; ", "；", ", ", "，", " ", ""],
            chunk_size=max_tokens,
            chunk_overlap=0,
            length_function=count_tokens,
            keep_separator="end",
            strip_whitespace=False,
        )

    def spans(self) -> list[Span]:
        """Spans of the chunks in the document's text, in order, white space trimmed."""
        found: list[Span] = []
        start = self._section.start
        for piece in self.split_text(self._text[start : self._section.end]):
            end = start + len(piece)
            if self._text[start:end] != piece:
                raise AssertionError(f"chunk at {start} is not a slice of its document")
            left = start + len(piece) - len(piece.lstrip())
            right = start + len(piece.rstrip())
            if left < right:
                found.append((left, right))
            start = end
        return found

    def split_text(self, text: str) -> list[str]:
        """Pieces that, put together, are ``text``."""
        if self._length_function(text) <= self._chunk_size:
            return [text]
        pieces: list[str] = []
        for piece in self._pieces(text):
            if self._length_function(piece) > self._chunk_size:
                pieces.extend(self._recursive.split_text(piece))
            else:
                pieces.append(piece)
        return _merged(pieces, self._length_function, self._chunk_size)

    def _pieces(self, text: str) -> Iterator[str]:
        """``text`` cut where sentences begin; the line that leads into a list stays with it."""
        starts = [start for start, _ in sentence_spans(text)]
        begin = 0
        for before, start in itertools.pairwise(starts):
            # A list mark belongs to the item after it.
            line = text.rfind("\n", before, start) + 1
            cut = line if line > begin else start
            if _LEAD_IN.search(text[before:cut].rstrip()):
                continue
            yield text[begin:cut]
            begin = cut
        yield text[begin:]
