"""Does a text support a sentence, piece by piece?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.mentions import is_verb
from rag.quantities import Bound, Date, Quantity, dates_in, quantities_in
from rag.statements import Piece, Statement, statement
from rag.synonyms import is_unlike, plain_terms, synonyms
from rag.text import fold, tokens

# How alike two single words are by their vectors, a cosine. Chosen on dev sentences.
ALIKE = 0.55
# Of the content words of a piece one in this many may be new, if it is no more than one in ...
_NEW_WORDS = 4
# ... and a verb, if the sentence has so many words and facts.
_NEW_VERBS = 6
# Whole sentences have to be about the same: a cosine. Chosen on dev sentences.
NEAR = 0.2
# Of a piece with more words than this that the text has not, none are compared by their vectors.
_MOST_ALIKE = 3
_DENIED = re.compile(r"\b(?:not|never|non)[ -](\w+)", re.IGNORECASE)
_SMALL = frozenset("of the for de la von van der and in at".split())
_INSTITUTION = frozenset(
    "university school college institute center centre ministry hospital academy laboratory "
    "department office council commission administration committee foundation base".split()
)
# Adjectives of countries by the country's name.
_COUNTRIES = {
    "chinese": "china", "spanish": "spain", "danish": "denmark", "european": "europe",
    "american": "america", "german": "germany", "french": "france", "british": "britain",
    "japanese": "japan", "italian": "italy", "korean": "korea", "russian": "russia",
}  # fmt: skip

# Words, and others: of each of the words the greatest cosine with one of the others.
Likeness = Callable[[Sequence[str], Sequence[str]], Sequence[float]]


class Source:
    """A sentence of a document, or a few, with what is said around it of its subject.

    ``names`` are those that the document has for what it speaks of; ``around`` is its heading and
    what a pronoun at the beginning of ``text`` stands for.
    """

    def __init__(self, text: str, names: Sequence[str] = (), around: Sequence[str] = ()) -> None:
        self.text = text
        self._context = (*names, *around)
        self._names = len(names)

    def prepare(self) -> None:
        """Take it to pieces now."""
        _ = self.statement, self.dates, self.quantities, self.contacts, self._runs
        _ = self.words, self._around, self._exact, self._initials, self.different_words

    @cached_property
    def statement(self) -> Statement:
        """The sentence in its pieces."""
        return statement(self.text)

    @cached_property
    def dates(self) -> list[Date]:
        """Its dates."""
        return dates_in(self.text)

    @cached_property
    def quantities(self) -> list[Quantity]:
        """Its numbers."""
        return quantities_in(self.text, self.dates)

    @cached_property
    def contacts(self) -> frozenset[str]:
        """Its addresses."""
        return frozenset(c for piece in self.statement.pieces for c in piece.contacts)

    @cached_property
    def _runs(self) -> list[list[str]]:
        """Folded tokens of the text and of each name of the context, small words left out."""
        return [
            [t for t in tokens(text) if t not in _SMALL] for text in (self.text, *self._context)
        ]

    @cached_property
    def words(self) -> frozenset[str]:
        """Stemmed terms of the text."""
        return frozenset(plain_terms(self.text))

    @cached_property
    def different_words(self) -> list[str]:
        """The different words of the text, without small ones."""
        return sorted({token for token in tokens(self.text) if plain_terms(token)})

    @cached_property
    def denied(self) -> frozenset[str]:
        """The words that a "not" stands before."""
        return _denied(self.text)

    @cached_property
    def _around(self) -> frozenset[str]:
        return frozenset(plain_terms(" ".join(self._context)))

    @cached_property
    def _exact(self) -> frozenset[str]:
        folded = fold(" ".join((self.text, *self._context)))
        return frozenset(re.findall(r"\w+", folded.replace("prof.", "professor")))

    @cached_property
    def _initials(self) -> list[str]:
        return ["".join(token[0] for token in run) for run in self._runs]

    def has_name(self, name: Sequence[str], around: bool = True) -> bool:
        """Whether the words of a name stand together in it, in any order.

        ``around``: or in a name of the context.
        """
        wanted = [_COUNTRIES.get(token, token) for token in name if token not in _SMALL]
        runs = self._runs if around else self._runs[:1]
        if not wanted or any(_together(wanted, run) for run in runs):
            return True
        if len(name) == 1 and len(name[0]) > 2 and any(name[0] in i for i in self._initials):
            return True
        if len(wanted) < 3 or not _INSTITUTION & set(wanted):
            return False
        # "Lake University School of Law" is the "School of Law of Lake University".
        return any(
            self.has_name(wanted[:cut], around) and self.has_name(wanted[cut:], around)
            for cut in range(1, len(wanted))
        )

    def is_about_another(self, claim: Statement) -> bool:
        """Whether a sentence puts the center in the place of the one whom the text names first."""
        own = self.statement.subject
        if not own or self.has_name(claim.subject, around=False):
            return False
        about = self._runs[1 : 1 + self._names]
        return not any(_together(own, run) for run in about) and not Source(claim.text).has_name(
            own
        )

    def new_words(self, content: Sequence[tuple[str, str]], likeness: Likeness) -> list[str]:
        """The words of ``content`` that it neither has nor has another word for."""
        missing = [
            (term, word)
            for term, word in content
            if not synonyms(term) & self.words and term not in self._around
        ]
        if not missing or len(missing) > _MOST_ALIKE:
            return [word for _, word in missing]
        alike = likeness([word for _, word in missing], self.different_words)
        return [
            word
            for (term, word), cosine in zip(missing, alike, strict=True)
            if cosine < ALIKE or is_unlike(term, self.words)
        ]

    def lacks_exact(self, exact: Sequence[str]) -> list[str]:
        """The words of ``exact`` that are nowhere in it."""
        return [
            word
            for word in exact
            if word not in self._exact
            and not any(synonyms(term) & self.words for term in plain_terms(word))
        ]


def _denied(text: str) -> frozenset[str]:
    return frozenset(t for m in _DENIED.finditer(text) for t in plain_terms(m[1]))


def _together(wanted: Sequence[str], run: Sequence[str]) -> bool:
    size = len(wanted)
    if not all(
        len(t) == 1 or t in run or t[:-1] in run or t in _COUNTRIES.values() for t in wanted
    ):
        return False
    there = [_COUNTRIES.get(token, token) for token in run]
    return any(_same_tokens(wanted, there[at : at + size]) for at in range(len(there) - size + 1))


def _same_tokens(wanted: Sequence[str], there: Sequence[str]) -> bool:
    left = list(there)
    for token in sorted(wanted, key=len, reverse=True):
        found = next((t for t in left if t == token), None)
        if found is None and len(token) == 1:
            found = next((t for t in left if t.startswith(token)), None)
        if found is None and len(token) > 3 and token.endswith("s"):
            found = next((t for t in left if t == token[:-1]), None)
        if found is None:
            return False
        left.remove(found)
    return True


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a piece is not supported: its kind and the words that are not."""

    kind: str
    words: str = ""


