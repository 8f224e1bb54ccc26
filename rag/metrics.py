"""What the app counts, as Prometheus reads it; no label comes from what a visitor sends."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from rag.errors import ConfigError
from rag.timing import Spent
from rag.types import Answer

Face = Literal["page", "ask", "search"]
# An endpoint for what is internal to a machine: nobody else's browser or program reaches it.
_ADDRESS = "127.0.0.1"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The counters of one app; may be shared by threads."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        at = self.registry
        self._questions = Counter(
            "rag_questions", "Questions by where they came from and the answer's status.",
            ["face", "status"], registry=at,
        )  # fmt: skip
        self._seconds = Histogram(
            "rag_answer_seconds", "From a question to its whole answer.", ["face"],
            buckets=_SECONDS, registry=at,
        )  # fmt: skip
        self._stages = Histogram(
            "rag_stage_seconds", "A stage of an answer, without the stages within it.", ["stage"],
            buckets=_SECONDS, registry=at,
        )  # fmt: skip
        self._withheld = Counter(
            "rag_withheld_sentences",
            "Sentences of a language model that nothing supports.",
            registry=at,
        )
        self._vectors = Counter(
            "rag_cache_lookups", "Vectors of sentences, kept from earlier answers or not.",
            ["result"], registry=at,
        )  # fmt: skip
        self._requests = Counter(
            "rag_http_requests",
            "Requests by kind of address and status.",
            ["route", "code"],
            registry=at,
        )
        self._turned_away = Counter(
            "rag_turned_away", "Requests that were turned away, by reason.", ["reason"], registry=at
        )
        self._failures = Counter(
            "rag_failures", "Questions that a fault left unanswered.", registry=at
        )

    def answered(self, face: Face, answer: Answer, spent: Spent, seconds: float) -> None:
        """Count an answer, and what it took."""
        self._questions.labels(face, answer.status).inc()
        self._withheld.inc(answer.withheld)
        self.worked(face, spent, seconds)

    def worked(self, face: Face, spent: Spent, seconds: float) -> None:
        """Count what a question took, answered or only searched for."""
        self._seconds.labels(face).observe(seconds)
        for name, took in spent.seconds.items():
            self._stages.labels(name).observe(took)
        self._vectors.labels("hit").inc(spent.found)
        self._vectors.labels("miss").inc(spent.missed)

    def searched(self, spent: Spent, seconds: float) -> None:
        """Count a search, which has no answer."""
        self._questions.labels("search", "searched").inc()
        self.worked("search", spent, seconds)

    def failed(self) -> None:
        """Count a question that a fault of ours left unanswered."""
        self._failures.inc()

    def requested(self, route: str, code: int) -> None:
        """Count a request."""
        self._requests.labels(route, str(code)).inc()

    def turned_away(self, reason: str) -> None:
        """Count a request that was not let in."""
        self._turned_away.labels(reason).inc()

    def show(
        self,
        version: Callable[[], str],
        waiting: Callable[[], int],
        journal: Callable[[], tuple[int, int]] | None,
    ) -> None:
        """Add what is asked for only when somebody reads it.

        Args:
            version: the name of the index version that serves.
            waiting: how many events wait for their turn.
            journal: how many entries wait to be written, and how many were lost.
        """
        queue = Gauge(
            "rag_queue_waiting", "Events that wait for their turn.", registry=self.registry
        )
        queue.set_function(waiting)
        if journal:
            for name, help_, which in (
                ("rag_journal_waiting", "Entries that are not written yet.", 0),
                ("rag_journal_lost", "Entries that will never be written.", 1),
            ):
                gauge = Gauge(name, help_, registry=self.registry)
                gauge.set_function(functools.partial(_count, journal, which))
        self.registry.register(_Version(version))

    def serve(self, port: int) -> int:
        """Serve ``/metrics`` on loopback, in a thread of its own; the port that it has.

        Raises:
            ConfigError: the port is taken.
        """
        try:
            server, _ = start_http_server(port, _ADDRESS, self.registry)
        except OSError as exc:
            raise ConfigError(
                f"Port {port} on {_ADDRESS} cannot be had for the metrics.",
                "Set METRICS_PORT to a free port above 1023, or to 0 for none.",
            ) from exc
        return int(server.server_port)


def _count(journal: Callable[[], tuple[int, int]], which: int) -> int:
    return journal()[which]


class _Version(Collector):
    """The version that serves now: one series, whose label changes with it."""

    def __init__(self, version: Callable[[], str]) -> None:
        self._version = version

    def collect(self) -> list[Metric]:
        """What Prometheus reads."""
        family = GaugeMetricFamily("rag_index_version", "The version that serves.", labels=["name"])
        family.add_metric([self._version()], 1)
        return [family]
