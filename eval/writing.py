"""Questions through a language model: what is shown, what is withheld, whether it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from eval.judging import unsupported
from rag.chatbot import Chatbot
from rag.marking import mark_answer, mark_refusal
from rag.questions import GoldQuestion, QuestionSet, UnansweredQuestion
from rag.types import Answer

Progress = Callable[[int, int], None]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class WritingMark:
    """One question: whether the written answer is right, and the one in the documents' words.

    ``unsupported`` are pairs of a shown sentence and a fact that its cited text lacks;
    ``dangling`` are markers that are shown and lead to no citation.
    """

    question_id: str
    question: str
    right: bool
    right_in_own_words: bool
    called: bool
    shown: int
    withheld: int
    unresolved: int
    unsupported: tuple[tuple[str, str], ...]
    dangling: int
    model: str
    seconds: float
    failure: str
    said: str


@dataclass(frozen=True, slots=True)
class WritingReport:
    """Totals over all questions; shares in [0, 1]. ``models`` are those that wrote."""

    models: tuple[str, ...]
    questions: int
    called: int
    sentences: int
    withheld: float
    unresolved: int
    unsupported: int
    dangling: int
    right: float
    right_in_own_words: float
    marks: tuple[WritingMark, ...]


def some_of(questions: QuestionSet, count: int) -> QuestionSet:
    """About ``count`` questions, evenly from the whole set, in the same proportion."""
    total = len(questions.answerable) + len(questions.unanswerable)
    step = max(1.0, total / count)

    def picked(items: Sequence[_T]) -> tuple[_T, ...]:
        return tuple(items[int(n * step)] for n in range(round(len(items) / step)))

    return QuestionSet(picked(questions.answerable), picked(questions.unanswerable))


def evaluate_writing(
    questions: QuestionSet, chatbot: Chatbot, progress: Progress | None = None
) -> WritingReport:
    """Ask every question with the model and without, and judge what is shown."""
    asked: list[GoldQuestion | UnansweredQuestion] = [
        *questions.answerable,
        *questions.unanswerable,
    ]
    marks: list[WritingMark] = []
    for question in asked:
        marks.append(_mark(question, chatbot))
        if progress:
            progress(len(marks), len(asked))
    sentences = sum(mark.shown + mark.withheld for mark in marks)
    count = max(1, len(marks))
    return WritingReport(
        models=tuple(sorted({mark.model for mark in marks if mark.model})),
        questions=len(marks),
        called=sum(mark.called for mark in marks),
        sentences=sentences,
        withheld=sum(mark.withheld for mark in marks) / max(1, sentences),
        unresolved=sum(mark.unresolved for mark in marks),
        unsupported=sum(len(mark.unsupported) for mark in marks),
        dangling=sum(mark.dangling for mark in marks),
        right=sum(mark.right for mark in marks) / count,
        right_in_own_words=sum(mark.right_in_own_words for mark in marks) / count,
        marks=tuple(marks),
    )


def _mark(question: GoldQuestion | UnansweredQuestion, chatbot: Chatbot) -> WritingMark:
    answer = chatbot.ask(question.question)
    found = chatbot.find(question.question)
    writing = answer.writing
    documents = {
        citation.doc_id: document
        for citation in answer.citations
        if (document := chatbot.document(citation.doc_id)) is not None
    }
    known = {citation.marker for citation in answer.citations}
    return WritingMark(
        question_id=question.question_id,
        question=question.question,
        right=_is_right(question, answer, chatbot),
        right_in_own_words=_is_right(question, found, chatbot),
        called=writing is not None,
        shown=writing.shown if writing else 0,
        withheld=writing.withheld if writing else 0,
        unresolved=writing.unresolved if writing else 0,
        unsupported=tuple(unsupported(answer, documents)),
        dangling=sum(marker not in known for point in answer.points for marker in point.markers),
        model=writing.model if writing else "",
        seconds=writing.seconds if writing else 0.0,
        failure=writing.failure if writing else "",
        said=answer.text,
    )


def _is_right(
    question: GoldQuestion | UnansweredQuestion, answer: Answer, chatbot: Chatbot
) -> bool:
    records = chatbot.version.records
    if isinstance(question, GoldQuestion):
        return mark_answer(question, answer, records, answer.elapsed).mark.right
    return mark_refusal(question, answer, records, answer.elapsed).mark.right


def writing_lines(report: WritingReport, *, all_said: bool) -> Iterator[str]:
    """The totals, and whatever was shown that should not have been."""
    yield f"{report.questions} questions, {', '.join(report.models)} called for {report.called}"
    yield f"{report.sentences} sentences written, withheld {report.withheld:.1%}"
    yield f"markers that name no passage: {report.unresolved}, of those shown {report.dangling}"
    yield f"facts shown that the cited text lacks: {report.unsupported}"
    yield f"right: {report.right:.3f}, in the documents' own words {report.right_in_own_words:.3f}"
    for mark in report.marks:
        for sentence, fact in mark.unsupported:
            yield f"  {mark.question_id}: “{fact}” in “{sentence}”"
    for mark in report.marks:
        if mark.right_in_own_words and not mark.right:
            yield f"  {mark.question_id} is no longer right: {mark.question}"
            yield f"      {mark.said}"
    if all_said:
        for mark in report.marks:
            if mark.called:
                yield f"{mark.question_id} {mark.question} {mark.failure}"
                yield f"    {mark.shown} shown, {mark.withheld} withheld: {mark.said}"
