"""How fast the page is: ``python -m tests.browser.speed`` prints it; nothing is asserted."""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import BrowserContext, expect, sync_playwright

from rag.config import ROOT, go_quiet, load_settings

go_quiet()

from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from tests.browser.conftest import FLAGS, PATIENCE, chromium, serving
from tests.browser.visitor import DIRECTOR, Visitor

_VISITS = 7
_QUESTIONS = 12
# What is wanted, in seconds.
_PAINT, _WORDS = 2.0, 0.5
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"
# From the key press to the first words of an answer, by the browser's own clock.
_WATCH = """() => {
  const before = document.querySelectorAll("#conversation .turn").length;
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const asked = performance.now();
    window.firstWords = null;
    const watcher = new MutationObserver(() => {
      const turns = document.querySelectorAll("#conversation .turn");
      if (turns.length <= before) return;
      const last = turns[turns.length - 1];
      if (!last.querySelector(".point, .said")) return;
      window.firstWords = (performance.now() - asked) / 1000;
      watcher.disconnect();
    });
    watcher.observe(document.body, { childList: true, subtree: true });
  }, { capture: true, once: true });
}"""
_HEADING = """() => new Promise((done) => {
  const look = () => document.querySelector("#masthead h1")?.textContent
    ? done(performance.now() / 1000) : requestAnimationFrame(look);
  look();
})"""


def _first_paints(context: BrowserContext, address: str) -> tuple[list[float], list[float]]:
    """Seconds to the first content and to the page's heading, for each visit but the first."""
    paints, headings = [], []
    for _ in range(_VISITS + 1):
        page = context.new_page()
        page.goto(address, wait_until="commit")
        headings.append(float(page.evaluate(_HEADING)))
        expect(page.locator("#foot .privacy")).to_be_visible()
        paints.append(float(page.evaluate(_PAINTED)))
        page.close()
    return paints[1:], headings[1:]


def _first_words(context: BrowserContext, address: str) -> list[float]:
    """Seconds from Enter to the first words of an answer, after one answer to warm up."""
    visitor = Visitor(context.new_page(), address)
    visitor.arrive()
    expect(visitor.page.locator("#cards dl").first).to_be_visible()
    visitor.ask(DIRECTOR)
    lines = (ROOT / "eval" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [fields["question"] for fields in map(json.loads, lines) if "words" in fields]
    found = []
    for question in questions[:: len(questions) // _QUESTIONS][:_QUESTIONS]:
        visitor.page.evaluate(_WATCH)
        visitor.ask(question)
        found.append(float(visitor.page.evaluate("window.firstWords")))
    return found


def _report(name: str, seconds: list[float], most: float) -> None:
    middle, worst = statistics.median(seconds), max(seconds)
    missed = "" if middle <= most else "  !"
    print(f"{name}: median {middle:.2f} s, worst {worst:.2f} s of {len(seconds)}")
    print(f"  wanted: under {most:g} s{missed}")


def main() -> None:
    """Serve the example corpus, visit, ask, print."""
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as data:
        index = Path(data) / "index"
        settings = load_settings()
        embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
        build_index(ROOT / "corpus", index, embedder, settings.chunk_tokens)
        where = ("--index", str(index), "--host", "127.0.0.1", "--port", "0")
        with serving("app.py", *where, data=Path(data)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.set_default_timeout(PATIENCE)
            words = _first_words(context, address)
            paints, headings = _first_paints(context, address)
            browser.close()
    _report("first paint, warm", paints, _PAINT)
    _report("the page's heading, warm", headings, _PAINT)
    _report("first words after asking, warm", words, _WORDS)


if __name__ == "__main__":
    main()
