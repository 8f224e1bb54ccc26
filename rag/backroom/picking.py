"""Picking gold: a document's text in a box, in which it is selected by mouse or by keyboard."""

from __future__ import annotations

from dataclasses import dataclass, replace

import gradio as gr

from rag.backroom.controls import choice, submit
from rag.backroom.desk import Desk
from rag.backroom.working import Pressed, Wire
from rag.errors import QueryError
from rag.types import Answer, Place, Span
from rag.web.layout import formatted
from rag.web.markup import Markup, button, element, join, spoken
from rag.web.opening import opened_at
from rag.web.reading import part_with, parts_of
from rag.web.session import Exchange, Opened
from rag.web.telling import Updates

# The text itself comes by the page's script, which puts it into the box: no markup can be in it.
_SOURCE = (
    '<label for="gold-source">Select the words that answer the question, with the mouse or with '
    "Shift and the arrow keys; then press Enter.</label>"
    # A box that is `readonly` has no caret, and without one nothing is selected by keyboard: the
    # script sees to it that nothing is changed.
    '<textarea id="gold-source" aria-readonly="true" rows="11" spellcheck="false"></textarea>'
    '<button type="button" value="take" class="quiet">Take what is selected</button>'
)
_MOST_DOCUMENTS = 500
# Gold is a sentence or a few.
_LONGEST_GOLD = 2000
VERBS = frozenset({"source", "part", "take", "drop", "read", "near"})


@dataclass(frozen=True, slots=True)
class Picked:
    """The document that is open, where in it, and what was taken from it.

    ``first`` are the documents that are offered first.
    """

    doc_id: str = ""
    part: int = 0
    span: Span = (0, 0)
    first: tuple[str, ...] = ()
    gold: Place | None = None
    quote: str = ""


