"""Gold spans against the corpus: find each quote again after a page was edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from eval.sets import GoldQuestion, GoldSpan, QuestionSet, load_questions, read_lines
from rag.loaders import corpus_files, load
from rag.text import fold
from rag.types import Document


@dataclass(frozen=True, slots=True)
class Located:
    """A question with its spans as the corpus has them now.

    ``lost`` are the spans whose quote its document no longer has; they stay as they were.
    """

    question: GoldQuestion
    moved: int
    lost: tuple[GoldSpan, ...]


@dataclass(frozen=True, slots=True)
class GoldReport:
    """What became of the gold of a set.

    ``moved`` counts spans whose offsets changed; ``lost`` pairs question ids with spans;
    ``wordless`` pairs question ids with gold words that none of the question's quotes has.
    """

    spans: int
    moved: int
    lost: tuple[tuple[str, GoldSpan], ...]
    wordless: tuple[tuple[str, tuple[str, ...]], ...]


def read_corpus(root: Path) -> dict[str, Document]:
    """The documents of a corpus by ``doc_id``.

    Raises:
        CorpusError: there is no such folder.
        LoadError: a document cannot be read; gold may point into it.
    """
    documents = (load(path, root) for path in corpus_files(root))
    return {document.doc_id: document for document in documents}


def locate(question: GoldQuestion, corpus: Mapping[str, Document]) -> Located:
    """Find the quotes of a question in the corpus; of several places the nearest to the old."""
    spans: list[GoldSpan] = []
    lost: list[GoldSpan] = []
    for span in question.spans:
        found = _find(span, corpus.get(span.doc_id))
        spans.append(found or span)
        if found is None:
            lost.append(span)
    moved = sum(old != new for old, new in zip(question.spans, spans, strict=True))
    return Located(replace(question, spans=tuple(spans)), moved, tuple(lost))


def _find(span: GoldSpan, document: Document | None) -> GoldSpan | None:
    if document is None:
        return None
    places: list[int] = []
    at = document.text.find(span.quote)
    while at >= 0:
        places.append(at)
        at = document.text.find(span.quote, at + 1)
    if not places:
        return None
    start = min(places, key=lambda place: (abs(place - span.start), place))
    return replace(span, start=start, end=start + len(span.quote))


def check(questions: QuestionSet, corpus: Mapping[str, Document]) -> GoldReport:
    """Compare the gold of a set with the corpus."""
    located = [locate(question, corpus) for question in questions.answerable]
    return GoldReport(
        spans=sum(len(question.spans) for question in questions.answerable),
        moved=sum(one.moved for one in located),
        lost=tuple((one.question.question_id, span) for one in located for span in one.lost),
        wordless=tuple(
            (question.question_id, group)
            for question in questions.answerable
            for group in question.words
            if not _quoted(group, question)
        ),
    )


def _quoted(group: tuple[str, ...], question: GoldQuestion) -> bool:
    quotes = [fold(span.quote) for span in question.spans]
    return any(fold(word) in quote for word in group for quote in quotes)


def rewrite(path: Path, corpus: Mapping[str, Document]) -> GoldReport:
    """Write the present offsets into a set's file; nothing else in it changes.

    Raises:
        SetError: the file is not a question set.
    """
    questions = load_questions(path)
    report = check(questions, corpus)
    if report.moved:
        located = {q.question_id: locate(q, corpus).question for q in questions.answerable}
        lines = []
        for _, fields in read_lines(path):
            question = located.get(fields["id"])
            if question is not None:
                places = [fields, *fields.get("also", [])]
                for place, span in zip(places, question.spans, strict=True):
                    place.update(start=span.start, end=span.end)
            lines.append(json.dumps(fields, ensure_ascii=False) + "\n")
        pending = path.with_name(f".{path.name}.new")
        pending.write_text("".join(lines), "utf-8")
        # A run that dies half way must not leave half a set.
        pending.replace(path)
    return report
