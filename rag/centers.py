"""The centers of a corpus, and which of them a text speaks of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from rag.errors import QueryError
from rag.language import HAS_CHINESE, is_institution, name_pattern
from rag.text import fold, tokens
from rag.types import Document

# "The Zhejiang center", "the one in Zunyi": a center that is not called by its name.
SOME_CENTER = re.compile(
    r"\b(?:(?:research )?(?:cent(?:er|re)|institute|base|lab(?:oratory)?)|one)s?\b", re.IGNORECASE
)
_DESCRIBED = re.compile(
    r"\bthe (?P<words>(?!(?:same|other|research|first|last|only|new)\b)[\w-]+(?: [\w-]+){0,3}?) "
    r"(?:research )?(?:center|centre|base|institute|lab|laboratory|one|people|team|group)\b",
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"(?<![\w-])[A-Z]\w{2,}")
_WORD = re.compile(r"[^\W_]+")
_INDEFINITE = frozenset({"a", "an"})
# How many slips a word of at least so many letters may have; Elasticsearch's "AUTO" allows more,
# but there a wrong guess costs a rank, here it would change the question.
_SLIPS = ((8, 2), (5, 1))


# Words that say what kind of thing a center is: they name none, even where only one has them.
KINDS = frozenset("center centre institute institution laboratory university hospital".split())


@dataclass(frozen=True, slots=True)
class Center:
    """A center of the corpus with the names it goes by, as tokens, longest first.

    ``words`` are the capitalised words of its names and its institution; ``own`` are those that
    no other center's names have. ``chinese`` are its names in Chinese, longest first, without
    those of its ``chinese_institutions``.
    """

    name: str
    names: tuple[tuple[str, ...], ...]
    institution: tuple[str, ...]
    words: frozenset[str]
    own: frozenset[str]
    chinese: tuple[str, ...] = ()
    chinese_institutions: tuple[str, ...] = ()


def centers_of(documents: Iterable[Document]) -> tuple[Center, ...]:
    """The centers of a corpus, by name, with all aliases that its documents give."""
    names: dict[str, set[tuple[str, ...]]] = {}
    institutions: dict[str, tuple[str, ...]] = {}
    words: dict[str, set[str]] = {}
    chinese: dict[str, set[str]] = {}
    for document in documents:
        if document.center:
            called = (document.center, *document.aliases)
            written = {name for name in called if HAS_CHINESE.search(name)}
            chinese.setdefault(document.center, set()).update(written)
            called = tuple(name for name in called if name not in written)
            found = names.setdefault(document.center, set())
            found.update(tuple(tokens(name)) for name in called)
            if document.institution:
                institutions[document.center] = tuple(tokens(document.institution))
                called = (*called, document.institution)
            words.setdefault(document.center, set()).update(_capitalised(" ".join(called)))
    shared = Counter(word for own in words.values() for word in own)
    return tuple(
        Center(
            name=name,
            names=tuple(sorted(filter(None, found), key=lambda words: (-len(words), words))),
            institution=institutions.get(name, ()),
            words=frozenset(words[name]),
            own=frozenset(word for word in words[name] - KINDS if shared[word] == 1),
            chinese=_longest_first(n for n in chinese[name] if not is_institution(n)),
            chinese_institutions=_longest_first(n for n in chinese[name] if is_institution(n)),
        )
        for name, found in sorted(names.items())
    )


def _longest_first(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (-len(name), name)))


def find_center(name: str, centers: Sequence[Center]) -> str:
    """The center that goes by ``name``.

    Raises:
        QueryError: none does.
    """
    words = tuple(tokens(name))
    for center in centers:
        called = (center.name, *center.chinese)
        if words in center.names or fold(name) in map(fold, called):
            return center.name
    known = "; ".join(center.name for center in centers) or "none"
    raise QueryError(f"There is no center `{name}`.", f"The corpus has: {known}.")


def mentioned_centers(question: str, centers: Sequence[Center]) -> tuple[str, ...]:
    """The centers that a question is about, by the first of these that finds any.

    Names and aliases, the longest winning where one lies inside another, and beside them "the
    cancer center", if one center alone has that word in its names; the institution, which means all
    its centers; "the cancer center" without a name; a capitalised word that only one center's names
    have, such as a city; one that some centers' names have, where a center is asked for.
    """
    if HAS_CHINESE.search(question) and (chinese := _chinese_mentions(question, centers)):
        return chinese
    found = named_centers(question, centers)
    if not found:
        words = tokens(question)
        found = {c.name for c in centers if c.institution and _occurrences(c.institution, words)}
    if not found:
        described = {center for _, _, center in _described(question, centers)}
        found = described if len(described) == 1 else set()
    said = _capitalised(question.partition(" ")[2])
    if not found:
        found = {center.name for center in centers if said & center.own}
    if not found and SOME_CENTER.search(question):
        # Words that every center has, such as "Center", tell none from another.
        common = frozenset.intersection(*(c.words for c in centers)) if centers else frozenset()
        places = said - common - _capitalised(" ".join(SOME_CENTER.findall(question)).title())
        found = {c.name for c in centers if c.institution and places & set(c.institution)}
    return tuple(sorted(found))


def named_centers(question: str, centers: Sequence[Center]) -> set[str]:
    """The centers whose names or aliases a question has, and those it describes beside them.

    "A research center" is none.
    """
    words = tokens(question)
    taken: set[int] = set()
    found: set[str] = set()
    spelled = sorted(
        ((name, center.name) for center in centers for name in center.names),
        key=lambda pair: -len(pair[0]),
    )
    places: dict[tuple[str, ...], set[int]] = {}
    for name, center in spelled:
        free = {at for at in _occurrences(name, words) if at not in taken}
        # Two centers may go by one name: then the question could mean either.
        free |= places.get(name, set())
        if free:
            places[name] = free
            taken.update(at + i for at in free for i in range(len(name)))
            if not all(at and words[at - 1] in _INDEFINITE for at in free):
                found.add(center)
    if found:
        found.update(center for _, _, center in _beside_names(question, centers))
    return found


def _chinese_mentions(question: str, centers: Sequence[Center]) -> tuple[str, ...]:
    """The same for names in Chinese: the center's own, its institution's, or where that is."""
    found = {center for _, _, center in spans_of_chinese_names(question, centers)}
    found |= named_centers(question, centers)
    if not found:
        said = [n for c in centers for n in c.chinese_institutions if n in question]
        # The longest wins: "浙江大学" is not "浙江".
        longest = max(map(len, said), default=0)
        best = {name for name in said if len(name) == longest}
        found = {c.name for c in centers if best & set(c.chinese_institutions)}
    if not found:
        found = {c.name for c in centers if any(p in question for p in places_of(c))}
    return tuple(sorted(found))


def places_of(center: Center) -> set[str]:
    """Where the center's institution is, by its name: 遵义 of 遵义医科大学."""
    return {name[:2] for name in center.chinese_institutions if len(name) > 3}