class Picker:
    """The box and what belongs to it; hidden until ``begin``."""

    def __init__(self, desk: Desk, wire: Wire) -> None:
        """Make the components, in their places."""
        self._desk = desk
        self._wire = wire
        self.state = gr.State(Picked())
        with gr.Column(visible=False, elem_id="picking") as self.column:
            self.chooser = formatted(elem_id="chooser")
            self.box = gr.HTML("", html_template=_SOURCE, js_on_load=None, elem_id="source")
            self.turning = formatted(elem_id="turning")
            self.gold = formatted(elem_id="gold")

    @property
    def parts(self) -> list[gr.components.Component | gr.blocks.BlockContext]:
        """What its updates may change."""
        return [self.state, self.column, self.chooser, self.turning, self.gold]

    def begin(self, answer: Answer | None, *, shown: bool = True) -> Updates:
        """Open what an answer cites, else what it was nearest to; nothing is picked yet."""
        cited = list(answer.citations) if answer else []
        near = [hit.chunk for hit in answer.hits] if answer else []
        first = tuple(dict.fromkeys([c.doc_id for c in cited] + [c.doc_id for c in near]))
        picked = Picked(first=first)
        places = [(c.doc_id, (c.start, c.end)) for c in cited]
        places += [(c.doc_id, (c.start, c.end)) for c in near]
        if places:
            picked = replace(picked, doc_id=places[0][0], span=places[0][1])
        return self._open(picked, shown=shown)

    def hide(self) -> Updates:
        """Away with it."""
        return {self.column: gr.Column(visible=False), self.state: Picked()}

    def press(self, said: Pressed, picked: Picked, answer: Answer | None) -> Updates:
        """What a button of the box does; ``answer`` is what its places are of.

        Raises:
            QueryError: what was selected cannot be gold.
        """
        if said.verb == "source":
            return self._open(Picked(said.fields.get("doc", ""), first=picked.first), focus=True)
        if said.verb == "part":
            return self._turn(said.number(), picked)
        if said.verb == "take":
            return self._take(said, picked)
        if said.verb == "drop":
            return self._golden(replace(picked, gold=None, quote=""))
        asked = (Exchange(1, "", answer),) if answer else ()
        found = opened_at(f"{said.verb}-{said.about}", asked, None)
        return self._at(found, picked) if found else {}

    def _at(self, found: Opened, picked: Picked) -> Updates:
        return self._open(replace(picked, doc_id=found.doc_id, span=found.span), focus=True)

    def _turn(self, part: int, picked: Picked) -> Updates:
        document = self._desk.chatbot.document(picked.doc_id)
        parts = parts_of(document.text) if document else []
        if not parts:
            return {}
        start = parts[min(part, len(parts) - 1)][0]
        return self._open(replace(picked, span=(start, start)), focus=True)

    def _open(self, picked: Picked, *, shown: bool = True, focus: bool = False) -> Updates:
        document = self._desk.chatbot.document(picked.doc_id) if picked.doc_id else None
        updates: Updates = {
            self.column: gr.Column(visible=shown),
            self.chooser: self._chooser(picked),
            self.turning: "",
        }
        if document is not None:
            parts = parts_of(document.text)
            picked = replace(picked, part=part_with(picked.span[0], parts))
            start, end = parts[picked.part]
            within = [min(max(at - start, 0), end - start) for at in picked.span]
            source = {
                "doc": picked.doc_id,
                "base": start,
                "text": document.text[start:end],
                "span": within,
                "focus": focus,
            }
            updates[self.turning] = _turning(picked.part, len(parts))
            updates |= self._wire.tell(source=source)
        elif picked.doc_id:
            updates[self.turning] = element(
                "p", "This document is no longer published.", class_="warning"
            )
        return updates | self._golden(picked)

    def _take(self, said: Pressed, picked: Picked) -> Updates:
        doc_id, start, end = said.fields.get("doc", ""), said.offset("start"), said.offset("end")
        document = self._desk.chatbot.document(doc_id)
        quote = document.text[start:end] if document and 0 <= start < end else ""
        if not quote.strip() or len(quote) > _LONGEST_GOLD:
            raise QueryError(
                "Nothing, or too much, is selected in the document.",
                f"Select the words that answer the question, {_LONGEST_GOLD} characters at most.",
            )
        start += len(quote) - len(quote.lstrip())
        quote = quote.strip()
        gold = Place(doc_id, start, start + len(quote))
        return self._golden(replace(picked, gold=gold, quote=quote)) | self._wire.tell(
            focus="#gold-taken"
        )

    def _golden(self, picked: Picked) -> Updates:
        if picked.gold is None:
            said = element("p", "No gold is picked yet.", class_="note")
        else:
            said = join(
                element("h3", f"Gold, from {picked.gold.doc_id}", id="gold-taken", tabindex="-1"),
                element(
                    "p", element("mark", picked.quote), class_="passage", **spoken(picked.quote)
                ),
                element("p", button("drop", "Drop it", class_="quiet")),
            )
        return {self.state: picked, self.gold: said}

    def _chooser(self, picked: Picked) -> Markup:
        names = [*picked.first, *self._desk.chatbot.version.manifest.documents]
        offered = {name: name for name in dict.fromkeys(names[:_MOST_DOCUMENTS])}
        if picked.doc_id not in offered:
            offered = {picked.doc_id: picked.doc_id or "choose one"} | offered
        form = element(
            "form",
            choice("doc", "Document", offered, picked.doc_id),
            submit("source", "Open"),
            class_="row",
        )
        return join(element("h2", "Where the documents say it"), form)


def _turning(part: int, count: int) -> Markup:
    if count == 1:
        return Markup()
    earlier = button(f"part-{part - 1}", "Earlier part", class_="quiet") if part else ""
    later = button(f"part-{part + 1}", "Later part", class_="quiet") if part + 1 < count else ""
    said = element("span", f"Part {part + 1} of {count}")
    return element("p", earlier, said, later, class_="paging")
