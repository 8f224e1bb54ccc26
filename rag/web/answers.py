"""The conversation as HTML: questions, answers, markers that lead to their source."""

from __future__ import annotations

from collections.abc import Sequence

from rag.notices import understood
from rag.types import Answer, Citation, Point, Status
from rag.web.markup import Markup, element, escape, hidden, join
from rag.web.session import Exchange

# Bands of words over the calibrated probability; the number stands beside them.
_HIGH_CONFIDENCE = 0.8
_FAIR_CONFIDENCE = 0.5
# A question may be 10,000 characters long; nobody needs to read them twice.
_LONGEST_QUESTION = 600
_NO_QUESTION = "(no question)"
_SEARCHING = "Searching the documents …"
_STATUS: dict[Status, str] = {
    "answered": "Answered from the documents",
    "partial": "Answered in part",
    "clarify": "Please say what you mean",
    "refused": "Not answered by the documents",
    "chitchat": "",
}


def conversation(exchanges: Sequence[Exchange]) -> str:
    """The whole conversation, oldest exchange first.

    One block an exchange, with an empty line between: Gradio's Markdown leaves the blocks that did
    not change in the page, so a link in an earlier answer keeps its focus while a new one streams.
    """
    return "\n\n".join(_exchange(exchange) for exchange in exchanges)


def shortened(question: str, most: int = _LONGEST_QUESTION) -> str:
    """The question in one line of at most ``most`` characters."""
    line = " ".join(question.split()) or _NO_QUESTION
    return line if len(line) <= most else f"{line[:most].rstrip()} …"


def announcement(exchanges: Sequence[Exchange]) -> Markup:
    """What a screen reader says once, when the last exchange is done."""
    if not exchanges:
        return Markup()
    last = exchanges[-1]
    if not last.done:
        return escape(_SEARCHING)
    if last.answer is None:
        return escape(last.failure)
    sources = len(last.answer.citations)
    counted = f" {sources} source{'' if sources == 1 else 's'}." if sources else ""
    return escape(" ".join(last.answer.text.split()) + counted)


def confidence_words(confidence: float) -> str:
    """A probability in words, with its number.

    >>> confidence_words(0.926)
    'High confidence (0.93)'
    """
    if confidence >= _HIGH_CONFIDENCE:
        word = "High"
    elif confidence >= _FAIR_CONFIDENCE:
        word = "Fair"
    else:
        word = "Low"
    return f"{word} confidence ({confidence:.2f})"


def _exchange(exchange: Exchange) -> Markup:
    question = element(
        "h3", hidden("You asked: "), shortened(exchange.question), class_="question", dir="auto"
    )
    state = "turn done" if exchange.done else "turn"
    return element("section", question, _reply(exchange), class_=state)


def _reply(exchange: Exchange) -> Markup:
    if exchange.failure:
        return element("div", element("p", exchange.failure), class_="answer failure")
    if exchange.answer is None:
        return element("div", element("p", _SEARCHING), class_="answer searching")
    answer = exchange.answer
    parts = [_understood(answer), _said(exchange.number, answer)]
    if exchange.done:
        parts += [element("p", element("em", n), class_="notice") for n in answer.notices]
        parts.append(_verdict(answer))
    return element("div", *parts, class_=f"answer {answer.status}")


def _understood(answer: Answer) -> Markup:
    """What was searched for, where that is not what was typed."""
    said = understood(answer.query)
    return element("p", shortened(said), class_="understood", dir="auto") if said else Markup()


def _said(turn: int, answer: Answer) -> Markup:
    if not answer.points:
        lines = [line for line in answer.text.splitlines() if line.strip()]
        return join(*(element("p", line, class_="said", dir="auto") for line in lines))
    seen: set[int] = set()
    cited = {citation.marker: citation for citation in answer.citations}
    points = [_point(turn, point, cited, seen) for point in answer.points]
    if len(points) == 1:
        return element("p", points[0], class_="point", dir="auto")
    return element("ul", *(element("li", p, class_="point", dir="auto") for p in points))


def _point(turn: int, point: Point, cited: dict[int, Citation], seen: set[int]) -> Markup:
    exact, text, label = (" ".join(w.split()) for w in (point.exact, point.text, point.label))
    markers = [_marker(turn, cited[number], seen) for number in point.markers if number in cited]
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


def _marker(turn: int, citation: Citation, seen: set[int]) -> Markup:
    """A link to the card; the first of a number has an id, so that the card can lead back."""
    number = citation.marker
    place = {} if number in seen else {"id": f"marker-{turn}-{number}"}
    seen.add(number)
    return element(
        "a",
        "[",
        hidden("Source "),
        str(number),
        hidden(f": {citation.title}"),
        "]",
        href=f"#source-{turn}-{number}",
        title=f"Source {number}: {citation.title}",
        class_="marker",
        **place,
    )


def _verdict(answer: Answer) -> Markup:
    words = _STATUS[answer.status]
    if not words or not answer.query.text.strip():
        return Markup()
    if answer.citations:
        words += f" · {confidence_words(answer.confidence)}"
    return element("p", words, class_="verdict")
