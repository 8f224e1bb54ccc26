"""The page *Corpus*: what the documents are."""

from __future__ import annotations

import gradio as gr

from rag.accounts.users import Person
from rag.backroom.desk import PRIVATE, Desk, Page
from rag.web.layout import formatted
from rag.web.markup import Markup, element, join


def _build(desk: Desk) -> None:
    shown = formatted(elem_id="documents")
    again = gr.Button("Look again")

    def look(person: Person) -> Markup:  # noqa: ARG001  # the desk's
        manifest = desk.chatbot.version.manifest
        lines = (element("li", name) for name in manifest.documents)
        return join(element("h1", "Corpus"), element("ul", *lines))

    gr.on([desk.arrived, again.click], desk.allowed("maintainer", look), None, shown, **PRIVATE)


PAGE = Page("corpus", "Corpus", "Documents: look, add, publish, go back.", "maintainer", _build)
