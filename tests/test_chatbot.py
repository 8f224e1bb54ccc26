"""Questions to cited answers, over the example corpus."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import QueryError
from rag.indexing import build_index
from rag.text import normalise
from rag.types import Answer, Turn
from rag.versions import open_current

DIRECTOR = "Who is the director of the Cancer Precision Medicine Research Center?"


def quotes_are_slices(chatbot: Chatbot, answer: Answer) -> bool:
    for citation in answer.citations:
        document = chatbot.document(citation.doc_id)
        assert document is not None
        if document.text[citation.start : citation.end] != citation.quote:
            return False
        if not citation.start <= citation.answer_start <= citation.answer_end <= citation.end:
            return False
    return True


def test_a_question_gets_its_answer_with_a_marker_for_each_point(chatbot: Chatbot) -> None:
    answer = chatbot.ask(DIRECTOR)
    assert answer.status == "answered"
    assert "Qian Cheng" in answer.text
    assert answer.citations[0].center == "Cancer Precision Medicine Research Center"
    assert quotes_are_slices(chatbot, answer)
    markers = [marker for point in answer.points for marker in point.markers]
    assert set(markers) == {citation.marker for citation in answer.citations}
    assert all(point.markers for point in answer.points)
    assert all(f"[{marker}]" in answer.text for marker in markers)


def test_every_sentence_said_is_in_the_cited_document(chatbot: Chatbot) -> None:
    for question in (DIRECTOR, "What does the Base study?", "List the goals of the Medical Center"):
        answer = chatbot.ask(question)
        for point in answer.points:
            cited = [c for c in answer.citations if c.marker in point.markers]
            assert all(point.exact in c.quote for c in cited[:1])
            assert point.text.strip("… ") in cited[0].quote


@pytest.mark.parametrize(
    "question",
    [
        "What is the telephone number of the Cancer Precision Medicine Research Center?",
        "Who is the deputy director of the Cancer Precision Medicine Research Center?",
        "Who directs the Shanghai Institute of Oncology?",
        "What is the capital of France?",
        "Write me a poem",
        "Which companies make the small animal imager of the tissue repair center?",
    ],
)
def test_what_the_documents_do_not_say_is_refused_with_the_nearest_passages(
    chatbot: Chatbot, question: str
) -> None:
    answer = chatbot.ask(question)
    assert answer.status == "refused"
    assert not answer.citations
    assert answer.hits
    assert "searched" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "",
        "🙂🙂🙂",
        "x" * 10_000,
        "研究中心的主任是谁？",
        "'; DROP TABLE chunk; --",
        "<script>alert(1)</script> Who leads it?",
        "\x00\x01 [1] [99] 【1】",
        "\ud800 lone surrogate",
    ],
)
def test_any_input_gets_an_answer_or_a_friendly_refusal(chatbot: Chatbot, question: str) -> None:
    answer = chatbot.ask(question)
    assert answer.text
    assert answer.status in {"answered", "partial", "refused", "clarify"}
    assert quotes_are_slices(chatbot, answer)


def test_greetings_are_returned_without_citation(chatbot: Chatbot) -> None:
    answer = chatbot.ask("Hello!")
    assert answer.status == "chitchat"
    assert not answer.citations


def test_the_chosen_center_is_the_only_one_cited(chatbot: Chatbot) -> None:
    for center in chatbot.centers:
        for question in ("Who is the director?", "When was it founded?", "What is studied?"):
            answer = chatbot.ask(question, center=center)
            assert {c.center for c in answer.citations} <= {center}
            assert all(h.chunk.doc_id in _documents_of(chatbot, center) for h in answer.hits)


def _documents_of(chatbot: Chatbot, center: str) -> set[str]:
    return {d.doc_id for d in chatbot.version.records.documents() if d.center == center}


def test_an_unknown_center_is_an_error_that_lists_the_known(chatbot: Chatbot) -> None:
    with pytest.raises(QueryError, match="Zhejiang University Medical Center"):
        chatbot.ask(DIRECTOR, center="Harvard")


def test_a_follow_up_is_about_the_center_of_the_answer_before(chatbot: Chatbot) -> None:
    first = chatbot.ask(DIRECTOR)
    answer = chatbot.ask("When was it founded?", [Turn(DIRECTOR, first)])
    assert "February 2019" in answer.text
    assert answer.query.text != answer.query.original
    assert chatbot.converse("When was it founded?", [DIRECTOR]).text == answer.text


def test_an_answer_from_another_center_than_the_one_spoken_of_says_so(chatbot: Chatbot) -> None:
    question = "Total value of the instruments and equipment?"
    history = [Turn(DIRECTOR, chatbot.ask(DIRECTOR))]
    answer = chatbot.ask(question, history)
    assert answer.text == chatbot.ask(question).text
    assert any("do not say; this is" in notice for notice in answer.notices)


def test_a_stream_grows_and_ends_with_the_answer(chatbot: Chatbot) -> None:
    question = "What does the Cell-Microenvironment base study?"
    partial = list(chatbot.stream(question))
    assert partial[-1].text == chatbot.ask(question).text
    sizes = [len(answer.points) for answer in partial]
    assert sizes == sorted(sizes)
    assert sizes[-1] == len(partial)


def test_examples_are_questions_that_this_corpus_answers(chatbot: Chatbot) -> None:
    examples = chatbot.examples()
    assert len(examples) >= 3
    assert all(chatbot.ask(question).status == "answered" for question in examples)


def test_hits_are_ranked_from_one_with_falling_scores(chatbot: Chatbot) -> None:
    hits = chatbot.search(DIRECTOR, 7)
    assert [hit.rank for hit in hits] == list(range(1, 8))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(
    st.lists(
        st.text(alphabet=st.sampled_from("abc Dr.1。中\n#-:;“”é"), min_size=1, max_size=120),
        min_size=1,
        max_size=4,
    )
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_quotes_are_slices_of_random_documents(
    tmp_path_factory: pytest.TempPathFactory, chatbot: Chatbot, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    (folder / "corpus").mkdir()
    for number, text in enumerate(texts):
        (folder / "corpus" / f"{number}.txt").write_text(text, "utf-8")
    # What opens front matter and never ends it is no document.
    if not any(normalise(text) and not text.startswith("---") for text in texts):
        return
    build_index(folder / "corpus", folder / "index", chatbot.embedder, 64)
    other = chatbot.on(open_current(folder / "index", chatbot.embedder))
    for text in texts:
        assert quotes_are_slices(other, other.ask(text))


def test_plain_text_pages_with_web_noise_are_answered_from(
    tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "page.txt").write_text(
        "CN\n\nHome > Research > Content\n\nTumor Biology Center\n\nAug 28, 2023\n\n"
        "The Tumor Biology Center was approved in October 2020.Professor Ann\nLee, chair of the "
        "R & D council, acts as its director.\n\nFig. 1 Director Bob Ray at work\n\n"
        "Copyright © Some University All rights reserved\n"
    )
    build_index(tmp_path / "corpus", tmp_path / "index", embedder, 160)
    chatbot = Chatbot.open(load_settings(), tmp_path / "index")
    answer = chatbot.ask("Who is director of the Tumor Biology Center?")
    assert "Ann Lee" in answer.text
    assert "Bob Ray" not in answer.text
    assert quotes_are_slices(chatbot, answer)


@pytest.mark.parametrize(
    "question",
    [
        "Who funds CPMRC?",
        "Who founded CPMRC?",
        "Why did Zhejiang University sell the Medical Center?",
    ],
)
def test_a_deed_that_no_sentence_tells_is_not_answered(chatbot: Chatbot, question: str) -> None:
    assert chatbot.ask(question).status == "refused"


def test_whether_a_center_has_a_thing_is_answered_by_the_words_that_name_it(
    chatbot: Chatbot,
) -> None:
    answer = chatbot.ask("Does the Zunyi center have a sequencer?")
    assert "High-throughput sequencer" in answer.text
    assert {c.center for c in answer.citations} == set(answer.query.centers)
    assert chatbot.ask("Does CPMRC have a mass spectrometer?").status == "refused"


@pytest.mark.parametrize("question", ["Tell me about He Zhixu", "What does CPMRC do?"])
def test_a_person_and_a_center_are_described(chatbot: Chatbot, question: str) -> None:
    answer = chatbot.ask(question)
    assert answer.status == "answered"
    assert len({c.center for c in answer.citations}) == 1
