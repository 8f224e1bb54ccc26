"""A conversation as the text that the visitor's own browser keeps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from rag.web.session import Exchange, Visit, finished

# Browsers keep some five million characters for a site.
_LONGEST = 2_000_000
_MOST_EXCHANGES = 30
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What survives a reload."""

    conversation: str
    rated: tuple[str, ...]
    exchanges: tuple[Exchange, ...]


_KEPT: TypeAdapter[Kept] = TypeAdapter(Kept)


def kept(visit: Visit, exchanges: Sequence[Exchange]) -> str:
    """The conversation as JSON; of a very long one its end."""
    latest = finished(exchanges)[-_MOST_EXCHANGES:]
    while True:
        ids = {exchange.answer_id for exchange in latest}
        rated = tuple(sorted(visit.rated & ids))
        text = _KEPT.dump_json(Kept(visit.conversation, rated, latest)).decode()
        if len(text) <= _LONGEST or len(latest) < 2:
            return text
        latest = latest[len(latest) // 2 :]


def restored(text: str) -> Kept | None:
    """What ``kept`` gave; ``None`` if it was anything else, for a browser can send anything."""
    if not text or len(text) > 2 * _LONGEST:
        return None
    try:
        found = _KEPT.validate_json(text)
    except ValidationError:
        return None
    ids = (found.conversation, *found.rated, *(e.answer_id for e in found.exchanges if e.answer_id))
    if not all(_ID.fullmatch(name) for name in ids):
        return None
    done = finished(found.exchanges)[-_MOST_EXCHANGES:]
    return replace(found, exchanges=tuple(replace(e, number=n) for n, e in enumerate(done, 1)))
