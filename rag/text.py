"""Pure functions on text: normalise, sentence spans, tokens for matching.

Each function runs in time linear in the text's length. Offsets are Python characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

Span = tuple[int, int]

# Curly quotes, full-width punctuation and HTML entities stay: a quote must show the words as the
# document has them.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_CJK_CHARACTER = re.compile(f"[{CJK}]")
# With its punctuation; no spaces stand between these.
WIDE = CJK + "\u3000-\u303f\uff00-\uffef"
_WIDE = re.compile(f"[{WIDE}]")
_OTHER_WORD = re.compile(rf"[^\W\d_{CJK}]+")
_SOFT_HYPHEN_WRAP = re.compile("\u00ad[^\\S\n]*\n[^\\S\n]*")
# Zero-width and bidirectional controls can make a quote look unlike what it says.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_BLANK_LINES = re.compile(r"\n{3,}")
# Where marks on letters may be piled up ...
_NOT_WORDS = re.compile(r"[^\w\s\x00-\x7f]{31,}")
# ... this many are more than any language has (Unicode's Stream-Safe Text Format, UAX 15). Putting
# them in their order takes time that grows with the square of their number.
_MOST_MARKS = 30

LIST_MARKER = re.compile(r"(?:[-*+•●▪◦·]|\(?\d{1,3}[.)、]|\(?[a-z]\))\s+(?=\S)")
_STRUCTURE = re.compile(r"#{1,6}\s|[|>]|```|~~~|[-*_=]{3,}$|" + LIST_MARKER.pattern)
_HEADING = re.compile(r"#{1,6}\s")
_TERMINAL = re.compile(r"[.!?:;。！？：；…][\"'”’)\]」』]*$")
_HYPHEN_WRAP = re.compile(r"[^\W\d_]-$")
# Prefixes whose hyphen belongs to the word: "non-" + "communicable" keeps it, "devel-" loses it.
_HYPHEN_PREFIXES = frozenset(
    "all anti bi bio brain cell center co cross cyber deep double end ex first follow full half "
    "hard high in inter intra large life light long low macro mid mini multi near neo non on one "
    "open over post pre pro problem public quasi real self semi short single small socio state "
    "sub super third time top trans two ultra under user well wide world x".split()
)
_FIXED = re.compile(r"#{1,6}\s|[|]|```|~~~|[-*_=]{3,}$")
# A line of at least this share of the longest line of its paragraph was wrapped, not ended ...
_WRAPPED_SHARE = 0.6
# ... unless it is as short as a heading or an entry of a menu.
_SHORT = 40


def normalise(raw: str, *, markdown: bool = False) -> str:
    """The text of a document as everything else sees it.

    Mojibake mended, Unicode NFC, ligatures and soft hyphens undone, control and invisible
    characters removed, runs of spaces folded to one, hard-wrapped lines joined, words broken by a
    hyphen at a line's end joined, blank lines folded to one.

    Args:
        raw: decoded text with any line ends.
        markdown: in Markdown a line end inside a paragraph never means anything, so all such
            lines are joined; in plain text only lines that look wrapped are.
    """
    # Only who reads documents needs it.
    from ftfy import TextFixerConfig, fix_text

    fixes = TextFixerConfig(
        unescape_html=False,
        uncurl_quotes=False,
        fix_character_width=False,
        fix_latin_ligatures=True,
        normalization="NFC",
        explain=False,
    )
    text = _NOT_WORDS.sub(_without_piles, raw.replace("\x00", "").replace("\r\n", "\n"))
    text = fix_text(_BLANK_LINES.sub("\n\n\n", text), fixes)
    text = _INVISIBLE.sub("", _SOFT_HYPHEN_WRAP.sub("", text))
    text = _CONTROL.sub("", text.replace("\f", "\n\n"))
    lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    # Removing characters can bring a base letter and its accent together.
    return unicodedata.normalize("NFC", _join_wrapped(lines, markdown))


def _without_piles(match: re.Match[str]) -> str:
    """The matched characters, no more than 30 marks on one letter."""
    kept, marks = "", 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        kept += character if marks <= _MOST_MARKS else ""
    return kept


def _join_wrapped(lines: list[str], markdown: bool) -> str:
    """Join each line to the one before it where the break between them is only typesetting."""
    pieces: list[str] = []
    # To look at all that is joined so far, and not only at its tail, would copy it for every line.
    before, tail, longest, blank = "", "", 0, False
    for line in lines:
        if not line:
            blank = True
            continue
        longest = _width(before) if blank else max(longest, _width(before))
        if before and (
            _goes_on(before, line) if blank else _is_wrapped(before, line, markdown, longest)
        ):
            dropped, between = _joint(tail, line)
            pieces[-1] = pieces[-1][: len(pieces[-1]) - dropped]
            tail = tail[: len(tail) - dropped] + between + line
        else:
            between = "\n\n" if blank else "\n"
            tail = line
        pieces += [between, line] if pieces else [line]
        before, tail, blank = line, tail[-_LONGEST_WORD:], False
    return "".join(pieces)


def join_pages(pages: Sequence[tuple[str, bool]]) -> tuple[str, list[int]]:
    """One text of the normalised texts of pages, and the offset at which each page begins.

    Args:
        pages: texts, none of them empty, each with whether its first line may go on with the last
            sentence of the page before it.
    """
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    for text, continues in pages:
        if pieces:
            last = pieces[-1].rpartition("\n")[2]
            first = text.partition("\n")[0]
            dropped, between = 0, "\n\n"
            if continues and _goes_on(last, first):
                dropped, between = _joint(last, first)
            pieces[-1] = pieces[-1][: len(pieces[-1]) - dropped]
            pieces.append(between)
            length += len(between) - dropped
        starts.append(length)
        pieces.append(text)
        length += len(text)
    return "".join(pieces), starts


def _goes_on(before: str, line: str) -> bool:
    """Whether a sentence goes on after a blank line: a column or a page ended inside it."""
    if _STRUCTURE.match(line) or _FIXED.match(before):
        return False
    return line[0].islower() and _width(before) > _SHORT and not _TERMINAL.search(before)


def _is_wrapped(before: str, line: str, markdown: bool, longest: int) -> bool:
    """Whether the end of a line says nothing: it only became too long."""
    if _STRUCTURE.match(line) or _FIXED.match(before):
        return False
    if markdown or _HYPHEN_WRAP.search(before):
        return True
    wide = max(_SHORT, _WRAPPED_SHARE * max(longest, _width(line)))
    return (line[0].islower() or _width(before) >= wide) and not _TERMINAL.search(before)


def _width(line: str) -> int:
    """How wide a line is, in letters; a Chinese character is as wide as two."""
    return len(line) + len(_WIDE.findall(line))


def _joint(before: str, line: str) -> tuple[int, str]:
    """How many characters ``before`` loses when ``line`` is joined to it, and what is between."""
    if _WIDE.match(before[-1]) and _WIDE.match(line[0]):
        return 0, ""
    if not _HYPHEN_WRAP.search(before) or not line[0].isalnum():
        return 0, " "
    stem = before.split()[-1][:-1]
    one_word = line[0].islower() and not stem[0].isupper() and "-" not in stem
    return int(one_word and stem.lower() not in _HYPHEN_PREFIXES), ""


def language_of(text: str) -> str:
    """``zh`` where there are more Chinese characters than words of other scripts, else ``en``."""
    chinese = len(_CJK_CHARACTER.findall(text))
    return "zh" if chinese > len(_OTHER_WORD.findall(text)) else "en"


# Sentences --------------------------------------------------------------------------------------

# A full stop after one of these never ends a sentence ...
_TITLES = frozenset(
    "prof dr mr mrs ms st mt gen col lt sgt capt rev hon messrs assoc asst dept univ approx ca cf "
    "e.g i.e vs viz al fig figs eq eqs sec ref refs vol pp ed eds jan feb mar apr jun jul aug sep "
    "sept oct nov dec".split()
)
# ... nor after one of these when a number follows: "No. 1369", but "The answer is no."
_NUMBERED = frozenset("no nos art ch p par tab room rm bldg".split())
# After an initial or an acronym with stops, one of these shows that a sentence begins.
_STARTERS = frozenset(
    "The This That These Those It Its He She They We In On At As A An And But For From By After "
    "Before Since During When While With Under Its Their His Her Our".split()
)
_END = re.compile(
    r"(?P<cjk>[。！？；]+[\"'”’)\]」』]*)"
    r"|[.!?…]+[\"'”’)\]]*(?=\s|$)"
    # Glued sentences of web pages: "in October 2020.The center", not "R.D" nor "www.Site".
    r"|(?:(?<=[a-z]{3})|(?<=\d{4})|(?<=[a-z]\)))\.(?=[A-Z][a-z]*\s)"
)
_MULTIPLE = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_LONGEST_WORD = 64
_LINE_MARK = re.compile(rf"\s*(?:>\s*)*(?:{LIST_MARKER.pattern})?(?:\|\s*)?")
_WORD = re.compile(r"\w")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Spans of whole sentences in ``text[start:end]``, in order, not overlapping.

    A line end always ends a sentence. List and quote marks, Markdown headings and lines without a
    letter or digit belong to no sentence.
    """
    end = len(text) if end is None else end
    spans: list[Span] = []
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        if not _HEADING.match(text, start):
            spans.extend(_spans_of_line(text, start, line_end))
        start = line_end + 1
    return spans


