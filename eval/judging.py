"""A second opinion on a shown sentence: facts in it that the text it cites has not.

It shares no code with ``rag.grounding`` and what that rests on: a mistake there must not hide
itself. It compares word by word and knows no synonyms, so it is the stricter of the two for names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rag.types import Answer, Document

_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[a-z]{2,}", re.IGNORECASE)
_TELEPHONE = re.compile(r"\+?\d(?:[\d ()/-]{6,}\d)")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_MONTH = re.compile(
    rf"\b({'|'.join(_MONTHS)}|{'|'.join(m[:3] for m in _MONTHS)}|sept)\b\.?(?= \d)", re.I
)
_MONTH_NAMES = frozenset({*_MONTHS, *(m[:3] for m in _MONTHS), "sept"})
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
)
_UNITS += "fifteen sixteen seventeen eighteen nineteen".split()
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPELT = {word: number for number, word in enumerate(_UNITS)}
_SPELT |= {word: 10 * number for number, word in enumerate(_DECADES, 2)}
_ORDINALS = {"third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
             "tenth": 10, "twelfth": 12, "thirteenth": 13}  # fmt: skip
_SCALES = {"thousand": 3, "million": 6, "billion": 9}
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_NO_NAMES = frozenset("I A".split())
# A capital at the beginning of a sentence means nothing, unless another one follows or what people
# and institutions do, and the word is none of these.
_DOES = re.compile(
    r"(?:'s)? (?:[A-Z]|(?:is|was|has|leads?|led|heads|directs|works?|founded|holds)\b)"
)
_OPENERS = frozenset(
    "the this that these those it its he she they their his her who which what there here each one "
    "both all some many most other another our a an in on at by for from with since after before "
    "during under according research funding notably as no nobody none professor prof dr".split()
)


def unsupported(answer: Answer, document_of: dict[str, Document]) -> Iterator[tuple[str, str]]:
    """(sentence, fact) of each point of an answer whose cited text lacks the fact.

    The cited text is the quotes of a point with the title and the names of their documents.
    """
    quotes = {citation.marker: citation for citation in answer.citations}
    for point in answer.points:
        cited = [quotes[marker] for marker in point.markers if marker in quotes]
        texts = [citation.quote for citation in cited]
        for citation in cited:
            document = document_of[citation.doc_id]
            names = (document.title, document.center, document.institution, *document.aliases)
            texts += [name for name in names if name]
        for fact in lacking(f"{point.label} {point.text} {point.exact}", "\n".join(texts)):
            yield point.text, fact


def lacking(sentence: str, cited: str) -> list[str]:
    """The numbers, dates, addresses and capitalised words of a sentence that ``cited`` lacks.

    >>> lacking("Ann Lee has led it since 2012.", "Ann Lee has led the center since 2011.")
    ['2012']
    """
    said, there = _plain(sentence), _plain(cited)
    missing = [m[0] for m in _EMAIL.finditer(said) if m[0].lower() not in there.lower()]
    digits_there = re.sub(r"\D", "", there)
    missing += [
        m[0] for m in _TELEPHONE.finditer(said) if re.sub(r"\D", "", m[0]) not in digits_there
    ]
    missing += sorted(_values(_TELEPHONE.sub(" ", said)) - _values(there))
    named = (word.lower() for word in _WORD.findall(there) if word[0].isupper())
    months = {word[:3] for word in named if word in _MONTH_NAMES}
    missing += [m[1] for m in _MONTH.finditer(said) if m[1].lower()[:3] not in months]
    words = {_bare(word) for word in _WORD.findall(there)}
    for match in _WORD.finditer(said):
        word = match[0]
        if not word[0].isupper() or word in _NO_NAMES:
            continue
        if _begins(said[: match.start()]) and (
            word.lower() in _OPENERS or not _DOES.match(said, match.end())
        ):
            continue
        if word.lower() in _MONTH_NAMES:
            if word.lower()[:3] not in months:
                missing.append(word)
            continue
        parts = [part for part in re.split("-", word) if part]
        if _bare(word) not in words and not all(_bare(part) in _parts(words) for part in parts):
            missing.append(word)
    return missing


def _begins(before: str) -> bool:
    """Whether a sentence begins behind a text."""
    return not before.strip(" \n\"“'(-•") or before.rstrip()[-1:] in {".", "!", "?", ":"}


def _parts(words: set[str]) -> set[str]:
    return {part for word in words for part in word.split("-")} | words


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    return " ".join(text.split())


def _bare(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"'s?$", "", bare)


def _values(text: str) -> set[str]:
    """Numbers as plain decimals, those in words too."""
    found: set[str] = set()
    for match in _DIGITS.finditer(text):
        number = match[0]
        number = (
            number.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", number) else number
        )
        for part in number.split(","):
            scale = re.match(rf"\s*({'|'.join(_SCALES)})", text[match.end() :], re.IGNORECASE)
            found.add(_shifted(part, _SCALES[scale[1].lower()] if scale else 0))
    small = [(m[0].lower(), m.end()) for m in re.finditer(r"[A-Za-z]+", text)]
    for at, (word, _) in enumerate(small):
        value = _SPELT.get(word, _ORDINALS.get(word))
        # "One" is mostly a pronoun, "first" an adverb.
        if value is None or value < 2:
            continue
        behind = _SPELT.get(small[at + 1][0], 0) if at + 1 < len(small) else 0
        before = _SPELT.get(small[at - 1][0], 0) if at else 0
        if value < 10 <= before and before % 10 == 0 and before >= 20:
            continue
        found.add(str(value + behind if value >= 20 and 0 < behind < 10 else value))
    return found


def _shifted(number: str, places: int) -> str:
    whole, _, rest = number.partition(".")
    digits = rest.ljust(places, "0")
    moved = f"{whole}{digits[:places]}".lstrip("0") or "0"
    left = digits[places:].rstrip("0")
    return f"{moved}.{left}" if left else moved
