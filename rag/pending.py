"""Questions that staff made of answers, until somebody accepts them into the question set.

A file of JSON lines, by default ``DATA_DIR/eval/pending.jsonl``. A line is a line of a question set
with three more fields: ``by``, who proposed it, ``made``, when, and ``note``, why.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from rag.gold import locate
from rag.questions import (
    GoldQuestion,
    GoldSpan,
    QuestionSet,
    SetError,
    UnansweredQuestion,
    line_of,
    question_of,
    read_lines,
)
from rag.text import fold
from rag.types import Document

_OWN = ("by", "made", "note")


@dataclass(frozen=True, slots=True)
class Pending:
    """A proposed question; ``made`` is ISO 8601, UTC; ``by`` and ``note`` may be empty."""

    question: GoldQuestion | UnansweredQuestion
    by: str
    made: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A proposal with its gold as the corpus has it now, and what speaks against accepting it."""

    pending: Pending
    problems: tuple[str, ...]


def id_of(question: str, spans: Sequence[GoldSpan] = ()) -> str:
    """The id of a proposed question: the same proposal has the same, another another.

    It stays when the question is accepted, and with it the split that it belongs to.

    >>> id_of("Who leads it?")
    'pb114e6d869'
    """
    places = (f"{span.doc_id}\x1f{span.quote}" for span in spans)
    return "p" + hashlib.sha256("\x1e".join((question, *places)).encode()).hexdigest()[:10]


def propose(path: Path, pending: Pending) -> None:
    """Put a proposal at the end of the file; the same question again changes nothing.

    Safe to call from several processes. The line is on the disk when this returns.

    Raises:
        SetError: the file has a line that cannot be used, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            if pending.question.question_id in {p.question.question_id for p in _read(path)}:
                return
            with path.open("a", encoding="utf-8") as file:
                file.write(_line(pending))
                file.flush()
                os.fsync(file.fileno())
    except OSError as exc:
        raise _unwritable(path) from exc


def load_pending(path: Path) -> list[Pending]:
    """The proposals in the order in which they were made; none where there is no file.

    Raises:
        SetError: a line cannot be used.
    """
    return _read(path)


def settle(path: Path, settled: Collection[str]) -> None:
    """Take the questions with these ids out of the file; what was proposed meanwhile stays.

    Raises:
        SetError: the file has a line that cannot be used, or cannot be written.
    """
    try:
        with _locked(path):
            kept = [p for p in _read(path) if p.question.question_id not in settled]
            _replace(path, "".join(map(_line, kept)))
    except OSError as exc:
        raise _unwritable(path) from exc


def merge(path: Path, questions: Iterable[GoldQuestion | UnansweredQuestion]) -> None:
    """Put questions at the end of a question set; every line that it has stays as it is.

    Raises:
        SetError: the set cannot be read or written.
    """
    lines = "".join(
        json.dumps(line_of(question), ensure_ascii=False) + "\n" for question in questions
    )
    try:
        with _locked(path):
            present = path.read_text("utf-8") if path.exists() else ""
            end = "" if present.endswith("\n") or not present else "\n"
            _replace(path, present + end + lines)
    except (OSError, UnicodeDecodeError) as exc:
        raise _unwritable(path) from exc


def check(pending: Pending, corpus: Mapping[str, Document], accepted: QuestionSet) -> Checked:
    """Look for the gold of a proposal in the corpus, and for the question in the accepted set."""
    question = pending.question
    problems: list[str] = []
    known: list[GoldQuestion | UnansweredQuestion] = [
        *accepted.answerable,
        *accepted.unanswerable,
    ]
    if any(fold(one.question) == fold(question.question) for one in known):
        problems.append("is asked in the accepted set already")
    elif any(one.question_id == question.question_id for one in known):
        problems.append(f"has the id {question.question_id} of an accepted question")
    centers = {document.center for document in corpus.values()}
    if isinstance(question, GoldQuestion):
        located = locate(question, corpus)
        problems += [f"{span.doc_id} has no “{span.quote}”" for span in located.lost]
        problems += [
            f"no gold quote has {' or '.join(f'`{word}`' for word in group)}"
            for group in question.words
            if not any(fold(w) in fold(span.quote) for w in group for span in question.spans)
        ]
        document = corpus.get(question.spans[0].doc_id)
        if document and (document.center or "") != question.center:
            problems.append(f"its document is of {document.center or 'no center'}")
        pending = replace(pending, question=located.question)
    elif question.center is not None and question.center not in centers:
        problems.append(f"no document is of {question.center}")
    return Checked(pending, tuple(problems))


def _read(path: Path) -> list[Pending]:
    if not path.exists():
        return []
    found: list[Pending] = []
    for number, fields in read_lines(path):
        own = {name: fields.pop(name, "") for name in _OWN}
        if not all(isinstance(value, str) for value in own.values()):
            raise SetError(
                f"Line {number} of {path.name} has a wrong `by`, `made` or `note`.",
                "Write them as text.",
            )
        found.append(Pending(question_of(path, number, fields), **own))
    return found


def _line(pending: Pending) -> str:
    own = {"by": pending.by, "made": pending.made, "note": pending.note}
    return json.dumps(line_of(pending.question) | own, ensure_ascii=False) + "\n"


def _replace(path: Path, text: str) -> None:
    """Whoever reads meanwhile sees the old file or the new one."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _locked(path: Path) -> FileLock:
    return FileLock(path.with_name(f".{path.name}.lock"))


def _unwritable(path: Path) -> SetError:
    return SetError(f"The question set {path} cannot be written.", "Check its permissions.")
