"""What is said where nothing is asked of the documents, and questions worth asking of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

from rag.asking import with_article
from rag.types import Answer
from rag.wording import say

_TEMPLATES_ZH = (
    "{center}的主任是谁？",
    "谁领导{center}？",
    "{center}是什么时候成立的？",
    "{center}研究什么？",
    "{center}有哪些设备？",
)
_TEMPLATES = (
    "Who is the director of {center}?",
    "Who leads {center}?",
    "When was {center} established?",
    "What does {center} study?",
    "What equipment does {center} have?",
)
_SHOWN = 3


def examples(
    centers: Sequence[str],
    ask: Callable[[str], Answer],
    most: int,
    least: int = _SHOWN,
    language: str = "en",
) -> tuple[str, ...]:
    """Questions that the documents answer, one about each of the first centers.

    Each is asked before it is offered: an example that is refused would be a poor one.

    Args:
        centers: by name, in the language of the questions if there is one.
        ask: answers a question.
        most: how many are wanted.
        least: with fewer centers than this, more than one is asked about each.
        language: that of the questions.
    """
    found: list[str] = []
    for number, center in enumerate(centers):
        # Another question for each center, as far as its documents answer it.
        templates = deque(_TEMPLATES_ZH if language == "zh" else _TEMPLATES)
        templates.rotate(-number)
        called = center if language == "zh" else with_article(center)
        asked = (template.format(center=called) for template in templates)
        wanted = max(1, -(-(least - len(found)) // (len(centers) - number)))
        found += islice((q for q in asked if ask(q).status == "answered"), wanted)
        if len(found) >= most:
            break
    return tuple(found[:most])


def greeting(questions: Sequence[str], language: str = "en") -> str:
    """A short reply that shows what can be asked."""
    shown = questions[:_SHOWN]
    offered = (say("you could ask", language), *shown) if shown else ()
    return "\n".join((say("hello", language), *offered))


def which_one(choices: Sequence[str], language: str = "en") -> str:
    """The question back where several centers may be meant."""
    numbered = (f"{number}. {name}" for number, name in enumerate(choices, 1))
    return "\n".join((say("which center", language), *numbered))
