"""The conversation as HTML: questions, answers, markers that lead to their source."""

from __future__ import annotations

from collections.abc import Sequence

from rag.notices import understood
from rag.types import Answer, Citation, Point
from rag.web.actions import actions, feedback, standing
from rag.web.markup import Markup, button, element, escape, hidden, join, spoken
from rag.web.session import Exchange, Lookup, Visit, age_of_link
from rag.web.words import Words

# A question may be 10,000 characters long; nobody needs to read them twice.
_LONGEST_QUESTION = 600


def conversation(
    exchanges: Sequence[Exchange], visit: Visit, lookup: Lookup, *, rating: bool = False
) -> str:
    """The whole conversation, oldest exchange first; ``rating`` where feedback is kept.

    One block an exchange, with an empty line between: Gradio's Markdown leaves the blocks that did
    not change in the page, so a link in an earlier answer keeps its focus while a new one streams.
    """
    return "\n\n".join(_exchange(e, visit, lookup, rating=rating) for e in exchanges)


def shortened(question: str, words: Words, most: int = _LONGEST_QUESTION) -> str:
    """The question in one line of at most ``most`` characters."""
    line = " ".join(question.split()) or words("no-question")
    return line if len(line) <= most else f"{line[:most].rstrip()} …"


def announcement(exchanges: Sequence[Exchange], words: Words) -> Markup:
    """What a screen reader says once, when the last exchange is done."""
    if not exchanges:
        return Markup()
    last = exchanges[-1]
    if not last.done:
        return escape(words("searching"))
    if last.answer is None:
        return escape(_failure(last, words))
    said = " ".join(last.answer.text.split())
    sources = len(last.answer.citations)
    return escape(f"{said} {words('sources-count', count=sources)}." if sources else said)


def replacing(visit: Visit) -> str:
    """Says what the next question will replace, with a way out."""
    if not visit.editing:
        return ""
    words = visit.words
    said = element("span", words("editing", number=visit.editing))
    return element("p", said, button("edit-0", words("unedit"), class_="quiet"))


def _exchange(exchange: Exchange, visit: Visit, lookup: Lookup, *, rating: bool) -> Markup:
    words = visit.words
    replaced = 0 < visit.editing <= exchange.number
    text = shortened(exchange.question, words)
    spelled = element("span", text, **spoken(text))
    question = element("h3", hidden(words("asked")), spelled, class_="question")
    edit = button(f"edit-{exchange.number}", words("edit"), class_="quiet") if exchange.done else ""
    state = " ".join(("turn", *(("done",) if exchange.done else ()), *("replaced",) * replaced))
    parts = [element("div", question, edit, class_="asked"), reply(exchange, words)]
    if exchange.done and exchange.answer:
        parts.append(standing(exchange, exchange.answer, words))
        bar = [actions(exchange, exchange.answer, lookup, words)]
        if rating and exchange.answer_id:
            bar.append(feedback(exchange, words, rated=exchange.answer_id in visit.rated))
        parts.append(element("div", *bar, class_="bar"))
    return element("section", *parts, class_=state)


def _failure(exchange: Exchange, words: Words) -> str:
    return words("apology") if exchange.broken else exchange.failure


def reply(exchange: Exchange, words: Words) -> Markup:
    """What is said in answer, without what stands under it."""
    if exchange.failure or exchange.broken:
        return element("div", element("p", _failure(exchange, words)), class_="answer failure")
    if exchange.answer is None:
        return element("div", element("p", words("searching")), class_="answer searching")
    answer = exchange.answer
    parts = [_understood(answer, words), _said(exchange.number, answer, words)]
    if exchange.done:
        notices = list(answer.notices)
        age = age_of_link(exchange)
        if age:
            notices.insert(0, words(f"version-{age}", version=exchange.wanted))
        parts += [element("p", notice, class_="notice", **spoken(notice)) for notice in notices]
    return element("div", *parts, class_=f"answer {answer.status}")


def _understood(answer: Answer, words: Words) -> Markup:
    """What was searched for, where that is not what was typed."""
    said = understood(answer.query)
    if not said:
        return Markup()
    return element("p", shortened(said, words), class_="understood", dir="auto")


def _said(turn: int, answer: Answer, words: Words) -> Markup:
    if not answer.points:
        lines = [line for line in answer.text.splitlines() if line.strip()]
        return join(*(element("p", line, class_="said", **spoken(line)) for line in lines))
    seen: set[int] = set()
    cited = {citation.marker: citation for citation in answer.citations}
    points = [_point(turn, point, cited, seen, words) for point in answer.points]
    if len(points) == 1:
        return element("p", points[0], class_="point", **spoken(answer.points[0].text))
    said = zip(points, answer.points, strict=True)
    return element("ul", *(element("li", p, class_="point", **spoken(o.text)) for p, o in said))


def _point(
    turn: int, point: Point, cited: dict[int, Citation], seen: set[int], words: Words
) -> Markup:
    exact, text, label = (" ".join(w.split()) for w in (point.exact, point.text, point.label))
    markers = [_marker(turn, cited[n], seen, words) for n in point.markers if n in cited]
    if not exact:
        said = [escape(text)]
    elif exact == text:
        said = [element("strong", exact)]
    else:
        quoted = element("span", f"“{text}”", class_="quoted")
        said = [element("strong", exact, class_="exact"), quoted]
    if label:
        said.insert(0, element("span", f"{label}:", class_="label"))
    # No line starts with a lonely marker.
    return join(join(*said, between=" "), *markers, between="\u00a0")


def _marker(turn: int, citation: Citation, seen: set[int], words: Words) -> Markup:
    """A link to the card; the first of a number has an id, so that the card can lead back."""
    number = citation.marker
    place = {} if number in seen else {"id": f"marker-{turn}-{number}"}
    seen.add(number)
    name = words("source", number=number)
    # The figure that is seen comes first in the name too, for those who speak to their computer.
    return element(
        "a",
        str(number),
        hidden(words("marker", title=citation.title)),
        href=f"#source-{turn}-{number}",
        title=f"{name}: {citation.title}",
        class_="marker",
        **place,
    )
