"""All checks, one after the other; none of them can stop the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.doctor.finding import Finding
from rag.errors import RagError

# What a check needs is imported in it: a package that is missing stops only that check.
if TYPE_CHECKING:
    from rag.doctor.subject import Subject

ROOT = Path(__file__).resolve().parent.parent.parent
_INSTALL = "Run `pip install -r requirements.txt` in the environment that runs the product."


@dataclass(frozen=True, slots=True)
class Examination:
    """What one check found, and how many seconds it took."""

    check: str
    findings: tuple[Finding, ...]
    seconds: float


def examine_all(
    corpus_dir: Path | None = None,
    index_dir: Path | None = None,
    *,
    quick: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Examination]:
    """Run every check, each given out when it is done.

    Args:
        corpus_dir: the folder of documents; by default that of the settings.
        index_dir: the folder of index versions; by default that of the settings.
        quick: load no model and read no document.
        progress: called with the counts of documents read and of documents to read.
    """
    subject: Subject | None = None

    def found() -> Subject:
        nonlocal subject
        if subject is None:
            subject = _subject(corpus_dir, index_dir, quick)
            subject.progress = progress
        return subject

    checks: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("settings", lambda: _settings(found())),
        ("disk", lambda: _disk(found())),
        ("journal", lambda: _journal(found())),
        ("cpu", lambda: _cpu(found())),
        ("models", lambda: _embedding(found())),
        ("models", lambda: _reader(found())),
        ("models", lambda: _multilingual(found())),
        ("models", lambda: _calibration(found())),
        ("language model", lambda: _llm(found())),
        ("index", lambda: _index(found())),
        ("changes", lambda: _changes(found())),
        ("corpus", lambda: _strangers(found())),
        *(() if quick else (("corpus", lambda: _corpus(found())),)),
        *(() if quick else (("questions", lambda: _questions(found())),)),
    )
    seen: set[Finding] = set()
    for name, check in checks:
        started = time.perf_counter()
        # What is broken for several checks is told once.
        findings = tuple(one for one in _isolated(name, check) if one not in seen)
        seen.update(findings)
        yield Examination(name, findings, time.perf_counter() - started)


def _isolated(name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of a check up to where it fails, and then how it failed."""
    try:
        yield from check()
    except RagError as exc:
        yield Finding(name, "error", exc.problem, exc.cure)
    except ImportError as exc:
        package = exc.name or str(exc)
        problem = f"Not all of this could be checked: {package} cannot be imported."
        yield Finding(name, "error", problem, _INSTALL, (package,))
    except Exception as exc:  # whatever is broken, the other checks go on
        problem = f"Not all of this could be checked ({type(exc).__name__}: {exc})."
        yield Finding(name, "error", problem, "Mend what that names, or report it.")


def _subject(corpus_dir: Path | None, index_dir: Path | None, quick: bool) -> Subject:
    from rag.doctor.settings import usable_settings
    from rag.doctor.subject import Subject

    settings = usable_settings()
    return Subject(settings, corpus_dir or settings.corpus, index_dir or settings.index_dir, quick)


def _python() -> Iterable[Finding]:
    from rag.doctor.machine import python_findings

    return python_findings()


def _packages() -> Iterable[Finding]:
    from rag.doctor.packages import package_findings

    return package_findings(ROOT / "requirements.txt")


def _settings(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.settings import settings_findings

    return settings_findings(subject.settings)


def _disk(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.machine import disk_findings

    return disk_findings(subject.settings.data_dir, subject.index_dir)


def _journal(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.journal import journal_findings

    return journal_findings(subject.settings)


def _cpu(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.machine import cpu_findings

    return cpu_findings(subject.settings.precision, quick=subject.quick)


def _embedding(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.models import embedding_findings

    return embedding_findings(subject)


def _reader(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.models import reader_findings

    return reader_findings(subject)


def _multilingual(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.models import multilingual_findings

    return multilingual_findings(subject)


def _calibration(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.models import calibration_findings

    return calibration_findings(subject)


def _llm(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.llm import llm_findings

    return llm_findings(subject.settings, quick=subject.quick)


def _index(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.index import index_findings

    return index_findings(subject)


def _changes(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.changes import change_findings

    return change_findings(subject)


def _strangers(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.corpus import stranger_findings

    return stranger_findings(subject)


def _corpus(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.corpus import corpus_findings

    return corpus_findings(subject)


def _questions(subject: Subject) -> Iterable[Finding]:
    from rag.doctor.questions import question_findings

    return question_findings(subject)
