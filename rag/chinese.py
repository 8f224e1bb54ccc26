"""Chinese words with what they mean in English, from the dictionary CC-CEDICT.

Where a question and a document share no word, what the words of the one mean in the language of the
other tells how far a sentence speaks of what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import lindera

from rag.chinese_words import ALSO, EMPTY, FRAME, SURNAMES
from rag.language import HAS_CHINESE
from rag.lexical import terms
from rag.text import CJK, fold

_RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+(?:[-.'][^\W_{CJK}]+)*")
# Where the definitions begin among the fields of an entry; before them the pronunciation.
_DEFINITIONS = 8
_PINYIN = 4
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[^\x00-\x7f]+\|?")
_TECHNICAL = re.compile(
    r"(?:CL:|surname|abbr\. |variant|old variant|erhua|see |see also|also |Taiwan pr|used in|"
    r"classifier|\(|unofficial|Japanese variant)"
)
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text with its place and the terms of each of its English meanings.

    ``proper`` is whether it is the name of a place, a person or an institution, ``capitalised``
    the names in its first meaning; ``sound`` is its pinyin without tones, such as "zunyi".
    """

    surface: str
    start: int
    end: int
    meanings: tuple[tuple[str, ...], ...] = ()
    proper: bool = False
    capitalised: tuple[str, ...] = ()
    sound: str = ""


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    # A tokenizer of its own for every thread is not needed: it is not changed by its use.
    return lindera.Tokenizer(lindera.load_dictionary("embedded://cc-cedict"), mode="normal")


