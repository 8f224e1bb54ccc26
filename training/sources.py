"""The public sets as questions on passages, each with the part it belongs to.

Only sets whose licence allows training are in ``TRAINING_SETS``; ``policyqa`` can be loaded for
measuring and is all ``report``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.errors import CorpusError
from rag.text import sentence_spans
from training.split import Part, part_of

Span = tuple[int, int]

TRAINING_SETS = ("squad2", "new_wiki", "reddit", "amazon", "qed", "covidqa", "nqg")
_SQUAD_FILES = {
    "squad2": "squad2-dev-half.json.gz",
    "new_wiki": "squadshifts-new_wiki.json.gz",
    "reddit": "squadshifts-reddit.json.gz",
    "amazon": "squadshifts-amazon_reviews.json.gz",
    "covidqa": "covidqa.json.gz",
    "policyqa": "policyqa-test.json.gz",
}
# Titles such as "Filtered_Reddit_Comments" tell nothing about a passage.
_TITLED = frozenset({"squad2", "new_wiki", "policyqa"})
_WINDOW = 900
# Neighbouring lines of the pairs file come from one article, so a block is a stand-in for it.
_NQG_BLOCK = 100
_NQG_PASSAGE = 6


@dataclass(frozen=True, slots=True)
class Question:
    """A question on a passage; ``spans`` are its answers, none where the passage has no answer.

    With ``sentence_only`` the spans are sentences that hold the answer, not the answer itself.
    ``article`` names what must not be split between parts, ``title`` is what a reader may see.
    """

    source: str
    article: str
    part: Part
    title: str
    passage: str
    question: str
    spans: tuple[Span, ...]
    sentence_only: bool = False


def load(data: Path, names: tuple[str, ...] = TRAINING_SETS) -> list[Question]:
    """All questions of the named sets found in the folder ``data``.

    Raises:
        CorpusError: a file is missing or is not what it should be.
    """
    questions: list[Question] = []
    for name in names:
        try:
            if name == "qed":
                questions += _qed(data / "qed-dev.jsonl.gz")
            elif name == "nqg":
                questions += _nqg(data / "nqg-test-pairs.tsv.gz")
            else:
                questions += _squad(name, data / _SQUAD_FILES[name])
        except (OSError, ValueError, KeyError) as exc:
            raise CorpusError(
                f"The set {name} cannot be read from {data} ({exc}).",
                "Pass the folder with the public data as --data.",
            ) from exc
    return questions


def _squad(name: str, path: Path) -> Iterator[Question]:
    data: Any = json.loads(gzip.decompress(path.read_bytes()))
    titles = {article.get("title") for article in data["data"]}
    for article in data["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            key = article["title"] if len(titles) > 1 else context
            part: Part = "report" if name == "policyqa" else part_of(key)
            title = article["title"].replace("_", " ") if name in _TITLED else ""
            for qa in paragraph["qas"]:
                spans = _spans(context, qa["answers"])
                if not spans and not qa.get("is_impossible"):
                    continue
                passage, spans = _window(context, spans)
                yield Question(name, key, part, title, passage, qa["question"].strip(), spans)


def _spans(context: str, answers: list[dict[str, Any]]) -> tuple[Span, ...]:
    """Answer spans that are really there, repeats kept: what two people marked weighs double."""
    spans = [(a["answer_start"], a["answer_start"] + len(a["text"])) for a in answers]
    texts = [a["text"] for a in answers]
    return tuple(
        s for s, t in zip(spans, texts, strict=True) if t.strip() and context[slice(*s)] == t
    )


def _window(context: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Span, ...]]:
    """Whole sentences of a long document round the first answer, about ``_WINDOW`` characters."""
    if len(context) <= 3 * _WINDOW or not spans:
        return context, spans
    first, last = spans[0]
    # The answer sits at a place that depends on its offset, so that it is not always in the middle.
    before = first * 7919 % max(1, _WINDOW - (last - first))
    edges = _edges(context)
    start = max((e for e in edges if e <= first - before), default=0)
    end = min((e for e in edges if e >= max(last, start + _WINDOW)), default=len(context))
    inside = tuple((a - start, b - start) for a, b in spans if start <= a and b <= end)
    return context[start:end], inside


@lru_cache(maxsize=128)
def _edges(context: str) -> tuple[int, ...]:
    return tuple(sorted({edge for span in sentence_spans(context) for edge in span}))


def _qed(path: Path) -> Iterator[Question]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            passage, title = row["paragraph_text"], row["title_text"]
            marked = [a["paragraph_reference"] for a in row["annotation"].get("answer", [])]
            if len(marked) != 1:
                marked = [one[0] for one in row["original_nq_answers"] if len(one) == 1]
            spans = tuple(
                (m["start"], m["end"])
                for m in marked
                if passage[m["start"] : m["end"]] == m["string"]
            )
            if spans:
                yield Question(
                    "qed", title, part_of(title), title, passage, row["question_text"], spans
                )


def _nqg(path: Path) -> Iterator[Question]:
    """Question and sentence pairs, the sentence set among its neighbours in the file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pairs = [
            (q.strip(), s.strip()) for q, s in (line.rstrip("\n").split("\t") for line in lines)
        ]
    for base in range(0, len(pairs), _NQG_BLOCK):
        block = pairs[base : base + _NQG_BLOCK]
        key = f"nqg block {base // _NQG_BLOCK}"
        sentences = list(dict.fromkeys(sentence for _, sentence in block))
        for number, (question, sentence) in enumerate(block):
            at = sentences.index(sentence)
            size = 2 + (number * 7919) % (_NQG_PASSAGE - 1)
            start = max(0, min(at - number % size, len(sentences) - size))
            around = sentences[start : start + size]
            left = sum(len(s) + 1 for s in around[: at - start])
            span = (left, left + len(sentence))
            passage = " ".join(around)
            yield Question("nqg", key, part_of(key), "", passage, question, (span,), True)
