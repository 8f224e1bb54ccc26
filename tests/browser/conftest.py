"""The app over a real index, and a real browser to look at it.

The fixtures live as long as the tests of this folder and no longer: Playwright keeps an event loop
running in the main thread, and a later test could not run one of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from rag.chatbot import Chatbot
from rag.config import ROOT, load_settings
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.versions import open_current
from tests.browser.visitor import Visitor
from tests.conftest import Made
from tests.served import served

# Patience, not a measure: a busy machine may take this long, in milliseconds.
PATIENCE = 120_000
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# What a hostile author can write: every field that the page shows tries to set window.poisoned.
_POISON = '<script>window.poisoned=1</script><img src="x" onerror="window.poisoned=1">'
_POISONED_PAGE = f"""---
title: 'Poison page </script>{_POISON}'
center: 'Poison Garden <b onclick="window.poisoned=1">Center</b></script>{_POISON}'
aliases:
  - Poison Garden Center
institution: '[Hemlock University](javascript:window.poisoned=1)'
date: '<svg onload=window.poisoned=1>'
source_url: 'javascript:window.poisoned=1'
---

## Leader of the center {_POISON}

Professor Mallory Payne {_POISON} is the director of the Poison Garden Center, as \
[this page](javascript:window.poisoned=1) and <https://poison.example/> say.
"""


def chromium() -> str | None:
    """Where Debian's Chromium, or another one, lies."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without one the tests skip, or fail where REQUIRE_BROWSER says so."""
    path = chromium()
    if path is None:
        reason = f"there is no Chromium: none of {', '.join(_NAMES)} is on the PATH"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def poisoned_index(made: Made, embedder: SentenceEmbedder) -> Path:
    """An index of the example corpus and of one page whose author means harm."""

    def make(folder: Path) -> None:
        with TemporaryDirectory() as corpus:
            shutil.copytree(ROOT / "corpus", corpus, dirs_exist_ok=True)
            (Path(corpus) / "poisoned.md").write_text(_POISONED_PAGE, "utf-8")
            build_index(Path(corpus), folder, embedder, load_settings().chunk_tokens)

    return made("poisoned", make)


@contextmanager
def serving(*arguments: str, data: Path, **variables: str) -> Iterator[str]:
    """Run Python with ``arguments`` from the top folder; the address is the last word it prints.

    Whatever it keeps lies under ``data``; ``variables`` are settings.
    """
    command = [sys.executable, "-u", *arguments]
    # One address makes all the calls, and faster than anybody types.
    environment = os.environ | {"DATA_DIR": str(data), "CALLS_A_MINUTE": "0"} | variables
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert "http://127.0.0.1:" in line, f"the app did not start: {line!r}"
            yield line.split()[-1]
        finally:
            process.terminate()


@pytest.fixture(scope="package")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served app keeps its journal."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="package")
def address(browser: Browser, poisoned_index: Path, chatbot: Chatbot, data: Path) -> Iterator[str]:
    """Where the app serves; asks for the browser first, so that a skip costs nothing."""
    poisoned = chatbot.on(open_current(poisoned_index, chatbot.embedder))
    # One address makes all the calls, and faster than anybody types.
    with served(poisoned, data, poisoned_index, calls_a_minute=0) as app:
        yield f"{app.address}/"


@pytest.fixture(scope="package")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser profile for all of them: only the first visit has to fetch Gradio's scripts."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """An empty window of 1440 by 900; what the page kept in the browser goes with it."""
    opened = context.new_page()
    yield opened
    if opened.url.startswith("http"):
        opened.evaluate("localStorage.clear()")
    opened.close()


@pytest.fixture
def visitor(page: Page, address: str) -> Iterator[Visitor]:
    """Someone who has just opened the chat page; fails if anything in it asked for a dialog."""
    come = Visitor(page, address)
    come.arrive()
    yield come
    assert come.dialogs == []
