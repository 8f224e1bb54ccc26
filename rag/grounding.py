"""Which sentences of the passages support a sentence that a language model wrote, if any do."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rag.addressed import addressed_spans
from rag.likeness import Vectoriser
from rag.lists import ListBlock, lists_in
from rag.measuring import hit_sentences
from rag.mentions import is_verb
from rag.prompts import Passage
from rag.source import Source
from rag.statements import Statement, statement
from rag.support import FEW, NEAR, NEAR_WITH_FEW, Objection, objection
from rag.text import Span
from rag.types import Place

# Sentences of the passages that are looked at for one sentence, those with most of its words first.
_LOOKED_AT = 12
# So many are prepared in one go.
_AT_ONCE = 8
# No sentence of a document that can be read is longer, in characters.
LONGEST = 500
# A sentence may join what stands in this many places.
_MOST_PLACES = 3
_REFERS_BACK = re.compile(
    r"(?:he|she|it|they|his|her|its|their|this|these|the (?:center|centre|team|base|institute|"
    r"laboratory|university|director|professor))\b",
    re.IGNORECASE,
)
# Where one sentence is made of two.
_CLAUSE = re.compile(
    r"\s*;\s+|,\s+(?:and|but|while|whereas)\s+(?=[^,;]+\s\S+\s\S+)|(?<=\w)\.\s+(?=[A-Z])"
)
# What begins so belongs to what stands before it.
_BOUND = re.compile(
    r"\s*(?:with|under|during|against|thanks to|due to|after|before|until|despite|because|"
    r"where|when|so that|thereby|thus)\b",
    re.IGNORECASE,
)
_BEGINS_WITH_VERB = re.compile(
    r"(?:is|are|was|were|has|have|had|will|can|could|would|may|did|does|do|be|been|being|not|then|"
    r"also|\w+(?:ed|ing))\b"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a sentence is supported; no place means that it is not, for what ``objection`` says."""

    places: tuple[Place, ...]
    objection: Objection | None = None

    @property
    def supported(self) -> bool:
        """Whether the passages say it."""
        return bool(self.places)


@dataclass(frozen=True)
class _Unit:
    """A sentence of a passage, or an item of a list with what leads into it.

    ``whole`` is the list that it is an item of.
    """

    numbers: frozenset[int]
    place: Place
    source: Source
    whole: Place | None = None


class Grounding:
    """Judges sentences against the passages of one turn."""

    def __init__(self, passages: Sequence[Passage], vectoriser: Vectoriser) -> None:
        self._passages = passages
        self._vectoriser = vectoriser

    def prepare(self, is_over: Callable[[], bool] = lambda: False) -> None:
        """Do what needs no sentence, first passages first, until all is done or ``is_over``.

        While the model thinks, there is time for it; ``check`` waits for none of it.
        """
        sources = [unit.source for unit in self._units]
        for at in range(0, len(sources), _AT_ONCE):
            if is_over():
                return
            some = sources[at : at + _AT_ONCE]
            for source in some:
                source.prepare()
            words = {word for source in some for word in source.different_words}
            self._vectoriser.vectors([*words, *(source.text for source in some)])

    @cached_property
    def _units(self) -> list[_Unit]:
        """Each sentence once, with the numbers of all passages that show it."""
        found: dict[tuple[Place, str], _Unit] = {}
        for passage in self._passages:
            for unit in _units(passage):
                key = unit.place, unit.source.text
                known = found.get(key, unit)
                found[key] = replace(known, numbers=known.numbers | unit.numbers)
        return list(found.values())

    def check(self, sentence: str, markers: Sequence[int] = ()) -> Verdict:
        """Look for support, in the passages that ``markers`` name first, then in the others.

        ``sentence`` has no markers in it. A sentence is only ever cited to what supports it,
        whatever passage the model named for it.
        """
        verdict = self._check(statement(sentence), markers)
        clauses = _CLAUSE.split(sentence)
        if verdict.supported or len(clauses) == 1:
            return verdict
        # Two sentences in one may stand in two places.
        places: list[Place] = []
        for number, clause in enumerate(clauses):
            claim = statement(clause)
            own = self._check(claim, markers, {place.doc_id for place in places})
            if not own.supported or (number and not _stands_alone(clause)):
                return Verdict((), own.objection or verdict.objection)
            places += [place for place in own.places if place not in places]
        return Verdict(tuple(places))

    def _check(
        self, claim: Statement, markers: Sequence[int], within: Collection[str] = ()
    ) -> Verdict:
        """As ``check``; a claim without a name of its own only in the documents ``within``."""
        if not claim.pieces:
            return Verdict((), Objection("nothing", "says nothing"))
        if claim.repeats or len(claim.text) > LONGEST:
            return Verdict((), Objection("form", "says the same again and again, or too much"))
        named = set(markers)
        usable = [
            unit
            for unit in self._units
            if not within or claim.subject or unit.place.doc_id in within
        ]
        first: Objection | None = None
        for marked in (True, False):
            units = [unit for unit in usable if bool(unit.numbers & named) == marked]
            if not units:
                continue
            verdict = self._among(claim, _likely(claim, units))
            if verdict.supported:
                return verdict
            first = first or verdict.objection
        return Verdict((), first or Objection("nothing", "no passages"))

    def _among(self, claim: Statement, units: Sequence[_Unit]) -> Verdict:
        """Support by one unit, else by the fewest that have all pieces between them."""
        fits: list[tuple[_Unit, list[Objection | None]]] = []
        for unit in units:
            reasons = [
                objection(piece, claim, unit.source, self._vectoriser.likeness)
                for piece in claim.pieces
            ]
            if not any(reasons):
                return self._near(claim, [unit])
            fits.append((unit, reasons))
        chosen = [] if claim.negations else _enumerated(_groups(claim), fits)
        if chosen:
            return self._near(claim, chosen, chosen[0].whole)
        chosen = _joined(claim, fits)
        if chosen:
            return self._near(claim, chosen)
        return Verdict((), next(reason for reason in fits[0][1] if reason))

    def _near(
        self, claim: Statement, units: Sequence[_Unit], whole: Place | None = None
    ) -> Verdict:
        """Support by ``units``, or by the list ``whole`` that they are of, if it is near enough."""
        near = self._vectoriser.nearness(claim.text, [unit.source.text for unit in units])
        said = sum(piece.facts + len(piece.content) for piece in claim.pieces)
        if near < (NEAR_WITH_FEW if said < FEW else NEAR):
            return Verdict((), Objection("far", f"{near:.2f}"))
        return Verdict((whole,) if whole else tuple(unit.place for unit in units))


