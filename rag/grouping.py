"""Questions in groups that are about the same thing, named by their commonest words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from rag.centers import Center, spans_of_chinese_names, spans_of_names
from rag.chinese import content_words
from rag.lexical import STOPWORDS
from rag.text import fold, tokens
from rag.vectors import Vectors

# Mean cosine distance of two groups that are still one. Measured on the accepted questions: below,
# rewordings of a question fall apart; above, directors and deputies come together.
_APART = 0.55
_WORDS = 3
_ANY_CENTER = "center"
# What nearly every question here has says nothing of one.
_COMMON = (
    STOPWORDS
    | ENGLISH_STOP_WORDS
    | frozenset("center centers centre research tell say know want wonder please".split())
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A question that was asked in vain, ``times`` times, about the centers that are counted."""

    question: str
    language: str
    times: int
    refused: int
    unhelpful: int
    centers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions about the same thing, the most asked first; ``words`` name it."""

    words: tuple[str, ...]
    complaints: tuple[Complaint, ...]

    @property
    def times(self) -> int:
        """How often they were asked."""
        return sum(one.times for one in self.complaints)

    @property
    def refused(self) -> int:
        """How often that was refused."""
        return sum(one.refused for one in self.complaints)

    @property
    def unhelpful(self) -> int:
        """How often the answer was of no help."""
        return sum(one.unhelpful for one in self.complaints)

    @property
    def centers(self) -> tuple[tuple[str, int], ...]:
        """The centers that they were about, with how often, the most frequent first."""
        counted: Counter[str] = Counter()
        for one in self.complaints:
            counted.update(one.centers)
        return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def unnamed(question: str, centers: Sequence[Center]) -> str:
    """A question without the names of centers: whom it is about is counted, not its topic.

    >>> unnamed("Who leads it?", ())
    'Who leads it?'
    """
    rest = question
    names = [*spans_of_names(question, centers), *spans_of_chinese_names(question, centers)]
    for start, end in sorted({(start, end) for start, end, _ in names}, reverse=True):
        rest = f"{rest[:start]}{_ANY_CENTER}{rest[end:]}"
    return rest


def topics_of(complaints: Sequence[Complaint], vectors: Vectors) -> tuple[Topic, ...]:
    """Group questions by what they are about, the most asked group first.

    Args:
        complaints: of one language.
        vectors: unit vectors of their questions, of shape (len(complaints), dim).
    """
    groups: dict[int, list[Complaint]] = {}
    for label, complaint in zip(_labels(vectors), complaints, strict=True):
        groups.setdefault(label, []).append(complaint)
    topics = []
    for group in groups.values():
        group.sort(key=lambda one: (-one.times, one.question))
        topics.append(Topic(_name(group), tuple(group)))
    return tuple(sorted(topics, key=lambda topic: (-topic.times, topic.words)))


def _labels(vectors: Vectors) -> list[int]:
    if len(vectors) < 2:
        return [0] * len(vectors)
    # scipy's pairwise distances would be taken in double precision anyway.
    distances = np.clip(1 - vectors.astype(np.float64) @ vectors.T.astype(np.float64), 0, None)
    grouping = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=_APART
    )
    return [int(label) for label in grouping.fit_predict(distances)]


def _name(group: Sequence[Complaint]) -> tuple[str, ...]:
    """The commonest words, each counted once a question and time; centers' names are none."""
    counted: Counter[str] = Counter()
    for complaint in group:
        of_names = {word for center in complaint.centers for word in tokens(center)}
        words = dict.fromkeys(_words(complaint))
        telling = [word for word in words if word not in of_names] or list(words)
        for word in telling:
            counted[word] += complaint.times
    # In the order in which they were met first, where they are equally common.
    return tuple(word for word, _ in counted.most_common(_WORDS))


def _words(complaint: Complaint) -> Iterator[str]:
    if complaint.language == "zh":
        yield from (word.surface for word in content_words(complaint.question))
        return
    for word in tokens(fold(complaint.question)):
        if word not in _COMMON and len(word) > 1:
            yield word
