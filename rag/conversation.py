"""Turn and history to a standalone ``Query`` and the centers that it is about."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.errors import QueryError
from rag.text import fold, language_of, normalise, tokens
from rag.types import Document, Form, Query, Turn

LONGEST_QUESTION = 1_000

_PRONOUN = re.compile(
    r"\b(?P<owner>its|their)\b"
    r"|\b(?P<thing>it|they|them|(?:this|that|the|same) (?:research )?"
    r"(?:cent(?:er|re)|institute|base|lab(?:oratory)?))\b(?!\s+(?:of|for|at|in)\b)",
    re.IGNORECASE,
)
_AND_QUESTION = re.compile(
    r"(?:[?;]\s+(?:and\s+)?|,?\s+and\s+)(?=(?:who|what|when|where|which|how|why)\b)", re.IGNORECASE
)
_CAPITALISED = re.compile(r"(?<![\w-])[A-Z]\w{2,}")
_GREETING = re.compile(
    r"(?:(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings|thanks?(?: you)?"
    r"|thank you(?: (?:so|very) much)?|bye|goodbye|ok(?:ay)?|great|nice|cool"
    r"|who are you|what are you|help|what can you do|how are you|你好|您好|谢谢|再见|你是谁|帮助)"
    r"(?: (?:there|everyone|all|a lot|so much|very much|again|bot))*[\s,.!?，。！？]*)+",
    re.IGNORECASE,
)
# "Which journals ...", "What are the four ...", "List ...": a noun in the plural is asked for.
_LIST = re.compile(
    r"^(?:(?:in|on|at|for|with|from|by|to|under) )?(?:which|what) (?:all )?(?:are (?:the )?)?"
    r"(?:(?!is\b|was\b|does\b|has\b|do\b|did\b|will\b|can\b)[\w-]+,? ){0,4}?"
    r"(?!is\b|was\b|does\b|has\b|this\b|its\b)(?:[\w-]+[^\W\dsui]s|equipment|people|staff)\b"
    r"|^(?:please )?(?:list|enumerate|name)\b|\bwho (?:are|were|all)\b|^who (?:attended|took part)"
    r"|\b(?:list|name) (?:all|the|me)\b",
    re.IGNORECASE,
)
_DESCRIPTION = re.compile(
    r"\bwhat (?:does|do|did|is|are) .*\b(?:study|studies|research|focus(?:es)?(?: on)?|do|about|"
    r"work on|aim|aims|mission|goal)\b\s*\??$"
    r"|\b(?:describe|tell me (?:more )?about|explain|overview of|introduce|summari[sz]e)\b"
    r"|^(?:why|how)\b(?! (?:many|much|long|old|large|big|often|far)\b)",
    re.IGNORECASE,
)


# Words that say what kind of thing a center is: they name none, even where only one has them.
_KINDS = frozenset("center centre institute institution laboratory university hospital".split())


@dataclass(frozen=True, slots=True)
class Center:
    """A center of the corpus with the names it goes by, as tokens, longest first.

    ``own`` are the capitalised words of its names that no other center's names have.
    """

    name: str
    names: tuple[tuple[str, ...], ...]
    institution: tuple[str, ...]
    own: frozenset[str]


def centers_of(documents: Iterable[Document]) -> tuple[Center, ...]:
    """The centers of a corpus, by name, with all aliases that its documents give."""
    names: dict[str, set[tuple[str, ...]]] = {}
    institutions: dict[str, tuple[str, ...]] = {}
    words: dict[str, set[str]] = {}
    for document in documents:
        if document.center:
            called = (document.center, *document.aliases)
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
            own=frozenset(word for word in words[name] - _KINDS if shared[word] == 1),
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
    # Half a character, as a broken client sends it, cannot be encoded again.
    original = question.encode("utf-8", "replace").decode()
    question = " ".join(normalise(original).split())
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
    """The centers that a question is about, by the first of these that finds any.

    Names and aliases, the longest winning where one lies inside another; the institution, which
    means all its centers; a capitalised word that only one center's names have, such as a city.
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
    if not found:
        said = _capitalised(question.partition(" ")[2])
        found = {center.name for center in centers if said & center.own}
    return tuple(sorted(found))


def _capitalised(text: str) -> set[str]:
    """The words with a capital letter, folded."""
    return {fold(match[0]) for match in _CAPITALISED.finditer(text)}


def _occurrences(name: Sequence[str], words: Sequence[str]) -> list[int]:
    size = len(name)
    return [at for at in range(len(words) - size + 1) if tuple(words[at : at + size]) == name]


def _complete(question: str, last: Turn) -> tuple[str, tuple[str, ...]]:
    """Put the center that the last turn was about where the question only points to it."""
    cited = {citation.center for citation in last.answer.citations if citation.center}
    focus = last.answer.query.centers if len(last.answer.query.centers) == 1 else tuple(cited)
    if len(focus) != 1 or not _PRONOUN.search(question):
        return question, ()
    center = f"the {focus[0].removeprefix('The ').removeprefix('the ')}"

    def replace(match: re.Match[str]) -> str:
        return f"{center}'s" if match["owner"] else center

    return _PRONOUN.sub(replace, question, count=1), focus


def parts_of(query: Query) -> tuple[Query, ...]:
    """The questions that were asked together, such as "when was it founded and who leads it?"."""
    texts = [text.strip(" ,;") for text in _AND_QUESTION.split(query.text)]
    if len(texts) < 2 or not all(texts):
        return (query,)
    return tuple(dataclasses.replace(query, text=text, form=_form(text)) for text in texts)


def _form(question: str) -> Form:
    if _LIST.search(question):
        return "list"
    if _DESCRIPTION.search(question):
        return "description"
    return "direct"
