"""Question sets: what is asked, and what a right answer has to say and to cite.

A set is a file of JSON lines. A line with ``words`` is a question that the corpus answers, a line
with ``kind`` is one that it does not. Gold is a document, a character span of its normalised text
and gold words, never a chunk, so that another chunking voids nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.config import ROOT
from rag.errors import RagError

Split = Literal["dev", "test"]
GoldForm = Literal["direct", "description", "list"]
Difficulty = Literal["same words", "other words", "two sentences"]
Kind = Literal[
    "telephone",
    "e-mail",
    "deputy",
    "budget",
    "swapped role",
    "other center's fact",
    "date",
    "false premise",
    "other place",
    "attribute",
    "off subject",
    "no question",
]
# Alternatives, any of which will do.
WordGroup = tuple[str, ...]

QUESTIONS = ROOT / "eval" / "questions.jsonl"
SPLITS: tuple[Split, ...] = get_args(Split)


class SetError(RagError):
    """A question set is missing or has a line that cannot be used."""


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A place that answers a question: ``quote`` is the text ``[start:end]`` of the document."""

    doc_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question that the corpus answers.

    ``spans`` are places each of which answers it; the first is the best one. A right answer has
    one alternative of every group of ``words``; a list's groups are its items.
    """

    question_id: str
    question: str
    spans: tuple[GoldSpan, ...]
    words: tuple[WordGroup, ...]
    form: GoldForm
    difficulty: Difficulty
    center: str

    @property
    def doc_ids(self) -> frozenset[str]:
        """The documents that a right answer may cite."""
        return frozenset(span.doc_id for span in self.spans)


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question that no document of the corpus answers.

    ``on_subject``: it asks about a center, a person or an institution that the corpus does know;
    ``center`` is the center it asks about, where it asks about one.
    """

    question_id: str
    question: str
    kind: Kind
    on_subject: bool
    center: str | None


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Both sorts of questions, in the order of the file."""

    answerable: tuple[GoldQuestion, ...]
    unanswerable: tuple[UnansweredQuestion, ...]

    def part(self, split: Split) -> QuestionSet:
        """The questions of one split."""
        return QuestionSet(
            tuple(q for q in self.answerable if split_of(q.question_id) == split),
            tuple(q for q in self.unanswerable if split_of(q.question_id) == split),
        )


def split_of(question_id: str) -> Split:
    """The split that a question belongs to for good; about half are in each.

    Only ``dev`` may be used for tuning; ``test`` is for reports.
    """
    first = hashlib.sha256(question_id.encode()).digest()[0]
    return "test" if first % 2 else "dev"


def load_questions(path: Path = QUESTIONS) -> QuestionSet:
    """Read a question set.

    Raises:
        SetError: the file cannot be read, or a line is not what it should be.
    """
    answerable: list[GoldQuestion] = []
    unanswerable: list[UnansweredQuestion] = []
    seen: set[str] = set()
    for number, fields in read_lines(path):
        question = question_of(path, number, fields)
        if question.question_id in seen:
            raise SetError(
                f"Line {number} of {path.name} repeats the id {question.question_id}.",
                "Give it an id that was never used.",
            )
        seen.add(question.question_id)
        if isinstance(question, GoldQuestion):
            answerable.append(question)
        else:
            unanswerable.append(question)
    return QuestionSet(tuple(answerable), tuple(unanswerable))


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON objects of a file with the numbers of their lines.

    Raises:
        SetError: the file cannot be read, or a line is not a JSON object.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise SetError(f"The question set {path} cannot be read.", "Check the file.") from exc
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError as exc:
            raise SetError(
                f"Line {number} of {path.name} is not JSON.", "Write one object on each line."
            ) from exc
        if not isinstance(fields, dict):
            raise SetError(
                f"Line {number} of {path.name} is not a JSON object.", "Write `{...}` on each line."
            )
        yield number, fields


# What a line may hold; pydantic names the field that is wrong.
_Text = Annotated[str, Field(min_length=1)]


class _SpanLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    doc_id: _Text
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    quote: _Text

    def span(self) -> GoldSpan:
        return GoldSpan(self.doc_id, self.start, self.end, self.quote)


class _GoldLine(_SpanLine):
    id: _Text
    question: _Text
    words: Annotated[list[Annotated[list[_Text], Field(min_length=1)]], Field(min_length=1)]
    form: GoldForm
    difficulty: Difficulty
    center: _Text
    also: list[_SpanLine] = []

    def gold(self) -> GoldQuestion:
        return GoldQuestion(
            question_id=self.id,
            question=self.question,
            spans=(self.span(), *(other.span() for other in self.also)),
            words=tuple(tuple(group) for group in self.words),
            form=self.form,
            difficulty=self.difficulty,
            center=self.center,
        )


class _UnansweredLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: _Text
    question: _Text
    kind: Kind
    on_subject: bool
    center: _Text | None = None

    def unanswered(self) -> UnansweredQuestion:
        return UnansweredQuestion(self.id, self.question, self.kind, self.on_subject, self.center)


def question_of(
    path: Path, number: int, fields: dict[str, Any]
) -> GoldQuestion | UnansweredQuestion:
    """The question of one line of a set.

    Raises:
        SetError: a field is missing, unknown or wrong; it names ``path`` and the line ``number``.
    """
    try:
        if "words" in fields:
            return _GoldLine.model_validate(fields).gold()
        return _UnansweredLine.model_validate(fields).unanswered()
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SetError(
            f"Line {number} of {path.name} has a wrong `{place}`: {first['msg']}.",
            "Correct that field.",
        ) from exc


def line_of(question: GoldQuestion | UnansweredQuestion) -> dict[str, Any]:
    """The line of a set that ``question_of`` reads as this question."""
    if isinstance(question, UnansweredQuestion):
        fields = {
            "id": question.question_id,
            "question": question.question,
            "kind": question.kind,
            "on_subject": question.on_subject,
        }
        return fields | ({"center": question.center} if question.center else {})
    first, *others = map(asdict, question.spans)
    fields = {
        "id": question.question_id,
        "question": question.question,
        **first,
        "words": [list(group) for group in question.words],
        "form": question.form,
        "difficulty": question.difficulty,
        "center": question.center,
    }
    return fields | ({"also": others} if others else {})
