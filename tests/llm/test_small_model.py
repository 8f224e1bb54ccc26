"""A real language model behind a real server: it invents, and none of that is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.smallmodel import LIMITS, NAME, SmallModel
from eval.writing import WritingReport, evaluate_writing, some_of
from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.doctor.llm import llm_findings
from rag.questions import load_questions
from rag.writing import open_writer


@pytest.fixture(scope="module")
def small() -> SmallModel:
    return SmallModel()


@pytest.fixture(scope="module")
def writing(chatbot: Chatbot, small: SmallModel) -> Chatbot:
    settings = load_settings(llm_base_url=small.url, llm_model=NAME, **LIMITS)
    return chatbot.on(chatbot.version, open_writer(settings, chatbot.embedder))


def nothing_invented_is_shown(report: WritingReport) -> None:
    print(  # the share is what the run is read for
        f"{report.called} of {report.questions} questions were written for, "
        f"{report.withheld:.1%} of {report.sentences} sentences withheld"
    )
    assert report.called
    assert report.sentences
    assert [fact for mark in report.marks for fact in mark.unsupported] == []
    assert report.dangling == 0
    assert report.right >= report.right_in_own_words


@pytest.mark.parametrize("questions", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_of_some_questions_nothing_invented_is_shown(writing: Chatbot, questions: int) -> None:
    nothing_invented_is_shown(evaluate_writing(some_of(load_questions(), questions), writing))


def test_the_doctor_tries_the_model(small: SmallModel, tmp_path: Path) -> None:
    settings = load_settings(llm_base_url=small.url, llm_model=NAME)
    (found,) = llm_findings(settings, quick=False)
    assert (found.severity, NAME in found.problem) == ("ok", True)
    (found,) = llm_findings(load_settings(llm_base_url=small.url, llm_model="other"), quick=False)
    assert (found.severity, found.items) == ("warning", (NAME,))
    gone = load_settings(llm_base_url="http://127.0.0.1:9/v1", llm_api_key="hush-hush")
    (found,) = llm_findings(gone, quick=False)
    assert (found.severity, "hush" in str(found)) == ("warning", False)
    (found,) = llm_findings(load_settings(), quick=False)
    assert found.severity == "ok"
