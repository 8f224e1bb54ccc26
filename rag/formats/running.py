"""Running lines of printed pages: the headers, footers and page numbers that all pages have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A line runs if it stands in the margin of this many pages, and of this share of them: chapters
# have headers of their own, and left and right pages differ.
_LEAST_PAGES = 3
_LEAST_SHARE = 1 / 3
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_MOST_NUMBERS = 4
_ONLY_NUMBERS = re.compile(r"(?:page|pages|p|of|第|页|共|\W|[\d_])*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its words, the size of its letters and its baseline, both in points.

    ``in_margin`` says that it stands where headers and footers are.
    """

    words: str
    size: float
    baseline: float
    in_margin: bool


Page = tuple[int, Sequence[Line]]


def without_running_lines(pages: Sequence[Page]) -> tuple[list[Page], list[tuple[int, str]]]:
    """Pages without their running lines; and those lines, once each, with the page they begin on.

    A sentence that goes on over a page break would be cut by them. They are not lost: the address
    of a center may stand nowhere but in a footer. Lines of nothing but page numbers are left out.

    Args:
        pages: number and lines of each page that has any.
    """
    seen = Counter(
        key
        for number, lines in pages
        for key in {key for line in lines if line.in_margin for key in _keys(line.words, number)}
    )
    least = max(_LEAST_PAGES, _LEAST_SHARE * len(pages))
    kept: list[Page] = []
    running: dict[str, tuple[int, str]] = {}
    for number, lines in pages:
        rest = []
        for line in lines:
            keys = list(_keys(line.words, number)) if line.in_margin else []
            key = max(keys, key=seen.__getitem__, default="")
            if seen[key] < least:
                rest.append(line)
            elif not _ONLY_NUMBERS.fullmatch(line.words):
                running.setdefault(key, (number, line.words))
        kept.append((number, rest))
    return kept, list(running.values())


def _keys(words: str, page: int) -> Iterator[str]:
    """What stays the same from page to page: the words, or the words with the page's number out.

    A number counts as the page's if it grows as pages do: its distance to ``page`` stays.
    """
    yield words
    for number in list(_NUMBER.finditer(words))[:_MOST_NUMBERS]:
        distance = int(number[0]) - page
        yield f"{words[: number.start()]}\0{distance}\0{words[number.end() :]}"
