"""Questions as they pass: counted, and a line in the log with the seconds of their stages."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from rag.errors import RagError
from rag.logs import happened
from rag.metrics import Face, Metrics
from rag.timing import Spent, measuring
from rag.types import Answer

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Observer:
    """Watches what the faces ask of a chatbot; what comes of it is handed on unchanged."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    def watched(self, stream: Callable[_P, Iterator[Answer]]) -> Callable[_P, Iterator[Answer]]:
        """The same stream of answers, observed; its steps may be taken in any threads."""

        @functools.wraps(stream)
        def observed(*args: _P.args, **kwargs: _P.kwargs) -> Iterator[Answer]:
            return self._steps(stream(*args, **kwargs))

        return observed

    def _steps(self, answers: Iterator[Answer]) -> Iterator[Answer]:
        spent, seconds, last = Spent(), 0.0, None
        try:
            while True:
                started = time.perf_counter()
                try:
                    with measuring(spent):
                        last = next(answers)
                except StopIteration:
                    break
                finally:
                    seconds += time.perf_counter() - started
                yield last
        except RagError:
            raise
        except Exception:
            self._failed("page", seconds)
            raise
        finally:
            # One that nobody waits for any more ends what it asked for.
            close = getattr(answers, "close", None)
            if close:
                close()
        if last is not None:
            self._answered("page", last, spent, seconds)

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer to a program."""
        answer, spent, seconds = self._done("ask", question)
        self._answered("ask", answer, spent, seconds)
        return answer

    def search(self, question: Callable[[], _T]) -> _T:
        """What a program searched for."""
        found, spent, seconds = self._done("search", question)
        self.metrics.searched(spent, seconds)
        happened("searched", face="search", **_timings(spent, seconds))
        return found

    def _done(self, face: Face, work: Callable[[], _T]) -> tuple[_T, Spent, float]:
        spent, started = Spent(), time.perf_counter()
        try:
            with measuring(spent):
                found = work()
        except RagError:
            raise
        except Exception:
            self._failed(face, time.perf_counter() - started)
            raise
        return found, spent, time.perf_counter() - started

    def _answered(self, face: Face, answer: Answer, spent: Spent, seconds: float) -> None:
        if answer.writing:
            spent.seconds["writing"] = answer.writing.seconds
        self.metrics.answered(face, answer, spent, seconds)
        happened(
            "answered",
            face=face,
            status=answer.status,
            form=answer.query.form,
            language=answer.query.language,
            citations=len(answer.citations),
            withheld=answer.withheld,
            index_version=answer.index_version,
            **_timings(spent, seconds),
        )

    def _failed(self, face: Face, seconds: float) -> None:
        self.metrics.failed()
        happened("failed", face=face, ms=_ms(seconds))


def _timings(spent: Spent, seconds: float) -> dict[str, object]:
    return {
        "ms": _ms(seconds),
        "stages_ms": {name: _ms(took) for name, took in spent.seconds.items()},
        "vectors_kept": spent.found,
        "vectors_made": spent.missed,
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