@lru_cache(maxsize=2_000)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text: those of Chinese runs by the dictionary, the others as they stand."""
    found: list[Word] = []
    for run in _RUN.finditer(text):
        if not HAS_CHINESE.match(run[0]):
            found.append(Word(run[0], run.start(), run.end()))
            continue
        at = run.start()
        for token in _segmenter().tokenize(run[0]):
            joined = found[-1].surface + token.surface if found and found[-1].end == at else ""
            if joined in ALSO:
                found[-1] = _word(joined, found[-1].start, ())
            else:
                found.append(_word(token.surface, at, list(token.details or ())))
            at += len(token.surface)
    return tuple(found)


def _word(surface: str, at: int, details: Sequence[str]) -> Word:
    end = at + len(surface)
    also = tuple(tuple(terms(meaning)) for meaning in ALSO.get(surface, ()))
    if len(details) < _DEFINITIONS or details[_PINYIN] == "*":
        return Word(surface, at, end, also)
    pinyin = details[_PINYIN]
    senses = [s.strip() for s in ",".join(details[_DEFINITIONS - 1 :]).split("/")]
    surname = any(sense.startswith("surname") for sense in senses)
    senses = [s for s in senses if s and not _TECHNICAL.match(s)]
    plain = [_BRACKETS.sub(" ", sense) for sense in senses]
    meanings = (*(tuple(terms(sense)) for sense in plain), *also)
    return Word(
        surface,
        at,
        end,
        tuple(dict.fromkeys(m for m in meanings if m)),
        pinyin[:1].isupper() and not surname,
        tuple(_CAPITALISED.findall(plain[0].split(",")[0])) if plain else (),
        re.sub(r"[\d\s:]", "", pinyin).lower(),
    )


def content_words(text: str) -> tuple[Word, ...]:
    """The words of a text that say what it is about."""
    # Out of these the dictionary makes words that nobody said: 些方, 面的.
    plain = FRAME.sub(lambda match: " " * len(match[0]), text)
    return tuple(word for word in words(plain) if word.surface not in EMPTY)


def in_english(text: str, known: Callable[[str], bool]) -> str:
    """The terms of all meanings of the words of a text, as far as some document has them."""
    found = (
        term
        for word in content_words(text)
        for meaning in word.meanings
        if all(map(known, meaning))
        for term in meaning
    )
    return " ".join(dict.fromkeys(found))


def coverage(
    question: str, text: str, weight: Callable[[str], float | None], rarest: float
) -> tuple[float, float]:
    """Two shares in [0, 1] of the words of a question, rare ones counting for more.

    That of the words that ``text`` has, as such or in English; and that of those which no document
    has.

    Args:
        question: the question.
        text: a sentence with what stands above it.
        weight: how rare a term is, ``None`` if no document has it.
        rarest: what a word counts that no document has, in any of its meanings.
    """
    there = set(terms(text))
    known = found = unknown = 0.0
    for word in content_words(question):
        ways = [way for way in (tuple(terms(word.surface)), *word.meanings) if way]
        weights = [w for way in ways if (w := _weight(way, weight)) is not None]
        if not weights:
            unknown += rarest
            continue
        known += min(weights)
        if any(there.issuperset(way) for way in ways):
            found += min(weights)
    total = known + unknown
    return (found / total, unknown / total) if total else (0.0, 0.0)


def _weight(way: Collection[str], weight: Callable[[str], float | None]) -> float | None:
    """How rare the rarest term of one way to say a word is, ``None`` if no document says it so."""
    weights = [weight(term) for term in way]
    known = [w for w in weights if w is not None]
    return max(known) if len(known) == len(weights) else None


def foreign_names(text: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """Names in Chinese of places, people and institutions of which no document speaks.

    A name is known as it stands, or by the names in its English meaning. A surname with one or two
    characters that make no word with each other is somebody's name.
    """
    if not HAS_CHINESE.search(text):
        return ()
    parts = words(text)
    found = [
        word.surface
        for word in parts
        if word.proper and word.capitalised and not all(map(known, word.capitalised))
    ]
    at = 0
    while at < len(parts):
        run = _single_characters(parts, at)
        name = text[parts[at].start : parts[at + len(run) - 1].end] if run else ""
        if len(name) in (2, 3) and name[0] in SURNAMES:
            found.append(name)
        at += max(1, len(run))
    return tuple(name for name in dict.fromkeys(found) if not known(name))


def _single_characters(parts: Sequence[Word], at: int) -> list[Word]:
    """The words from ``at`` on, side by side, that are one character each and mean something."""
    run: list[Word] = []
    for word in parts[at:]:
        adjoining = not run or run[-1].end == word.start
        if not (adjoining and len(word.surface) == 1 and HAS_CHINESE.match(word.surface)):
            break
        if word.surface in EMPTY:
            break
        run.append(word)
    return run


def latin_names(text: str, people: Mapping[str, str]) -> str:
    """``text`` with people's names in Chinese characters as the documents write them in Latin.

    Args:
        text: Chinese.
        people: the names in the documents by their sound: "qiancheng" to "Qian Cheng".
    """
    found: list[tuple[int, int, str]] = []
    parts = words(text)
    for first in range(len(parts)):
        for last in range(first + 1, min(first + 4, len(parts))):
            run = parts[first : last + 1]
            length = sum(len(word.surface) for word in run)
            adjoining = all(a.end == b.start for a, b in pairwise(run))
            if length > 4 or not adjoining or not all(word.sound for word in run):
                continue
            name = people.get("".join(word.sound for word in run))
            if name and run[0].surface[0] in SURNAMES:
                found.append((run[0].start, run[-1].end, name))
    for start, end, name in reversed(found):
        text = f"{text[:start]} {name} {text[end:]}"
    return " ".join(text.split())


def people_by_sound(texts: Iterable[str]) -> dict[str, str]:
    """The Chinese names that ``texts`` have in Latin letters, by their sound in either order."""
    found: dict[str, str] = {}
    for text in texts:
        for match in _TWO_WORDS.finditer(text):
            one, other = match[1], match[2]
            if not (_SPELLED.fullmatch(one) and _SPELLED.fullmatch(other)):
                continue
            for sound in (fold(one + other), fold(other + one)):
                found.setdefault(sound, f"{one} {other}")
    return found


_SPELLED = re.compile(
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:[iu]ang|[aeio]ng|iong|ian|iao|uai|uan|[aeiu]n|[ae]i|ui|"
    r"ao|ou|iu|ie|ue|er|ia|ua|uo|[aeiou])){1,2}",
    re.IGNORECASE,
)
_TWO_WORDS = re.compile(r"(?=\b([A-Z][a-z]{1,6}) ([A-Z][a-z]{1,11})\b)")
