"""A parsed tree of headings, paragraphs, lists and tables to lines of Markdown.

It knows the names of HTML and those of trafilatura's trees (``head``, ``list``, ``item``, ``row``,
``cell``, ``lb``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html
from lxml.etree import _Element

from rag.errors import LoadError

_SKIPPED = frozenset(
    "script style noscript template nav svg math iframe object embed select option button input "
    "textarea datalist form audio video canvas map graphic img title".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font hi i ins kbd label mark q ref rp "
    "rt ruby s samp small span strike strong sub sup time tt u var wbr".split()
)
_BREAKS = frozenset({"br", "lb", "hr"})
_LISTS = frozenset({"ul", "ol", "menu", "list"})
_ITEMS = frozenset({"li", "item"})
_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_HEADING = re.compile(r"h([1-6])$")
# A table whose cells hold more than this is there for the layout: its cells are read one by one.
_LONGEST_CELL = 400

_PARAGRAPH, _ROW, _ITEM = "", "| ", "- "


@dataclass(frozen=True, slots=True)
class _Block:
    """One line: its mark ("## ", "- ", "2. ", "| " or nothing) and its words."""

    mark: str
    words: str

    @property
    def kind(self) -> str:
        """Lines of a like kind other than paragraphs and headings stand close together."""
        if self.mark == _ROW:
            return "row"
        return "item" if self.mark and not self.mark.startswith("#") else ""


def parse_html(source: bytes, name: str) -> lxml_html.HtmlElement:
    """The tree of HTML in UTF-8; an empty one where there is none.

    Raises:
        LoadError: it is so deeply nested, or has so large a part, that some of it would be lost.
    """
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(source, parser=parser)
    except etree.ParserError:
        return lxml_html.document_fromstring("<html><body></body></html>")
    # The parser leaves out what is beyond its limits and says so only here.
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise LoadError(
            f"Not all of {name} can be read: its elements are nested more than 255 deep, or one "
            "is larger than 10 MB.",
            "Save it in a simpler form, as Markdown or text.",
        )
    return tree


def markdown_of(tree: _Element) -> str:
    """The text of ``tree``: one line for each heading, paragraph, list item and table row."""
    lines: list[str] = []
    kind = ""
    for block in _Walk().of(tree):
        if lines and not (block.kind and block.kind == kind):
            lines.append("")
        lines.append(f"{block.mark}{block.words}{' |' if block.mark == _ROW else ''}")
        kind = block.kind
    return "\n".join(lines)


@dataclass(slots=True)
class _Walk:
    """Goes through a tree in its order and gathers lines."""

    blocks: list[_Block] = field(default_factory=list)
    mark: str = _PARAGRAPH
    words: list[str] = field(default_factory=list)

    def of(self, tree: _Element) -> list[_Block]:
        """The lines of what is in ``tree``."""
        self._children(tree)
        self._end()
        return self.blocks

    def _end(self) -> None:
        """What was gathered is a line; a mark waits for the first words after it."""
        words = " ".join("".join(self.words).split())
        self.words.clear()
        if words:
            self.blocks.append(_Block(self.mark, words))
            self.mark = _PARAGRAPH

    def _children(self, element: _Element) -> None:
        self.words.append(element.text or "")
        for child in element:
            # Comments and processing instructions have no name.
            if isinstance(child.tag, str):
                self._element(child, child.tag)
            self.words.append(child.tail or "")

    def _element(self, element: _Element, tag: str) -> None:
        heading = _HEADING.match(element.get("rend", "h2") if tag == "head" else tag)
        if tag in _SKIPPED:
            return
        if tag in _INLINE:
            self._children(element)
            return
        self._end()
        if heading:
            words = " ".join(block.words for block in _Walk().of(element))
            if words:
                self.blocks.append(_Block("#" * int(heading[1]) + " ", words))
        elif tag == "table":
            self._table(element)
        elif tag == "dl" or element.get("rend") == "dl":
            self._definitions(element)
        elif tag in _LISTS:
            self._list(element, ordered="ol" in (tag, element.get("rend")))
        elif tag not in _BREAKS:
            self._children(element)
            self._end()

    def _list(self, element: _Element, *, ordered: bool) -> None:
        number = 0
        for child in element:
            if child.tag in _ITEMS:
                number += 1
                self.mark = f"{number}. " if ordered else _ITEM
                self._children(child)
                self._end()
                self.mark = _PARAGRAPH
            elif isinstance(child.tag, str):
                self._element(child, child.tag)

    def _definitions(self, element: _Element) -> None:
        """A term and what is said of it, as one row."""
        row: list[list[_Block]] = []
        for child in element.iter("dt", "dd", "item"):
            if child.tag == "dt" or child.get("rend", "").startswith("dt"):
                self._row(row)
                row = []
            row.append(_Walk().of(child))
        self._row(row)

    def _table(self, element: _Element) -> None:
        for part in _parts(element):
            if part.tag in _ROWS:
                self._row([_Walk().of(cell) for cell in part if cell.tag in _CELLS])
            else:
                self._children(part)
                self._end()

    def _row(self, cells: Sequence[Sequence[_Block]]) -> None:
        filled = [cell for cell in cells if cell]
        if len(filled) > 1 and all(_is_plain(cell) for cell in filled):
            words = (" ".join(block.words for block in cell) for cell in cells)
            self.blocks.append(_Block(_ROW, " | ".join(words)))
        else:
            self.blocks += [block for cell in filled for block in cell]


def _is_plain(cell: Sequence[_Block]) -> bool:
    plain = all(block.mark == _PARAGRAPH for block in cell)
    return plain and sum(len(block.words) for block in cell) <= _LONGEST_CELL


def _parts(table: _Element) -> Iterator[_Element]:
    """The rows and captions of a table, but not those of tables in its cells."""
    for child in table:
        if child.tag in _ROWS or child.tag == "caption":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from _parts(child)
