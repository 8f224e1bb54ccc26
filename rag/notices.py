"""Sentences about an answer that are no document's."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rag.types import Answer


def with_notices(answer: Answer, notices: Sequence[str]) -> Answer:
    """An answer with further notices."""
    return dataclasses.replace(answer, notices=(*answer.notices, *notices))


def filter_notices(only: str, named: Sequence[str]) -> tuple[str, ...]:
    """Said where the chosen center is none of those that the question names."""
    if not named or only in named:
        return ()
    return (f"Only documents of {only} were searched, as chosen.",)


def elsewhere(asked: Sequence[str], answer: Answer) -> tuple[str, ...]:
    """Said where the center that was spoken of has no answer, and another one has."""
    cited = list(dict.fromkeys(c.center for c in answer.citations if c.center))
    if not asked or not cited or set(cited) <= set(asked):
        return ()
    return (f"The documents of {' and '.join(asked)} do not say; this is {' and '.join(cited)}.",)


def nothing_found(centers: Sequence[str]) -> tuple[str, ...]:
    """Said of the centers whose documents have no answer."""
    return (f"Nothing was found for: {'; '.join(centers)}.",) if centers else ()


def approval_instead(centers: Sequence[str]) -> tuple[str, ...]:
    """Said of the centers whose approval is told, and whose founding is not."""
    said = "The documents tell no founding, but the approval or award, of"
    return (f"{said}: {'; '.join(centers)}.",) if centers else ()


def not_searched(centers: Sequence[str]) -> tuple[str, ...]:
    """Said of the centers that were left out because there are too many."""
    return (f"Not searched: {'; '.join(centers)}.",) if centers else ()


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
