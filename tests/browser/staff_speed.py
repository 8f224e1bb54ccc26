"""How fast the back room opens: ``python -m tests.browser.staff_speed`` prints it.

Over a journal of 10,000 answers, or as many as are given. Nothing is asserted.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import BrowserContext, expect, sync_playwright

from rag.config import ROOT, go_quiet, load_settings

go_quiet()

from rag.chatbot import Chatbot
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.questions import load_questions
from rag.runs import dump_run
from tests.browser.conftest import FLAGS, PATIENCE, chromium, serving
from tests.browser.judge import Judge, add_user
from tests.judging.filling import fill
from tests.outcomes import answers, run_of

_ENTRIES = 10_000
_VISITS = 7
_EVERY = 8
_RUNS = 12
# What is wanted, in seconds.
_MOST = 1.0
# What there is to see on a page, and what comes later.
_CONTENT = {
    "quality": ("#figures tbody tr", ".chart .main-svg .legend"),
    "conversations": ("#list .open", ""),
    "judge": ("#verdict form", ""),
    "gaps": (".topic", ""),
    "corpus": ("#documents tbody tr", ""),
}
_THERE = """at => new Promise((done) => {
  const look = () => document.querySelector(at)
    ? done(performance.now() / 1000) : requestAnimationFrame(look);
  look();
})"""


def _prepare(data: Path, entries: int) -> None:
    settings = load_settings(data_dir=data)
    index = settings.index_dir
    embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
    build_index(ROOT / "corpus", index, embedder, settings.chunk_tokens)
    chatbot = Chatbot.open(settings, index)
    asked = load_questions()
    questions = [one.question for one in asked.answerable[::_EVERY]]
    questions += [one.question for one in asked.unanswerable[:: _EVERY // 2]]
    fill(settings, [chatbot.ask(question) for question in questions], entries)
    runs = data / "eval" / "runs"
    runs.mkdir(parents=True)
    for number in range(_RUNS):
        made = run_of(*answers(390 - number, 40 + number))
        made = replace(made, created=f"2026-03-{number + 1:02}T10:00:00+00:00",
                       latency={"whole": {"p50": 200.0, "p95": 400.0}})  # fmt: skip
        (runs / f"{number}.json").write_text(dump_run(made), "utf-8")
    add_user(data, "jo", "maintainer")


def _visit(context: BrowserContext, address: str) -> None:
    judge = Judge(context.new_page(), address)
    judge.log_in("jo")
    for name, (first, later) in _CONTENT.items():
        opened, whole = [], []
        for _ in range(_VISITS + 1):
            judge.page.goto(f"{judge.address}/staff/{name}", wait_until="commit")
            opened.append(float(judge.page.evaluate(_THERE, first)))
            if later:
                whole.append(float(judge.page.evaluate(_THERE, later)))
        _report(name, opened)
        if whole:
            _report(f"{name}, with its pictures", whole)


def _report(name: str, seconds: list[float]) -> None:
    first, *again = seconds
    middle = statistics.median(again)
    missed = "" if middle <= _MOST else "  !"
    print(
        f"{name}: median {middle:.2f} s, worst {max(again):.2f} s of {len(again)}, "
        f"the first {first:.2f} s; wanted: under {_MOST:g} s{missed}"
    )


def main(entries: int) -> None:
    """Serve the example corpus with a full journal, open every page, print."""
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        _prepare(data, entries)
        where = ("--host", "127.0.0.1", "--port", "0")
        with serving("app.py", *where, data=data) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.set_default_timeout(PATIENCE)
            print(f"a journal of {entries:,} answers")
            _visit(context, address)
            browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _ENTRIES)
