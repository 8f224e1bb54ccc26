"""Sentences about an answer that are no document's, in the language of the question."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rag.types import Answer, Query
from rag.wording import say


def with_notices(answer: Answer, notices: Sequence[str]) -> Answer:
    """An answer with further notices."""
    return dataclasses.replace(answer, notices=(*answer.notices, *notices))


def understood(query: Query) -> str | None:
    """What was searched for, where that is not what was typed; spaces make no difference."""
    between = "" if query.language == "zh" else " "
    searched, typed = (between.join(text.split()) for text in (query.text, query.original))
    if searched == typed:
        return None
    return say("understood", query.language, question=" ".join(query.text.split()))


def filter_notices(only: str, named: Sequence[str], language: str) -> tuple[str, ...]:
    """Said where the chosen center is none of those that the question names."""
    if not named or only in named:
        return ()
    return (say("only searched", language, center=only),)


def elsewhere(asked: Sequence[str], answer: Answer) -> tuple[str, ...]:
    """Said where the center that was spoken of has no answer, and another one has."""
    cited = list(dict.fromkeys(c.center for c in answer.citations if c.center))
    if not asked or not cited or set(cited) <= set(asked):
        return ()
    language = answer.query.language
    both = say("and", language)
    return (say("elsewhere", language, asked=both.join(asked), cited=both.join(cited)),)


def nothing_found(centers: Sequence[str], language: str) -> tuple[str, ...]:
    """Said of the centers whose documents have no answer."""
    return (say("nothing found", language, centers="; ".join(centers)),) if centers else ()


def approval_instead(centers: Sequence[str], language: str) -> tuple[str, ...]:
    """Said of the centers whose approval is told, and whose founding is not."""
    return (say("approval instead", language, centers="; ".join(centers)),) if centers else ()


def not_searched(centers: Sequence[str], language: str) -> tuple[str, ...]:
    """Said of the centers that were left out because there are too many."""
    return (say("not searched", language, centers="; ".join(centers)),) if centers else ()


def written() -> tuple[str, ...]:
    """Said where a language model wrote."""
    return ("A language model put this into words; each sentence was checked against its source.",)


def withheld_notices(count: int) -> tuple[str, ...]:
    """Said where sentences were left out because no document supports them."""
    if not count:
        return ()
    many = f"{count} sentences" if count > 1 else "1 sentence"
    them = "them" if count > 1 else "it"
    return (f"{many} of the language model withheld: the documents do not support {them}.",)


def in_own_words(problem: str) -> tuple[str, ...]:
    """Said where a language model should have written, and the documents speak for themselves."""
    return (f"{problem} These are the documents' own words.",)


def completed(problem: str) -> tuple[str, ...]:
    """Said where a language model broke off after some sentences."""
    return (f"{problem} What is missing is given in the documents' own words.",)
