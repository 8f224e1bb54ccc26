"""Answers and hits as the dictionaries that programs read; their keys are stable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.journal.reading import Entry
from rag.types import Answer, Hit

_FORMULA = frozenset("=+-@\t\r")


def answer_fields(answer: Answer) -> dict[str, Any]:
    """An answer without its ``id``; ``elapsed_ms`` is in milliseconds."""
    return {
        "question": answer.query.original,
        "query": answer.query.text,
        "status": answer.status,
        "text": answer.text,
        "confidence": round(answer.confidence, 4),
        "citations": [
            {
                "marker": citation.marker,
                "doc_id": citation.doc_id,
                "title": citation.title,
                "center": citation.center,
                "page": citation.page,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
            }
            for citation in answer.citations
        ],
        "hits": [hit_fields(hit) for hit in answer.hits],
        "index_version": answer.index_version,
        "elapsed_ms": round(answer.elapsed * 1000, 1),
        "notices": list(answer.notices),
        # Only where there is a language model: the keys of the others are as they were.
        **({"writing": asdict(answer.writing)} if answer.writing else {}),
    }


def hits_fields(question: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """A search's result without its ``id``."""
    return {"question": question, "hits": [hit_fields(hit) for hit in hits]}


def hit_fields(hit: Hit) -> dict[str, Any]:
    """One hit."""
    return {
        "doc_id": hit.chunk.doc_id,
        "chunk_id": hit.chunk.chunk_id,
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "score": round(hit.score, 6),
        "rank": hit.rank,
    }


def entry_fields(entry: Entry) -> dict[str, Any]:
    """An entry of the journal: its answer's fields, and the ratings with the latest last."""
    kept = entry.summary
    return {
        "answer_id": kept.answer_id,
        "conversation": kept.conversation,
        "time": kept.time.isoformat(timespec="seconds"),
        **(answer_fields(entry.answer) if entry.answer else {}),
        "question": kept.question,
        "query": kept.query,
        "language": kept.language,
        "centers": list(kept.centers),
        "status": kept.status,
        "confidence": round(kept.confidence, 4),
        "text": kept.text,
        "points": [asdict(point) for point in entry.answer.points] if entry.answer else [],
        "index_version": kept.index_version,
        "code_version": kept.code_version,
        "settings": kept.settings,
        "elapsed_ms": round(kept.seconds * 1000, 1),
        "ratings": [
            asdict(given.rating) | {"time": given.time.isoformat(timespec="seconds")}
            for given in entry.ratings
        ],
    }


def entry_cells(entry: Entry) -> dict[str, str]:
    """An entry of the journal as one line of a table.

    A cell that a spreadsheet would take for a formula, which anyone could have asked, begins with
    an apostrophe (OWASP, "CSV Injection").
    """
    kept = entry.summary
    latest = entry.ratings[-1].rating if entry.ratings else None
    cited = entry.answer.citations if entry.answer else ()
    cells = {
        "time": kept.time.isoformat(timespec="seconds"),
        "conversation": kept.conversation,
        "answer_id": kept.answer_id,
        "question": kept.question,
        "query": kept.query,
        "language": kept.language,
        "centers": "; ".join(kept.centers),
        "status": kept.status,
        "confidence": f"{kept.confidence:.4f}",
        "text": kept.text,
        "cited": "; ".join(dict.fromkeys(citation.doc_id for citation in cited)),
        "rating": kept.rating,
        "reason": kept.reason or "",
        "note": latest.note if latest else "",
        "index_version": kept.index_version,
        "code_version": kept.code_version,
        "settings": kept.settings,
        "elapsed_ms": f"{kept.seconds * 1000:.1f}",
    }
    return {name: f"'{cell}" if cell[:1] in _FORMULA else cell for name, cell in cells.items()}
