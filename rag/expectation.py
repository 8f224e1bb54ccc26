"""What a question expects of its answer, and whether a piece of evidence can be it.

A reader, like any model, is drawn to what is near the question: asked for a telephone number it
takes a sum of money, asked for the deputy director it takes the director. These checks only ever
take evidence away; they never make any.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.chinese_roles import LEADING as _LEADING_ZH
from rag.chinese_roles import LEADS as _LEADS_ZH
from rag.chinese_roles import chinese_roles
from rag.kinds import KINDS
from rag.kinds import MONTHS as _MONTHS
from rag.language import spaced
from rag.lexical import terms
from rag.text import fold, tokens

# What a name or a number follows in a reason.
NO_MENTION = "no mention of "
# Words that make another role of the one that they stand before.
_MODIFIERS = {
    "deputy": "deputy", "vice": "deputy", "associate": "associate", "assistant": "assistant",
    "acting": "acting", "interim": "acting", "former": "former", "ex": "former",
    "previous": "former", "honorary": "honorary", "emeritus": "emeritus", "founding": "founding",
    "executive": "executive", "senior": "senior", "co": "co", "sub": "sub", "overseas": "overseas",
    "chief": "chief", "scientific": "scientific", "medical": "medical", "clinical": "clinical",
    "administrative": "administrative", "managing": "managing", "next": "next", "first": "first",
}  # fmt: skip
# A bare "director" is also the executive one; never the deputy.
_HARMLESS = frozenset({"executive", "senior", "managing"})
# Who is asked for so may be called anything.
_ANY_LEADER = frozenset({"head", "leader", "manager", "founder"})
# Whoever is only this does not lead.
_NOT_LEADING = frozenset({"deputy", "vice", "associate", "assistant", "former", "honorary"})
_HEADS = (
    "director|dean|president|chair(?:man|woman|person)?|head|leader|secretary|scientist|rector|"
    "chancellor|provost|manager|founder|coordinator|editor|treasurer|spokes(?:man|woman|person)"
)
_ROLE = re.compile(
    rf"\b(?P<modifiers>(?:(?:{'|'.join(_MODIFIERS)})[\s-]+)*)(?P<head>{_HEADS})s?\b(?!['’]s)",
    re.IGNORECASE,
)
# What a role is in: "of the Dean's Office", up to a comma or the end.
_OF = re.compile(r"\s+(?:of|for|at)\s+(?P<body>[^,;.()]+)", re.IGNORECASE)
_LEADS = re.compile(
    r"\bwho (?:\w+ )?(?:leads?|led|heads?|directs?|runs?|chairs?|is in charge)\b", re.IGNORECASE
)
_LEADING = re.compile(
    r"\b(?:lead|led|head|direct|chair|run|charge|steer|manag|govern)", re.IGNORECASE
)
# "Which companies", "what large equipment", "what kinds of support": the noun alone.
_THING = re.compile(
    r"^(?:(?:in|on|at|for|with|from|by|to|under) )?(?:which|what) (?:are the )?"
    r"(?:(?:kinds?|types?|sorts?) of )?"
    r"(?:(?!is\b|was\b|does\b|has\b|do\b|did\b|will\b|can\b)[\w-]+ ){0,2}?"
    r"(?P<noun>(?!is\b|was\b|does\b|has\b|this\b|its\b)[\w-]+[^\W\dsui]s|equipment)\b(?! to\b)"
    r"|\bhow many (?P<counted>(?:(?!are\b|is\b|of\b|does\b|do\b|has\b)[\w-]+ ){0,2}?[\w-]+s)\b",
    re.IGNORECASE,
)
# "Who funds it": what is done to it, where no role is asked for.
_WHO_DOES = re.compile(
    r"^who(?! (?:is|was|are|were|has|have|had|can|could|may|might|must|will|would|should|does|did|"
    r"do|else|all|exactly)\b) (?P<deed>[a-z]{3,})\b",
    re.IGNORECASE,
)
# A day, a year or a number is nobody.
_NOBODY = re.compile(rf"(?:in |on |since )?(?:{_MONTHS}|[\d.,]+|\s)+", re.IGNORECASE)
_INSTITUTION = re.compile(
    r"\b(?:cent(?:er|re)|university|ministry|institute|laborator(?:y|ies)|office|school|department|"
    r"hospital|academy|council|commission|foundation|college|committee|base|medicine)\b",
    re.IGNORECASE,
)
# What follows these no longer says who or what, but where or which.
_HEAD_WORDS = re.compile(r",|\bof\b|\bat\b")
_CLAUSE = re.compile(r"[;；]")
_PROPER = re.compile(r"(?<![\w.])[A-Z][\w'-]*")
_FIRST_WORD = re.compile(r"(?:^|[.!?]\s+)[A-Z][a-z'-]*")
_NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*(?![\w])")
# "2 月" may stand as "February" in a document.
_MONTH_OR_DAY = re.compile(r"\d{1,2} ?[月日号](?!\w*计划)")
_A_NAME = re.compile(r"[A-Z][\w'-]+\.? [A-Z]|[\u4e00-\u9fff]")
_COMMON = frozenset("the of and in for at a an s university china chinese school".split())
# What a page calls the center itself.
_GENERIC = frozenset("center centre base institute institution laboratory".split())
_NOT_NAMES = frozenset(
    "i who what when where which why how is are was were do does did can could would should the a "
    "an and or of in on at for to from by with about tell me please name list describe explain "
    "give show has have had will may it its he she they his her their this that these those "
    "professor prof dr mr mrs ms center centre whom whose any if my we our you your".split()
)


@dataclass(frozen=True, slots=True)
class Role:
    """A role with the words that change it, such as ``({"deputy"}, "director")``.

    ``body`` are the tokens of what it is a role in, empty where nothing is said.
    """

    modifiers: frozenset[str]
    head: str
    body: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What evidence must show; ``kind`` is a name in plain words, ``None`` where any will do.

    ``own`` are the tokens of the names of the centers that the question is about; ``leads`` is
    whether it asks who leads; ``thing`` is what it asks which of, such as "companies"; ``deed`` is
    what it asks who does, such as "funds".
    """

    kind: str | None
    roles: tuple[Role, ...]
    numbers: tuple[str, ...]
    names: tuple[str, ...]
    own: frozenset[str]
    leads: bool
    thing: str | None
    deed: str | None


