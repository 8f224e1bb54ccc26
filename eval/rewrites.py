"""Completed follow-ups against the rewrites that people made: TREC CAsT and CANARD."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.followups import Completion, complete
from rag.lexical import terms
from rag.questions import SetError, Split
from rag.salience import Said

# Completes a question from what was said before.
Completing = Callable[[str, Sequence[Said]], Completion]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A follow-up of a conversation, what was said before it, and how a person completed it."""

    turn_id: str
    split: Split
    question: str
    earlier: tuple[Said, ...]
    rewrite: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """How many words a way of completing adds, over ``turns`` follow-ups.

    ``recovered`` is the share of the content words that people added which it adds too;
    ``wrong`` is the mean number of others that it adds.
    """

    name: str
    turns: int
    recovered: float
    wrong: float


def raw_turn(turn: Rewritten) -> str:
    """The follow-up as it was typed."""
    return turn.question


def all_earlier(turn: Rewritten) -> str:
    """All earlier questions in front of the follow-up."""
    return " ".join([*(said.question for said in turn.earlier), turn.question])


def completed(turn: Rewritten) -> str:
    """The follow-up as the product completes it."""
    return complete(turn.question, turn.earlier).text


WAYS: tuple[tuple[str, Callable[[Rewritten], str]], ...] = (
    ("raw turn", raw_turn),
    ("all earlier questions prepended", all_earlier),
    ("completed", completed),
)


def report_rewrites(data: Path) -> Iterator[tuple[str, tuple[Recovery, ...]]]:
    """Every way of completing on CAsT 2020 and on the CANARD dialogues not used for tuning.

    Raises:
        SetError: a file is missing or not what it should be.
    """
    for name, turns in (("CAsT 2020", cast2020(data)), ("CANARD", canard(data, "test"))):
        yield name, tuple(measure(turns, *way) for way in WAYS)


def measure(turns: Sequence[Rewritten], name: str, way: Callable[[Rewritten], str]) -> Recovery:
    """What one way of completing recovers of the rewrites of ``turns``."""
    wanted = found = wrong = 0
    for turn in turns:
        there, rewrite = set(terms(turn.question)), set(terms(turn.rewrite))
        added = set(terms(way(turn))) - there
        wanted += len(rewrite - there)
        found += len(added & rewrite)
        wrong += len(added - rewrite)
    return Recovery(name, len(turns), found / max(1, wanted), wrong / max(1, len(turns)))


def cast2020(data: Path) -> list[Rewritten]:
    """All follow-ups of TREC CAsT 2020; for reports only.

    Raises:
        SetError: the file is missing or not what it should be.
    """
    turns: list[Rewritten] = []
    for topic in _json(data / "cast2020-manual.json.gz"):
        rewrites = [(t["raw_utterance"], t["manual_rewritten_utterance"]) for t in topic["turn"]]
        turns += _dialogue(str(topic["number"]), "test", rewrites)
    return turns


def cast2019(data: Path, completing: Completing = complete) -> list[Rewritten]:
    """All follow-ups of TREC CAsT 2019; for tuning.

    Raises:
        SetError: a file is missing or not what it should be.
    """
    text = _text(data / "cast2019-resolved.tsv.gz")
    resolved = {row[0]: row[1] for row in csv.reader(io.StringIO(text), delimiter="\t") if row}
    turns: list[Rewritten] = []
    for topic in _json(data / "cast2019-topics.json.gz"):
        number = topic["number"]
        rewrites = [
            (t["raw_utterance"].strip(), resolved[key])
            for t in topic["turn"]
            if (key := f"{number}_{t['number']}") in resolved
        ]
        turns += _dialogue(str(number), "dev", rewrites, completing)
    return turns


def _dialogue(
    name: str,
    split: Split,
    rewrites: Sequence[tuple[str, str]],
    completing: Completing = complete,
) -> Iterator[Rewritten]:
    """The follow-ups of a conversation of which only the questions are known."""
    earlier: list[Said] = []
    for number, (question, rewrite) in enumerate(rewrites, 1):
        if earlier:
            yield Rewritten(f"{name}_{number}", split, question, tuple(earlier), rewrite)
        # What the product keeps of a turn is the question as it understood it.
        earlier.append(Said(question, "", completing(question, tuple(earlier)).text))


def canard(data: Path, split: Split, completing: Completing = complete) -> list[Rewritten]:
    """The follow-ups of the CANARD dialogues of one split, by a hash of the dialogue.

    Raises:
        SetError: the file is missing or not what it should be.
    """
    turns: list[Rewritten] = []
    earlier: dict[str, list[Said]] = {}
    for line in _json(data / "canard-dev.json.gz"):
        dialogue = line["QuAC_dialog_id"]
        if _split_of(dialogue) != split:
            continue
        title, section, *said = line["History"]
        # A conversation about a page begins with its title, as if somebody had said it.
        known = earlier.setdefault(dialogue, [Said(title, section)])
        if said:
            known[-1] = Said(known[-1].question, said[-1], known[-1].understood)
        name, question = f"{dialogue}_{line['Question_no']}", line["Question"]
        turns.append(Rewritten(name, split, question, tuple(known), line["Rewrite"]))
        known.append(Said(question, "", completing(question, tuple(known)).text))
    return turns


def _split_of(dialogue: str) -> Split:
    return "test" if hashlib.sha256(dialogue.encode()).digest()[0] % 2 else "dev"


def _text(path: Path) -> str:
    try:
        return gzip.decompress(path.read_bytes()).decode()
    except (OSError, EOFError, UnicodeDecodeError) as exc:
        raise SetError(f"{path} cannot be read.", "Give the folder of the public data.") from exc


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except ValueError as exc:
        raise SetError(f"{path} is not JSON.", "Fetch it again.") from exc
