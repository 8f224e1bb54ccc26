"""What locust runs: programs that ask one question after another and read the event stream.

Locust replaces Python's sockets by its own on import, so this is a process of its own; see
``eval.load.running``. The steps come by the variable ``LOAD_STEPS``: ``[[visitors, seconds], …]``.
"""

from __future__ import annotations

import json
import os
import random
import time
from contextlib import closing
from typing import Any

from locust import HttpUser, LoadTestShape, between, task

_STEPS: list[list[int]] = json.loads(os.environ["LOAD_STEPS"])
_QUESTIONS: list[str] = json.loads(os.environ["LOAD_QUESTIONS"])
# Seconds until an answer has to be whole.
_PATIENCE = 120


class Visitor(HttpUser):
    """Asks, reads the answer to its end, thinks for a moment, asks again."""

    wait_time = between(0.5, 1.5)

    @task
    def ask(self) -> None:
        """One question by both requests that an answer takes; its time is that of both."""
        question = random.choice(_QUESTIONS)
        started = time.perf_counter()
        failure: Exception | None = None
        try:
            _answered(self.client, question)
        except Exception as exc:
            failure = exc
        self.environment.events.request.fire(
            request_type="ASK",
            name="answer",
            response_time=(time.perf_counter() - started) * 1000,
            response_length=0,
            exception=failure,
            context={},
        )


def _answered(client: Any, question: str) -> None:
    """Ask and read to the end.

    Raises:
        RuntimeError: what came was no answer.
    """
    asked = client.post(
        "/gradio_api/call/v2/ask",
        json={"question": question},
        name="question",
        timeout=_PATIENCE,
    )
    asked.raise_for_status()
    event = asked.json()["event_id"]
    stream = client.get(
        f"/gradio_api/call/ask/{event}", name="event stream", stream=True, timeout=_PATIENCE
    )
    with closing(stream):
        stream.raise_for_status()
        kind = ""
        for raw in stream.iter_lines():
            line = raw.decode()
            if line.startswith("event:"):
                kind = line.removeprefix("event:").strip()
            elif line.startswith("data:") and kind == "complete":
                (answer,) = json.loads(line.removeprefix("data:"))
                if not answer["text"]:
                    raise RuntimeError("an empty answer")
                return
            elif kind == "error":
                raise RuntimeError(f"no answer: {line[:200]}")
    raise RuntimeError("the stream ended without an answer")


class Steps(LoadTestShape):
    """So many visitors for so many seconds, one step after the other; then it ends."""

    def tick(self) -> tuple[int, float] | None:
        """How many visitors there are now, and how many come in a second."""
        # Locust has types, but not for this.
        left = float(self.get_run_time())  # type: ignore[no-untyped-call]
        for visitors, seconds in _STEPS:
            if left < seconds:
                return visitors, float(visitors)
            left -= seconds
        return None