def objection(
    piece: Piece, claim: Statement, source: Source, likeness: Likeness
) -> Objection | None:
    """What speaks against a piece of a sentence in view of a text, ``None`` where nothing does."""
    for name in piece.names:
        if not source.has_name(name) or (name == claim.subject and source.is_about_another(claim)):
            return Objection("name", " ".join(name))
    for contact in piece.contacts:
        if contact not in source.contacts:
            return Objection("address", contact)
    for date in piece.dates:
        if not any(date.is_in(other) for other in source.dates):
            return Objection("date", claim.text[date.start : date.end])
    for quantity in piece.quantities:
        if not any(_same(quantity, other, source) for other in source.quantities):
            return Objection("number", claim.text[quantity.start : quantity.end])
        new = source.new_words(quantity.counted[:2], _unlike)
        if new and not quantity.unit:
            return Objection("number", f"{quantity.value} {new[0]}")
    lacking = source.lacks_exact(piece.exact)
    if lacking:
        return Objection("word", " ".join(lacking))
    if piece.content:
        if any(
            is_unlike(term, source.words) and not synonyms(term) & source.words
            for term, _ in piece.content
        ):
            return Objection("word", " ".join(word for _, word in piece.content))
        new = source.new_words(piece.content, likeness)
        if not _few(new, piece, claim):
            return Objection("new", " ".join(new))
    return _polarity(piece, claim, source)


def _unlike(words: Sequence[str], others: Sequence[str]) -> Sequence[float]:
    """What is counted may be called by a synonym, but not by a word that is merely near."""
    del others
    return [0.0] * len(words)


def _few(new: Sequence[str], piece: Piece, claim: Statement) -> bool:
    """Whether what is new is little enough to be a matter of wording."""
    things = sum(not _is_wording(word) for word in new)
    if things <= 1 and len(new) * _NEW_WORDS <= len(piece.content):
        return True
    # What is done may be told by another verb where everything else is the same.
    anchors = len(piece.content) - len(new) + piece.facts
    said = sum(len(other.content) + other.facts for other in claim.pieces)
    return len(new) == 1 and not things and anchors > 1 and said >= _NEW_VERBS


def _is_wording(word: str) -> bool:
    return is_verb(word) or re.search(r"(?:ed|ing|ly)$", word) is not None


def _same(one: Quantity, other: Quantity, source: Source) -> bool:
    if one.value != other.value or not _bounds_agree(one.bound, other.bound):
        return False
    if one.unit != other.unit and (one.unit or (other.unit and _counts_else(one, source))):
        return False
    if one.unit:
        return True
    # What it counts here may not be what something else is counted of there.
    there = set(other.nearby)
    counted = [term for term, _ in one.counted if term in source.words]
    return all(synonyms(term) & there for term in counted)


def _counts_else(one: Quantity, source: Source) -> bool:
    return bool(one.counted) and not any(term in source.words for term, _ in one.counted)


def _bounds_agree(one: Bound, other: Bound) -> bool:
    return one == other or (one == "about" and other in ("more", "less"))


def _polarity(piece: Piece, claim: Statement, source: Source) -> Objection | None:
    """Denied here and not there, or the other way round; meant to be there, told as done here."""
    there = _nearest(piece, source)
    if piece.negations and claim.negations > source.statement.negations:
        return Objection("negation", "denied")
    if there and there.negations and not claim.negations:
        return Objection("negation", "not denied")
    plainly = {term for term, _ in piece.content} - _denied(claim.text)
    if not claim.negations and source.denied & plainly:
        return Objection("negation", "not denied")
    if claim.intended and not source.statement.intended:
        return Objection("intent", "only meant to be")
    if there and there.intended and not claim.intended:
        return Objection("intent", "told as done")
    return None


def _nearest(piece: Piece, source: Source) -> Piece | None:
    """The piece of the source that has most words of a piece."""
    said = {token for name in piece.names for token in name} | {term for term, _ in piece.content}

    def shared(other: Piece) -> int:
        there = {token for name in other.names for token in name}
        words = {term for term, _ in other.content}
        return len(said & there) + sum(2 for term in said if synonyms(term) & words)

    pieces = source.statement.pieces
    return max(pieces, key=shared) if pieces else None