def _spans_of_line(text: str, start: int, end: int) -> list[Span]:
    mark = _LINE_MARK.match(text, start, end)
    begin = start = mark.end() if mark else start
    spans: list[Span] = []
    for stop in _END.finditer(text, start, end):
        if not stop["cjk"] and not _ends_sentence(text, begin, stop, end):
            continue
        spans.append((begin, stop.end()))
        begin = stop.end()
    spans.append((begin, end))
    return [span for span in (_trim(text, *span) for span in spans) if span]


def _trim(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1] in " \t|":
        end -= 1
    return (start, end) if _WORD.search(text, start, end) else None


def _ends_sentence(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    """Whether a stop ends a sentence, for all that its line says round it."""
    following = text[stop.end() : min(end, stop.end() + _LONGEST_WORD)].split()
    if not following:
        return True
    after = following[0]
    first = after.lstrip("\"'“‘([")[:1]
    if first.islower():
        return False
    if not stop[0].startswith(".") or stop[0].startswith(".."):
        return True
    before = text[max(begin, stop.start() - _LONGEST_WORD) : stop.start()].split()
    word = before[-1].lstrip("\"'“‘([") if before else ""
    if len(before) == 1 and word.isdigit() and len(word) <= 2:
        return False  # an enumerator, "1. Tumor biology"
    if word.lower() in _TITLES:
        return False
    if word.lower() in _NUMBERED:
        return not first.isdigit()
    if (len(word) == 1 and word.isupper()) or _MULTIPLE.fullmatch(word):
        return after.strip("\"'“‘([,") in _STARTERS
    return True


# Tokens -----------------------------------------------------------------------------------------

_TOKEN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+(?:[.,](?=\d)(?<=\d[.,])\d+)*")
_MARKS = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """``text`` for comparison only: compatibility forms, small letters, no accents."""
    if text.isascii():  # most text is, and needs no more
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed))


def tokens(text: str) -> list[str]:
    """Words and numbers of the folded text; of Chinese runs, characters and pairs of them.

    >>> tokens("62.9474 million, R&D 肿瘤学")
    ['62.9474', 'million', 'r', 'd', '肿', '瘤', '学', '肿瘤', '瘤学']
    """
    folded = fold(text)
    words = [word.replace(",", "") for word in _TOKEN.findall(folded)]
    return words if folded.isascii() else [part for word in words for part in _parts(word)]


def _parts(word: str) -> list[str]:
    if not _CJK_CHARACTER.match(word):
        return [word]
    return [*word, *(word[i : i + 2] for i in range(len(word) - 1))]
