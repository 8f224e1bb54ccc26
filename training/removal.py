"""Negatives whose passage lacks the answer: its sentence cut out, or another passage found."""

from __future__ import annotations

import re
from collections import defaultdict
from random import Random

import bm25s
import Stemmer

from rag.text import sentence_spans
from training.examples import Example
from training.sources import Question

_TITLE_SHARE = 0.5
_LEAST_LEFT = 80
_CANDIDATES = 12


def holds_answer(passage: str, question: Question) -> bool:
    """Whether any answer string of the question stands in the passage, case ignored."""
    folded = passage.casefold()
    answers = (question.passage[a:b].strip().casefold() for a, b in question.spans)
    return any(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", folded) for answer in answers)


def without_answer(question: Question, rng: Random) -> Example | None:
    """The passage without the sentences of its answers; ``None`` where too little is left."""
    kept = [
        question.passage[a:b]
        for a, b in sentence_spans(question.passage)
        if not any(a < end and start < b for start, end in question.spans)
    ]
    kept = [s for s in kept if question.sentence_only or not holds_answer(s, question)]
    passage = " ".join(kept)
    if len(passage) < _LEAST_LEFT:
        return None
    title = question.title if rng.random() < _TITLE_SHARE else ""
    return Example("sentence removed", question.question, passage, None, title)


def found_elsewhere(questions: list[Question], rng: Random) -> list[tuple[Question, list[Example]]]:
    """For each answerable question, passages of its set that BM25 likes and that lack the answer.

    The best come first; the questions of one set are searched among that set's passages only.
    """
    by_set: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if question.spans and not question.sentence_only:
            by_set[question.source].append(question)
    found: list[tuple[Question, list[Example]]] = []
    stemmer = Stemmer.Stemmer("english")
    for members in by_set.values():
        titles = {q.passage: q.title for q in members}
        passages = list(titles)
        index = bm25s.BM25(k1=1.2, b=0.75)
        index.index(_tokens(passages, stemmer), show_progress=False)
        tokens = _tokens([q.question for q in members], stemmer)
        size = min(_CANDIDATES, len(passages))
        rows, _ = index.retrieve(tokens, k=size, show_progress=False)
        for question, row in zip(members, rows, strict=True):
            others = [passages[i] for i in row if passages[i] != question.passage]
            with_title = rng.random() < _TITLE_SHARE
            found.append(
                (
                    question,
                    [
                        Example("bm25", question.question, p, None, titles[p] if with_title else "")
                        for p in others
                        if not holds_answer(p, question)
                    ],
                )
            )
    return found


def _tokens(texts: list[str], stemmer: Stemmer.Stemmer) -> list[list[str]]:
    tokens: list[list[str]] = bm25s.tokenize(
        texts, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False
    )
    return tokens
