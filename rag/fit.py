"""How well a center's documents fit a topic: measured, and judged by learnt weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rag.crosslingual import CrossLingual
from rag.measuring import Candidate, Measurer, SimilarityMeasurer
from rag.retrieval import retrieve
from rag.types import Embedder, Hit, Query
from rag.versions import IndexVersion

Purpose = Literal["which", "match"]
# What is measured of a topic and a center.
FEATURES = ("cosine", "second", "coverage")
# So many passages of each center are measured.
_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Fit:
    """A center with its sentences that fit a topic, best first, and what was measured of them.

    ``features``: likeness of the best sentence and of the next to the topic, and the share of the
    topic's words that one sentence has.
    """

    center: str
    sentences: tuple[Candidate, ...]
    features: dict[str, float]


class FitMeasurer:
    """Measures how centers fit topics."""

    def __init__(
        self,
        version: IndexVersion,
        find: Callable[[Query], tuple[Hit, ...]],
        measurer: Measurer,
        language: str = "en",
    ) -> None:
        """Put the parts together; ``find`` retrieves, ``language`` is that of the topics."""
        self._version = version
        self._find = find
        self._measurer = measurer
        self._language = language

    @classmethod
    def of_similarity(cls, version: IndexVersion, embedder: Embedder) -> FitMeasurer:
        """Of topics in English."""

        def find(query: Query) -> tuple[Hit, ...]:
            return retrieve(version, embedder, query, _PASSAGES)

        return cls(version, find, SimilarityMeasurer(embedder))

    @classmethod
    def across_languages(cls, version: IndexVersion, cross_lingual: CrossLingual) -> FitMeasurer:
        """Of topics in Chinese."""

        def find(query: Query) -> tuple[Hit, ...]:
            return cross_lingual.retrieve(query, _PASSAGES)

        return cls(version, find, cross_lingual, "zh")

    def measure(self, topic: str, center: str) -> Fit:
        """How the documents of one center, by name, fit a topic such as "stem cells"."""
        about = Query(topic, topic, self._language, (center,))
        hits = self._find(about)
        found = self._measurer.measure(about, hits, self._version).candidates
        best = sorted(found, key=_likeness, reverse=True)
        return Fit(
            center,
            tuple(best[:2]),
            {
                "cosine": best[0].features["cosine"] if best else 0.0,
                "second": best[1].features["cosine"] if len(best) > 1 else 0.0,
                "coverage": max((c.features["coverage"] for c in found), default=0.0),
            },
        )


def _likeness(candidate: Candidate) -> float:
    """What orders the sentences of one center: like the topic, and with its words."""
    return candidate.features["cosine"] + candidate.features["coverage"]
