"""What a question expects of its answer, and whether a piece of evidence can be it.

A reader, like any model, is drawn to what is near the question: asked for a telephone number it
takes a sum of money, asked for the deputy director it takes the director. These checks only ever
take evidence away; they never make any.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.lexical import terms
from rag.text import fold, tokens

_NUMBER_WORD = (
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|dozen|hundred|"
    r"thousand|million|billion|first|second|third|fourth|fifth|both|single|several|many)s?\b"
)
_YEAR_OR_MONTH = (
    r"\b(?:1[5-9]|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
    r"|\d年|\d月|\bcentur(?:y|ies)\b"
)
_CURRENCY = r"yuan|rmb|cny|euros?|eur|dollars?|usd|pounds?|yen|[¥€$£]|元"


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of answer: how a question asks for it, and what evidence must then show."""

    asked: re.Pattern[str]
    shown: re.Pattern[str]
    name: str


def _kind(asked: str, shown: str, name: str) -> _Kind:
    return _Kind(re.compile(asked, re.IGNORECASE), re.compile(shown, re.IGNORECASE), name)


# The first that a question asks for counts: "telephone number" before "number".
_KINDS = (
    _kind(
        r"\b(?:tele)?phones?\b|\b(?:tel|fax|hotline|wechat)\b|\b(?:contact|mobile) number|电话",
        r"\+?\d[\d\s()–-]{6,}\d",
        "telephone number",
    ),
    _kind(r"\be-?mails?\b|邮箱", r"\S@\S", "e-mail address"),
    _kind(
        r"\b(?:web ?sites?|web ?pages?|urls?|home ?pages?)\b|网址|网站", r"https?:|www\.", "website"
    ),
    _kind(
        r"\b(?:post(?:al)? ?codes?|zip(?: ?codes?)?|post ?codes?)\b|邮编",
        r"\b\d{5,6}\b|\b[A-Z]\w{1,3} ?\d\w\w\b",
        "postal code",
    ),
    _kind(
        r"\b(?:opening|office|visiting|working|business|consultation) hours\b"
        r"|\bwhat time\b|\bopen(?:ing)? (?:on|time)|\bwhen (?:is|are) .* open\b",
        r"\d\s?[ap]\.?m\b|\d{1,2}:\d\d|o'clock",
        "opening hours",
    ),
    _kind(r"\bbudgets?\b|预算", r"\bbudget", "budget"),
    _kind(
        r"\bsalar(?:y|ies)\b|\bwages?\b|\bstipends?\b|\bhow much .*\b(?:earn|paid|pay)\b|工资|薪",
        r"\bsalar|\bwage|\bstipend|\bearn|\bpaid\b",
        "salary",
    ),
    _kind(
        r"\btuition\b|\bfees?\b|\bprices?\b|\bcharges\b|\bhow much does .* cost\b|费用|学费",
        r"\btuition|\bfee|\bprice|\bcharge|\bcosts?\b",
        "fee",
    ),
    _kind(
        r"\bhow old\b|\bage of\b|\bbirth(?:day|date|place)?\b|\bborn\b|年龄|出生",
        r"\bborn\b|\bbirth|\baged?\b|\byears? old\b",
        "age or birth",
    ),
    _kind(
        r"\b(?:wife|husband|spouse|married|children of|hobby|hobbies|religion|nationality)\b",
        r"\bwife|\bhusband|\bspouse|\bmarri|\bchildren|\bhobb|\breligio|\bnational(?:ity)?\b",
        "private life",
    ),
    _kind(
        r"\bpercent(?:age)?\b|\bsuccess rate\b|\bsurvival rate\b|\bproportion\b|百分",
        r"\d\s?%|\bper ?cent|百分",
        "percentage",
    ),
    _kind(
        r"\bhow much (?:money|funding|fund|is .* worth|did .* cost|has .* received)\b"
        r"|\bhow much\b|\b(?:amount|sum|total) of (?:money|funding)\b|\btotal (?:funding|funds?)\b",
        rf"\d.*(?:{_CURRENCY})|(?:{_CURRENCY}).*\d|\d",
        "sum",
    ),
    _kind(
        r"^when\b|\b(?:what|which) (?:year|date|month|day)\b|\bsince when\b|\bon what day\b"
        r"|\bhow long ago\b|什么时候|何时|哪一?年",
        _YEAR_OR_MONTH,
        "date",
    ),
    _kind(
        r"\bhow many\b|\bnumber of\b|\bhow large\b|\bhow big\b|\bhow long\b|多少|几个",
        rf"\d|{_NUMBER_WORD}|[一二三四五六七八九十百千万]",
        "number",
    ),
    _kind(
        r"^who(?:m|se)?\b|\bwho (?:is|are|was|leads?|heads?|directs?)\b|谁",
        r"(?-i:[A-Z][\w'-]+ [A-Z][\w'-]+)|[\u4e00-\u9fff]{2,4}",
        "person",
    ),
)

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

    ``own`` are the tokens of the names of the centers that the question is about.
    """

    kind: str | None
    roles: tuple[Role, ...]
    numbers: tuple[str, ...]
    names: tuple[str, ...]
    own: frozenset[str]
    leads: bool


def expect(question: str, center_names: tuple[str, ...] = ()) -> Expectation:
    """What the words of a question say of its answer; ``center_names`` it may use freely."""
    kind = next((kind.name for kind in _KINDS if kind.asked.search(question)), None)
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
        leads=bool(_LEADS.search(question)),
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
    return found


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
    for kind in _KINDS:
        if kind.name == expectation.kind and not kind.shown.search(sentence):
            return f"no {kind.name}"
    if not _roles_match(expectation, _clause(sentence, answer_at)):
        return "another role"
    words = set(terms(context))
    for said in (*expectation.numbers, *expectation.names):
        if not words.issuperset(terms(said)):
            return f"no mention of {said}"
    return None


def is_plausible(expectation: Expectation, exact: str) -> bool:
    """Whether exact words can be the answer as they stand: in a role is a person, no institution.

    >>> is_plausible(expect("Who is the director?"), "Joint Research Center of the Ministry")
    False
    """
    if expectation.kind != "person" or not (expectation.roles or expectation.leads):
        return True
    return not _INSTITUTION.search(_HEAD_WORDS.split(exact, maxsplit=1)[0])


def _clause(sentence: str, at: int) -> str:
    """The part of a sentence between semicolons in which ``at`` lies."""
    cuts = [match.start() for match in _CLAUSE.finditer(sentence)]
    start = max((cut + 1 for cut in cuts if cut < at), default=0)
    end = min((cut for cut in cuts if cut >= at), default=len(sentence))
    return sentence[start:end]


def _roles_match(expectation: Expectation, clause: str) -> bool:
    """Whether ``clause``, where it speaks of roles like those asked for, names just those."""
    named = roles_in(clause)
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
