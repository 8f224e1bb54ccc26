"""A question put about a center: its name where the question names or points to one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.centers import Center, spans_of_centers
from rag.followups import owned, with_topic
from rag.forms import EACH

# "The center" without a name.
THE_CENTER = re.compile(
    r"\b(?:the|this|that|same) (?:research )?(?:cent(?:er|re)|institute|lab(?:oratory)?)\b"
    r"(?!\s+(?:of|for|at|in|on)\b)",
    re.IGNORECASE,
)
# "The one in Zunyi", "the Zhejiang center".
THE_ONE = re.compile(
    r"\b(?:the|your) (?:[A-Z]\w+ ){0,2}(?:one|(?:research )?cent(?:er|re)s?|base|institute)\b"
    r"(?: (?:in|at|of|from) [A-Z]\w+(?: [A-Z]\w+)*)?"
)
_PRONOUN = re.compile(
    r"\b(?P<owner>its|their)\b|\b(?:it|they|them)\b|\b(?P<there>there)\b(?=\s*[?.!]*$)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,|and|or|with|versus|vs\.?|to)?\s*(?:and|or)?\s*(?:the\s+)?", re.I)
# What two have with each other is not asked of one.
_TOGETHER = re.compile(
    r"\b(?:between|together|joint(?:ly)?|shared?|sharing|collaborat\w*|cooperat\w*|relat\w+|"
    r"connect\w*|link\w*|merged?|one another|each other|or)\b",
    re.IGNORECASE,
)
_KIND = re.compile(r"\b(?:center|centre|base|institute|laboratory|lab|program|group)\b", re.I)
_ARTICLE = re.compile(r"\b(?:the|a|an)\s+$", re.IGNORECASE)


def with_article(name: str) -> str:
    """A center's name within a sentence: "the Tissue Repair Center", "the Base", "CPMRC"."""
    plain = re.sub(r"^the ", "", name, flags=re.IGNORECASE)
    return f"the {plain}" if _KIND.search(plain) else plain


def asks_each_of(text: str, centers: Sequence[Center]) -> bool:
    """Whether a question asks the same of centers that it names side by side: "A and B"."""
    spans = spans_of_centers(text, centers)
    side_by_side = any(
        one[2] != other[2] and _BETWEEN.fullmatch(text[one[1] : other[0]])
        for one, other in itertools.pairwise(spans)
    )
    rest = "".join(c for i, c in enumerate(text) if not any(s <= i < e for s, e, _ in spans))
    return side_by_side and not _TOGETHER.search(rest)


def asked_of(text: str, name: str, centers: Sequence[Center]) -> str:
    """The question asked of the center that goes by ``name``.

    The name takes the place of the centers that the question names, or else of what points to
    one, or else it stands behind the question in brackets.
    """
    called = with_article(name)
    spans = spans_of_centers(text, centers)
    if spans:
        start, end = spans[0][:2]
        for next_start, next_end, _ in spans[1:]:
            if _BETWEEN.fullmatch(text[end:next_start]):
                end = next_end
        article = _ARTICLE.search(text[:start])
        start = article.start() if article else start
        text = text[:start] + called + text[end:]
        return re.sub(r"\bboth (?=the\b)|\brespectively\b", "", text)
    pronoun = _PRONOUN.search(text)
    if pronoun and not EACH.search(text):
        words = owned(called) if pronoun["owner"] else called
        words = f"at {called}" if pronoun["there"] else words
        return text[: pronoun.start()] + words + text[pronoun.end() :]
    for pattern in (EACH, THE_ONE, THE_CENTER):
        found = pattern.search(text)
        if found:
            words = owned(called) if found[0].endswith(("'", "’")) else called
            return text[: found.start()] + words + text[found.end() :]
    return with_topic(text, called).text
