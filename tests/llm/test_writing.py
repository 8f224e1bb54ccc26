"""What is shown of what a language model writes, played by a real server on loopback."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from rag.chatbot import Chatbot
from rag.config import ROOT, load_settings
from rag.types import Turn
from tests.llm.conftest import FluentChatbot
from tests.llm.server import Stage, says, serving, slowly
from tests.llm.written import (
    DIRECTOR,
    QUOTE,
    STUDIES,
    TRUE,
    cited,
    every_marker_has_a_citation,
    is_in_own_words,
    marked,
)


def test_a_true_paraphrase_is_shown_unchanged_and_cited_to_the_sentence_that_says_it(
    written_by: FluentChatbot,
) -> None:
    def play(stage: Stage) -> None:
        says(marked(stage, TRUE, QUOTE))(stage)

    with serving(play) as server:
        answer = written_by(server).ask(DIRECTOR)
    assert answer.points[0].text == f"{TRUE}."
    assert cited(answer, TRUE).startswith(QUOTE)
    assert (answer.withheld, answer.status) == (0, "answered")
    assert every_marker_has_a_citation(answer)
    assert answer.writing is not None
    assert (answer.writing.prompt_tokens, answer.writing.completion_tokens) == (11, 7)
    assert any("language model" in notice for notice in answer.notices)


@pytest.mark.parametrize(
    "false",
    [
        "The center is directed by Professor He Zhixu",
        "The Cancer Precision Medicine Research Center was founded in March 2019",
        "Professor Qian Cheng has published 161 papers",
        "Professor Qian Cheng is not the director of the center",
        "Professor Qian Cheng is the director of Zhejiang University Medical Center",
        "Professor Qian Cheng directs the center and is a Nobel laureate",
        "Write to cheng@example.org or call +86 571 8820 1234",
    ],
)
def test_what_the_documents_do_not_say_is_withheld_and_their_own_words_stand_there(
    false: str, written_by: FluentChatbot, chatbot: Chatbot
) -> None:
    def play(stage: Stage) -> None:
        says(marked(stage, false, QUOTE))(stage)

    with serving(play) as server:
        answer = written_by(server).ask(DIRECTOR)
    assert false not in answer.text
    assert is_in_own_words(answer, chatbot)
    assert any("1 sentence of the language model withheld" in n for n in answer.notices)


def test_a_false_sentence_between_true_ones_is_counted(written_by: FluentChatbot) -> None:
    def play(stage: Stage) -> None:
        says(
            marked(stage, TRUE, QUOTE),
            " He was born in 1950 [1]. ",
        )(stage)

    with serving(play) as server:
        answer = written_by(server).ask(DIRECTOR)
    assert TRUE in answer.text
    assert "1950" not in answer.text
    assert (answer.withheld, answer.status) == (1, "partial")


@pytest.mark.parametrize("wrong", ["[0]", "[99]", "[-1]", "[7, 99]", "[2019]", "[1-999999]"])
def test_a_marker_that_names_no_passage_is_never_shown(
    wrong: str, written_by: FluentChatbot
) -> None:
    with serving(says(f"{TRUE} {wrong}.")) as server:
        answer = written_by(server).ask(DIRECTOR)
    assert wrong not in answer.text
    assert cited(answer, TRUE).startswith(QUOTE)
    assert every_marker_has_a_citation(answer)
    assert answer.writing is not None
    assert answer.writing.unresolved > 0


def test_a_sentence_without_a_marker_is_cited_to_what_supports_it_or_left_out(
    written_by: FluentChatbot,
) -> None:
    with serving(says(f"{TRUE}. ", "He likes chess.")) as server:
        answer = written_by(server).ask(DIRECTOR)
    assert cited(answer, TRUE).startswith(QUOTE)
    assert "chess" not in answer.text


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("marker", ["[{}]", "【{}】", "[{}][{}]", "[{}, {}]", "`[{}]`", "[^{}]"])
def test_tokens_may_end_inside_markers(size: int, marker: str, written_by: FluentChatbot) -> None:
    def play(stage: Stage) -> None:
        number = stage.number_of(QUOTE)
        text = f"{TRUE} {marker.format(number, number)}."
        says(*(text[i : i + size] for i in range(0, len(text), size)))(stage)

    with serving(play) as server:
        growing = list(written_by(server).stream(DIRECTOR))
    assert growing[-1].points[0].text == f"{TRUE}."
    assert not any("[]" in answer.text or "【" in answer.text for answer in growing)


def test_tokens_may_end_inside_a_character(written_by: FluentChatbot) -> None:
    def play(stage: Stage) -> None:
        stage.begin()
        text = marked(stage, TRUE + " – é 主任", QUOTE)
        chunk: dict[str, Any] = {
            "id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m",
            "choices": [{"index": 0, "delta": {"content": text}}],
        }  # fmt: skip
        data = f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()
        for byte in data:
            stage.raw(bytes([byte]))
        stage.end()

    with serving(play) as server:
        answer = written_by(server).ask(DIRECTOR)
    assert "Qian Cheng" in answer.text
    assert "\ufffd" not in answer.text
    assert every_marker_has_a_citation(answer)


def test_sentences_are_shown_as_they_come(written_by: FluentChatbot) -> None:
    def play(stage: Stage) -> None:
        slowly(
            0.5,
            marked(stage, "The Base studies cells and the microenvironment", "studies cells"),
            " The research of the Base has three core themes",
            f" [{stage.number_of('three core themes')}].",
        )(stage)

    with serving(play) as server:
        seen = [[p.text for p in a.points] for a in written_by(server).stream(STUDIES)]
    first = ["The Base studies cells and the microenvironment."]
    assert first in seen
    assert [*first, "The research of the Base has three core themes."] in seen


def test_a_follow_up_after_a_written_answer_is_understood(written_by: FluentChatbot) -> None:
    def play(stage: Stage) -> None:
        says(marked(stage, TRUE, QUOTE))(stage)

    with serving(play) as server:
        chatbot = written_by(server)
        first = chatbot.ask(DIRECTOR)
        server.play = says("NOT_IN_PASSAGES")
        answer = chatbot.ask("When was it founded?", [Turn(DIRECTOR, first)])
    assert "February 2019" in answer.text


def test_without_an_endpoint_nothing_is_different(index_dir: Path, chatbot: Chatbot) -> None:
    plain = Chatbot.open(load_settings(), index_dir)
    answer = plain.ask(STUDIES)
    assert answer.writing is None
    assert (answer.text, answer.notices) == (
        chatbot.find(STUDIES).text,
        chatbot.find(STUDIES).notices,
    )


def test_a_good_writer_is_hardly_ever_corrected(written_by: FluentChatbot) -> None:
    lines = (ROOT / "eval" / "paraphrases.jsonl").read_text("utf-8").splitlines()
    answers = [json.loads(line) for line in lines]
    assert len(answers) == 60
    written = shown = 0
    for one in answers:

        def play(stage: Stage, one: dict[str, Any] = one) -> None:
            said = [
                f"{s['text'].rstrip('.')} [{stage.number_of(s['quote'])}]."
                for s in one["sentences"]
            ]
            says(" ".join(said))(stage)

        with serving(play) as server:
            answer = written_by(server).ask(one["question"])
        told = {point.text for point in answer.points}
        # A question that the documents' own words do not answer is never put to the model.
        written += len(one["sentences"])
        shown += sum(sentence["text"] in told for sentence in one["sentences"])
        assert every_marker_has_a_citation(answer)
    print(f"{shown} of {written} sentences of a good writer are shown unchanged")
    assert shown >= 0.9 * written, f"{shown} of {written}"


def test_first_words_wait_for_no_second_sentence(written_by: FluentChatbot) -> None:
    sent: list[float] = []
    waits: list[float] = []

    def play(stage: Stage) -> None:
        stage.begin()
        stage.piece(marked(stage, TRUE, QUOTE))
        sent.append(time.monotonic())
        stage.wait_until_left(60)

    with serving(play) as server:
        chatbot = written_by(server)
        for _ in range(10):
            for answer in chatbot.stream(DIRECTOR):
                if answer.points and TRUE in answer.points[0].text:
                    waits.append((time.monotonic() - sent[-1]) * 1000)
                    break
    assert len(waits) == 10
    later = sorted(waits[1:])
    print(f"first words: at first {waits[0]:.0f} ms after the sentence, then p50 {later[4]:.0f} ms")
