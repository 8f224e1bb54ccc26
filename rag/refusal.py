"""What is said where the documents do not say, in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence

from rag.expectation import NO_MENTION
from rag.types import Answer, Query
from rag.versions import IndexVersion
from rag.wording import Key, kind_name, say, sentence

_INTERROGATIVES: dict[str, Key] = {
    "no person": "not said who", "no date": "not said when", "no number": "not said how many",
    "no sum": "not said how much", "no amount": "not said how much",
    "no head count": "not said how many",
}  # fmt: skip


def refusal(query: Query, missing: Sequence[str], version: IndexVersion) -> str:
    """What was looked for and not found, what was searched, and whom to ask."""
    documents = [
        document
        for document in version.records.documents()
        if not query.centers or document.center in query.centers
    ]
    language = query.language
    centers = say("and", language).join(query.centers)
    about = say("about", language, centers=centers) if centers else ""
    searched: Key = "one searched" if len(documents) == 1 else "many searched"
    publishers = sorted({d.publisher or d.institution or "" for d in documents} - {""})
    ask = (
        say("may know", language, publisher=publishers[0])
        if query.centers and len(publishers) == 1
        else ""
    )
    lacking = sentence(_lacking(missing, language), language)
    return f"{lacking}{say(searched, language, count=len(documents), about=about)}{ask}"


def said(query: Query, text: str, version: IndexVersion, elapsed: float) -> Answer:
    """An answer that is no document's; ``elapsed`` in seconds."""
    return Answer(
        query=query,
        text=text,
        points=(),
        citations=(),
        hits=(),
        confidence=0.0,
        notices=(),
        withheld=0,
        index_version=version.name,
        elapsed=elapsed,
    )


def _lacking(missing: Sequence[str], language: str) -> str:
    """What the documents do not say, as a sentence without its full stop."""
    for reason in missing:
        if reason.startswith(NO_MENTION):
            return say("no mention", language, what=reason.removeprefix(NO_MENTION))
    if "another role" in missing:
        return say("nobody in role", language)
    for reason in missing:
        if reason in _INTERROGATIVES:
            return say(_INTERROGATIVES[reason], language)
        if reason.startswith("no "):
            what = kind_name(reason.removeprefix("no "), language)
            return say("none given", language, what=what)
    return say("not said", language)
