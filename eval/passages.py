"""Public passages as a corpus of files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from rag.errors import RagError


class PassageError(RagError):
    """The public passages cannot be read, or are too few."""


def write_passages(data: Path, folder: Path, count: int) -> None:
    """Write ``count`` passages as Markdown files with a title each.

    Args:
        data: the folder of the public data sets.
        folder: made if need be.
        count: how many.

    Raises:
        PassageError: the data cannot be read, or there are not as many passages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    try:
        for title, text in islice(_passages(data), count):
            # As a maintainer would write it: some of the titles are no plain YAML.
            front = yaml.safe_dump({"title": title}, allow_unicode=True)
            path = folder / f"passage-{written:05d}.md"
            path.write_text(f"---\n{front}---\n\n{text}\n", "utf-8")
            written += 1
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise PassageError(
            f"The passages in {data} cannot be read: {exc}.", "Name another folder with --data."
        ) from exc
    if written < count:
        raise PassageError(
            f"There are only {written} passages in {data}, not {count}.",
            "Ask for fewer with --documents.",
        )


def public_passages(data: Path, most: int) -> list[tuple[str, str]]:
    """Titles and texts of up to ``most`` passages, no text twice.

    Raises:
        PassageError: the data cannot be read.
    """
    try:
        return list(islice(_passages(data), most))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise PassageError(
            f"The passages in {data} cannot be read: {exc}.", "Name another folder with --data."
        ) from exc


def _passages(data: Path) -> Iterator[tuple[str, str]]:
    """Titles and texts, no text twice."""
    seen: set[str] = set()
    for title, text in _all(data):
        if text.strip() and text not in seen:
            seen.add(text)
            yield title, text


def _all(data: Path) -> Iterator[tuple[str, str]]:
    for passage in _read(data / "2wiki-passages.json.gz"):
        yield passage["title"], passage["text"]
    for name in ("squad2-dev-half", "squadshifts-new_wiki"):
        yield from _squad(data / f"{name}.json.gz")
    for study in _read(data / "pubmedqa-labeled.json.gz").values():
        yield study["QUESTION"], "\n\n".join(study["CONTEXTS"])
    yield from _squad(data / "squadshifts-reddit.json.gz")


def _squad(path: Path) -> Iterator[tuple[str, str]]:
    for article in _read(path)["data"]:
        for paragraph in article["paragraphs"]:
            yield article.get("title", path.name), paragraph["context"]


def _read(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)
