"""Negatives by one changed word: a name, number, year, modifier or antonym, or a negation.

The positives that go with them keep the reader from learning that an odd word means no answer:
the same name is changed in the question and in the passage, and the answer stays.
"""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from rag.text import sentence_spans
from training.examples import Example, positive
from training.sources import Question

_YEAR = re.compile(r"\b(?:1[0-9]{3}|20[0-4]\d)\b")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w]|[.,]\d)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'’-]+(?: (?:of |the |de |von )?[A-Z][\w'’-]+)*")
_NOT_NAMES = frozenset(
    "The This That These Those It Its He She They We You His Her Their Our In On At As A An And "
    "But For From By After Before Since During When While With Under What Which Who Whom Whose "
    "Where Why How Did Do Does Is Are Was Were If Of To Has Have Had There Name According Can "
    "Would Could Should Will Some Many Most Other Such One Two I".split()
)
_ANTONYMS = (
    "first last;largest smallest;biggest smallest;highest lowest;most least;more fewer;more less;"
    "before after;north south;east west;northern southern;eastern western;increase decrease;"
    "increased decreased;old new;oldest newest;early late;earlier later;earliest latest;"
    "male female;men women;husband wife;father mother;son daughter;brother sister;"
    "win lose;won lost;start end;started ended;began ended;begin end;open close;opened closed;"
    "upper lower;internal external;public private;rich poor;strong weak;positive negative;"
    "good bad;best worst;better worse;easy difficult;buy sell;"
    "bought sold;import export;allow prohibit;allowed prohibited;included excluded;"
    "above below;inside outside;minimum maximum;cause prevent;caused prevented;"
    "support oppose;supported opposed;accept reject;accepted rejected;join leave;joined left;"
    "born buried;created destroyed;built demolished;appointed dismissed;longest shortest;"
    "hot cold;fast slow;young old;youngest oldest;majority minority;permanent temporary;"
    "national local;domestic foreign;direct indirect;major minor;arrived departed;rural urban;"
    "gained lost;add remove;added removed;common rare;teacher student;ancient modern"
)
_OPPOSITES: dict[str, list[str]] = {}
for _pair in _ANTONYMS.split(";"):
    for _one, _other in (_pair.split(), _pair.split()[::-1]):
        _OPPOSITES.setdefault(_one, []).append(_other)
_WORD = re.compile(r"[a-z]+")
_AUXILIARY = re.compile(
    r"\b(did|do|does|was|were|is|are|has|have|had|can|could|would|will|should)\b", re.IGNORECASE
)
_NEGATED = re.compile(r"n't\b|\bnot\b|\bnever\b|\bno\b|\bwithout\b", re.IGNORECASE)
_ROLE = re.compile(
    r"(?<!-)\b(president|director|dean|chair|chairman|minister|king|queen|leader|manager|editor|"
    r"governor|mayor|secretary|commander|ambassador|captain|professor|head|ceo|bishop|emperor|"
    r"general|author|founder|owner|producer|champion|coach|member|researcher|scientist)\b",
    re.IGNORECASE,
)
_MODIFIERS = (
    "deputy vice former acting associate assistant executive honorary interim next previous "
    "co- junior retired"
).split()


def swapped_question(question: Question, rng: Random) -> Example | None:
    """The same passage, the question changed so that the passage no longer answers it."""
    changes = [_other_value, _opposite, _with_modifier, _other_value, _negated]
    rng.shuffle(changes)
    for change in changes:
        changed = change(question, rng)
        if changed is not None:
            title = question.title if rng.random() < 0.5 else ""
            return Example(f"swap{change.__name__}", changed, question.passage, None, title)
    return None


