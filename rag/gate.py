"""The quality gate: does a new version serve accepted questions as well as the current one?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.calibration import CALIBRATION
from rag.chatbot import Chatbot
from rag.config import Settings, fingerprint
from rag.evidence import CONTEXT_AFTER, CONTEXT_BEFORE, Finder
from rag.finders import open_finder
from rag.gold import gold_chunks
from rag.indexing import Verdict, Worsened
from rag.lists import lists_in
from rag.marking import mark_answer
from rag.networks import DEFAULT_FOLDER
from rag.questions import GoldQuestion, load_questions
from rag.types import Chunk, Embedder
from rag.versions import GATE_RECORD, IndexVersion, version_folder
from rag.weights import weights_hash

_CUTOFF = 5

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Served:
    """How a version serves one question.

    ``basis`` changes when a passage that is read for it changes, or what stands round it;
    ``right`` is ``None`` where the question was not asked.
    """

    basis: str
    recalled: bool
    right: bool | None = None


class QualityGate:
    """Compares by recall@5 and right answers, and lets neither fall by more than ``allowed``.

    Only questions whose passages changed are asked: on the same passages the same reader gives the
    same answer.
    """

    def __init__(
        self,
        index_dir: Path,
        questions: Path,
        embedder: Embedder,
        finder: Finder,
        top_k: int,
        allowed: float,
        answerer: str,
        progress: Progress | None = None,
    ) -> None:
        """Prepare; ``allowed`` is a share in [0, 1] of the questions, ``top_k`` passages are read.

        ``answerer`` changes with whatever may answer otherwise on the same passages.

        Raises:
            SetError: the questions cannot be read.
        """
        self._index_dir = index_dir
        self._questions = load_questions(questions).answerable
        self._embedder = embedder
        self._finder = finder
        self._k = top_k
        self._allowed = allowed
        texts = (f"{q.question_id} {q.question}" for q in self._questions)
        self._answerer = fingerprint(answerer, top_k, *texts)
        self._progress = progress

    def __call__(self, candidate: IndexVersion, current: IndexVersion | None) -> Verdict:
        """Judge ``candidate`` beside ``current``; without one there is nothing to lose."""
        present = candidate.manifest.documents.keys()
        questions = [q for q in self._questions if q.doc_ids <= present]
        after = self._retrieve(candidate, questions)
        if current is None or not questions:
            said = f"{len(questions)} accepted questions on these documents"
            lines = (f"{said}; no current version to compare with." if questions else f"{said}.",)
            return Verdict(True, lines, (), self._record(after))
        before = self._known(current)
        before |= self._retrieve(current, [q for q in questions if q.question_id not in before])
        changed = [
            q for q in questions if after[q.question_id].basis != before[q.question_id].basis
        ]
        for question in questions:
            name = question.question_id
            if after[name].basis == before[name].basis:
                after[name] = before[name]
        self._answer(candidate, current, changed, after, before)
        return self._verdict(questions, changed, after, before)

    def _answer(
        self,
        candidate: IndexVersion,
        current: IndexVersion,
        changed: Sequence[GoldQuestion],
        after: dict[str, Served],
        before: dict[str, Served],
    ) -> None:
        """Ask the candidate, and the current version where its answer can change the verdict.

        What the candidate answers right is no loss, whatever the current version says. Only where
        there are more losses than are allowed can gains make up for them, and are asked for.
        """
        self._ask(candidate, changed, after)
        wrong = [q for q in changed if not after[q.question_id].right]
        self._ask(current, wrong, before)
        if sum(bool(before[q.question_id].right) for q in wrong) > self._allowed * len(after):
            self._ask(current, changed, before)

    def _ask(
        self, version: IndexVersion, questions: Sequence[GoldQuestion], served: dict[str, Served]
    ) -> None:
        """Note whether a version answers right, for questions of which it is not noted yet."""
        chatbot = Chatbot(version, self._embedder, self._finder, self._k)
        unasked = [q for q in questions if served[q.question_id].right is None]
        for number, question in enumerate(unasked, 1):
            answer = chatbot.ask(question.question)
            mark = mark_answer(question, answer, version.records, answer.elapsed).mark
            name = question.question_id
            served[name] = replace(served[name], right=mark.right)
            if self._progress:
                self._progress(number, len(unasked))

    def _verdict(
        self,
        questions: Sequence[GoldQuestion],
        changed: Sequence[GoldQuestion],
        after: Mapping[str, Served],
        before: Mapping[str, Served],
    ) -> Verdict:
        names = [q.question_id for q in questions]
        found = [sum(served[name].recalled for name in names) for served in (before, after)]
        worsened = []
        lost = gained = 0
        for question in changed:
            one, other = before[question.question_id], after[question.question_id]
            lost += bool(one.right) and not other.right
            gained += one.right is False and bool(other.right)
            ways = ["not found any more"] if one.recalled and not other.recalled else []
            ways += ["answered wrong"] if one.right and not other.right else []
            if ways:
                worsened.append(Worsened(question.question_id, question.question, ", ".join(ways)))
        most = self._allowed * len(names)
        lines = (
            f"{len(names)} accepted questions, {len(changed)} of them on changed passages; "
            f"at most {most:.1f} may get worse.",
            f"recall@{_CUTOFF}: {found[0]} to {found[1]} of {len(names)}.",
            f"right answers: {sum(bool(after[q.question_id].right) for q in changed)} of the "
            f"{len(changed)} asked again; {lost} that were right are not any more.",
        )
        passed = found[0] - found[1] <= most and lost - gained <= most
        return Verdict(passed, lines, tuple(worsened), self._record(after))

    def _retrieve(
        self, version: IndexVersion, questions: Sequence[GoldQuestion]
    ) -> dict[str, Served]:
        chatbot = Chatbot(version, self._embedder, self._finder, self._k)
        served: dict[str, Served] = {}
        read = _Surroundings(version)
        for question in questions:
            hits = chatbot.retrieve(question.question)
            gold = gold_chunks(question, version.records)
            served[question.question_id] = Served(
                basis=fingerprint(*(read[hit.chunk] for hit in hits)),
                recalled=any(hit.chunk.chunk_id in gold for hit in hits[:_CUTOFF]),
            )
        return served

    def _record(self, served: Mapping[str, Served]) -> str:
        questions = {
            name: [one.basis, one.recalled, one.right] for name, one in sorted(served.items())
        }
        fields = {"answerer": self._answerer, "questions": questions}
        return json.dumps(fields, indent=0) + "\n"

    def _known(self, version: IndexVersion) -> dict[str, Served]:
        """What was noted of a version when it was published, by the same answerer."""
        path = version_folder(self._index_dir, version.name) / GATE_RECORD
        try:
            fields = json.loads(path.read_text("utf-8"))
            if fields["answerer"] != self._answerer:
                return {}
            return {name: Served(*values) for name, values in fields["questions"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}


class _Surroundings(dict[Chunk, str]):
    """By chunk a hash of all of its document that an answer from it can depend on.

    These are its lines, the lists that they belong to, what ``rag.evidence`` looks at before and
    behind a sentence, and what is said of the document as a whole.
    """

    def __init__(self, version: IndexVersion) -> None:
        super().__init__()
        self._records = version.records

    def __missing__(self, chunk: Chunk) -> str:
        document = self._records.document(chunk.doc_id)
        if document is None:
            raise LookupError(f"chunk {chunk.chunk_id} has no document")
        text = document.text
        start = text.rfind("\n", 0, chunk.start) + 1
        end = text.find("\n", chunk.end)
        end = len(text) if end < 0 else end
        for block in lists_in(text):
            if block.span[0] < end and block.span[1] > start:
                start, end = min(start, block.span[0]), max(end, block.span[1])
        around = text[max(0, start - CONTEXT_BEFORE) : end + CONTEXT_AFTER]
        whole = (document.title, document.center, document.institution, *document.aliases)
        self[chunk] = fingerprint(chunk.doc_id, chunk.heading, chunk.text, around, *whole)
        return self[chunk]


def open_gate(
    settings: Settings, index_dir: Path, embedder: Embedder, progress: Progress | None = None
) -> QualityGate:
    """The gate that the settings name.

    Raises:
        SetError: the accepted questions cannot be read.
        ModelError: the reader is missing or damaged.
    """
    reader = weights_hash(Path(settings.reader_model or DEFAULT_FOLDER))
    return QualityGate(
        index_dir,
        settings.accepted_questions,
        embedder,
        open_finder(settings, embedder),
        settings.top_k,
        settings.gate_drop,
        fingerprint(settings.finder, settings.reader_model, reader, CALIBRATION.read_text("utf-8")),
        progress,
    )
