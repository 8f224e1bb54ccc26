"""Page noise: the lines of a web page that say nothing about its subject.

Navigation, captions, page dates, copyright and registration lines stay in the document's text, so
that offsets hold, but no chunk and no evidence crosses them.
"""

from __future__ import annotations

import re

from rag.text import Span

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE = (
    r"(?:\d{4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?"
    rf"|{_MONTH}\s\d{{1,2}},?\s\d{{4}}|\d{{1,2}}\s{_MONTH},?\s\d{{4}})"
)
_LONGEST_NOISE = 240
_LONGEST_MENU_ENTRY = 40

# No two parts of it can match the same characters: a line of many ">" is refused at once.
_BREADCRUMBS = re.compile(
    r"(?:home(?:page)?|首页|当前位置)\s*[>»›→/]"
    r"|(?:[^>»›→]{2,62}+(?<=\s)[>»›→]){2,}+[^>»›→]{1,61}$",
    re.IGNORECASE,
)
# "Figure 3 shows that ..." is prose, "Fig. 3 The new laboratory" is a caption.
_CAPTION = re.compile(
    r"(?:fig(?:ure)?|photo|picture|image|plate|图)\s?\.?\s?\d{1,3}"
    r"(?!\d|\s(?:and|or|to|is|was|shows?|illustrates?|depicts?|presents?|summari[sz]es?|compares?|"
    r"gives?|lists?|displays?|indicates?|reveals?|demonstrates?|suggests?)\b)",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"©|\(c\)\s?\d{4}|^copyright\b|all rights reserved|版权所有|公网安备"
    r"|\bICP\s?(?:for|no\b|number|licen[sc]e|备|证)|network security (?:for|no)",
    re.IGNORECASE,
)
_PAGE_DATE = re.compile(
    rf"(?:(?:published|posted|updated|last updated|date|time|发布时间|日期)\s?[:：]?\s?)?{_DATE}"
    r"(?:\s\d{1,2}:\d{2})?[\s|·]*(?:(?:views?|clicks?|source|author|浏览|来源|作者)\b.*)?",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"(?:[^\s:：]{1,20}\s?[:：]\s?)?https?://\S+\.(?:png|jpe?g|gif|webp|svg|bmp)", re.IGNORECASE
)
_CONTROLS = re.compile(
    r"(?:CN|EN|中文|English|print|share(?: to)?|back to top|top|read more|close|search|menu"
    r"|previous|next|上一篇|下一篇|返回顶部)(?:\s?[:：].*)?",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?。！？:：]$")


def noise_spans(text: str) -> list[Span]:
    """Spans of whole lines of page noise in normalised ``text``, in order, line ends left out."""
    lines = _lines(text)
    noisy = [_is_noise(text[start:end]) for start, end in lines]
    # A page's menu stands above its breadcrumbs.
    for number, (start, end) in enumerate(lines):
        if _BREADCRUMBS.match(text[start:end]):
            above = range(number)
            if all(noisy[i] or _is_menu_entry(text[slice(*lines[i])]) for i in above):
                noisy[:number] = [True] * number
            break
    return [span for span, is_noise in zip(lines, noisy, strict=True) if is_noise]


def _lines(text: str) -> list[Span]:
    spans = []
    start = 0
    for line in text.split("\n"):
        if line:
            spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans


def _is_menu_entry(line: str) -> bool:
    return len(line) <= _LONGEST_MENU_ENTRY and not _SENTENCE_END.search(line)


def _is_noise(line: str) -> bool:
    if len(line) > _LONGEST_NOISE or line.startswith("#"):
        return False
    return bool(
        _BREADCRUMBS.match(line)
        or _CAPTION.match(line)
        or _LEGAL.search(line)
        or _PAGE_DATE.fullmatch(line)
        or _PICTURE.fullmatch(line)
        or _CONTROLS.fullmatch(line)
    )
