"""What a sentence states: names, numbers, dates, addresses, and whether it denies or intends."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from rag.mentions import is_closed, is_verb
from rag.quantities import Date, Quantity, dates_in, quantities_in
from rag.synonyms import EXACT, plain_terms
from rag.text import CJK, Span, fold, tokens

_WORD = re.compile(r"[^\W_]+(?:['’.&/+-][^\W_]+)*[+]?", re.UNICODE)
_CONTACT = re.compile(
    # An e-mail address; looked for where it can begin, not at each of its letters.
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:https?://|www\.)[^\s<>\"'）)]+[^\s<>\"'.,;)）]"  # a web address
    r"|(?<![\w.])\+?\(?\d{2,5}\)?(?:[\s.-]\(?\d{2,5}\)?){2,5}(?![\w.]*\d)"  # a telephone number
    r"|(?<!\w)\+\d{7,15}\b"
)
# A sentence is judged in pieces: what is added at its end has to stand somewhere itself.
_BREAK = re.compile(
    r"(?<!\s)\s*(?:[,;:(){}“”\"]|\s[–—-]\s|—)\s*"
    r"|(?<!\s)\s+(?:and|but|while|whereas|which|who|whom|whose|where|when|because|although|though|"
    r"including|plus|with|as well as|so that|thereby|thus|after|before|until|despite|or|"
    r"under|during|against|thanks to|due to)\s+"
    r"|[，；：、（）]|(?<!\s)\s*\n\s*"
)
_NEGATION = re.compile(
    r"\b(?:not(?! only)|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|"
    r"no(?!\.\s*\d| (?:fewer|more|less) than)|fail(?:s|ed)? to|lack(?:s|ed|ing)?|unable|hardly|"
    r"rarely|seldom|yet to|instead of|rather than|except|excluding|refus(?:es|ed)|"
    r"den(?:ies|ied)|stopped|ceased|no longer)\b|n[’']t\b|不|没|未|无|非"
)
_INTENT = re.compile(
    r"\b(?:will|shall|would|may|might|could|should|plan(?:s|ned)? to|aims? (?:to|for)|hopes?|hoped|"
    r"wants?|intends?|intended|seeks?|strives?|(?:is|are) to|going to|expects?|expected|"
    r"wish(?:es)?|"
    r"goals?|aims?|aimed|tr(?:y|ies|ying) to|attempts?|"
    r"pursu\w+|means to|proposes?|future|next|ambitions?|aspir\w+|purpose|aiming|hoping|"
    r"planning|seeking|works? toward|(?:is|are) meant)\b|将|计划|希望|拟"
)
_REPEATED = 3
# No sentence that people write is longer; what is gets taken to pieces a block at a time.
_BLOCK = 2_000
_TITLES = frozenset("professor prof dr mr mrs ms sir academician".split())
# Words of an answer that say nothing of its subject.
_FRAME = frozenset(
    plain_terms(
        "according document documents passage passages source sources page text information "
        "stated states state mentioned mention says said describes described note notes noted "
        "reported reports listed lists list named name given include includes included "
        "including additionally furthermore moreover also summary overall based provided "
        "specifically particularly namely such respectively well currently notably "
        "importantly indeed briefly over above exceed exceeds exceeding nearly almost "
        "approximately roughly around thing things kind kinds type types number numbers "
        "several various many following follows answer question center centre there together "
        "under within organization institution person people has have had been being be is "
        "are was were its their his her he she it they them this that these those an the own "
        "make makes made take takes took taken part parts place places both one two point "
        "points way ways like role become came come comes goes went go get gets comprise "
        "comprises comprised consist contain another yes order amount amounts plan plans "
        "planned aim aims aimed hope hopes hoped want wants wanted intend intends intended "
        "seek seeks strive strives try tries mean means e mail email"
    )
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence between two breaks; spans are offsets into the sentence.

    ``names`` are runs of folded tokens; ``content`` are stemmed terms that are no number, date or
    name, each with the word it stands for; ``exact`` are folded words that nothing can stand for.
    """

    span: Span
    names: tuple[tuple[str, ...], ...]
    dates: tuple[Date, ...]
    quantities: tuple[Quantity, ...]
    contacts: tuple[str, ...]
    content: tuple[tuple[str, str], ...]
    exact: tuple[str, ...]
    negations: int
    intended: bool

    @property
    def facts(self) -> int:
        """How many things are in it that must stand in the source."""
        return len(self.names) + len(self.dates) + len(self.quantities) + len(self.contacts)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence in its pieces."""

    text: str
    pieces: tuple[Piece, ...]

    @property
    def intended(self) -> bool:
        """Whether it tells of something that is only meant to be."""
        return any(piece.intended for piece in self.pieces)

    @property
    def negations(self) -> int:
        """How often it denies."""
        return sum(piece.negations for piece in self.pieces)

    @property
    def repeats(self) -> bool:
        """Whether it says one thing three times: a model that does so has lost its way."""
        said = Counter(self.text[slice(*piece.span)].strip(" .").lower() for piece in self.pieces)
        return max(said.values(), default=0) >= _REPEATED

    @property
    def subject(self) -> tuple[str, ...]:
        """The name that is named first, empty where none is."""
        return next((name for piece in self.pieces for name in piece.names), ())


def statement(text: str) -> Statement:
    """Take a sentence to pieces."""
    blocks = [(at, text[at : at + _BLOCK]) for at in range(0, len(text), _BLOCK)]
    return Statement(text, tuple(_moved(p, at) for at, block in blocks for p in _pieces(block)))


def _moved(piece: Piece, by: int) -> Piece:
    """A piece whose offsets are into the whole sentence."""
    if not by:
        return piece
    dates = (replace(d, start=d.start + by, end=d.end + by) for d in piece.dates)
    quantities = (replace(q, start=q.start + by, end=q.end + by) for q in piece.quantities)
    span = piece.span[0] + by, piece.span[1] + by
    return replace(piece, span=span, dates=tuple(dates), quantities=tuple(quantities))


def _pieces(text: str) -> list[Piece]:
    contacts = [(m.span(), _contact(m[0])) for m in _CONTACT.finditer(text)]
    masked = text
    for (start, end), _ in contacts:
        masked = masked[:start] + " " * (end - start) + masked[end:]
    dates = dates_in(masked)
    quantities = quantities_in(masked, dates)
    taken = sorted([(d.start, d.end) for d in dates] + [(q.start, q.end) for q in quantities])
    pieces = []
    for start, end in _piece_spans(masked, taken):
        names, content, exact = _words(masked, start, end, taken)
        lowered = masked[start:end].lower()
        piece = Piece(
            span=(start, end),
            names=names,
            dates=_between(dates, start, end),
            quantities=_between(quantities, start, end),
            contacts=tuple(said for span, said in contacts if start <= span[0] < end),
            content=content,
            exact=exact,
            negations=len(_NEGATION.findall(lowered)),
            intended=_INTENT.search(lowered) is not None,
        )
        if piece.facts or piece.content or piece.exact or piece.negations:
            pieces.append(piece)
    return pieces


_Placed = TypeVar("_Placed", Date, Quantity)


def _between(placed: Sequence[_Placed], start: int, end: int) -> tuple[_Placed, ...]:
    """Those that begin between two offsets; ``placed`` is in order."""
    first = bisect_left(placed, start, key=lambda one: one.start)
    return tuple(placed[first : bisect_left(placed, end, key=lambda one: one.start)])


def _is_taken(taken: Sequence[Span], start: int, end: int) -> bool:
    """Whether one of the spans, which are in order and apart, has something of another."""
    before = bisect_left(taken, (end,))
    return before > 0 and taken[before - 1][1] > start


def _piece_spans(text: str, taken: list[Span]) -> list[Span]:
    spans: list[Span] = []
    start = 0
    for match in _BREAK.finditer(text):
        # Not inside "December 25, 2019", "3,000" or "Tom, Dick".
        if _is_taken(taken, *match.span()):
            continue
        spans.append((start, match.start()))
        start = match.end() if not match[0].strip(" ").isalpha() else match.start()
    spans.append((start, len(text)))
    return [span for span in spans if text[slice(*span)].strip()]


def _words(
    text: str, start: int, end: int, taken: list[Span]
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Names, content terms with their words and exact words of a piece."""
    names: list[tuple[str, ...]] = []
    plain: list[str] = []
    exact: list[str] = []
    run: list[str] = []
    last_end = start

    def close() -> None:
        if run:
            names.append(tuple(token for word in run for token in tokens(word)))
            run.clear()

    for match in _WORD.finditer(text, start, end):
        word = match[0]
        if _is_taken(taken, *match.span()):
            close()
            last_end = match.end()
            continue
        # "I. D. Hickson" and "He Zhixu's" are runs; "Cheng, Wang" is not.
        joined = re.fullmatch(r"\.?\s*", text[last_end : match.start()]) is not None
        if not joined:
            close()
        word = re.sub(r"['’]s?$", "", word)
        small = fold(word)
        if small in _TITLES:
            close()
            exact.append("professor" if small == "prof" else small)
        elif _is_name(text, word, match.start(), run):
            run.append(word)
        else:
            close()
            plain.append(word)
            if small in EXACT or (small.endswith("est") and len(small) > len("largest")):
                exact.append(small)
        if len(word) != len(match[0]):
            close()  # an owner's name ends with its s
        last_end = match.end()
    close()
    content = {t: token for w in plain for token in tokens(w) for t in plain_terms(token)}
    kept = tuple(
        (term, word) for term, word in content.items() if not (term in _FRAME or _is_small(word))
    )
    return tuple(names), kept, tuple(dict.fromkeys(exact))


