"""``Evidence`` to ``Answer``: exact words, a description, a list, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.evidence import Findings
from rag.excerpts import LONGEST_POINT, excerpt
from rag.lexical import terms
from rag.lists import ListBlock, list_at
from rag.refusal import refusal
from rag.retrieval import without_names
from rag.text import Span, fold, tokens
from rag.timing import stage
from rag.types import Answer, Citation, Document, Evidence, Hit, Place, Point, Query
from rag.versions import IndexVersion
from rag.wording import say

_MOST_SENTENCES = {"direct": 1, "list": 1, "description": 4}
# Without exact words one sentence may not be enough.
_MOST_WITHOUT_EXACT_WORDS = 3
# Further sentences have to be nearly as good as the best one ...
_NEARLY = 0.8
# ... and say something else: no more than this share of their words may stand in earlier ones.
_REPEATED = 0.7
_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
}


@dataclass(slots=True)
class Citations:
    """Numbers citations in the order in which an answer uses them; each span once."""

    version: IndexVersion
    made: list[Citation] = field(default_factory=list)

    def cite(self, doc_id: str, span: Span, answer: Span) -> int:
        """The marker of a citation of ``span``."""
        for citation in self.made:
            if (citation.doc_id, citation.start, citation.end) == (doc_id, *span):
                return citation.marker
        document = self.document(doc_id)
        marker = len(self.made) + 1
        self.made.append(
            Citation(
                marker=marker,
                doc_id=doc_id,
                title=document.title,
                center=document.center,
                page=document.page_at(span[0]),
                start=span[0],
                end=span[1],
                quote=document.text[slice(*span)],
                answer_start=answer[0],
                answer_end=answer[1],
            )
        )
        return marker

    def document(self, doc_id: str) -> Document:
        """The stored document."""
        document = self.version.records.document(doc_id)
        if document is None:
            raise LookupError(f"evidence of {doc_id}, which is not in the index")
        return document


@dataclass(frozen=True, slots=True)
class Part:
    """One question of those that were asked together, and what was found for it."""

    query: Query
    findings: Findings


@stage("composing")
def compose(
    query: Query,
    parts: Sequence[Part],
    threshold: float,
    hits: Sequence[Hit],
    version: IndexVersion,
    elapsed: float,
) -> Answer:
    """The answer that the evidence at or above ``threshold`` supports, or else a refusal.

    ``elapsed`` is in seconds. No text of the answer but its labels comes from anywhere but the
    cited spans.
    """
    citations = Citations(version)
    points: list[Point] = []
    notices: list[str] = []
    unanswered: list[Part] = []
    conflicting = False
    for part in parts:
        supported = [e for e in part.findings.evidence if e.support >= threshold]
        if not supported:
            unanswered.append(part)
            continue
        said, noticed, disagree = _points(part.query, supported, citations)
        # Two questions in one may have one answer.
        points += [point for point in said if point not in points]
        notices += noticed
        conflicting |= disagree
    if points:
        text = render(points)
        notices += [
            say("part not said", query.language, question=part.query.text) for part in unanswered
        ]
    else:
        text = refusal(query, [m for part in parts for m in part.findings.missing], version)
    best = [part.findings.evidence[0].support for part in parts if part.findings.evidence]
    return Answer(
        query=query,
        text=text,
        points=tuple(points),
        citations=tuple(citations.made),
        hits=tuple(hits),
        confidence=min(best, default=0.0),
        notices=tuple(dict.fromkeys(notices)),
        withheld=0,
        index_version=version.name,
        elapsed=elapsed,
        incomplete=conflicting or bool(unanswered),
    )


def _points(
    query: Query, supported: Sequence[Evidence], citations: Citations
) -> tuple[list[Point], list[str], bool]:
    """What is said, what has to be noted, and whether documents disagree."""
    best = supported[0]
    block = _list_of(query, best, citations)
    if block:
        return _list_points(block, best, citations), _count_notices(query, block), False
    if query.form == "description" or best.answer_start == best.answer_end:
        return _sentence_points(query, supported, citations), [], False
    points, disagree = _direct_points(supported, citations)
    return points, [say("disagree", query.language)] if disagree else [], disagree


def quote(query: Query, place: Place, version: IndexVersion) -> Answer:
    """The words that a question points at, such as an entry of a list that was just given."""
    citations = Citations(version)
    span = place.start, place.end
    marker = citations.cite(place.doc_id, span, (place.start, place.start))
    points = (Point("", citations.made[0].quote, (marker,)),)
    return Answer(
        query=query, text=render(points), points=points, citations=tuple(citations.made), hits=(),
        # Nothing was judged: the place is known.
        confidence=1.0, notices=(), withheld=0, index_version=version.name, elapsed=0.0,
    )  # fmt: skip


def render(points: Sequence[Point]) -> str:
    """Points as plain text, one a line, each with its label first and its markers last."""
    lines = []
    for point in points:
        words = point.text
        if point.exact and fold(point.exact) != fold(point.text.strip(" .")):
            words = f"{point.exact} · “{point.text}”"
        words = f"{point.label}: {words}" if point.label else words
        lines.append(words + "".join(f" [{marker}]" for marker in point.markers))
    return "\n".join(lines)


def _direct_points(supported: Sequence[Evidence], citations: Citations) -> tuple[list[Point], bool]:
    """The exact words, cited to all that agree; where another document disagrees, both."""
    best = supported[0]
    exact = _exact(best, citations)
    agreeing, others = [best], []
    for evidence in supported[1:]:
        if _same_words(exact, _exact(evidence, citations)):
            if evidence.doc_id not in {e.doc_id for e in agreeing}:
                agreeing.append(evidence)
        elif evidence.doc_id != best.doc_id and evidence.support >= _NEARLY * best.support:
            others.append(evidence)
    points = [_direct_point(best, agreeing, citations)]
    if others:
        points.append(_direct_point(others[0], others[:1], citations))
    return points, bool(others)


def _direct_point(best: Evidence, agreeing: Sequence[Evidence], citations: Citations) -> Point:
    text = citations.document(best.doc_id).text
    exact = text[best.answer_start : best.answer_end]
    markers = tuple(
        citations.cite(e.doc_id, (e.start, e.end), (e.answer_start, e.answer_end)) for e in agreeing
    )
    room = LONGEST_POINT - len(exact) - len(" · “”") - sum(len(f" [{m}]") for m in markers)
    return Point(exact, excerpt(text, best, room), markers)


def _exact(evidence: Evidence, citations: Citations) -> str:
    text = citations.document(evidence.doc_id).text
    return text[evidence.answer_start : evidence.answer_end]


def _same_words(one: str, other: str) -> bool:
    """Whether one answer is the other, or a part of it."""
    left, right = set(tokens(one)), set(tokens(other))
    return left <= right or right <= left


def _sentence_points(
    query: Query, supported: Sequence[Evidence], citations: Citations
) -> list[Point]:
    """The best sentences that say different things, in document order within a document."""
    most = _MOST_SENTENCES[query.form] if query.form == "description" else _MOST_WITHOUT_EXACT_WORDS
    said: set[str] = set()
    chosen: list[Evidence] = []
    for evidence in supported:
        words = set(tokens(citations.document(evidence.doc_id).text[evidence.start : evidence.end]))
        fresh = not words or len(words & said) / len(words) <= _REPEATED
        if fresh and evidence.support >= _NEARLY * supported[0].support:
            chosen.append(evidence)
            said |= words
        if len(chosen) == most:
            break
    order = {e.doc_id: i for i, e in reversed(list(enumerate(chosen)))}
    chosen.sort(key=lambda e: (order[e.doc_id], e.start))
    points: list[Point] = []
    for evidence in chosen:
        text = citations.document(evidence.doc_id).text
        span = (evidence.start, evidence.end)
        if query.language != "en":
            points += _lead_in(evidence, citations, points)
        marker = citations.cite(evidence.doc_id, span, (evidence.answer_start, evidence.answer_end))
        points.append(Point("", text[slice(*span)], (marker,)))
    return points


def _lead_in(best: Evidence, citations: Citations, said: Sequence[Point]) -> list[Point]:
    """The line above the list that an item stands in: without it the item says nothing."""
    text = citations.document(best.doc_id).text
    block = list_at(text, (best.start, best.end))
    if block is None or best.start < block.items[0][0] or block.lead_in[0] >= block.lead_in[1]:
        return []
    words = text[slice(*block.lead_in)]
    if words in [point.text for point in said]:
        return []
    marker = citations.cite(best.doc_id, block.lead_in, (block.lead_in[0], block.lead_in[0]))
    return [Point("", words, (marker,))]


def _list_of(query: Query, best: Evidence, citations: Citations) -> ListBlock | None:
    """The list that the question asks for, if its evidence lies in one.

    A line that only leads into a list answers nothing without it. An item answers alone if it has
    words of the question that what stands above the list has not: "how many 973 projects".
    """
    text = citations.document(best.doc_id).text
    block = list_at(text, (best.start, best.end))
    if block is None or query.form == "list" or best.start < block.items[0][0]:
        return block
    if query.language != "en":
        # Words of two languages cannot be compared so: an item answers alone.
        return None
    above = set(terms(text[slice(*block.heading)] + " " + text[slice(*block.lead_in)]))
    names = citations.version.records.names_of_centers(query.centers) if query.centers else ()
    asked = set(terms(without_names(query.text, names))) - above
    return None if asked & set(terms(text[best.start : best.end])) else block


def _list_points(block: ListBlock, best: Evidence, citations: Citations) -> list[Point]:
    text = citations.document(best.doc_id).text
    marker = citations.cite(best.doc_id, block.span, (block.items[0][0], block.items[-1][1]))
    has_lead_in = block.lead_in[0] < block.lead_in[1]
    said = [block.lead_in, *block.items] if has_lead_in else block.items
    return [Point("", text[slice(*span)], (marker,)) for span in said]


def _count_notices(query: Query, block: ListBlock) -> list[str]:
    """Say so where the question counts other than the document does."""
    asked = [_NUMBER_WORDS.get(t, int(t) if t.isdigit() else 0) for t in tokens(query.text)]
    counts = [count for count in asked if 1 < count <= max(_NUMBER_WORDS.values())]
    if counts and len(block.items) not in counts:
        return [say("other count", query.language, asked=counts[0], listed=len(block.items))]
    return []
