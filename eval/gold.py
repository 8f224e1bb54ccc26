"""Gold spans against the corpus: find each quote again after a page was edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.coverage import gaps
from rag.gold import locate
from rag.loaders import corpus_files, load
from rag.questions import GoldQuestion, GoldSpan, QuestionSet, load_questions, read_lines
from rag.text import fold
from rag.types import Corpus, Document


@dataclass(frozen=True, slots=True)
class GoldReport:
    """What became of the gold of a set.

    ``moved`` counts spans whose offsets changed; ``lost`` pairs question ids with spans;
    ``wordless`` pairs question ids with gold words that none of the question's quotes has;
    ``gaps`` are sentences on what no question asks about.
    """

    spans: int
    moved: int
    lost: tuple[tuple[str, GoldSpan], ...]
    wordless: tuple[tuple[str, tuple[str, ...]], ...]
    gaps: tuple[str, ...] = ()


def read_corpus(root: Path | Corpus) -> dict[str, Document]:
    """The documents of a corpus by ``doc_id``.

    Raises:
        CorpusError: there is no such folder.
        LoadError: a document cannot be read; gold may point into it.
    """
    documents = (load(path, root) for path in corpus_files(root))
    return {document.doc_id: document for document in documents}


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
        gaps=gaps(questions, corpus),
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
