"""The quality gate: does a new version serve accepted questions as well as the current one?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.calibration import CALIBRATION
from rag.chatbot import Chatbot, open_finder
from rag.config import Settings, fingerprint
from rag.evidence import Finder
from rag.gold import gold_chunks
from rag.indexing import Verdict, Worsened
from rag.marking import mark_answer
from rag.networks import DEFAULT_FOLDER
from rag.questions import GoldQuestion, load_questions
from rag.types import Embedder
from rag.versions import GATE_RECORD, IndexVersion, version_folder
from rag.weights import weights_hash

_CUTOFF = 5

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Served:
    """How a version serves one question.

    ``basis`` changes when a passage that is read for it, or a document that has one, changes;
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
        new, old = (Chatbot(v, self._embedder, self._finder, self._k) for v in (candidate, current))
        for number, question in enumerate(changed, 1):
            name = question.question_id
            after[name] = _asked(after[name], new, question)
            if before[name].right is None:
                before[name] = _asked(before[name], old, question)
            if self._progress:
                self._progress(number, len(changed))

    def _verdict(
        self,
        questions: Sequence[GoldQuestion],
        changed: Sequence[GoldQuestion],
        after: Mapping[str, Served],
        before: Mapping[str, Served],
    ) -> Verdict:
        names = [q.question_id for q in questions]
        asked = [q.question_id for q in changed]
        found = [sum(served[name].recalled for name in names) for served in (before, after)]
        right = [sum(bool(served[name].right) for name in asked) for served in (before, after)]
        most = self._allowed * len(names)
        passed = found[0] - found[1] <= most and right[0] - right[1] <= most
        lines = (
            f"{len(names)} accepted questions, {len(asked)} of them on changed passages; "
            f"at most {most:.1f} may get worse.",
            f"recall@{_CUTOFF}: {found[0]} to {found[1]} of {len(names)}.",
            f"right answers: {right[0]} to {right[1]} of the {len(asked)} asked again.",
        )
        worsened = []
        for question in changed:
            one, other = before[question.question_id], after[question.question_id]
            ways = ["not found any more"] if one.recalled and not other.recalled else []
            ways += ["answered wrong"] if one.right and not other.right else []
            if ways:
                worsened.append(Worsened(question.question_id, question.question, ", ".join(ways)))
        return Verdict(passed, lines, tuple(worsened), self._record(after))

    def _retrieve(
        self, version: IndexVersion, questions: Sequence[GoldQuestion]
    ) -> dict[str, Served]:
        chatbot = Chatbot(version, self._embedder, self._finder, self._k)
        served: dict[str, Served] = {}
        for question in questions:
            hits = chatbot.retrieve(question.question)
            gold = gold_chunks(question, version.records)
            documents = version.manifest.documents
            read = (f"{h.chunk.chunk_id} {documents[h.chunk.doc_id]}" for h in hits)
            served[question.question_id] = Served(
                basis=fingerprint(*read),
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


def _asked(served: Served, chatbot: Chatbot, question: GoldQuestion) -> Served:
    answer = chatbot.ask(question.question)
    mark = mark_answer(question, answer, chatbot.version.records, answer.elapsed)
    return Served(served.basis, served.recalled, mark.mark.right)