def expect(question: str, center_names: tuple[str, ...] = ()) -> Expectation:
    """What the words of a question say of its answer; ``center_names`` it may use freely."""
    question = _MONTH_OR_DAY.sub(" ", spaced(question))
    kind = next((kind.name for kind in KINDS if kind.asked.search(question)), None)
    own = {token for name in center_names for token in tokens(name)}
    # A capital letter says nothing of the first word of a sentence.
    plain = _FIRST_WORD.sub(lambda match: match[0].lower(), question.replace("’", "'"))
    names = [
        match[0].removesuffix("'s")
        for match in _PROPER.finditer(plain)
        if fold(match[0].removesuffix("'s")) not in _NOT_NAMES
    ]
    numbers = [match[0].rstrip(".,") for match in _NUMBER.finditer(question)]
    return Expectation(
        kind=kind,
        roles=tuple(dict.fromkeys(roles_in(question))),
        numbers=tuple(n for n in dict.fromkeys(numbers) if not own.issuperset(tokens(n))),
        names=tuple(n for n in dict.fromkeys(names) if not own.issuperset(tokens(n))),
        own=frozenset(own - _COMMON),
        leads=bool(_LEADS.search(question) or _LEADS_ZH.search(question)),
        thing=(thing["noun"] or thing["counted"]).lower()
        if (thing := _THING.search(question))
        else None,
        deed=deed["deed"].lower()
        if (deed := _WHO_DOES.search(question)) and not _LEADS.search(question)
        else None,
    )