def _is_small(word: str) -> bool:
    return is_closed(word) and not word.endswith("ly")


def _is_name(text: str, word: str, at: int, run: list[str]) -> bool:
    if re.match(f"[{CJK}]", word) or not any(c.isupper() for c in word):
        return False
    if word.isupper() and len(word) > 1:
        return True
    if not word[0].isupper():
        return any(c.isupper() for c in word[1:])  # "iPS", "mRNA"
    if at > 0 and text[:at].strip(" \"'“‘(*-•") and text[:at].rstrip()[-1] not in ".!?:":
        return not (len(word) == 1 and word in "AI" and not run)
    # The first word has a capital anyhow.
    follows = re.match(r"\.?\s+[^\W\d_]+", text[at + len(word) :])
    capital = follows is not None and follows[0].lstrip(". ")[:1].isupper()
    if is_closed(word) or is_verb(word):
        # "He Zhixu" and "You Min" are names.
        return capital and len(word) <= len("Will") and word in _SURNAMES
    if not capital:
        return False
    return not re.search(r"(?:ed|ing|ly)$", word) or word in _SURNAMES


_SURNAMES = frozenset("He She An You So May Will Ming Ying Jing Ping Ding Xing Ling Qing".split())


def _contact(text: str) -> str:
    """An address in small letters, of a telephone number its digits."""
    if "@" in text or re.match(r"https?:|www\.", text):
        return re.sub(r"^https?://|/$", "", text.lower())
    return re.sub(r"\D", "", text)
