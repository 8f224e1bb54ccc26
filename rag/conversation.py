"""Turn and history to a standalone ``Query`` and the centers that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.errors import QueryError
from rag.text import fold, language_of, tokens
from rag.types import Document, Form, Query, Turn

LONGEST_QUESTION = 1_000

_PRONOUN = re.compile(
    r"\b(?P<owner>its|their)\b"
    r"|\b(?P<thing>it|they|them|(?:this|that|the|same) (?:research )?"
    r"(?:cent(?:er|re)|institute|base|lab(?:oratory)?))\b(?!\s+(?:of|for|at|in)\b)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings|thanks?(?: you)?"
    r"|thank you(?: (?:so|very) much)?|bye|goodbye|ok(?:ay)?|great|nice|cool"
    r"|who are you|what are you|help|what can you do|how are you|你好|您好|谢谢|再见|你是谁|帮助)"
    r"(?: (?:there|everyone|all|a lot|so much|very much|again|bot))*[\s,.!?，。！？]*)+",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"\b(?:list|name|enumerate|which|what) (?:all |the |me )*(?:\w+ ){0,4}?"
    r"(?:aspects|areas|directions|fields|themes|topics|projects|partners|platforms|members|"
    r"equipment|instruments|awards|laborator(?:ies|y)|universities|hospitals|goals|roles|people|"
    r"representatives|kinds|types|disciplines|patents|benefits|steps|lines|strengths|techniques)\b"
    r"|^(?:please )?(?:list|enumerate|name)\b",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(
    r"\bwhat (?:does|do|did|is|are) .*\b(?:study|studies|research|focus(?:es)?(?: on)?|do|about|"
    r"work on|aim|aims|mission|goal)\b\s*\??$"
    r"|\b(?:describe|tell me (?:more )?about|explain|overview of|introduce|summari[sz]e)\b"
    r"|^(?:why|how)\b(?! (?:many|much|long|old|large|big|often|far)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Center:
    """A center of the corpus with the names it goes by, folded to tokens, longest first."""

    name: str
    names: tuple[tuple[str, ...], ...]
    institution: tuple[str, ...]


def centers_of(documents: Iterable[Document]) -> tuple[Center, ...]:
    """The centers of a corpus, by name, with all aliases that its documents give."""
    names: dict[str, set[tuple[str, ...]]] = {}
    institutions: dict[str, tuple[str, ...]] = {}
    for document in documents:
        if document.center:
            found = names.setdefault(document.center, set())
            found.update(tuple(tokens(name)) for name in (document.center, *document.aliases))
            if document.institution:
                institutions[document.center] = tuple(tokens(document.institution))
    return tuple(
        Center(
            name=name,
            names=tuple(sorted(filter(None, found), key=lambda words: (-len(words), words))),
            institution=institutions.get(name, ()),
        )
        for name, found in sorted(names.items())
    )


def find_center(name: str, centers: Sequence[Center]) -> str:
    """The center that goes by ``name``.

    Raises:
        QueryError: none does.
    """
    words = tuple(tokens(name))
    for center in centers:
        if words in center.names or fold(name) == fold(center.name):
            return center.name
    known = "; ".join(center.name for center in centers) or "none"
    raise QueryError(f"There is no center `{name}`.", f"The corpus has: {known}.")


def understand(
    question: str, history: Sequence[Turn], centers: Sequence[Center], only: str | None = None
) -> Query:
    """What is asked, as a question that stands alone.

    Args:
        question: one line or more, as typed.
        history: the earlier turns of the conversation, oldest first.
        centers: those of the corpus.
        only: the name of the center that the user has chosen; it overrides what the question says.

    Raises:
        QueryError: the question is empty or too long, or there is no center ``only``.
    """
    original = question
    question = " ".join(question.split())
    if not any(character.isalnum() for character in question):
        raise QueryError("That is not a question.", "Ask about a research center in a sentence.")
    if len(question) > LONGEST_QUESTION:
        raise QueryError(
            f"The question is longer than {LONGEST_QUESTION:,} characters.", "Shorten it."
        )
    language = language_of(question)
    if _GREETING.fullmatch(question):
        return Query(question, original, language, (), "chitchat")
    named = (find_center(only, centers),) if only else mentioned_centers(question, centers)
    text = question
    if not named and history:
        text, named = _complete(question, history[-1])
    return Query(text, original, language, named, _form(question))


def mentioned_centers(question: str, centers: Sequence[Center]) -> tuple[str, ...]:
    """The centers that the question names, or else all centers of an institution that it names.

    The longest name wins where one lies inside another.
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
            found.add(center)
            places[name] = free
            taken.update(at + i for at in free for i in range(len(name)))
    if not found:
        found = {c.name for c in centers if c.institution and _occurrences(c.institution, words)}
    return tuple(sorted(found))


def _occurrences(name: Sequence[str], words: Sequence[str]) -> list[int]:
    size = len(name)
    return [at for at in range(len(words) - size + 1) if tuple(words[at : at + size]) == name]


def _complete(question: str, last: Turn) -> tuple[str, tuple[str, ...]]:
    """Put the center that the last turn was about where the question only points to it."""
    cited = {citation.center for citation in last.answer.citations if citation.center}
    focus = last.answer.query.centers if len(last.answer.query.centers) == 1 else tuple(cited)
    if len(focus) != 1 or not _PRONOUN.search(question):
        return question, ()
    center = focus[0]

    def replace(match: re.Match[str]) -> str:
        return f"{center}'s" if match["owner"] else f"the {center}"

    return _PRONOUN.sub(replace, question, count=1), focus


def _form(question: str) -> Form:
    if _LIST.search(question):
        return "list"
    if _DESCRIPTION.search(question):
        return "description"
    return "direct"
