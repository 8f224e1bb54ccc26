"""The embedding model, the reader and the calibration: there, the right ones, and working."""

from __future__ import annotations

from collections.abc import Iterator

from rag.calibration import FINDER_OF_CHINESE as FINDER
from rag.calibration import load_calibration
from rag.doctor.finding import Finding
from rag.doctor.subject import Subject
from rag.errors import ConfigError, ModelError
from rag.multilingual import DEFAULT_MULTILINGUAL_MODEL
from rag.weights import (
    DEFAULT_EMBEDDING_MODEL,
    READER_FOLDER,
    WEIGHTS,
    default_embedding_folder,
    sha256_of,
    verify_recorded,
)

_CHECK = "models"
# How far from 1 the length of a vector may be.
_TOLERANCE = 1e-3
_SENTENCE = "Professor Jane Doe directs the Center for Example Research."
_QUESTION = "Who directs the Center for Example Research?"
_FLOAT32 = "Set PRECISION to float32; if that does not help, install the model again."


def embedding_findings(subject: Subject) -> Iterator[Finding]:
    """Whether the weights are the published ones and, unless quick, make vectors.

    Leaves the loaded model in ``subject``.
    """
    name = subject.settings.embedding_model
    said: list[str] = []
    try:
        if name == DEFAULT_EMBEDDING_MODEL:
            sha256 = sha256_of(default_embedding_folder() / WEIGHTS)
            said.append(f"its authors' weights (sha256 {sha256[:12]}…)")
        if subject.quick:
            said.append("not loaded with --quick")
        else:
            dim = _load_embedder(subject)
            if subject.embedder is None:
                problem = f"The embedding model {name} makes vectors that are not of length 1."
                yield Finding(_CHECK, "error", problem, _FLOAT32)
                return
            said.append(f"vectors of {dim} dimensions")
    except ModelError as exc:
        yield Finding(_CHECK, "error", exc.problem, exc.cure)
        return
    yield Finding(_CHECK, "ok", f"The embedding model {name}: {', '.join(said)}.")


def _load_embedder(subject: Subject) -> int:
    import numpy as np

    from rag.embedding import SentenceEmbedder

    settings = subject.settings
    embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
    lengths = np.linalg.norm(embedder.embed([_QUESTION, _SENTENCE]), axis=1)
    if np.allclose(lengths, 1, atol=_TOLERANCE):
        subject.embedder = embedder
    return embedder.dim


def reader_findings(subject: Subject) -> Iterator[Finding]:
    """Whether the reader's weights are those that were recorded and, unless quick, it reads."""
    setting = subject.settings.reader_model
    if setting == "none":
        yield Finding(_CHECK, "ok", "READER_MODEL is none: answers are by similarity.")
        return
    name = setting or "models/reader"
    said: list[str] = []
    try:
        if not setting:
            sha256 = verify_recorded(READER_FOLDER)
            said.append(f"the recorded weights (sha256 {sha256[:12]}…)")
        if subject.quick:
            said.append("not loaded with --quick")
        else:
            from rag.reader import Reader

            reader = Reader.load(setting or None, subject.settings.precision)
            reading = reader.read(_QUESTION, [_SENTENCE])[0]
            if not reading.text or not 0 <= reading.answerability <= 1:
                problem = f"The reader {name} finds nothing in a sentence that has the answer."
                yield Finding(_CHECK, "error", problem, _FLOAT32)
                return
            said.append(f"reads “{reading.text}” out of a sentence")
    except ModelError as exc:
        yield Finding(_CHECK, "error", exc.problem, exc.cure)
        return
    yield Finding(_CHECK, "ok", f"The reader {name}: {', '.join(said)}.")


def multilingual_findings(subject: Subject) -> Iterator[Finding]:
    """Whether the encoder for questions in Chinese is the one that was tested and works."""
    import numpy as np

    from rag.multilingual import open_multilingual

    name = subject.settings.multilingual_model
    if not subject.settings.multilingual:
        problem = "MULTILINGUAL is false: questions in Chinese are not answered."
        yield Finding(_CHECK, "ok", problem)
        return
    try:
        # Its files are compared with their hashes even where it is not loaded.
        default = name == DEFAULT_MULTILINGUAL_MODEL
        model = open_multilingual(subject.settings) if default or not subject.quick else None
        said = "the files that were tested" if default else "loaded"
        if model is None or subject.quick:
            said += ", not loaded with --quick"
        elif not np.allclose(np.linalg.norm(model.embed([_QUESTION]), axis=1), 1, atol=_TOLERANCE):
            problem = f"The multilingual model {name} makes vectors that are not of length 1."
            yield Finding(_CHECK, "error", problem, _FLOAT32)
            return
    except ModelError as exc:
        yield Finding(_CHECK, "error", exc.problem, exc.cure)
        return
    yield Finding(_CHECK, "ok", f"The multilingual model {name}: {said}.")


def calibration_findings(subject: Subject) -> Iterator[Finding]:
    """Whether it is known how much evidence an answer needs."""
    try:
        threshold = load_calibration(subject.settings.finder).threshold
        in_chinese = load_calibration(FINDER).threshold
    except ConfigError as exc:
        cure = f"{exc.cure.removesuffix('.')}, or restore models/ from the repository."
        yield Finding(_CHECK, "error", exc.problem, cure)
        return
    yield Finding(
        _CHECK,
        "ok",
        f"An answer needs a support of {threshold}, one to a question in Chinese of {in_chinese}.",
    )
