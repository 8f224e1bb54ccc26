"""What kind of answer a question wants, by its words: one fact, a list, one line a center ..."""

from __future__ import annotations

import re
from collections.abc import Collection

from rag.text import tokens
from rag.types import Form

_CENTERS = (
    r"(?:research )?(?:cent(?:er|re)s|institut(?:es|ions)|bases|lab(?:oratorie)?s|places|groups)"
)
_CENTER = r"(?:research )?(?:cent(?:er|re)|institut(?:e|ion)|base|lab(?:oratory)?|place|group)"
_SMALL_TALK = re.compile(
    r"(?:(?:hello|hi|hey|good (?:morning|afternoon|evening)|greetings|thanks?(?: you)?"
    r"|thank you(?: (?:so|very) much)?|bye|goodbye|see you|ok(?:ay)?|great|nice|cool|perfect"
    r"|nice to meet you|who are you|what are you|what is this|help(?: me)?|what can you do"
    r"|how does this work|how are you(?: doing)?|are you (?:a|an) (?:bot|robot|ai|human|person)"
    r"|what is your name|你好|您好|谢谢|再见|你是谁|帮助)"
    r"(?: (?:there|everyone|all|a lot|so much|very much|again|bot|today|please|then))*"
    r"[\s,.!?，。！？]*)+",
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
_CATALOG = re.compile(
    rf"^(?:(?:please )?(?:which|what|list|name|show|give|tell)(?: me)?(?: all)?(?: of)?"
    rf"(?: the| your)?(?: \w+)? ?(?:{_CENTERS}|documents|sources)"
    r"(?: (?:are|is) (?:there|covered|available|included|known|in (?:here|the corpus)))?"
    r"(?: (?:do|can) you (?:know|have|cover|answer|tell)(?: about| of| me about)?"
    r"| (?:that )?(?:you|i can) (?:know|have|cover|ask)(?: about| of)?| exist)?"
    r"|what (?:can|could|do) (?:you|i) (?:answer|know|tell me|ask(?: you)?|cover)(?: about)?"
    r"|what (?:topics|questions|subjects) .*\byou\b.*"
    rf"|how many {_CENTERS} (?:are there|do you (?:know|have|cover))(?: about| of)?"
    r")\s*[?.!]*$",
    re.IGNORECASE,
)
_WHICH = re.compile(
    rf"^(?:and )?(?:(?:in|at) )?(?:which|what)(?: of the(?:se)?)?(?: other)?"
    rf" (?:{_CENTERS}|{_CENTER})(?: here)? (?!does\b|did\b|do you\b)(?P<predicate>.+)"
    rf"|^(?:is there|are there|do you know|is|do|does)(?: of)?(?: any| an?| some)"
    rf"(?: of the)? (?:{_CENTERS}|{_CENTER})(?: here)?(?: that| which)? (?P<any>.+)"
    rf"|^who (?P<who>(?:works|is working|does research|do research) (?:on|in|with) .+)",
    re.IGNORECASE,
)
# "Does it have a sequencer?" asks for one center what "which center has one?" asks for all.
_HAS = re.compile(
    r"^(?:do|does|did) .+? (?:have|own|possess|offer|run|host) (?:an? |any |its own )(?P<what>.+)",
    re.IGNORECASE,
)
_PLURAL_CENTERS = re.compile(rf"\b{_CENTERS}\b", re.IGNORECASE)
_HAVING = frozenset(
    "which what list name show me all the of at in to from belong belongs are is does do have has "
    "run runs host hosts there part located affiliated with you know please".split()
)
_VERB_OF_CENTERS = re.compile(
    r"^(?:(?:also|currently|both|that|which) )*(?:(?:is|are|do|does|can|could|has|have|had|will) )?"
    r"(?:(?:been |being )?(?:work(?:s|ing)?|stud(?:y|ies|ying)|do(?:es|ing)?|conducts?|runs?|active"
    r"|research(?:es|ing)?|focus(?:es|ing)?|own(?:s|ing)?|hold(?:s|ing)?|speciali[sz]es?|deals?"
    r"|offers?|investigates?|interested)\b ?)?"
    r"(?:research )?(?:(?:on|in|with|into|at|about) )?(?:(?:the|an?|any) )?",
    re.IGNORECASE,
)
EACH = re.compile(
    rf"\b(?:each|every)(?: one)?(?: of)?(?: the| these| those)? (?:{_CENTERS}|{_CENTER})\b"
    rf"|\b(?:all|both)(?: of)?(?: the| these| those| your)?(?: \w+)? (?:{_CENTERS})\b"
    rf"|\bthe (?:(?:different|various|several|individual|two|three|four|five|known) )?{_CENTERS}\b"
    r"|\b(?:each|all|both) of (?:them|these|those)\b|\beach\b(?=\s*\??$)",
    re.IGNORECASE,
)
_COMPARE = re.compile(
    r"\bcompar(?:e|es|ed|ing|ison)\b|\bdifferen(?:ce|ces|t)\b|\bversus\b|\bvs\b|\bboth\b"
    r"|\bin common\b"
    r"|\b(?:older|newer|younger|larger|bigger|smaller|first|earlier|later|more)\b.* or ",
    re.IGNORECASE,
)
_MATCH = re.compile(
    r"\b(?:who|whom|which (?:\w+ )?(?:cent(?:er|re)|institute|one|person|group)|where)\b[^?.]*"
    r"\b(?:should|could|can|may|might|would|shall|do|must) (?:i|we)\b[^?.]*\b(?:talk|speak|contact|"
    r"approach|write|turn|collaborate|work|go|ask|join|visit|partner|reach|apply|get in touch)\b"
    r"|\b(?:best|good|right|suitable|suited) (?:match|fit|cent(?:er|re)|partner|place|contact|for)"
    r"\b.*\b(?:for|my|me|us|our)\b"
    r"|\b(?:which|what) (?:\w+ )?(?:cent(?:er|re)s?|institutes?|groups?) (?:would |might |could )?"
    r"(?:fits?|suits?|match(?:es)?|(?:is|are|be) (?:a |the )?(?:best|right|good|relevant|suit))"
    r"|\b(?:looking for|need|seek(?:ing)?|want) (?:an? )?(?:collaborat|partner|cent(?:er|re)\b)"
    r"|^(?:i|we)(?:'m| am|'re| are)? (?:work|study|research|studying|working|researching|interested"
    r"|develop|developing)\b.*\b(?:who|whom|which|where|cent(?:er|re)|collaborat|talk|contact)\b",
    re.IGNORECASE,
)
# What the visitor works on, without what is asked about it.
_WORK = re.compile(
    r"\b(?:work(?:ing)?(?: mostly| mainly)? (?:on|in|with|at)|research(?:ing)?(?: on| in| into)?"
    r"|stud(?:y|ying)|interested in|speciali[sz]e in|develop(?:ing)?|build(?:ing)?"
    r"|expert(?:ise)? (?:on|in)|(?:collaborate|collaboration|partner|help|project|advice|someone) "
    r"(?:on|in|for|with|about)|talk(?: to)?(?: \w+)? about|field is|topic is|do|about|for"
    r"|my (?:\w+ )?(?:is|are))\b\s*(?P<topic>[^?.;!]+)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\s*(?:,|\band\b|\bso\b|[;–-])?\s*\b(?:whom?|which|where|what|is there|are there|could you|"
    r"can you|do you|i (?:would|am looking|need|want|look))\b.*$",
    re.IGNORECASE,
)
_AND_QUESTION = re.compile(
    r"(?:[?;]\s+(?:and\s+)?|,?\s+and\s+)(?=(?:who|what|when|where|which|how|why)\b)", re.IGNORECASE
)


def form_of(question: str) -> Form:
    """How a question about one center wants to be answered."""
    if _LIST.search(question):
        return "list"
    if _DESCRIPTION.search(question):
        return "description"
    return "direct"


def is_small_talk(question: str) -> bool:
    """Whether nothing is asked of the documents: a greeting, thanks, "who are you"."""
    return _SMALL_TALK.fullmatch(question) is not None


def form_over_centers(question: str, named: int) -> Form | None:
    """How a question about several centers wants to be answered, ``None`` if it is about one.

    Args:
        question: complete.
        named: how many centers it names.
    """
    if not named and _MATCH.search(question):
        return "match"
    if named >= 2:
        return "compare" if _COMPARE.search(question) else None
    if named:
        return None
    if _CATALOG.search(question):
        return "catalog"
    if _WHICH.search(question):
        return "which"
    return "each" if EACH.search(question) else None


def asks_whether_it_has(question: str) -> bool:
    """Whether a thing is asked for as in "does it have a sequencer?"."""
    return _HAS.search(question) is not None


def asks_for_centers_of(question: str, institution: Collection[str]) -> bool:
    """Whether nothing is asked but which centers an institution has; ``institution`` in tokens."""
    found = _PLURAL_CENTERS.search(question)
    rest = set(tokens(_PLURAL_CENTERS.sub(" ", question))) - set(institution)
    return found is not None and rest <= _HAVING


def topic_of(question: str) -> str:
    """What a "which centers" question asks for: "stem cells" of "which work on stem cells?"."""
    has = _HAS.search(question)
    if has:
        return has["what"].strip(" ?.!")
    found = _WHICH.search(question)
    said = (found["predicate"] or found["any"] or found["who"]) if found else question
    return topic_in(said)


def topic_in(predicate: str) -> str:
    """A predicate without the verb that every center could have: "work on stem cells"."""
    said = predicate.strip(" ?.!")
    return _VERB_OF_CENTERS.sub("", said) or said


def work_of(question: str) -> str:
    """What the asker of a match question works on, the whole question if it does not say."""
    for sentence in re.split(r"(?<=[.?!;])\s+", question):
        found = _WORK.search(sentence)
        topic = _ASKED.sub("", found["topic"]).strip(" ,") if found else ""
        if topic and not re.fullmatch(r"(?:to|me|us|it|this|that|there|my work)", topic.lower()):
            return topic
    return question


# What two centers may be compared by: words of a question, and the question for one center.
_ASPECTS = (
    (r"direct|leader|head|dean|who\b|run\b", "Who is the director of {0}?"),
    (r"founded|founding|foundation|establish|inaugurat|approv|\bdates?\b|\bage|\bold|newer|younger"
     r"|earlier|later|\bfirst\b|when\b", "When was {0} founded?"),
    (r"equipment|instrument|machine|device", "What equipment does {0} have?"),
    (r"platform|facilit", "Which platforms does {0} have?"),
    (r"staff|team|people|researchers|employ|size|larger|bigger|smaller|personnel|head ?count",
     "How many people work at {0}?"),
    (r"\bspace|\barea\b|floor", "What area does {0} occupy?"),
    (r"where\b|location|located|address|cit(?:y|ies)\b", "Where is {0}?"),
    (r"\baims?\b|goal|mission|purpose|ambition", "What are the aims of {0}?"),
    (r"universit|institution|belong|affiliat", "Which university does {0} belong to?"),
    (r"", "What does {0} study?"),
)  # fmt: skip
_ASKS_ITSELF = re.compile(r"^(?:who|when|where|what|how|why|which (?!of|one|is|cent))\b", re.I)
_DIFFERENCE = re.compile(r"\bdifferen|\bcompar|\bin common\b", re.IGNORECASE)


def aspect_of(question: str) -> str:
    """The question that a comparison asks of each center.

    >>> aspect_of("Compare the founding dates of A and B.")
    'When was the center founded?'
    """
    if _ASKS_ITSELF.match(question) and not _DIFFERENCE.search(question):
        return question
    asked = next(q for words, q in _ASPECTS if re.search(words, question, re.IGNORECASE))
    return asked.format("the center")


def questions_in(question: str) -> tuple[str, ...]:
    """The questions that were asked together, such as "when was it founded and who leads it?"."""
    texts = tuple(text.strip(" ,;") for text in _AND_QUESTION.split(question))
    return texts if len(texts) > 1 and all(texts) else (question,)
