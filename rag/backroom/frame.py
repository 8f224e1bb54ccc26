"""All pages of the back room in one: their frame, their menu, and what is in them."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from rag.accounts.users import Person
from rag.backroom.desk import PRIVATE, Desk, Page, unguarded
from rag.web.layout import formatted
from rag.web.markup import Markup, element, hidden, join

TITLE = "Back room"
HOME = "/staff/"
# Of the back room's own: what staff do holds up no visitor's question, and theirs does not them.
_AT_ONCE = 4


def build_backroom(desk: Desk, pages: Sequence[Page]) -> gr.Blocks:
    """The back room with ``pages``.

    Raises:
        ValueError: a page has a function that does not check who calls it.
    """
    blocks: gr.Blocks
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as blocks:
        _framed(blocks, desk, pages, None)
    for page in pages:
        with blocks.route(page.title, page.name, show_in_navbar=False):
            _framed(blocks, desk, pages, page)
    open_to_all = unguarded(blocks)
    if open_to_all:
        raise ValueError(f"{', '.join(open_to_all)} is not guarded; use Desk.allowed")
    blocks.queue(default_concurrency_limit=_AT_ONCE)
    return blocks


def _framed(blocks: gr.Blocks, desk: Desk, pages: Sequence[Page], page: Page | None) -> None:
    with gr.Column(elem_id="page", elem_classes=["backroom"]):
        head = formatted(elem_id="masthead")
        with gr.Column(elem_id="work"):
            if page is None:
                offer = formatted(elem_id="offer")
            else:
                page.build(desk)

    def arrive(person: Person) -> Markup | tuple[Markup, Markup]:
        if page is not None:
            return _head(person, pages, page)
        return _head(person, pages, None), _offer(person, pages)

    shown = [head, offer] if page is None else [head]
    # Whoever has come through the door may see the menu, with what his roles allow.
    blocks.load(desk.allowed("judge", arrive), None, shown, **PRIVATE)


def _head(person: Person, pages: Sequence[Page], here: Page | None) -> Markup:
    links = [_link(HOME, TITLE, here=here is None)]
    links += [
        _link(HOME + page.name, page.title, here=page is here)
        for page in pages
        if person.may(page.role)
    ]
    return element(
        "header",
        element("ul", *(element("li", link) for link in links), class_="menu"),
        element(
            "p",
            element("span", person.name, class_="who"),
            element("a", "Log out", href=f"{HOME}logout", class_="quiet"),
            class_="account",
        ),
    )


def _link(address: str, title: str, *, here: bool) -> Markup:
    if here:
        return element("a", title, hidden(" (this page)"), href=address, class_="here")
    return element("a", title, href=address)


def _offer(person: Person, pages: Sequence[Page]) -> Markup:
    shown = (
        element(
            "li",
            element("h2", element("a", page.title, href=HOME + page.name)),
            element("p", page.about),
        )
        for page in pages
        if person.may(page.role)
    )
    return join(element("h1", TITLE), element("ul", *shown, class_="pages"))
