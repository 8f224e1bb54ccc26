"""How well a center's documents fit a topic: measured, and judged by learnt weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.calibration import Calibration
from rag.evidence import Finder
from rag.measuring import Candidate, SimilarityMeasurer
from rag.retrieval import retrieve
from rag.types import Embedder, Query
from rag.versions import IndexVersion

Purpose = Literal["which", "match"]
# What is measured of a topic and a center.
FEATURES = ("cosine", "second", "coverage", "support")
# So many passages of each center are measured.
_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class Fit:
    """A center with its sentences that fit a topic, best first, and what was measured of them.

    ``features``: likeness of the best sentence and of the next to the topic, the share of the
    topic's words that one sentence has, the support that the finder gives to a "yes".
    """

    center: str
    sentences: tuple[Candidate, ...]
    features: dict[str, float]


class FitMeasurer:
    """Measures how centers fit topics."""

    def __init__(self, version: IndexVersion, embedder: Embedder, finder: Finder) -> None:
        self._version = version
        self._embedder = embedder
        self._finder = finder
        self._similarity = SimilarityMeasurer(embedder)

    def measure(self, topic: str, asked: str, center: str) -> Fit:
        """How the documents of one center fit a topic.

        Args:
            topic: "stem cells", "work on stem cells".
            asked: the same as a question about the center, for the finder.
            center: by name.
        """
        about = Query(topic, topic, centers=(center,))
        hits = retrieve(self._version, self._embedder, about, _PASSAGES)
        found = self._similarity.measure(about, hits, self._version).candidates
        best = sorted(found, key=_likeness, reverse=True)
        question = Query(asked, asked, centers=(center,))
        read = retrieve(self._version, self._embedder, question, _PASSAGES)
        evidence = self._finder.find(question, read, self._version).evidence
        return Fit(
            center,
            tuple(best[:2]),
            {
                "cosine": best[0].features["cosine"] if best else 0.0,
                "second": best[1].features["cosine"] if len(best) > 1 else 0.0,
                "coverage": max((c.features["coverage"] for c in found), default=0.0),
                "support": evidence[0].support if evidence else 0.0,
            },
        )


def _likeness(candidate: Candidate) -> float:
    """What orders the sentences of one center: like the topic, and with its words."""
    return candidate.features["cosine"] + candidate.features["coverage"]


def fits(fit: Fit, calibration: Calibration) -> bool:
    """Whether a center fits at all."""
    return calibration.support(fit.features) >= calibration.threshold
