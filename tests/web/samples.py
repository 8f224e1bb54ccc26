"""A document, an answer that cites it, and the elements that a page makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import strategies as st

from rag.types import Answer, Chunk, Citation, Document, Hit, Point, Query, Turn
from rag.web.session import Exchange, Stream, Visit
from rag.web.words import Words

EN, ZH = Words("en"), Words("zh")
TEXT = "It was founded in 2011.\n\nAnn Roe leads the Lake Center. It has 12 rooms."
DOCUMENT = Document("lake.md", "Lake", TEXT, "0", center="Lake Center", date="2024-05-01")
QUOTE = "Ann Roe leads the Lake Center."
START = TEXT.index(QUOTE)
CITATION = Citation(
    1, "lake.md", "Lake", "Lake Center", None, START, START + len(QUOTE), QUOTE, START, START + 7
)
CHUNK = Chunk("lake.md#1", "lake.md", START, len(TEXT), "", TEXT[START:])
ANSWER = Answer(
    query=Query("Who leads it?", "Who leads it?"),
    text=f"Ann Roe: {QUOTE} [1]",
    points=(Point("Ann Roe", QUOTE, (1,)),),
    citations=(CITATION,),
    hits=(Hit(CHUNK, 0.9, 1, 1, None, dense=0.61, lexical=None, fused=0.43, reader=0.9),),
    confidence=0.926,
    notices=(),
    withheld=0,
    index_version="0001-a",
    elapsed=0.1,
)
REFUSAL = replace(ANSWER, text="The documents do not say.", points=(), citations=())
HOSTILE = st.text() | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "[a](javascript:alert(1)) <https://a.example> www.a.example a@b.example",
        "# a\n\n- b\n\n    c\n\n```html\n<b>\n```\n| a |\n|---|\n$$x$$ **b** _c_ ~~d~~ &lt;",
        "${alert(1)} {{constructor}} \ud800 \u202etxt.exe",
    ]
)


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def play(*steps: Answer | Exception) -> Stream:
    """A stream that yields or raises each of ``steps``, whatever it is asked."""

    def stream(question: str, turns: Sequence[Turn], center: str | None) -> Iterator[Answer]:
        for step in steps:
            if isinstance(step, Exception):
                raise step
            yield step

    return stream


def done(answer: Answer, number: int = 1, question: str = "Who leads it?") -> Exchange:
    return Exchange(
        number, question, answer, done=True, answer_id=f"{number:032x}", indexed="2026-11-22T08:00"
    )


def lookup(doc_id: str, version: str) -> Document | None:
    return DOCUMENT if doc_id == DOCUMENT.doc_id else None


def visit(**changes: object) -> Visit:
    made = Visit(conversation="c" * 32)
    for name, value in changes.items():
        setattr(made, name, value)
    return made
