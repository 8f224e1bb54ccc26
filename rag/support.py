"""Does a text support a sentence, piece by piece?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.mentions import is_verb
from rag.quantities import Bound, Quantity
from rag.source import Likeness, Source, denied_in
from rag.statements import Piece, Statement
from rag.synonyms import is_unlike, synonyms
from rag.text import fold

# Of the content words of a piece one in this many may be new, if it is no more than one in ...
_NEW_WORDS = 4
# ... and a verb, if the sentence has so many words and facts.
_NEW_VERBS = 6
# Whole sentences have to be about the same: a cosine. Chosen on dev sentences.
NEAR = 0.2
# ... and much more so where a sentence has fewer words and facts than this to go by.
FEW, NEAR_WITH_FEW = 2, 0.5


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a piece is not supported: its kind and the words that are not."""

    kind: str
    words: str = ""


def objection(
    piece: Piece, claim: Statement, source: Source, likeness: Likeness
) -> Objection | None:
    """What speaks against a piece of a sentence in view of a text, ``None`` where nothing does."""
    return (
        missing_fact(piece, claim, source)
        or _new_content(piece, claim, source, likeness)
        or _polarity(piece, claim, source)
    )


def missing_fact(piece: Piece, claim: Statement, source: Source) -> Objection | None:
    """A name, address, date, number or word that nothing can stand for, and the text has not."""
    for name in piece.names:
        if not source.has_name(name) or (name == claim.subject and source.is_about_another(claim)):
            return Objection("name", " ".join(name))
        if _is_related_to_itself(name, claim, source):
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
    return Objection("word", " ".join(lacking)) if lacking else None


def _new_content(
    piece: Piece, claim: Statement, source: Source, likeness: Likeness
) -> Objection | None:
    if piece.content:
        if any(
            is_unlike(term, source.words) and not synonyms(term) & source.words
            for term, _ in piece.content
        ):
            return Objection("word", " ".join(word for _, word in piece.content))
        new = source.new_words(piece.content, likeness)
        if not _few(new, piece, claim):
            return Objection("new", " ".join(new))
    return None


def _is_related_to_itself(name: Sequence[str], claim: Statement, source: Source) -> bool:
    """Whether a center has something to do with a name of its own that the text does not say.

    "The Lake Center is led by Lake University" is not told by who its director is. "The Lake
    Center of Lake University" is a matter of wording.
    """
    if name == claim.subject or not source.is_own(claim.subject) or not source.is_own(name):
        return False
    if source.has_name(name, around=False):
        return False
    said = r"\W+".join(re.escape(token) for token in name)
    attached = rf"(?:\b(?:of|at|in|within)\s+(?:the\s+)?|[(,]\s*|['’]s?\s+){said}"
    return re.search(attached, fold(claim.text)) is None


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
    plainly = {term for term, _ in piece.content} - denied_in(claim.text)
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
