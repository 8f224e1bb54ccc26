"""Answers and hits as the dictionaries that programs read; their keys are stable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.types import Answer, Hit


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
        "withheld": answer.withheld,
        "writing": asdict(answer.writing) if answer.writing else None,
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
