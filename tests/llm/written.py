"""What tests ask a chatbot that a model writes for, and what they look for in its answers."""

from __future__ import annotations

from rag.chatbot import Chatbot
from rag.types import Answer
from tests.llm.server import Stage

DIRECTOR = "Who is the director of the Cancer Precision Medicine Research Center?"
STUDIES = "What does the Cell-Microenvironment base study?"
TRUE = "The Cancer Precision Medicine Research Center is directed by Professor Qian Cheng"
QUOTE = "Professor Qian Cheng is the director of the"


def own_words(chatbot: Chatbot, question: str = DIRECTOR) -> Answer:
    return chatbot.find(question)


def is_in_own_words(answer: Answer, chatbot: Chatbot, question: str = DIRECTOR) -> bool:
    found = own_words(chatbot, question)
    return (answer.text, answer.citations) == (found.text, found.citations)


def cited(answer: Answer, sentence: str) -> str:
    """What is quoted for a sentence that is shown."""
    point = next(point for point in answer.points if sentence in point.text)
    return "\n".join(c.quote for c in answer.citations if c.marker in point.markers)


def every_marker_has_a_citation(answer: Answer) -> bool:
    markers = [marker for point in answer.points for marker in point.markers]
    return set(markers) == {c.marker for c in answer.citations} and all(
        point.markers for point in answer.points
    )


def marked(stage: Stage, text: str, quote: str) -> str:
    return f"{text} [{stage.number_of(quote)}]."
