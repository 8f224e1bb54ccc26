"""A small site whose version may have multilingual vectors beside it."""

from __future__ import annotations

from pathlib import Path

from rag.attachment import (
    Attachment,
    read_attachment,
)
from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.finders import open_finder
from rag.indexing import build_index
from rag.multilingual import UniversalSentenceEncoder
from rag.versions import (
    current_version,
    open_current,
    read_manifest,
    version_folder,
)

TOKENS = 64
MODEL = "universal-sentence-encoder-multilingual"
QUESTION = "湖泊研究中心的主任是谁？"
PAGE = """---
title: {title}
center: Lake Center
aliases:
  - 湖泊研究中心
---

The director of the Lake Center is {director}. The Lake Center was founded in 2019.
"""


def publish(site: Path, embedder: SentenceEmbedder, director: str) -> str:
    text = PAGE.format(title="The lake", director=director)
    (site / "corpus" / "lake.md").write_text(text, "utf-8")
    return build_index(site / "corpus", site / "index", embedder, TOKENS).version


def first_site(folder: Path, embedder: SentenceEmbedder) -> Path:
    """A corpus with a published index, and nothing beside its version yet."""
    (folder / "corpus").mkdir()
    publish(folder, embedder, "Ann Lee")
    return folder


def folder_of(site: Path, version: str | None = None) -> Path:
    return version_folder(site / "index", version or current_version(site / "index") or "")


def read(site: Path, multilingual: UniversalSentenceEncoder) -> Attachment:
    manifest = read_manifest(site / "index")
    return read_attachment(
        folder_of(site), manifest.version, multilingual.fingerprint(), manifest.chunks
    )


def open_chatbot(
    site: Path, embedder: SentenceEmbedder, multilingual: UniversalSentenceEncoder | None
) -> Chatbot:
    finder = open_finder(load_settings(reader_model="none"), embedder)
    return Chatbot(open_current(site / "index", embedder), embedder, finder, 5, multilingual)
