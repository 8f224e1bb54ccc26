"""Things that a text speaks of, by the shape of their words: names and noun phrases.

There is no tagger: words that are never a thing (``_CLOSED``) and verbs where a verb stands bound
the phrases. That is enough to know what "it" may mean, and costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text import Span, fold

# Words that are no part of a phrase: function words, and such as say nothing of their noun.
_CLOSED = frozenset(
    """
    a an the this that these those some any no every each all both either neither such what
    which who whom whose when where why how if whether than then as so too very also just only
    even still yet again ever never always often usually sometimes generally mostly really
    actually currently now today here there away back up down out off over under about above
    across after against along among around at before behind below beneath beside besides
    between beyond by despite during except for from in inside into like near of on onto outside
    per since through throughout till to toward towards until unlike upon via versus vs with
    within without and or but nor because although though while i me my mine myself you your
    yours yourself he him his himself she her hers herself it its itself we us our ours they
    them their theirs themselves one ones is are was were be been being am isn aren wasn weren
    do does did doing don doesn didn has have had having haven hasn hadn will would shall should
    can could may might must ought cannot won not please tell let ok okay yes hello hi thanks
    thank well oh s t re ve ll d m something anything nothing everything someone anyone somebody
    anybody nobody everyone everybody else other others another more most less least much many
    few several lot lots enough own same different similar various certain possible able new
    good bad better best worse worst big main major important interesting common typical famous
    first second third next last great likely specific particular long short high low old easy
    hard difficult right wrong thing things problem problems time times people person kind kinds
    type types sort sorts way ways example examples aspect aspects article information
    difference differences part fact facts addition yeah hey known instead together ago soon
    later early earlier once maybe perhaps quite rather rest sure couple bit exactly finally
    interested curious
    """.split()
)
# Verbs of questions by their plain form; with an ending they count as well.
_VERBS = frozenset(
    """
    accept achieve act add affect agree aim allow answer appear apply approve argue arrive ask
    attend avoid award base become begin believe belong break bring build buy call care carry cause
    change choose come compare consider contain continue contribute cook cost cover create cure
    deal decide define describe design develop die differ direct discover discuss do drink drive
    earn eat enable end enjoy establish exist expect explain feel fight find finish fix focus follow
    form found gain get give go grow happen head hear help hire hold hope identify improve include
    increase influence interact introduce invent involve join keep kill know lead learn leave live
    look lose love make mean meet mention move need offer open originate own pass pay perform play
    prepare prevent produce promote provide publish put raise reach react read receive recommend
    record reduce refer relate release remain represent require respond return run say see seem sell
    serve set share show sing speak spend spread stand start state stay stop stress study succeed
    suffer suggest support survive take talk teach tell think train treat try turn understand use
    visit want watch weigh win work write survive
    founded known written given taken made done seen gone got began begun became came chose chosen
    died ate eaten felt fought held heard kept knew led left lost meant met paid ran said sang sat
    saw sent sold spent spoke stood stopped taught thought told took understood went won wrote
    using including called named based related considered involved
    """.split()
)
_WORD = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*", re.UNICODE)
_OWNER = re.compile(r"['’]s?$")
# Small words inside a name, if another capital follows.
_INSIDE_NAME = frozenset("of the for de la von van der al bin du".split())
_INSTITUTION = re.compile(
    r"\b(?:cent(?:er|re)s?|university|ministry|institute|laborator(?:y|ies)|office|school|hospital|"
    r"department|academy|council|commission|foundation|college|committee|base|society|awards?|"
    r"project|program(?:me)?|plan|fund|prize|party|band|company|group|team|city|province|district|"
    r"church|league|club|state|states|war|act|album|river|street|road|key|national)\b",
    re.IGNORECASE,
)
_MOST_NAME_WORDS = 4
# "fly" and "only" are not "-ly" adverbs to be left out by that rule.
_SHORT = 5
# Surnames that are also small words.
_SURNAMES = frozenset("He She An You So May Will".split())
# "Is throat cancer treatable": what is said of a thing is no part of it.
_PREDICATE = re.compile(r"(?:[ai]ble|ful|ous|less)$")
# "The 22 projects", but no year.
_LONGEST_COUNT = 3
_INITIAL = re.compile(r"[A-Z]$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name or noun phrase; ``start`` and ``end`` are offsets into the text it stands in.

    ``named``: it is written with capitals. ``person``: it may be a person's name. ``definite``:
    "the", "this" or an owner stands before it.
    """

    text: str
    start: int
    end: int
    named: bool
    person: bool
    definite: bool

    @property
    def plural(self) -> bool:
        """Whether its last word looks like a plural."""
        last = self.text.split()[-1].lower()
        return last in {"people", "men", "women", "children", "staff"} or bool(
            re.search(r"[^sui'’]s$", last)
        )


def is_closed(word: str) -> bool:
    """Whether a word says nothing of what is spoken of; "US" is not "us"."""
    if word.isupper() and len(word) > 1:
        return False
    return fold(word) in _CLOSED or (word.endswith("ly") and word.islower() and len(word) > _SHORT)


def is_verb(word: str) -> bool:
    """Whether a word is a form of a verb that questions are asked with."""
    word = fold(word)
    if word in _VERBS:
        return True
    for ending, instead in _ENDINGS:
        if word.endswith(ending):
            stem = word.removesuffix(ending) + instead
            if stem in _VERBS or (
                len(stem) > 2 and stem[-1:] == stem[-2:-1] and stem[:-1] in _VERBS
            ):
                return True
    return False


_ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("d", ""), ("ied", "y"),
            ("ing", ""), ("ing", "e"))  # fmt: skip
