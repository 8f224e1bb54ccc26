"""A sentence of a document, as what may support another sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from rag.quantities import Date, Quantity, dates_in, quantities_in
from rag.statements import Statement, statement
from rag.synonyms import is_unlike, plain_terms, synonyms
from rag.text import fold, tokens

# How alike two single words are by their vectors, a cosine. Chosen on dev sentences.
ALIKE = 0.55
# Of a piece with more words than this that the text has not, none are compared by their vectors.
_MOST_ALIKE = 3
_DENIED = re.compile(r"\b(?:not|never|non)[ -](\w+)", re.IGNORECASE)
_SMALL = frozenset("of the for de la von van der and in at".split())
_INSTITUTION = frozenset(
    "university school college institute center centre ministry hospital academy laboratory "
    "department office council commission administration committee foundation base".split()
)

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
        return denied_in(self.text)

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
        wanted = [token for token in name if token not in _SMALL]
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

    def is_own(self, name: Sequence[str]) -> bool:
        """Whether a name is one of the document's own for what it speaks of."""
        wanted = [token for token in name if token not in _SMALL]
        return any(_together(wanted, run) for run in self._runs[1 : 1 + self._names])

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


def denied_in(text: str) -> frozenset[str]:
    """The stemmed terms of a text that a "not" stands before."""
    return frozenset(t for m in _DENIED.finditer(text) for t in plain_terms(m[1]))


def _together(wanted: Sequence[str], run: Sequence[str]) -> bool:
    size = len(wanted)
    if not all(len(t) == 1 or t in run or t[:-1] in run for t in wanted):
        return False
    return any(_same_tokens(wanted, run[at : at + size]) for at in range(len(run) - size + 1))


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
