"""Which centers' documents speak of somebody or something by name."""

from __future__ import annotations

import re
from itertools import pairwise

from rag.chinese import people_by_sound
from rag.lexical import terms
from rag.mentions import is_closed, is_verb, mentions
from rag.versions import IndexVersion

# A name that more passages than this have tells no center from another.
_MOST_PASSAGES = 200
_WORD = re.compile(r"[^\W_]+")


class Naming:
    """Looks names up in the passages of one index version."""

    def __init__(self, version: IndexVersion) -> None:
        self._version = version
        self._people: dict[str, str] | None = None

    def knows(self, word: str) -> bool:
        """Whether some passage, or the name of some center, has a word."""
        records, lexical = self._version.records, self._version.lexical
        return all(
            lexical.weight(term) is not None or term in records.name_terms for term in terms(word)
        )

    def people(self) -> dict[str, str]:
        """The people whom the documents name, by what their names sound like in Chinese."""
        if self._people is None:
            texts = (entry.document.text for entry in self._version.records.entries())
            self._people = people_by_sound(texts)
        return self._people

    def centers_naming(self, question: str) -> tuple[str, ...]:
        """The centers in whose documents the names of a question stand; empty if it has none.

        Of several names the one that the fewest centers have decides. A question in small letters
        is searched for pairs of words that the documents write with capitals.
        """
        best: set[str] = set()
        for name in _names(question):
            centers = self._centers(name)
            if centers and (not best or len(centers) < len(best)):
                best = centers
        return tuple(sorted(best))

    def _centers(self, name: str) -> set[str]:
        """The centers whose passages write ``name`` so, with capitals."""
        words = _WORD.findall(name)
        spelled = re.compile(r"\b" + r"[\W_]+".join(map(re.escape, words)) + r"\b", re.IGNORECASE)
        found: set[str] = set()
        for row in self._version.lexical.search(name, _MOST_PASSAGES)[1].tolist():
            chunk = self._version.records.chunk(row)
            written = spelled.search(chunk.text)
            if written and all(word[0].isupper() for word in _WORD.findall(written[0])):
                document = self._version.records.document(chunk.doc_id)
                if document is not None and document.center:
                    found.add(document.center)
        return found


def _names(question: str) -> list[str]:
    """What may be names in a question."""
    if any(character.isupper() for character in question[1:]):
        return [m.text for m in mentions(question) if m.named and _WORD.search(m.text)]
    words = _WORD.findall(question)
    return [
        f"{one} {other}"
        for one, other in pairwise(words)
        if not any(is_closed(word) or is_verb(word) for word in (one, other))
    ]
