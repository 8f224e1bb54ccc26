"""The pictures of the README: ``python -m tests.browser.pictures FOLDER`` takes them anew."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from rag.config import ROOT, go_quiet, load_settings

go_quiet()

from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from tests.browser.conftest import FLAGS, PATIENCE, chromium, serving
from tests.browser.visitor import DIRECTOR, Visitor

_FOCUS = "Which centers study tumors?"
_WIDE = {"width": 1280, "height": 900}
_PHONE = {"width": 390, "height": 844}


def _greeting(page: Page, folder: Path) -> None:
    page.screenshot(path=folder / "screenshot-greeting.png")


def _conversation(page: Page, folder: Path) -> None:
    visitor = Visitor(page, page.url)
    visitor.ask(DIRECTOR)
    visitor.ask("When was it founded?")
    page.locator("#why-2 summary").click()
    page.locator("#scroll").evaluate("scroll => scroll.scrollTo(0, 0)")
    page.mouse.move(0, 0)
    page.screenshot(path=folder / "screenshot.png")


def _phone(page: Page, folder: Path) -> None:
    Visitor(page, page.url).ask(_FOCUS)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=folder / "screenshot-phone.png")


def _take(browser: Browser, address: str, folder: Path) -> None:
    scenes = (
        (_conversation, _WIDE, "light", "en-US"),
        (_greeting, _WIDE, "light", "en-US"),
        (_phone, _PHONE, "dark", "zh-CN"),
    )
    for scene, size, scheme, locale in scenes:
        with browser.new_context(
            viewport=size,  # type: ignore[arg-type]  # Playwright's typed dictionary
            color_scheme=scheme,  # type: ignore[arg-type]  # one of its names
            locale=locale,
        ) as context:
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            Visitor(page, address).arrive()
            expect(page.locator("#cards dl").first).to_be_visible()
            scene(page, folder)


def main(folder: Path) -> None:
    """Serve the example corpus and take the pictures."""
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as data:
        index = Path(data) / "index"
        settings = load_settings()
        embedder = SentenceEmbedder(settings.embedding_model, settings.precision)
        build_index(ROOT / "corpus", index, embedder, settings.chunk_tokens)
        where = ("--index", str(index), "--host", "127.0.0.1", "--port", "0")
        with serving("app.py", *where, data=Path(data)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            _take(browser, address, folder)
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