def spans_of_chinese_names(text: str, centers: Sequence[Center]) -> list[tuple[int, int, str]]:
    """Where a text calls a center by a name in Chinese: (start, end, center), in order.

    Hyphens and spaces do not count; of names that overlap the longest counts. Where two centers go
    by one name, both are given.
    """
    found: list[tuple[int, int, str]] = []
    spelled = sorted(
        ((name, center.name) for center in centers for name in center.chinese),
        key=lambda pair: -len(pair[0]),
    )
    for name, center in spelled:
        for match in re.finditer(name_pattern(name), text):
            if all(
                match.end() <= start or match.start() >= end or (start, end) == match.span()
                for start, end, _ in found
            ):
                found.append((match.start(), match.end(), center))
    return sorted(found)


def _beside_names(text: str, centers: Sequence[Center]) -> list[tuple[int, int, str]]:
    """Where a text that names centers describes others: (start, end, center), in order."""
    for start, end, _ in spans_of_names(text, centers):
        # A name describes nothing; offsets stay.
        text = text[:start] + ";" * (end - start) + text[end:]
    return _described(text, centers)


def _described(text: str, centers: Sequence[Center]) -> list[tuple[int, int, str]]:
    """Where "the cancer center" stands: (start, end, center); its words have to fit one alone."""
    found = []
    for match in _DESCRIBED.finditer(text):
        words = set(tokens(match["words"]))
        fitting = [c.name for c in centers if words <= set(c.institution).union(*c.names)]
        if len(fitting) == 1:
            found.append((*match.span(), fitting[0]))
    return found


def spelled_right(question: str, centers: Sequence[Center], known: Callable[[str], bool]) -> str:
    """The question with misspelt words of the centers' names put right.

    Only a word that ``known`` says no document has is taken for a misspelt one.
    """
    right = {
        word: word for center in centers for name in (*center.names, center.institution)
        for word in name
    }  # fmt: skip

    def mend(match: re.Match[str]) -> str:
        word = fold(match[0])
        slips = next((most for least, most in _SLIPS if len(word) >= least), 0)
        if not slips or word in right or word.isdigit() or known(word):
            return match[0]
        near = {
            other: OSA.distance(word, other, score_cutoff=slips)
            for other in right
            if abs(len(other) - len(word)) <= slips and other[0] == word[0]
        }
        best = min(near, key=lambda other: (near[other], other), default="")
        if not best or near[best] > slips:
            return match[0]
        return best.capitalize() if match[0][0].isupper() else best

    return _WORD.sub(mend, question)


def spans_of_names(text: str, centers: Sequence[Center]) -> list[tuple[int, int, str]]:
    """Where a text calls a center by a name: (start, end, center), not overlapping, in order."""
    found: list[tuple[int, int, str]] = []
    spelled = sorted(
        ((name, center.name) for center in centers for name in center.names),
        key=lambda pair: -len(pair[0]),
    )
    for name, center in spelled:
        pattern = r"\b" + r"[\W_]+".join(map(re.escape, name)) + r"\b"
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if all(match.end() <= start or match.start() >= end for start, end, _ in found):
                found.append((match.start(), match.end(), center))
    return sorted(found)


def spans_of_centers(text: str, centers: Sequence[Center]) -> list[tuple[int, int, str]]:
    """Where a text names centers, and describes others beside them: as ``spans_of_names``."""
    named = spans_of_names(text, centers)
    return sorted([*named, *_beside_names(text, centers)]) if named else []


def _capitalised(text: str) -> set[str]:
    """The words with a capital letter, folded."""
    return {fold(match[0]) for match in _CAPITALISED.finditer(text)}


def _occurrences(name: Sequence[str], words: Sequence[str]) -> list[int]:
    size = len(name)
    return [at for at in range(len(words) - size + 1) if tuple(words[at : at + size]) == name]
