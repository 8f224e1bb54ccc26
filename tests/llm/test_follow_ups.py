"""Follow-ups that a language model completes, and what speaks against what it writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.chatbot import Chatbot
from rag.llm import LanguageModel
from rag.rewriting import Rewriter, keeps
from rag.types import Turn
from rag.writing import Writer
from tests.llm.conftest import SECONDS
from tests.llm.server import Play, ScriptedServer, Stage, says, serving

DIRECTOR = "Who is the director of the Cancer Precision Medicine Research Center?"
LEANING = "How many papers did that gentleman publish?"
COMPLETED = "How many papers did Qian Cheng publish?"
SAID = (
    "Who is the director of the Harbor Center?\nProfessor Ann Lee is the director of the Harbor "
    "Center since 2019."
)
Completing = Callable[[ScriptedServer], Chatbot]


@pytest.fixture
def completing(chatbot: Chatbot) -> Completing:
    """Makes a chatbot that the model of a server completes questions for."""

    def make(server: ScriptedServer) -> Chatbot:
        model = LanguageModel(server.url, "scripted", "", SECONDS, SECONDS, 400)
        writer = Writer(model, chatbot.embedder, 1500, Rewriter(model))
        return chatbot.on(chatbot.version, writer)

    return make


def completes(text: str) -> Play:
    """A model that completes questions so, and writes no answers."""

    def play(stage: Stage) -> None:
        says(text if "<conversation>" in stage.prompt else "NOT_IN_PASSAGES")(stage)

    return play


def first(chatbot: Chatbot) -> list[Turn]:
    return [Turn(DIRECTOR, chatbot.find(DIRECTOR))]


def test_a_follow_up_that_the_rules_do_not_understand_is_completed_and_says_so(
    completing: Completing, chatbot: Chatbot
) -> None:
    assert chatbot.find(LEANING, first(chatbot)).status == "refused"
    with serving(completes(COMPLETED)) as server:
        answer = completing(server).ask(LEANING, first(chatbot))
    assert (answer.query.text, answer.query.original) == (COMPLETED, LEANING)
    assert "160" in answer.text
    assert answer.writing is not None
    assert (answer.writing.prompt_tokens, answer.writing.completion_tokens) == (22, 14)
    asked = server.seen.requests[0]["messages"][1]["content"]
    assert "Qian Cheng" in asked
    assert LEANING in asked


@pytest.mark.parametrize(
    "written",
    [
        "How many papers did He Zhixu publish?",  # a name that nobody said here
        "How many patents does Qian Cheng hold?",  # the papers are gone
        "How many papers did Qian Cheng publish in 2019?",  # a year that nobody said
        "How many papers did Qian Cheng not publish?",
        "", "   ", LEANING, "NOT_IN_PASSAGES", "I cannot help with that.",
        COMPLETED + " And so on." * 100,
    ],
)  # fmt: skip
def test_a_rewrite_that_loses_or_invents_something_is_not_used(
    written: str, completing: Completing, chatbot: Chatbot
) -> None:
    with serving(completes(written)) as server:
        answer = completing(server).ask(LEANING, first(chatbot))
    assert len(server.seen.requests) == 1
    found = chatbot.find(LEANING, first(chatbot))
    assert (answer.text, answer.query, answer.status) == (found.text, found.query, "refused")


def test_a_model_that_fails_leaves_the_follow_up_as_it_was(
    completing: Completing, chatbot: Chatbot
) -> None:
    with serving(lambda stage: stage.status(401, {"message": "no"})) as server:
        answer = completing(server).ask(LEANING, first(chatbot))
    assert (answer.text, answer.citations) == (chatbot.find(LEANING, first(chatbot)).text, ())


def test_the_model_completes_nothing_that_was_understood_or_stands_alone(
    completing: Completing, chatbot: Chatbot
) -> None:
    with serving(completes(COMPLETED)) as server:
        fluent = completing(server)
        fluent.ask(LEANING)
        fluent.ask("When was it founded?", first(chatbot))
        fluent.ask("Hello!", first(chatbot))
    assert not any("<conversation>" in str(request) for request in server.seen.requests)


def test_a_rewriter_is_there_only_where_the_settings_want_one(
    chatbot: Chatbot, completing: Completing
) -> None:
    with serving(completes(COMPLETED)) as server:
        model = LanguageModel(server.url, "scripted", "", SECONDS, SECONDS, 400)
        writer = Writer(model, chatbot.embedder, 1500)
        answer = chatbot.on(chatbot.version, writer).ask(LEANING, first(chatbot))
    assert not server.seen.requests
    assert answer.writing is None


@pytest.mark.parametrize(
    ("question", "rewrite", "kept"),
    [
        ("When did she start?", "When did Ann Lee start?", True),
        ("When did she start?", "When did Ann Lee start at the Harbor Center?", True),
        ("When did she start?", "When did Bo Ek start?", False),
        ("What did she do in 2020?", "What did Ann Lee do in 2020?", True),
        ("What did she do in 2020?", "What did Ann Lee do?", False),
        ("What did she do in 2020?", "What did Ann Lee do in 2021?", False),
        ("Does she know Bo Ek?", "Does Ann Lee know Bo?", False),
        ("Does she know Bo Ek?", "Does Ann Lee know Bo Ek?", True),
        ("Does she not teach?", "Does Ann Lee teach?", False),
        ("Who is the deputy there?", "Who is the director of the Harbor Center?", False),
        ("and in oslo?", "Who is the director of the Harbor Center?", False),
        ("Is info@harbor.example hers?", "Is the address Ann Lee's?", False),
    ],
)
def test_a_rewrite_keeps_every_name_and_number(question: str, rewrite: str, kept: bool) -> None:
    assert keeps(question, rewrite, SAID) is kept