def roles_in(text: str) -> list[Role]:
    """The roles that ``text`` names, in order."""
    found = []
    for match in _ROLE.finditer(text):
        words = re.split(r"[\s-]+", match["modifiers"].lower().strip(" -"))
        modifiers = frozenset(_MODIFIERS[word] for word in words if word)
        body = _OF.match(text, match.end())
        within = frozenset(tokens(body["body"])) - _COMMON if body else frozenset()
        found.append(Role(modifiers, match["head"].lower(), within))
    return [*found, *(Role(*role) for role in chinese_roles(text))]


def unknown_names(expectation: Expectation, known: Callable[[str], bool]) -> tuple[str, ...]:
    """Names of the question that ``known`` says no document has."""
    return tuple(name for name in expectation.names if not known(name))


def objection(expectation: Expectation, sentence: str, answer_at: int, context: str) -> str | None:
    """Why a sentence cannot be the answer, ``None`` if nothing speaks against it.

    Args:
        expectation: of the question.
        sentence: the evidence.
        answer_at: offset into ``sentence`` where the exact answer begins.
        context: the passage round the sentence, with its title and headings.
    """
    for kind in KINDS:
        if kind.name == expectation.kind and not kind.shown.search(sentence):
            return f"no {kind.name}"
    if not _roles_match(expectation, _clause(sentence, answer_at)):
        return "another role"
    asked = (*expectation.numbers, *expectation.names)
    words = set(terms(context)) if asked else set()
    for said in asked:
        if not words.issuperset(terms(said)):
            return f"{NO_MENTION}{said}"
    return None


def is_plausible(expectation: Expectation, exact: str) -> bool:
    """Whether exact words can be the answer as they stand: in a role is a person, no institution.

    >>> is_plausible(expect("Who is the director?"), "Joint Research Center of the Ministry")
    False
    >>> is_plausible(expect("Who directs the base?"), "the natural sciences")
    False
    """
    if expectation.kind != "person":
        return True
    if not (expectation.roles or expectation.leads):
        return not _NOBODY.fullmatch(exact)
    if not _A_NAME.search(exact):
        return False
    return not _INSTITUTION.search(_HEAD_WORDS.split(exact, maxsplit=1)[0])


def speaks_of_leading(sentence: str) -> bool:
    """Whether a sentence names a role or says that somebody leads."""
    return bool(roles_in(sentence) or _says_leading(sentence))


def _says_leading(text: str) -> bool:
    return bool(_LEADING.search(text) or _LEADING_ZH.search(text))


def _clause(sentence: str, at: int) -> str:
    """The part of a sentence between semicolons in which ``at`` lies."""
    cuts = [match.start() for match in _CLAUSE.finditer(sentence)]
    start = max((cut + 1 for cut in cuts if cut < at), default=0)
    end = min((cut for cut in cuts if cut >= at), default=len(sentence))
    return sentence[start:end]


def _has_role(asked: Role, named: list[Role], clause: str) -> bool:
    """Whether a clause names the role, or one that a head may have, or says that somebody leads."""
    if any(role.head == asked.head for role in named):
        return True
    if asked.head not in _ANY_LEADER and any(r.head not in _ANY_LEADER for r in named):
        return False
    return bool(named or _says_leading(clause))


def _roles_match(expectation: Expectation, clause: str) -> bool:
    """Whether ``clause``, where it speaks of roles like those asked for, names just those."""
    named = roles_in(clause)
    if expectation.leads and named and all(role.modifiers & _NOT_LEADING for role in named):
        return False
    if expectation.leads and not named and not _says_leading(clause):
        return False
    if expectation.kind == "person" and not all(
        _has_role(r, named, clause) for r in expectation.roles
    ):
        return False
    for role in expectation.roles:
        wanted = (role.body | expectation.own) or _GENERIC
        alike = [
            other
            for other in named
            if other.head == role.head
            and (not other.body or other.body & (wanted | _GENERIC))
            and ("sub" in other.body) == ("sub" in role.body)
        ]
        if role.modifiers and role.modifiers not in [other.modifiers for other in alike]:
            return False
        heads = any(other.head == role.head for other in named)
        if not role.modifiers and heads and not any(o.modifiers <= _HARMLESS for o in alike):
            return False
    return True