def _stands_alone(clause: str) -> bool:
    """Whether a clause says itself of what it speaks, and does not begin with what is done."""
    first = re.match(r"\w+", clause)
    return first is not None and not (_BEGINS_WITH_VERB.match(clause) or is_verb(first[0]))


def _groups(claim: Statement) -> list[list[int]]:
    """Numbers of the pieces that one place has to have together.

    "The center treats cancer with stem cells" is not told by one place that says the first half
    and another that speaks of stem cells.
    """
    groups: list[list[int]] = []
    end = 0
    for number, piece in enumerate(claim.pieces):
        between = claim.text[end : piece.span[0]]
        quoted = re.search(r"[\"“”]", between) and not re.search(r"[,;:]", between)
        if groups and (quoted or _BOUND.match(claim.text, piece.span[0])):
            groups[-1].append(number)
        else:
            groups.append([number])
        end = piece.span[1]
    return groups


def _has(reasons: Sequence[Objection | None], group: Sequence[int]) -> bool:
    return not any(reasons[number] for number in group)


def _enumerated(
    groups: Sequence[Sequence[int]], fits: Sequence[tuple[_Unit, Sequence[Objection | None]]]
) -> list[_Unit]:
    """The items of one list that have all pieces between them, each piece in an item of its own."""
    for whole in dict.fromkeys(unit.whole for unit, _ in fits if unit.whole):
        items = [(unit, reasons) for unit, reasons in fits if unit.whole == whole]
        having = [[unit for unit, reasons in items if _has(reasons, group)] for group in groups]
        if all(having):
            return [units[0] for units in having]
    return []


def _joined(
    claim: Statement, fits: Sequence[tuple[_Unit, Sequence[Objection | None]]]
) -> list[_Unit]:
    """Up to three units that have all pieces between them and speak of the same, else none."""
    usable = [(unit, reasons) for unit, reasons in fits if unit.source.has_name(claim.subject)]
    groups = _groups(claim)
    left = set(range(len(groups)))
    chosen: list[_Unit] = []
    while usable and left and len(chosen) < _MOST_PLACES:
        best, reasons = max(usable, key=lambda fit: sum(_has(fit[1], groups[n]) for n in left))
        chosen.append(best)
        left -= {n for n in left if _has(reasons, groups[n])}
    return [] if left else chosen


def _likely(claim: Statement, units: Sequence[_Unit]) -> list[_Unit]:
    """The units with most words of a sentence, best first; shorter ones first among equals."""
    wanted = Source(claim.text).words

    def order(unit: _Unit) -> tuple[int, int]:
        return -len(wanted & unit.source.words), len(unit.source.text)

    return sorted(units, key=order)[:_LOOKED_AT]


def _units(passage: Passage) -> Iterator[_Unit]:
    document, text = passage.document, passage.document.text
    names = (document.title, document.center, document.institution, *document.aliases)
    named = [name for name in names if name]
    around = (passage.hit.chunk.heading,)
    numbers = frozenset((passage.number,))
    blocks = lists_in(text)
    sentences = hit_sentences(document, passage.hit)
    if not sentences:
        return
    # What speaks to the model is nothing that the document says of its subject; a chunk may cut it.
    addressed = addressed_spans(text, sentences[0][0], sentences[-1][1])
    before = ""
    for span in sentences:
        if any(span[0] < end and start < span[1] for start, end in addressed):
            continue
        said = text[slice(*span)]
        back = (_names_of(before),) if _REFERS_BACK.match(said) else ()
        yield _Unit(numbers, Place(document.doc_id, *span), Source(said, named, (*around, *back)))
        before = said
        block = _block_of(blocks, span)
        if block and block.lead_in[0] < block.lead_in[1] <= span[0]:
            place = Place(document.doc_id, block.lead_in[0], span[1])
            led = f"{text[slice(*block.lead_in)]} {said}"
            whole = Place(document.doc_id, *block.span)
            yield _Unit(numbers, place, Source(led, named, around), whole)


def _block_of(blocks: Sequence[ListBlock], span: Span) -> ListBlock | None:
    return next((b for b in blocks if b.span[0] <= span[0] and span[1] <= b.span[1]), None)


def _names_of(sentence: str) -> str:
    return ", ".join(" ".join(n) for piece in statement(sentence).pieces for n in piece.names)
