"""What is said where nothing is asked of the documents, and questions worth asking of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from rag.asking import with_article
from rag.types import Answer

_HELLO = "Hello. I answer questions about research centers from their documents, with citations."
_TEMPLATES = (
    "Who is the director of {center}?",
    "Who leads {center}?",
    "When was {center} established?",
    "What does {center} study?",
    "What equipment does {center} have?",
)
_SHOWN = 3


def examples(
    centers: Sequence[str], ask: Callable[[str], Answer], most: int, least: int = _SHOWN
) -> tuple[str, ...]:
    """Questions that the documents answer, one about each of the first centers.

    Each is asked before it is offered: an example that is refused would be a poor one.

    Args:
        centers: by name.
        ask: answers a question.
        most: how many are wanted.
        least: with fewer centers than this, more than one is asked about each.
    """
    found: list[str] = []
    for number, center in enumerate(centers):
        # Another question for each center, as far as its documents answer it.
        templates = deque(_TEMPLATES)
        templates.rotate(-number)
        asked = (template.format(center=with_article(center)) for template in templates)
        wanted = max(1, -(-(least - len(found)) // (len(centers) - number)))
        found += islice((q for q in asked if ask(q).status == "answered"), wanted)
        if len(found) >= most:
            break
    return tuple(found[:most])


def greeting(questions: Sequence[str]) -> str:
    """A short reply that shows what can be asked."""
    shown = questions[:_SHOWN]
    return "\n".join((_HELLO, *(("You could ask:", *shown) if shown else ())))


def which_one(choices: Sequence[str]) -> str:
    """The question back where several centers may be meant."""
    numbered = (f"{number}. {name}" for number, name in enumerate(choices, 1))
    return "\n".join(("Which center do you mean?", *numbered))
