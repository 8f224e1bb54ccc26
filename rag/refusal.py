"""What is said where the documents do not say."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Query
from rag.versions import IndexVersion

_INTERROGATIVES = {
    "no person": "who", "no date": "when", "no number": "how many", "no sum": "how much",
}  # fmt: skip


def refusal(query: Query, missing: Sequence[str], version: IndexVersion) -> str:
    """What was looked for and not found, what was searched, and whom to ask."""
    documents = [
        document
        for document in version.records.documents()
        if not query.centers or document.center in query.centers
    ]
    about = f" about {' and '.join(query.centers)}" if query.centers else ""
    said = _lacking(missing)
    searched = (
        f"{len(documents)} document{'s' if len(documents) != 1 else ''}{about} "
        f"{'were' if len(documents) != 1 else 'was'} searched."
    )
    publishers = sorted({d.publisher or d.institution or "" for d in documents} - {""})
    ask = f" {publishers[0]} may know." if query.centers and len(publishers) == 1 else ""
    return f"{said}. {searched}{ask}"


def _lacking(missing: Sequence[str]) -> str:
    """What the documents do not say, as a sentence without its full stop."""
    for reason in missing:
        if reason.startswith("no mention of "):
            return f"The documents make {reason}"
    if "another role" in missing:
        return "The documents name nobody in this role"
    for reason in missing:
        if reason in _INTERROGATIVES:
            return f"The documents do not say {_INTERROGATIVES[reason]}"
        if reason.startswith("no "):
            return f"The documents give {reason}"
    return "The documents do not say"
