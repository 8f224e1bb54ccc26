"""Documents as an index version stores them, without chunks."""

from rag.records import Entry
from rag.similar import signature
from rag.types import Document


def stored(document: Document) -> Entry:
    return Entry(document, (), document.sha256, signature(document.text))
