"""Questions in the words that the reader knows them by.

People ask "who runs it?" and "how big is its team?"; pages say "is the director of" and "120
people". The reader, trained on few such questions, finds the one by the other less surely than the
question that stands closer. What is shown to people stays as they asked it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.centers import Center, spans_of_names

_WHO_LEADS = re.compile(
    r"who (?:currently |now )?(?:directs|leads|heads|runs|chairs|manages"
    r"|is (?:in charge|at the head|the (?:head|boss|leader|chief)) of)\s+(?P<what>.+?)[\s?.!]*",
    re.IGNORECASE,
)
_HOW_LARGE = re.compile(
    r"how (?:large|big) (?:is|was) (?P<group>.*\b(?:team|staff|faculty|workforce)\b.*?)[\s?.!]*",
    re.IGNORECASE,
)
_FOUNDED = re.compile(r"\b(?:founded|established|set up|created|started|opened)\b", re.IGNORECASE)


def plain(question: str, centers: Sequence[Center]) -> str:
    """``question``, put plainly where it asks who leads a center or how many work there.

    Who leads anything but a whole center, a group of it say, need not be called its director.
    """
    leads = _WHO_LEADS.fullmatch(question)
    if leads and _is_center(leads["what"], centers):
        return f"Who is the director of {leads['what']}?"
    large = _HOW_LARGE.fullmatch(question)
    if large:
        return f"How many people are in {large['group']}?"
    return question


def instead_of(question: str) -> str | None:
    """What tells nearly the same where a question has no answer: for the founding, the approval.

    An answer to it has to say that it is one.
    """
    other = _FOUNDED.sub("approved", question)
    return other if other != question else None


def _is_center(text: str, centers: Sequence[Center]) -> bool:
    """Whether ``text`` is the name of a center and nothing else."""
    rest = text
    for start, end, _ in reversed(spans_of_names(text, centers)):
        rest = rest[:start] + rest[end:]
    return rest != text and not re.sub(r"\bthe\b", "", rest, flags=re.IGNORECASE).strip()
