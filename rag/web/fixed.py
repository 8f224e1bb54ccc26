"""What of the page stays as it is but for its language, and how Gradio is told of it."""

from __future__ import annotations

import gradio as gr

from rag.web.markup import button, element, hidden
from rag.web.welcome import greeting
from rag.web.words import Words

# The words that Gradio's own components show.
_PLAIN = ("question", "placeholder", "ask", "stop", "new", "center", "all-centers")
# Gradio's names for the interface's languages.
_LOCALES = {"en": Words("en"), "zh-CN": Words("zh"), "zh-TW": Words("zh")}


def fixed(words: Words) -> dict[str, str]:
    """Every part of the page that depends on the language alone, by its name."""
    other = Words("zh" if words.language == "en" else "en")
    name = element("span", words("other-language"), lang=other.language)
    return {
        "masthead": element(
            "header", element("h1", words("title")), element("p", words("promise"))
        ),
        "tools": element(
            "div",
            button(f"speak-{other.language}", hidden(words("other-language-said")), name),
            button("theme", hidden(words("theme")), class_="theme"),
            class_="tools",
        ),
        "greeting": greeting(words),
        "talk-head": element("h2", words("conversation"), class_="unseen"),
        "sources-head": element(
            "div",
            element("h2", words("sources"), id="sources-title"),
            button("shut", words("close"), class_="quiet narrow"),
            class_="sources-head",
        ),
        **{key: words(key) for key in _PLAIN},
    }


I18N = gr.I18n(**{locale: fixed(words) for locale, words in _LOCALES.items()})
