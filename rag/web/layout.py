"""The parts of the page, in their places, in the language of the browser."""

from __future__ import annotations

import gradio as gr
from gradio.blocks import Block

from rag.web.fixed import I18N
from rag.web.session import Visit

# What the page's script may ask for: a question of its own, feedback, a document, an earlier
# question to mend, another language. The script tells it apart by these names.
_CONNECT = "window.chat.connect(trigger, watch, props, ['ask', 'rate', 'read', 'edit', 'speak'])"


class Layout:
    """The components that the events read and change."""

    def __init__(self) -> None:
        self.exchanges = gr.State(())
        self.visit = gr.State(Visit())
        with gr.Column(elem_id="page"):
            with gr.Row(elem_id="masthead"):
                self.masthead = formatted("masthead")
                with gr.Row(elem_id="toolbar"):
                    self.new = gr.Button(I18N("new"), elem_id="new", size="md")
                    self.tools = formatted("tools", elem_id="tools")
            with gr.Row(elem_id="panes"):
                with gr.Column(elem_id="talk"):
                    self._talk()
                with gr.Column(elem_id="sources-pane"):
                    self.sources_head = formatted("sources-head")
                    self.sources = formatted(elem_id="sources")
            self.footer = formatted(elem_id="foot")
            self.reader = formatted(elem_id="reader")
            # Not shown: what the page's script says to the server, and the server to it.
            self.bridge = gr.HTML("", html_template="", js_on_load=_CONNECT, elem_id="bridge")

    @property
    def talk(self) -> list[Block]:
        """What questions and answers change.

        Gradio makes each output of an event anew at every step, whether it changes or not.
        """
        shown = [self.conversation, self.sources, self.said, self.welcome, self.editing]
        return [*shown, self.question, self.send, self.stop, self.bridge, self.exchanges]

    def _talk(self) -> None:
        with gr.Column(elem_id="scroll"):
            self.talk_head = formatted("talk-head")
            with gr.Column(elem_id="welcome") as self.welcome:
                self.greeting = formatted("greeting", elem_id="greeting")
                self.cards = formatted(elem_id="cards")
            self.conversation = formatted(elem_id="conversation")
        with gr.Column(elem_id="composer"):
            self.editing = formatted(elem_id="editing")
            with gr.Row(elem_id="asking"):
                self.question = gr.Textbox(
                    label=I18N("question"),
                    placeholder=I18N("placeholder"),
                    lines=1,
                    max_lines=5,
                    elem_id="question",
                    scale=1,
                )
                self.send = gr.Button(
                    I18N("ask"),
                    variant="primary",
                    elem_id="ask",
                    scale=0,
                    min_width=88,
                )
                self.stop = gr.Button(
                    I18N("stop"),
                    elem_id="stop",
                    visible=False,
                    scale=0,
                    min_width=88,
                )
            self.center = gr.Dropdown(
                [("", "")],
                value="",
                label=I18N("center"),
                filterable=False,
                elem_id="center",
                interactive=True,
            )
        # The conversation itself is no live region: as it streams, its last block is replaced at
        # each step, and a screen reader would begin anew each time. This one line says the answer
        # once. It is the only dynamic text outside of Gradio's sanitiser: escaped, without a tag.
        self.said = gr.HTML(
            "",
            html_template='<p role="status" aria-live="polite" class="unseen">${value}</p>',
            js_on_load=None,
            elem_id="said",
        )


def formatted(key: str = "", elem_id: str | None = None) -> gr.Markdown:
    """A component for our markup: Gradio sanitises it, and its Markdown finds nothing to do.

    Not ``gr.Chatbot``: its messages are a live region that is read from the start at each step of
    the stream, its headings and order cannot be ours, and it brings buttons of its own. Not
    ``gr.HTML``: it does not sanitise.
    """
    return gr.Markdown(
        I18N(key) if key else "",
        elem_id=elem_id,
        sanitize_html=True,
        latex_delimiters=[],
        container=False,
    )
