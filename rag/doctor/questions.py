"""Whether the accepted questions still fit the corpus: the quality gate judges by them."""

from __future__ import annotations

from collections.abc import Iterator

from rag.doctor.finding import Finding, count, listed
from rag.doctor.subject import Subject
from rag.errors import LoadError
from rag.gold import locate
from rag.loaders import corpus_files, document_id, load
from rag.questions import SetError, load_questions
from rag.types import Document

_CHECK = "questions"


def question_findings(subject: Subject) -> Iterator[Finding]:
    """Questions whose gold words their documents no longer have, or whose documents are gone."""
    path = subject.settings.accepted_questions
    try:
        questions = load_questions(path).answerable
    except SetError as exc:
        cure = f"{exc.cure.removesuffix('.')}, or set ACCEPTED_QUESTIONS to another file."
        yield Finding(_CHECK, "error", exc.problem, cure)
        return
    gold = {doc_id for question in questions for doc_id in question.doc_ids}
    corpus = _documents(subject, gold)
    lost: list[str] = []
    partly: list[str] = []
    absent: list[str] = []
    for question in questions:
        missing = locate(question, corpus).lost
        if corpus.keys().isdisjoint(question.doc_ids):
            absent.append(question.question_id)
        elif len(missing) == len(question.spans):
            lost.append(question.question_id)
        elif missing:
            partly.append(question.question_id)
    if lost:
        yield Finding(
            _CHECK,
            "warning",
            f"The corpus no longer has the answer of {_named(lost)}: the gate counts them as "
            "not found.",
            f"Give each its new words and quote in {path.name}, or take it out.",
            tuple(lost),
        )
    if partly:
        yield Finding(
            _CHECK,
            "notice",
            f"One of several places is gone that answer {_named(partly)}.",
            f"Take the lost places out of {path.name}.",
            tuple(partly),
        )
    if absent:
        yield Finding(
            _CHECK,
            "notice",
            f"Nothing of the corpus is asked about by {_named(absent)}: the gate leaves them out.",
            "Set ACCEPTED_QUESTIONS to questions on these documents.",
            tuple(absent),
        )
    usable = len(questions) - len(lost) - len(absent)
    if usable:
        yield Finding(_CHECK, "ok", f"{count(usable, 'accepted question')} on this corpus.")
    elif not lost and not absent:
        yield Finding(
            _CHECK,
            "warning",
            f"{path.name} has no question that documents answer: the gate cannot judge.",
            "Write some, as eval/questions.jsonl has them.",
        )


def _documents(subject: Subject, wanted: set[str]) -> dict[str, Document]:
    """The ``wanted`` documents that the corpus has and that can be read."""
    corpus = subject.corpus
    documents: dict[str, Document] = {}
    for path in corpus_files(corpus):
        name = document_id(path, corpus)
        if name in wanted:
            try:
                documents[name] = load(path, corpus)
            except LoadError:
                # Told among the documents.
                continue
    return documents


def _named(questions: list[str]) -> str:
    return f"{count(len(questions), 'accepted question')} ({listed(questions)})"
