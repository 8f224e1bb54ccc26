"""Sentences and their markers out of a stream of text that may break anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text import sentence_spans

# "[1]", "【1】", "[1, 2]", "[1-3]", "[^1]", "[passage 1]", "【1†source】"; a number may be wrong.
_MARKER = re.compile(
    r"[\[【［]\^?\s*(?:(?:passages?|sources?|documents?|refs?|no)\.?\s*#?\s*)?"
    r"(?P<numbers>-?\d{1,6}(?:\s*(?:[-–—,;、，]|\band\b)\s*-?\d{1,6})*)(?:\s*†[^\]】］]*)?\s*[\]】］]",
    re.IGNORECASE,
)
# What may yet become a marker, or a tag, when more of it has come.
_UNFINISHED = re.compile(r"(?:[\[【［][^\]】］\n]{0,40}|<[^>\n]{0,30})$")
_BETWEEN = re.compile(r"\s*(?:[,;、，]|\band\b)\s*", re.IGNORECASE)
# Of a number and what follows it; the next one may be below zero.
_TO = re.compile(r"(?<=\d)\s*[-–—]\s*")
_MOST_IN_RANGE = 20
# A model that reasons aloud does so between these.
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>\s*", re.IGNORECASE | re.DOTALL)
_THINKING = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_EMPHASIS = re.compile(r"\*{1,3}|_{2,3}|`{1,3}|^\s*#{1,6}\s+|^\s*>\s+", re.MULTILINE)
_LABEL = re.compile(r"^(?:(?:final |short )?answer|response)\s*:\s*", re.IGNORECASE)
_ENDED = re.compile(r"[.!?。！？][\"'”’)\]*_`」』]*\s*$")
# A sentence that is still not done after so many characters is cut.
_LONGEST = 1500


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that a model wrote, without its markers; ``numbers`` are those, in order."""

    text: str
    numbers: tuple[int, ...]


class SentenceStream:
    """Takes text as it comes and gives out each sentence once, when its markers are whole."""

    def __init__(self) -> None:
        self._raw = ""

    def feed(self, text: str) -> list[Written]:
        """The sentences that are whole now."""
        self._raw += text
        return list(self._taken(last=False))

    def idle(self) -> list[Written]:
        """The sentences that look whole, where nothing has come for a while."""
        masked, _ = _masked(self._raw)
        marked = _MARKER.search(self._raw[self._raw.rfind("\n") + 1 :])
        if marked and _ENDED.search(masked) and not _UNFINISHED.search(self._raw):
            return self.finish()
        return []

    def finish(self) -> list[Written]:
        """What is left."""
        return list(self._taken(last=True))

    def _taken(self, last: bool) -> Iterator[Written]:
        raw = _THOUGHT.sub("", self._raw)
        if not last and _THINKING.search(raw):
            return
        if last:
            raw = _THINKING.split(raw)[0]
        held = None if last else _UNFINISHED.search(raw)
        ready = raw[: held.start()] if held else raw
        masked, numbers = _masked(ready)
        spans = sentence_spans(masked)
        cut = 0
        for at, span in enumerate(spans):
            begins = spans[at + 1][0] if at + 1 < len(spans) else len(masked)
            line = masked.find("\n", span[1], begins)
            whole = last or at + 1 < len(spans) or line >= 0 or span[1] - span[0] > _LONGEST
            if not whole:
                break
            until = line if line >= 0 else begins
            mine = tuple(n for place, some in numbers if cut <= place < until for n in some)
            text = clean(masked[slice(*span)])
            cut = until
            if text:
                yield Written(text, mine)
        self._raw = "" if last else raw[cut:]


def clean(text: str) -> str:
    """A sentence without Markdown, a label before it, or spaces that markers left."""
    text = " ".join(_EMPHASIS.sub("", text).split())
    text = re.sub(r"\s+([.,;:!?。，；])", r"\1", _LABEL.sub("", text))
    return re.sub(r"\(\s*\)|\[\s*\]", "", text).strip()


def _masked(text: str) -> tuple[str, list[tuple[int, tuple[int, ...]]]]:
    """The text with spaces for markers, and where which numbers stood."""
    found = [(match.start(), _numbers(match["numbers"])) for match in _MARKER.finditer(text)]
    return _MARKER.sub(lambda match: " " * len(match[0]), text), found


def _numbers(text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for part in _BETWEEN.split(text):
        bounds = [int(number) for number in _TO.split(part.strip())]
        if len(bounds) == 2:
            first, last = bounds
            numbers += range(first, min(last, first + _MOST_IN_RANGE) + 1)
        else:
            numbers += bounds
    return tuple(dict.fromkeys(numbers))
