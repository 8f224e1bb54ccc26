"""A follow-up that the rules do not understand, as a language model completes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.errors import LanguageModelError
from rag.markers import clean
from rag.prompts import completion_messages
from rag.source import Source
from rag.statements import statement
from rag.support import missing_fact
from rag.synonyms import plain_terms
from rag.types import Turn
from rag.usage import Usage

if TYPE_CHECKING:
    from rag.llm import LanguageModel

# What was said longer ago is hardly ever meant, and costs as much.
_TURNS = 4
_LONGEST_ANSWER = 400  # characters
# A completed question is its own length and a name or two longer.
_LONGEST_ADDED = 200  # characters
# Words that stand for what was said before, and are gone when that is named.
_STANDING = frozenset(
    plain_terms(
        "gentleman gentlemen lady ladies man woman guy fellow individual person same latter "
        "aforementioned mentioned said place thing things"
    )
)


class Rewriter:
    """Has a model complete questions, and takes what keeps every name and number."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    def rewrite(self, question: str, history: Sequence[Turn], usage: Usage) -> Iterator[str]:
        """Empty texts while the model is waited for, then the question completed, if it can be had.

        However the model fails, there is none. ``usage`` is filled in.
        """
        turns = [
            (turn.answer.query.text or turn.question, turn.answer.text[:_LONGEST_ANSWER])
            for turn in history[-_TURNS:]
        ]
        written = ""
        try:
            for piece in self._model.stream(completion_messages(question, turns), usage):
                written += piece
                yield ""
                if len(written) > len(question) + 2 * _LONGEST_ADDED:
                    break
        except LanguageModelError:
            return
        rewrite = clean(written)
        said = "\n".join(text for turn in turns for text in turn)
        if rewrite != question and keeps(question, rewrite, said):
            yield rewrite


def keeps(question: str, rewrite: str, said: str) -> bool:
    """Whether a rewrite asks the same with what was said before, and nothing is lost or invented.

    Every name, number, date, address and word of content of the question is in the rewrite, every
    name, number, date and address of the rewrite in the question or in what was said; neither
    denies what the other does not. Only words such as "gentleman" may give way to a name.
    """
    if not rewrite or "\n" in rewrite or len(rewrite) > len(question) + _LONGEST_ADDED:
        return False
    asked, put = statement(question), statement(rewrite)
    there, known = Source(rewrite), Source(f"{question}\n{said}")
    if asked.negations != put.negations:
        return False
    for piece in asked.pieces:
        content = [(term, word) for term, word in piece.content if term not in _STANDING]
        if missing_fact(piece, asked, there) or there.new_words(content, _never_alike):
            return False
    return not any(missing_fact(piece, put, known) for piece in put.pieces)


def _never_alike(words: Sequence[str], others: Sequence[str]) -> Sequence[float]:
    """Words that are merely near are others: another thing is asked."""
    del others
    return [0.0] * len(words)