_DETERMINERS = frozenset(
    "a an the this these my your his her its our their some any no each every".split()
)
_DEFINITE = frozenset("the this that these those its their his her".split())
_INTRODUCING = _DEFINITE | frozenset("about of for on in with a an are".split())
_BEFORE_VERB = frozenset(
    "to i you he she it we they who will would shall should can could may might must do does did "
    "not don doesn didn".split()
)


def mentions(text: str, names: Sequence[Span] = ()) -> list[Mention]:
    """The names and noun phrases of a text, in order.

    Args:
        text: a sentence or a few.
        names: spans that are known to be names of things, such as centers.
    """
    words = list(_WORD.finditer(text))
    ends = dict(names)
    found: list[Mention] = []
    at = 0
    while at < len(words):
        end = ends.get(words[at].start())
        if end is not None:
            start = words[at].start()
            found.append(Mention(text[start:end], start, end, named=True, person=False,
                                 definite=_is_definite(words, at)))  # fmt: skip
            while at < len(words) and words[at].start() < end:
                at += 1
            continue
        last = _name_end(text, words, at)
        if last is None:
            last = _phrase_end(text, words, at)
        if last is None:
            at += 1
            continue
        found.append(_mention(text, words, at, last))
        at = last + 1
    return found


def _capital(word: str) -> bool:
    return word[:1].isupper() or (word[:1].isdigit() and any(c.isupper() for c in word))


def _starts_sentence(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \"'“‘([")
    return not before or before[-1] in ".!?:\n"


def _adjoin(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether nothing but a space, or the stop of an initial, stands between two words."""
    between = text[one.end() : other.start()].strip()
    return not between or (between == "." and bool(_INITIAL.search(one[0])))


def _name_end(text: str, words: list[re.Match[str]], at: int) -> int | None:
    """The number of the last word of the name that begins at ``at``, if one does."""
    word = words[at][0]
    if not _capital(word):
        return None
    follows = at + 1 < len(words) and _adjoin(text, words[at], words[at + 1])
    if word in _SURNAMES and follows and _capital(words[at + 1][0]):
        pass
    elif is_closed(word) or (_starts_sentence(text, words[at].start()) and is_verb(word)):
        return None
    last = at
    while not _OWNER.search(words[last][0]) and last + 1 < len(words):
        step = last + 1
        while (
            step < len(words)
            and words[step][0] in _INSIDE_NAME
            and _adjoin(text, words[step - 1], words[step])
        ):
            step += 1
        joined = step < len(words) and _adjoin(text, words[step - 1], words[step])
        if not joined or not (_capital(words[step][0]) or words[step][0][0].isdigit()):
            break
        last = step
    if _OWNER.search(words[last][0]) or last + 1 == len(words):
        return last
    # A name may stand before what it is the name of: "the Bronze Age collapse".
    introduced = at > 0 and fold(words[at - 1][0]) in _INTRODUCING
    if not introduced or not _adjoin(text, words[last], words[last + 1]):
        return last
    after = _phrase_end(text, words, last + 1)
    return last if after is None else after


def _phrase_end(text: str, words: list[re.Match[str]], at: int) -> int | None:
    """The number of the last word of the noun phrase that begins at ``at``, if one does."""
    last: int | None = None
    for number in range(at, len(words)):
        word = words[number][0]
        if number > at and not _adjoin(text, words[number - 1], words[number]):
            break
        if number > at and _capital(word) and any(c.isdigit() for c in word):
            return number  # "vitamin B12"
        if last is not None and word.isupper() and len(word) > 1:
            return number  # "nominal GDP"
        if is_closed(word) or _capital(word):
            break
        if word.isdigit() and (number > at or len(word) > _LONGEST_COUNT):
            break
        if is_verb(word) and not _noun_here(words, number, at):
            break
        if (
            number == at
            and word.endswith("ed")
            and len(word) > _SHORT
            and not _is_determined(words, at)
        ):
            break
        if last is not None and _PREDICATE.search(word):
            break
        last = number
        if _OWNER.search(word):
            break
    # A number alone is no thing.
    return None if last == at and words[at][0].isdigit() else last


def _is_determined(words: list[re.Match[str]], number: int) -> bool:
    """Whether an article or an owner stands before a word."""
    return number > 0 and fold(words[number - 1][0]) in _DETERMINERS


def _noun_here(words: list[re.Match[str]], number: int, first: int) -> bool:
    """Whether a word that can be a verb is a noun where it stands: "their study", "a drug test"."""
    if number == first:
        return _is_determined(words, number) and fold(words[number][0]) in _VERBS
    return words[number][0].endswith("ing") and not is_closed(words[number - 1][0])


def _mention(text: str, words: list[re.Match[str]], first: int, last: int) -> Mention:
    start = words[first].start()
    end = start + len(_OWNER.sub("", text[start : words[last].end()]))
    said = text[start:end]
    named = _capital(said)
    parts = said.split()
    person = (
        named
        and len(parts) <= _MOST_NAME_WORDS
        and all(_capital(part) or part in _INSIDE_NAME for part in parts)
        and not any(part.isupper() and len(part.rstrip(".")) > 1 for part in parts)
        and not any(character.isdigit() for character in said)
        and not _INSTITUTION.search(said)
    )
    return Mention(said, start, end, named, person, _is_definite(words, first))


def _is_definite(words: list[re.Match[str]], first: int) -> bool:
    """Whether "the" or an owner stands before a word: "the main advantages"."""
    before = first - 1
    while before > 0 and fold(words[before][0]) in _CLOSED - _DETERMINERS - _BEFORE_VERB:
        before -= 1
    return before >= 0 and fold(words[before][0]) in _DEFINITE
