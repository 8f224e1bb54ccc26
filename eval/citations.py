"""Citation recall and precision by ALCE's definitions, judged by gold spans.

Gao, Yen, Yu and Chen, "Enabling Large Language Models to Generate Text with Citations", 2023. A
statement is one point of an answer. ALCE asks a language model whether the cited passages entail a
statement; here that is decided by the documents: the statement's own words stand in the cited
spans, and one of those spans is at the gold.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.questions import GoldSpan
from rag.records import Records
from rag.types import Answer, Citation, Point

# What an excerpt has where words were left out.
_CUT = "…"


def supports(
    point: Point, citations: Sequence[Citation], gold: Sequence[GoldSpan], records: Records
) -> bool:
    """Whether the citations together support a statement.

    The spans are looked up in the stored documents: what a citation claims to quote counts for
    nothing.
    """
    return stands(point, citations, records) and any(
        citation.doc_id == span.doc_id and citation.start < span.end and span.start < citation.end
        for citation in citations
        for span in gold
    )


def stands(point: Point, citations: Sequence[Citation], records: Records) -> bool:
    """Whether every word of a statement stands in the stored text of the cited spans."""
    quoted = "\n".join(_stored(citation, records) for citation in citations)
    pieces = [piece.strip() for piece in f"{point.exact}{_CUT}{point.text}".split(_CUT)]
    return bool(citations) and all(piece in quoted for piece in pieces)


def grounded(answer: Answer, records: Records) -> tuple[int, int]:
    """How many statements of an answer stand in their own citations, and how many there are."""
    found = [
        stands(point, [c for c in answer.citations if c.marker in point.markers], records)
        for point in answer.points
    ]
    return sum(found), len(found)


def _stored(citation: Citation, records: Records) -> str:
    document = records.document(citation.doc_id)
    return document.text[citation.start : citation.end] if document else ""


def recall_and_precision(
    answer: Answer, gold: Sequence[GoldSpan], records: Records
) -> tuple[float, float]:
    """The share of an answer's statements that are supported, and of its citations that are needed.

    A citation is needed if all citations of its statement support it, and it either does so
    alone or the others do not without it.
    """
    supported, needed, cited = 0, 0, 0
    for point in answer.points:
        own = [c for c in answer.citations if c.marker in point.markers]
        cited += len(own)
        if not supports(point, own, gold, records):
            continue
        supported += 1
        for citation in own:
            others = [c for c in own if c is not citation]
            needed += supports(point, [citation], gold, records) or not (
                others and supports(point, others, gold, records)
            )
    statements = len(answer.points)
    return supported / statements if statements else 0.0, needed / cited if cited else 0.0