def swapped_passage(question: Question, rng: Random) -> tuple[Example, Example] | None:
    """A negative with another name in the passage, and a positive with that name in both.

    The name is one that question and passage share; offsets of the positive follow the change.
    """
    names = [n for n in _names(question.question) if n in question.passage]
    others = [n for n in _names(question.passage) if n not in question.question]
    example = positive(question, rng)
    if example.span is None:
        return None
    start, end = example.span
    names = [n for n in names if n not in question.passage[start:end]]
    if not names or not others:
        return None
    old, new = rng.choice(names), rng.choice(others)
    if old in new or new in old or new in question.passage[start:end]:
        return None
    before, answer, after = (
        question.passage[:start]
        .replace(new, old + "\0")
        .replace(old, new)
        .replace(new + "\0", old),
        question.passage[start:end],
        question.passage[end:].replace(new, old + "\0").replace(old, new).replace(new + "\0", old),
    )
    passage = before + answer + after
    span = (len(before), len(before) + len(answer))
    negative = Example("swap_passage", question.question, passage, None)
    kept = replace(
        example,
        kind="positive swap",
        question=question.question.replace(old, new),
        passage=passage,
        span=span,
        title="",
    )
    return negative, kept


def _names(text: str) -> list[str]:
    """Capitalised words in the middle of a sentence: at its head every word has a capital."""
    found = dict.fromkeys(m.group() for m in _NAME.finditer(text))
    return [n for n in found if n.split()[0] not in _NOT_NAMES and len(n) > 2 and "'" not in n]


def _answer_sentence(question: Question) -> str:
    spans = sentence_spans(question.passage)
    return " ".join(
        question.passage[a:b]
        for a, b in spans
        if any(a < end and start < b for start, end in question.spans)
    )


def _other_value(question: Question, rng: Random) -> str | None:
    """A year, number or name of the question replaced by another of its kind."""
    text, passage = question.question, question.passage
    evidence = _answer_sentence(question)
    for pattern in (_YEAR, _NUMBER):
        match = pattern.search(text)
        if match and match.group() in passage:
            others = [v for v in pattern.findall(passage) if v not in evidence and v not in text]
            value = (
                rng.choice(others) if others and rng.random() < 0.6 else _near(match.group(), rng)
            )
            if value in evidence or value == match.group():
                return None
            return text[: match.start()] + value + text[match.end() :]
    lowered = {n.lower(): n for n in _names(passage)}
    names = _names(text) or [n for n in lowered if re.search(rf"\b{re.escape(n)}\b", text)]
    others = [n for n in _names(passage) if n not in evidence and n.lower() not in text.lower()]
    if not names or not others:
        return None
    old = rng.choice(names)
    alike = [n for n in others if n.count(" ") == old.count(" ")]
    new = rng.choice(alike or others)
    return text.replace(old, new if old[0].isupper() else new.lower())


def _near(value: str, rng: Random) -> str:
    digits = re.sub(r"\D", "", value)
    shift = rng.choice([-12, -5, -3, -2, -1, 1, 2, 3, 4, 7, 15])
    number = int(digits[:12]) + shift * (1 if len(digits) < 5 else 10 ** (len(digits[:12]) - 3))
    return str(abs(number) + (number <= 0))


def _opposite(question: Question, rng: Random) -> str | None:
    evidence = _answer_sentence(question).lower()
    choices = [
        (m, opposite)
        for m in _WORD.finditer(question.question)
        for opposite in _OPPOSITES.get(m.group(), [])
        if opposite not in evidence
    ]
    if not choices:
        return None
    match, opposite = rng.choice(choices)
    return question.question[: match.start()] + opposite + question.question[match.end() :]


def _negated(question: Question, _: Random) -> str | None:
    text = question.question
    match = _AUXILIARY.search(text)
    if match is None or _NEGATED.search(text) or _NEGATED.search(_answer_sentence(question)):
        return None
    auxiliary = match.group()
    if auxiliary.lower() in ("can", "will"):
        return None
    return text[: match.start()] + auxiliary + "n't" + text[match.end() :]


def _with_modifier(question: Question, rng: Random) -> str | None:
    match = _ROLE.search(question.question)
    if match is None:
        return None
    word = rng.choice(_MODIFIERS)
    if word.strip("-") in question.passage.lower() or word.strip("-") in question.question.lower():
        return None
    joined = word if word.endswith("-") else word + " "
    return question.question[: match.start()] + joined + question.question[match.start() :]
