"""What finds the evidence, as the settings have it."""

from __future__ import annotations

from rag.calibration import load_calibration
from rag.config import Settings
from rag.evidence import CalibratedFinder, Finder
from rag.measuring import Measurer, ReadingMeasurer, SimilarityMeasurer
from rag.reader import Reader
from rag.types import Embedder


def open_finder(settings: Settings, embedder: Embedder) -> Finder:
    """What finds the evidence, by ``READER_MODEL``.

    Raises:
        ModelError: the reader is missing or damaged.
        ConfigError: there is no calibration for it.
    """
    return CalibratedFinder(
        settings.finder,
        open_measurer(settings, embedder),
        load_calibration(settings.finder),
        load_calibration("similarity"),
    )


def open_measurer(settings: Settings, embedder: Embedder) -> Measurer:
    """What measures the sentences, by ``READER_MODEL``.

    Raises:
        ModelError: the reader is missing or damaged.
    """
    if settings.finder == "similarity":
        return SimilarityMeasurer(embedder)
    return ReadingMeasurer(Reader.load(settings.reader_model or None, settings.precision), embedder)
