"""The question sets that a run asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from eval.conversation import CONVERSATIONS, Conversation
from eval.overcenters import MATCH, SEVERAL, OverQuestion, load
from rag.questions import QuestionSet, load_questions

CHINESE = Path(__file__).with_name("chinese.jsonl")
_NOTHING = QuestionSet((), ())


@dataclass(frozen=True, slots=True)
class Sets:
    """The question sets; any of them may be empty. ``files`` are those they were read from."""

    questions: QuestionSet
    chinese: QuestionSet = _NOTHING
    conversations: tuple[Conversation, ...] = ()
    several: tuple[OverQuestion, ...] = ()
    match: tuple[OverQuestion, ...] = ()
    files: tuple[Path, ...] = ()

    def __len__(self) -> int:
        """How many questions and conversations there are."""
        asked = (
            self.questions.answerable, self.questions.unanswerable, self.chinese.answerable,
            self.chinese.unanswerable, self.conversations, self.several, self.match,
        )  # fmt: skip
        return sum(map(len, asked))


def load_sets(questions: Path) -> Sets:
    """The sets of the example corpus, with the accepted questions of ``questions``.

    Raises:
        SetError: a set cannot be read or has a wrong line.
    """
    chinese = CHINESE.is_file()
    return Sets(
        questions=load_questions(questions),
        chinese=load_questions(CHINESE) if chinese else _NOTHING,
        conversations=tuple(load(CONVERSATIONS, Conversation)),
        several=tuple(load(SEVERAL, OverQuestion)),
        match=tuple(load(MATCH, OverQuestion)),
        files=(questions, *([CHINESE] if chinese else []), CONVERSATIONS, SEVERAL, MATCH),
    )
