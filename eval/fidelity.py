"""What a corpus lost of the pages that it was edited from, and what it copied from them.

Lost: dates, numbers, capitalised names and web addresses of a seed that its corpus pages lack.
Copied: runs of eight words that a seed and a page share and that are not a name. The check knows
nothing of any page in particular, so what it lists is for a person to judge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from rag.loaders import corpus_files, load
from rag.noise import noise_spans
from rag.text import LIST_MARKER, fold
from rag.types import Document

# A date as ISO 8601, a number in digits, a name in small letters without "the", a web address.
Kind = Literal["date", "number", "name", "address"]

RUN = 8

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH = rf"\b(?P<month>{'|'.join(f'{m[:3]}(?:{m[3:]}|{m[3:4]})?' for m in _MONTHS)})\b\.?"
_DAY = r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_DATES = (
    re.compile(rf"(?<![\w.])(?P<year>\d{{4}})[-/.](?P<month>0?[1-9]|1[0-2])[-/.]{_DAY}"),
    re.compile(rf"{_DAY}\s+{_MONTH},?\s+{_YEAR}", re.I),
    re.compile(rf"{_MONTH}(?:\s+{_DAY})?,?\s+{_YEAR}", re.I),
)
_ISO_DATE = re.compile(r"\b\d{4}-\d\d(?:-\d\d)?\b")

_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_ODD_ORDINALS = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9}
_MAGNITUDES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_VALUES: dict[str, int] = {
    **{word: value for value, word in enumerate(_ONES)},
    **_ODD_ORDINALS,
    "twelfth": 12,
    **{word: 10 * tens for tens, word in enumerate(_TENS, start=2)},
    **_MAGNITUDES,
}
# Mostly pronouns and adverbs ("one of", "will first"): a page may write a 1 with them, but a seed
# that has them need not mean a number.
_HARDLY_NUMBERS = frozenset({"one", "first", "second"})
_NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?)(?:st|nd|rd|th)?(?!\d)"
    rf"|\b(?P<word>{'|'.join(_VALUES)})(?:th)?\b",
    re.IGNORECASE,
)

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_FIGURE_LABEL = re.compile(r"^(?:fig(?:ure)?|photo|picture|image)\s?\.?\s?\d{1,3}[.:]?\s?", re.I)
_WORD = re.compile(r"[^\W_]+(?:\.\d+|'[^\W_]+)*")
_CAPITALISED = r"\b[A-ZÀ-Þ][^\W_]*(?:['-][^\W_]+)*"
_LINKS = r"(?:\s+(?:of|for|the|&))*"
_NAME = re.compile(rf"{_CAPITALISED}(?:{_LINKS}\s+{_CAPITALISED})*")
_LITTLE_WORDS = frozenset("of the for and in by at to on with from as".split())
_SHORTEST_PIECE = 3


@dataclass(frozen=True, slots=True)
class Lost:
    """A fact of ``seed`` that its pages lack; of a number, ``times`` more than they have it.

    ``in_noise``: lines of page noise (navigation, captions, legal lines) account for all of it.
    """

    seed: str
    kind: Kind
    text: str
    times: int
    in_noise: bool


@dataclass(frozen=True, slots=True)
class Copied:
    """A run of ``RUN`` words or more, as the page has it, that the seed has too."""

    seed: str
    page: str
    words: str


@dataclass(frozen=True, slots=True)
class FidelityReport:
    """Both lists, and which seed each page was taken to be written from, as (page, seed)."""

    lost: tuple[Lost, ...]
    copied: tuple[Copied, ...]
    pairs: tuple[tuple[str, str], ...]


def check(seeds: Path, corpus: Path) -> FidelityReport:
    """Compare each seed with the pages that were written from it, and each page with each seed.

    Raises:
        CorpusError: one of the folders is missing.
        LoadError: a file cannot be read; passing over it would hide what it has.
    """
    originals = [load(path, seeds) for path in corpus_files(seeds)]
    pages = [load(path, corpus) for path in corpus_files(corpus)]
    pairs = pair(originals, pages)
    words = [word for document in [*originals, *pages] for word in _WORD.findall(document.text)]
    common = frozenset(word for word in words if word.islower())
    lost: list[Lost] = []
    for seed in originals:
        own = [page for page in pages if pairs.get(page.doc_id) == seed.doc_id]
        lost += lost_facts(seed, own, common)
    copied = [run for page in pages for seed in originals for run in copied_runs(seed, page)]
    return FidelityReport(tuple(lost), tuple(copied), tuple(pairs.items()))


def pair(seeds: Sequence[Document], pages: Sequence[Document]) -> dict[str, str]:
    """The seed of each page: the one whose rare words it has most of; none if it has no word.

    Without this a name that two seeds share would hide that the pages of one of them lost it.
    """
    words = {seed.doc_id: set(_phrase(seed.text).split()) for seed in seeds}
    seeds_with = Counter(word for found in words.values() for word in found)
    pairs = {}
    for page in pages:
        own = set(_phrase(_told_by(page)).split())
        scores = {name: sum(1 / seeds_with[w] for w in own & words[name]) for name in words}
        best = max(scores, key=scores.__getitem__, default="")
        if scores.get(best):
            pairs[page.doc_id] = best
    return pairs


def lost_facts(seed: Document, pages: Sequence[Document], common: Collection[str]) -> list[Lost]:
    """Facts of ``seed`` that ``pages`` together lack, in the order of the seed.

    ``common``: words that are no name where they have a capital at the start of a sentence.
    """
    held = _tidy("\n".join(_told_by(page) for page in pages))
    words = _phrase(held)
    dates = _ISO_DATE.findall(held)
    numbers = _numbers(held) + Counter(date[:4] for date in dates)
    needed: dict[tuple[Kind, str], list[bool]] = {}
    for kind, text, in_noise in _facts(seed, held, common):
        needed.setdefault((kind, text), []).append(in_noise)
    lost = []
    for (kind, text), noisy in needed.items():
        found = {
            "date": any(date.startswith(text) for date in dates),
            "name": f" {text} " in words,
            "address": text in held,
        }
        # Rewording keeps how often a number stands; a set would let one "2" stand for ten.
        enough = numbers[text] if kind == "number" else len(noisy) * found[kind]
        missing = len(noisy) - enough
        if missing > 0:
            lost.append(Lost(seed.doc_id, kind, text, missing, missing <= sum(noisy)))
    return lost


def copied_runs(seed: Document, page: Document) -> list[Copied]:
    """Longest runs of at least ``RUN`` words that both have, names left out."""
    ours = _WORD.findall(_tidy(page.text))
    theirs = _WORD.findall(_tidy(_unglued(seed.text, page.text)))
    windows = [theirs[i : i + RUN] for i in range(len(theirs) - RUN + 1)]
    original = {tuple(map(fold, window)): window for window in windows}
    spans: list[tuple[int, int]] = []
    for i in range(len(ours) - RUN + 1):
        window = ours[i : i + RUN]
        shared = original.get(tuple(map(fold, window)))
        if shared is None or _is_name(window) or _is_name(shared):
            continue
        start = spans.pop()[0] if spans and i < spans[-1][1] else i
        spans.append((start, i + RUN))
    return [Copied(seed.doc_id, page.doc_id, " ".join(ours[a:b])) for a, b in spans]


def _is_name(words: Sequence[str]) -> bool:
    """Whether every word is capitalised, a number, or a word that links the parts of a name."""
    return all(word in _LITTLE_WORDS or not word[0].islower() for word in words)


def _told_by(page: Document) -> str:
    """What a page tells its reader. Aliases only serve matching: they keep no fact."""
    fields = (page.title, page.center, page.institution, page.publisher, page.source_url, page.date)
    return "\n".join([*(field for field in fields if field), page.text])


def _facts(seed: Document, held: str, common: Collection[str]) -> Iterator[tuple[Kind, str, bool]]:
    noise = {seed.text[start:end] for start, end in noise_spans(seed.text)}
    for line in seed.text.split("\n"):
        in_noise = line in noise
        yield from (("address", address, in_noise) for address in _ADDRESS.findall(line))
        clean = _tidy(_unglued(_FIGURE_LABEL.sub("", _ADDRESS.sub(" ", line)), held))
        yield from (("date", date, in_noise) for date in _ISO_DATE.findall(clean))
        yield from (("number", each, in_noise) for each in _numbers(clean, sure=True).elements())
        yield from (("name", name, in_noise) for name in _names(clean, common))


def _tidy(text: str) -> str:
    """Dates as ISO 8601, straight quotes, no list marks, ``oneTwo2016on`` and ``R&D`` parted."""
    text = re.sub("[‘’ʼ]", "'", text)
    text = re.sub(rf"(?m)^\s*{LIST_MARKER.pattern}", "", text)
    text = re.sub(r"'s\b", " '", text)
    # "High-level" in a name is one capitalised word.
    text = re.sub(r"\b[A-Z][a-z]+(?:-[a-z]+)+", lambda match: match[0].title(), text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=\d{4})(?=[a-z])|\s*(?=&)|(?<=&)\s*", " ", text)
    for pattern in _DATES:
        text = pattern.sub(_iso, text)
    return text


def _iso(match: re.Match[str]) -> str:
    """``2019-12-25``, or ``2011-09`` where no day is given."""
    name = match["month"].lower()[:3]
    month = int(name) if name.isdigit() else [full[:3] for full in _MONTHS].index(name) + 1
    day = f"-{int(match['day']):02}" if match["day"] else ""
    return f" {match['year']}-{month:02}{day} "


def _numbers(tidy: str, *, sure: bool = False) -> Counter[str]:
    """How often each number stands in a text; ``sure`` leaves out what hardly ever is one.

    >>> _numbers("Forty-two of 3,000, and 2.1 million")
    Counter({'42': 1, '3000': 1, '2100000': 1})
    """
    text = _ISO_DATE.sub("", tidy)
    values: list[Decimal] = []
    before = 0
    for match in _NUMBER.finditer(text):
        word = (match["word"] or "").lower()
        if sure and word in _HARDLY_NUMBERS:
            continue
        value = Decimal(_VALUES[word] if word else match["digits"].replace(",", ""))
        joined = bool(values) and re.fullmatch(r"[\s-]+", text[before : match.start()])
        if joined and word in _MAGNITUDES:
            values[-1] *= value
        elif joined and 20 <= values[-1] < 100 and values[-1] % 10 == 0 and 0 < value < 10:
            values[-1] += value
        else:
            values.append(value)
        before = match.end()
    return Counter(f"{value.normalize():f}" for value in values)


def _names(line: str, common: Collection[str]) -> Iterator[str]:
    """Runs of capitalised words, joined by "of", "for", "the" and "&", in small letters."""
    for match in _NAME.finditer(line):
        name, before = match[0], line[: match.start()].rstrip(" \"'(“")
        if (not before or before[-1] in ".!?:") and name.split()[0].lower() in common:
            name = re.sub(rf"^\S+{_LINKS}\s*", "", name)
        if phrase := _phrase(name).strip():
            yield phrase


def _phrase(text: str) -> str:
    """Words for comparison between spaces; an article more or less makes no other name."""
    words = map(fold, _WORD.findall(_tidy(text)))
    return f" {' '.join(word for word in words if word != 'the')} "


def _unglued(text: str, page: str) -> str:
    """Part words that lost the space between them, where all parts are words of the texts.

    ``decisionin`` is parted, ``Districtand`` too; of a word with a capital only a linking word is
    cut off, since a name must not fall apart into common words and so be found.
    """
    on_page = {word.lower() for word in _WORD.findall(page)}
    words = on_page | {word.lower() for word in _WORD.findall(text)}
    known = _LITTLE_WORDS | {word for word in words if len(word) >= _SHORTEST_PIECE}

    def pieces(word: str) -> list[str]:
        for cut in range(len(word) - 1, 0, -1):
            head, tail = word[:cut], word[cut:]
            if head in known and (rest := [tail] if tail in known else pieces(tail)):
                return [head, *rest]
        return []

    def part(match: re.Match[str]) -> str:
        word = match[0]
        if word.lower() in on_page:
            return word
        if word.islower():
            return " ".join(pieces(word)) or word
        heads = [word[: -len(tail)] for tail in _LITTLE_WORDS if word.endswith(tail)]
        return next((f"{h} {word[len(h) :]}" for h in heads if h.lower() in on_page), word)

    return re.sub(r"[A-Za-z]+", part, text)
