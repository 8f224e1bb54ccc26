"""However a language model fails, the documents answer, in time, and it is said."""

from __future__ import annotations

import pytest

from rag.chatbot import Chatbot
from tests.llm.conftest import FluentChatbot
from tests.llm.server import Play, Stage, says, serving
from tests.llm.written import (
    DIRECTOR,
    QUOTE,
    STUDIES,
    TRUE,
    every_marker_has_a_citation,
    is_in_own_words,
    marked,
)

_PATIENCE = 60.0


def broken(stage: Stage) -> None:
    stage.begin()
    stage.raw(b'data: {"choices": [{"delta"\n\ndata: \xff\xfe\n\n')


def html_page(stage: Stage) -> None:
    stage.begin("text/html")
    stage.raw(b"<html><body>Proxy login [1]. Qian Cheng.</body></html>")


def disconnect(stage: Stage) -> None:
    stage.begin()
    stage.piece("The Cancer Precision Medicine")
    stage.hang_up()


def hang(stage: Stage) -> None:
    stage.begin()
    stage.wait_until_left(2 * _PATIENCE)


FAILING: dict[str, Play] = {
    "rate limit": lambda s: s.status(429, {"message": "slow down", "code": "rate_limit"}),
    "long rate limit": lambda s: s.status(429, {"message": "x"}, {"Retry-After": "3600"}),
    "out of quota": lambda s: s.status(429, {"message": "no", "code": "insufficient_quota"}),
    "wrong key": lambda s: s.status(401, {"message": "secret-key is wrong"}),
    "no such model": lambda s: s.status(404, {"message": "no such model"}),
    "server error": lambda s: s.status(500, {"message": "oops"}),
    "hang before the head": lambda s: s.wait_until_left(2 * _PATIENCE),
    "hang after the head": hang,
    "disconnect": disconnect,
    "garbled": broken,
    "a web page": html_page,
    "empty": says(),
    "spaces": says(" ", "\n", "   "),
    "noise": says("�� ▒▒▒ ", "asdf qwer. " * 3, "�" * 50),
    "declining": says("NOT_IN_PASSAGES"),
    "refusing": says("I'm sorry, but as an AI language model I cannot help with that."),
    "looping": says(*["The center is the best in the world. "] * 500),
    "looping without an end": says(*["word "] * 20_000),
    "HTML": says("<script>alert(1)</script> <b>Qian Cheng</b> is the director [1]."),
}


@pytest.mark.parametrize("failing", FAILING)
def test_however_the_model_fails_the_documents_answer_within_the_time_and_that_is_said(
    failing: str, written_by: FluentChatbot, chatbot: Chatbot, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(FAILING[failing]) as server:
        answer = written_by(server, seconds=2.5, first=1.5).ask(DIRECTOR)
    assert is_in_own_words(answer, chatbot)
    assert any("language model" in notice.lower() for notice in answer.notices)
    assert answer.writing is not None
    assert answer.writing.failure
    # Patience, not a measure: a hanging server would be waited for twice as long, and a model that
    # asks for an hour an hour.
    assert answer.writing.seconds < _PATIENCE
    assert "secret-key" not in "".join((*answer.notices, answer.writing.failure, caplog.text))


def test_a_server_that_is_not_there_is_said(written_by: FluentChatbot, chatbot: Chatbot) -> None:
    with serving(says()) as server:
        gone = server.url
    answer = written_by(gone).ask(DIRECTOR)
    assert is_in_own_words(answer, chatbot)
    assert any("cannot be reached" in notice for notice in answer.notices)


def test_what_was_shown_before_a_disconnect_stays_and_the_rest_is_the_documents(
    written_by: FluentChatbot,
) -> None:
    def play(stage: Stage) -> None:
        stage.begin()
        stage.piece(
            marked(stage, "The Base studies cells and their microenvironment", "studies cells")
        )
        stage.piece(" It also")
        stage.hang_up()

    with serving(play) as server:
        answer = written_by(server).ask(STUDIES)
    assert answer.points[0].text == "The Base studies cells and their microenvironment."
    assert len(answer.points) > 1
    assert every_marker_has_a_citation(answer)
    assert any("own words" in notice for notice in answer.notices)


def test_a_failure_that_passes_is_tried_again(written_by: FluentChatbot) -> None:
    tries: list[int] = []

    def play(stage: Stage) -> None:
        tries.append(1)
        if len(tries) < 3:
            stage.status(500 if len(tries) == 1 else 429, {"message": "in a moment"})
        else:
            says(marked(stage, TRUE, QUOTE))(stage)

    with serving(play) as server:
        answer = written_by(server).ask(DIRECTOR)
    assert TRUE in answer.text
    assert len(tries) == 3


def test_a_model_that_goes_on_failing_is_left_alone(written_by: FluentChatbot) -> None:
    with serving(lambda s: s.status(401, {"message": "no"})) as server:
        fluent_chatbot = written_by(server)
        for _ in range(5):
            answer = fluent_chatbot.ask(DIRECTOR)
    assert len(server.seen.requests) == 3
    assert any("left alone" in notice for notice in answer.notices)


def test_a_hundred_thousand_tokens_are_cut_off(written_by: FluentChatbot) -> None:
    def play(stage: Stage) -> None:
        says(marked(stage, TRUE, QUOTE), *(f" Word{i}" for i in range(100_000)))(stage)

    with serving(play) as server:
        answer = written_by(server).ask(DIRECTOR)
        assert TRUE in answer.text
        assert "Word1" not in answer.text
        assert server.seen.left.wait(30)
    assert server.seen.pieces < 100_000


def test_the_request_ends_when_nobody_waits_for_the_answer_any_more(
    written_by: FluentChatbot,
) -> None:
    def play(stage: Stage) -> None:
        stage.begin()
        stage.wait_until_left()

    with serving(play) as server:
        growing = written_by(server).stream(DIRECTOR)
        next(growing)
        next(growing)
        growing.close()  # type: ignore[attr-defined]  # it is a generator
        assert server.seen.left.wait(20)
