"""The page, ready to be shown: which event of which part does what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from rag.backroom.corpus.deeds import Deeds
from rag.backroom.desk import PRIVATE, Desk, Page


def _build(desk: Desk) -> None:
    deeds = Deeds(desk)
    parts = deeds.parts
    # Not the buttons that stay as they are: what a deed may change waits for it.
    pressed = {parts.upload, parts.withdraw, parts.bring_back, parts.discard, parts.compare}
    pressed |= {parts.go_back, parts.save}
    everything = [part for part in vars(parts).values() if part not in pressed]

    def on(event: Any, deed: Callable[..., Any], inputs: Any, *, raw: bool = False) -> Any:
        guarded = desk.allowed("maintainer", deed)
        return gr.on([event], guarded, inputs, everything, preprocess=not raw, **PRIVATE)

    about = [parts.about_center, parts.institution, parts.title, parts.date, parts.source]
    changing = [
        on(desk.arrived, deeds.look, None),
        # Raw: Gradio would hand on a name that it has mended.
        on(parts.upload.upload, deeds.receive, [parts.upload, *about], raw=True),
        on(parts.discard.click, deeds.discard, parts.waiting),
        on(parts.withdraw.click, deeds.withdraw, parts.uploaded),
        on(parts.bring_back.click, deeds.bring_back, parts.withdrawn),
        on(parts.publish.click, deeds.publish, parts.force),
        on(parts.go_back.click, deeds.go_back, parts.version),
        on(parts.save.click, deeds.save_names, [parts.center, parts.aliases]),
    ]
    for event in changing:
        # Counting may read the whole journal: what is known already is shown first.
        event.then(desk.allowed("maintainer", deeds.count), None, parts.documents, **PRIVATE)
    on(desk.arrived, deeds.follow, None)
    on(parts.waiting.input, deeds.preview, parts.waiting)
    on(parts.compare.click, deeds.compare, parts.version)
    on(parts.center.input, deeds.names, parts.center)


PAGE = Page(
    "corpus",
    "Corpus",
    "The documents: look through them, add and withdraw them, publish, go back.",
    "maintainer",
    _build,
    styles=(Path(__file__).with_name("corpus.css"),),
)
