"""The parts of the page, in their places."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag.formats.reading import SUFFIXES
from rag.web.layout import formatted
from rag.web.markup import Markup, element


class Layout:
    """The components that the deeds read and change."""

    def __init__(self) -> None:
        formatted_as(element("h1", "Corpus"))
        # One line that is read out when something was done.
        self.said = gr.HTML(
            "",
            html_template='<p role="status" aria-live="polite" class="said">${value}</p>',
            js_on_load=None,
            elem_id="told",
        )
        with gr.Column(elem_id="holdings", elem_classes=["part"]):
            self.documents = formatted(elem_id="documents")
            with gr.Row(elem_classes=["deed"], visible=False) as self.withdrawing:
                self.uploaded = _choice("Uploaded document", "uploaded")
                self.withdraw = _button("Withdraw", "withdraw")
            with gr.Row(elem_classes=["deed"], visible=False) as self.bringing_back:
                self.withdrawn = _choice("Withdrawn", "withdrawn")
                self.bring_back = _button("Bring back", "bring-back")
        with gr.Column(elem_id="adding", elem_classes=["part"]):
            self._adding()
        with gr.Column(elem_id="publishing", elem_classes=["part"]):
            formatted_as(element("h2", "Publish"))
            self.changes = formatted(elem_id="changes")
            with gr.Row(elem_classes=["deed"]):
                self.publish = _button("Publish", "publish", variant="primary")
                self.force = gr.Checkbox(
                    label="Even if the gate is against it", elem_id="force", container=False
                )
            self.progress = formatted(elem_id="progress")
        with gr.Column(elem_id="versions-part", elem_classes=["part"]):
            self.versions = formatted(elem_id="versions")
            with gr.Row(elem_classes=["deed"], visible=False) as self.going_back:
                self.version = _choice("Version", "version")
                self.compare = _button("What differs", "compare")
                self.go_back = _button("Make it current", "go-back")
            self.difference = formatted(elem_id="difference")
        with gr.Column(elem_id="names-part", elem_classes=["part"]):
            formatted_as(
                element("h2", "Names of centers"),
                element("p", "Other names by which people ask for a center.", class_="note"),
            )
            self.center = _choice("Center", "center-of-names")
            with gr.Row(elem_classes=["deed"]):
                self.aliases = gr.Textbox(
                    label="Other names, one a line", lines=4, max_lines=12, elem_id="aliases"
                )
                self.save = _button("Save names", "save-names")

    def _adding(self) -> None:
        formatted_as(
            element("h2", "Add a document"),
            element(
                "p",
                "What the file says of itself comes first; the rest is taken from here.",
                class_="note",
            ),
        )
        with gr.Row(elem_classes=["deed", "fields"]):
            self.about_center = gr.Textbox(label="Center", max_lines=1, elem_id="about-center")
            self.institution = gr.Textbox(label="Institution", max_lines=1, elem_id="institution")
            self.title = gr.Textbox(label="Title", max_lines=1, elem_id="title")
            self.date = gr.Textbox(
                label="Date", placeholder="2026-01-31", max_lines=1, elem_id="date"
            )
            self.source = gr.Textbox(
                label="Web address", placeholder="https://", max_lines=1, elem_id="source"
            )
        with gr.Row(elem_classes=["deed"]):
            self.upload = gr.UploadButton(
                "Upload a file …",
                file_count="single",
                file_types=list(SUFFIXES),
                elem_id="upload",
                scale=0,
                min_width=160,
            )
            with gr.Row(elem_classes=["deed"], visible=False) as self.deciding:
                self.waiting = _choice("Waiting to be published", "waiting")
                self.discard = _button("Discard", "discard")
        self.preview = formatted(elem_id="preview")


def formatted_as(*parts: Markup) -> None:
    """Markup that stays as it is."""
    shown = formatted()
    shown.value = "".join(parts)


def _choice(label: str, elem_id: str) -> gr.Dropdown:
    return gr.Dropdown(
        [], label=label, filterable=False, interactive=True, elem_id=elem_id, min_width=220
    )


def _button(label: str, elem_id: str, variant: Any = "secondary") -> gr.Button:
    return gr.Button(label, elem_id=elem_id, variant=variant, scale=0, min_width=150)
