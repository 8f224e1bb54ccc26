"""How long answers take: to one who is alone, to sixteen and to a hundred at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from rag.chatbot import Chatbot
from rag.config import Settings
from rag.errors import RagError
from rag.live import LiveChatbot

_WARMING = 20


@dataclass(frozen=True, slots=True)
class Latency:
    """Of some answers, in milliseconds; ``a_second`` are answers a second, ``errors`` counted."""

    count: int
    p50: float
    p95: float
    slowest: float
    a_second: float
    errors: int


def measure_alone(chatbot: Chatbot, questions: Sequence[str], warming: int = _WARMING) -> Latency:
    """One question after the other; the first ones are not counted."""
    for question in questions[:warming]:
        chatbot.ask(question)
    return _asked(chatbot, questions[warming:], 1)


def measure_at_once(chatbot: Chatbot, questions: Sequence[str], at_once: int) -> Latency:
    """Different questions, ``at_once`` of them at any moment."""
    return _asked(chatbot, questions, at_once)


def _asked(chatbot: Chatbot, questions: Sequence[str], at_once: int) -> Latency:
    ready = threading.Barrier(at_once)
    waiting = list(reversed(questions))
    guard = threading.Lock()
    times: list[float] = []
    errors: list[str] = []

    def ask() -> None:
        ready.wait()
        while True:
            with guard:
                if not waiting:
                    return
                question = waiting.pop()
            started = time.perf_counter()
            try:
                chatbot.ask(question)
            except RagError as exc:
                errors.append(str(exc))
            times.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(ask) for _ in range(at_once)]:
            done.result()
    return latency(times, time.perf_counter() - started, len(errors))


def measure_queue(settings: Settings, chatbot: Chatbot, questions: Sequence[str]) -> Latency:
    """All questions at once, over HTTP, to the page's own endpoint and its queue."""
    from gradio_client import Client

    from rag.metrics import Metrics
    from rag.web.page import build_page
    from rag.web.serving import door_of, launch

    # Else a thread makes it meanwhile, and may be at it when the process ends.
    chatbot.overview()
    live = LiveChatbot(chatbot, settings.index_dir)
    page = build_page(live)
    # One address asks it all.
    unbounded = settings.model_copy(update={"calls_a_minute": 0})
    door = door_of(unbounded, page, Metrics(), lambda: True)
    times: list[float] = []
    errors: list[str] = []
    try:
        client = Client(launch(page, "127.0.0.1", 0, door), verbose=False)
        started = time.perf_counter()
        jobs = [client.submit(question, None, api_name="/ask") for question in questions]

        def end(_: object) -> None:
            times.append((time.perf_counter() - started) * 1000)

        for job in jobs:
            job.add_done_callback(end)
        for job in jobs:
            try:
                job.result(timeout=600)
            except Exception as exc:
                errors.append(str(exc))
        total = time.perf_counter() - started
    finally:
        page.close()
        live.close()
    return latency(times, total, len(errors))


def latency(times: Sequence[float], seconds: float, errors: int) -> Latency:
    """Of times in milliseconds that were measured within ``seconds``."""
    p50, p95 = np.percentile(times, [50, 95]) if times else (0.0, 0.0)
    return Latency(
        len(times), float(p50), float(p95), max(times, default=0), len(times) / seconds, errors
    )
