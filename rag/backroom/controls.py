"""Controls and tables of the back room's pages, as markup."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.web.markup import Markup, element, join


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; a ``figure`` stands to the right."""

    text: str
    figure: bool = False


def choice(name: str, label: str, options: Mapping[str, str], value: str = "") -> Markup:
    """A list to choose from; ``options`` maps what is sent to what is shown."""
    shown = (
        element("option", text, value=key, **({"selected": "selected"} if key == value else {}))
        for key, text in options.items()
    )
    return element(
        "label", element("span", label), element("select", *shown, name=name), class_="field"
    )


def typed(name: str, label: str, value: str = "", kind: str = "text", **more: str) -> Markup:
    """A box to type in."""
    box = element("input", type=kind, name=name, value=value, **more)
    return element("label", element("span", label), box, class_="field")


def radios(name: str, legend: str, options: Mapping[str, str], value: str = "") -> Markup:
    """One of several, all of which are seen."""
    shown = (
        element(
            "label",
            element(
                "input", type="radio", name=name, value=key,
                **({"checked": "checked"} if key == value else {}),
            ),
            element("span", text),
            class_="pick",
        )
        for key, text in options.items()
    )  # fmt: skip
    return element("fieldset", element("legend", legend), *shown, class_="picks")


def fresh() -> str:
    """An id that no element had before: Gradio leaves in place, filled in, what did not change."""
    return f"form-{secrets.token_hex(4)}"


def submit(verb: str, label: str, *, main: bool = False) -> Markup:
    """The button that sends its form as ``verb``."""
    return element("button", label, type="submit", value=verb, class_="main" if main else "quiet")


def heads(words: Sequence[str], figures: Sequence[str] = ()) -> list[str | Cell]:
    """The heads of a table: of columns with words, then of columns with figures."""
    return [*words, *(Cell(word, figure=True) for word in figures)]


def table(
    caption: str, heads: Sequence[str | Cell], rows: Iterable[Sequence[Cell | str]]
) -> Markup:
    """A table; the first cell of each row names it."""
    head = (_cell("th", cell, scope="col") for cell in heads)
    body = (
        element(
            "tr",
            *(
                _cell("td", cell) if number else _cell("th", cell, scope="row")
                for number, cell in enumerate(row)
            ),
        )
        for row in rows
    )
    inner = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *head)),
        element("tbody", *body),
    )
    return element("div", inner, class_="table", tabindex="0")


def folded(summary: str, *children: str) -> Markup:
    """What opens when it is wanted."""
    return element("details", element("summary", summary), *children, class_="folded")


def paging(offset: int, size: int, total: int) -> Markup:
    """Where in a list one is, and the ways to the pages beside it."""
    if not total:
        return Markup()
    last = min(offset + size, total)
    said = element("span", f"{offset + 1:,} to {last:,} of {total:,}")
    newer = _turn(offset - size, "Previous") if offset else Markup()
    older = _turn(offset + size, "Next") if last < total else Markup()
    return element("p", newer, said, older, class_="paging")


def _turn(offset: int, label: str) -> Markup:
    return element("button", label, type="button", value=f"page-{max(offset, 0)}", class_="quiet")


def _cell(tag: str, cell: Cell | str, **attributes: str) -> Markup:
    if isinstance(cell, Cell):
        kind = {"class_": "figure"} if cell.figure else {}
        return element(tag, cell.text, **kind, **attributes)
    return element(tag, join(cell), **attributes)
