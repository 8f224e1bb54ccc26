"""Questions over several centers, small talk and asking back, over the example corpus."""

from __future__ import annotations

import pytest

from rag.asking import asked_of, with_article
from rag.centers import centers_of
from rag.chatbot import Chatbot
from rag.forms import aspect_of, topic_of, work_of
from rag.types import Answer, Document, Turn

CANCER = "Cancer Precision Medicine Research Center"
MEDICAL = "Zhejiang University Medical Center"
BASE = "Cell-Microenvironment Interaction Discipline Innovation Introduction Base"
TISSUE = (
    "Collaborative Innovation Center of Chinese Ministry of Education for Tissue Repair and "
    "Regenerative Medicine"
)
ALL = {CANCER, MEDICAL, BASE, TISSUE}


def labelled(chatbot: Chatbot, answer: Answer) -> list[str]:
    """The labels of an answer, each point of which has to cite its own center's document."""
    label = ""
    labels: list[str] = []
    for point in answer.points:
        if point.label:
            label = point.label
            labels.append(label)
        cited = [c for c in answer.citations if c.marker in point.markers]
        assert cited
        for citation in cited:
            document = chatbot.document(citation.doc_id)
            assert document is not None
            assert document.center == citation.center == label
            assert document.text[citation.start : citation.end] == citation.quote
        assert point.text.strip("… ") in cited[0].quote
        assert f"{point.label}: " in answer.text
    return labels


def test_the_catalog_has_each_center_cited_to_its_documents(chatbot: Chatbot) -> None:
    for question in ("Which centers do you know?", "What can you answer?"):
        answer = chatbot.ask(question)
        assert answer.status == "answered"
        assert set(labelled(chatbot, answer)) == ALL
    of_one = chatbot.ask("Which centers does Zhejiang University have?")
    assert set(labelled(chatbot, of_one)) == {MEDICAL, BASE}


def test_each_center_answers_for_itself_and_the_others_are_named(chatbot: Chatbot) -> None:
    answer = chatbot.ask("How many academician studios does each center have?")
    assert labelled(chatbot, answer) == [TISSUE]
    assert answer.status == "partial"
    assert all(name in " ".join(answer.notices) for name in ALL - {TISSUE})


def test_a_list_of_one_center_is_given_whole_and_every_citation_is_pointed_to(
    chatbot: Chatbot,
) -> None:
    answer = chatbot.ask("What do the Zhejiang centers study?")
    assert labelled(chatbot, answer) == [BASE, MEDICAL]
    said = [point.text for point in answer.points]
    assert {"Translational research", "Clinical trials"} <= set(said)
    assert len(said) == len(set(said))
    markers = [c.marker for c in answer.citations]
    assert markers == list(range(1, len(markers) + 1))
    assert set(markers) == {marker for point in answer.points for marker in point.markers}


def test_two_centers_are_compared_line_by_line(chatbot: Chatbot) -> None:
    answer = chatbot.ask(f"Compare the founding dates of the {CANCER} and the {MEDICAL}.")
    assert labelled(chatbot, answer) == [CANCER, MEDICAL]
    assert "February 2019" in answer.text


def test_a_name_that_fits_two_centers_is_answered_for_each(chatbot: Chatbot) -> None:
    answer = chatbot.ask("Who leads the Zhejiang center?")
    assert set(labelled(chatbot, answer)) <= {MEDICAL, BASE}
    assert "Ying Songmin" in answer.text


def test_which_centers_shows_the_sentence_that_says_so(chatbot: Chatbot) -> None:
    answer = chatbot.ask("Which center has mass spectrometry?")
    assert labelled(chatbot, answer) == [TISSUE]
    assert "mass spectrometry" in answer.text
    assert chatbot.ask("Which centers work on volcanoes?").status == "refused"


def test_a_collaborator_is_sent_to_a_center_and_a_person_or_to_none(chatbot: Chatbot) -> None:
    answer = chatbot.ask("I work on skin flap transplantation, whom should I talk to?")
    assert labelled(chatbot, answer)[0] == TISSUE
    assert "He Zhixu" in answer.text
    nobody = chatbot.ask("I work on Roman law, whom should I talk to?")
    assert (nobody.status, nobody.citations) == ("refused", ())


def test_small_talk_shows_three_questions_that_the_corpus_answers(chatbot: Chatbot) -> None:
    answer = chatbot.ask("Hi there!")
    assert (answer.status, answer.citations) == ("chitchat", ())
    shown = answer.text.splitlines()[-3:]
    assert all(chatbot.ask(question).status == "answered" for question in shown)


def test_an_open_question_is_asked_back_and_the_reply_answers_it(chatbot: Chatbot) -> None:
    first = chatbot.ask("Who is the director?")
    assert first.status == "clarify"
    assert set(first.choices) == ALL
    assert all(name in first.text for name in ALL)
    reply = chatbot.ask("the one in Zunyi", [Turn("Who is the director?", first)])
    assert "He Zhixu" in reply.text


def test_an_entry_of_the_list_just_given_is_cited(chatbot: Chatbot) -> None:
    question = "Which platforms does the Cell-Microenvironment Base make use of?"
    history = [Turn(question, chatbot.ask(question))]
    answer = chatbot.ask("What is the last one?", history)
    assert answer.text == "Sino-German Center [1]"
    history.append(Turn("What is the last one?", answer))
    assert "Key Laboratory" in chatbot.ask("And the second?", history).text
    assert {c.center for c in answer.citations} == {BASE}


def test_a_person_leads_to_the_documents_of_one_center(chatbot: Chatbot) -> None:
    for question in ("Who is Qian Cheng?", "how many papers has qian cheng published"):
        assert chatbot.ask(question).query.centers == (CANCER,)


def test_the_filter_wins_and_says_so(chatbot: Chatbot) -> None:
    answer = chatbot.ask("Who leads the Cell-Microenvironment Base?", center=TISSUE)
    assert {c.center for c in answer.citations} <= {TISSUE}
    assert any(TISSUE in notice for notice in answer.notices)
    over = chatbot.ask("Who directs each center?", center=TISSUE)
    assert {c.center for c in over.citations} <= {TISSUE}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Who directs each center?", "Who directs the Lake Center?"),
        ("Who are the directors of all centers?", "Who are the directors of the Lake Center?"),
        ("When were the Lake Center and the Hill Center founded?",
         "When were the Lake Center founded?"),
        ("Who leads the Zunyi center?", "Who leads the Lake Center?"),
        ("What is its area?", "What is the Lake Center's area?"),
        ("Is there a library?", "Is there a library (the Lake Center)?"),
    ],
)  # fmt: skip
def test_a_question_is_put_about_one_center(text: str, asked: str) -> None:
    documents = [
        Document(f"{name}.md", name, "text", "0" * 64, center=name)
        for name in ("Lake Center", "Hill Center")
    ]
    assert asked_of(text, "Lake Center", centers_of(documents)) == asked


def test_what_is_compared_and_looked_for_is_read_off_the_question() -> None:
    assert aspect_of("Compare the directors of A and B.") == "Who is the director of the center?"
    assert aspect_of("When were A and B founded?") == "When were A and B founded?"
    assert topic_of("Which centers work on stem cells?") == "stem cells"
    assert topic_of("Is there a center that studies the brain?") == "brain"
    assert work_of("I work on CAR-T cells, whom should I talk to?") == "CAR-T cells"
    assert work_of("I study tumors. Which center should I contact?") == "tumors"


def test_where_no_founding_is_told_the_approval_is_given_and_said_to_be_one(
    chatbot: Chatbot,
) -> None:
    answer = chatbot.ask("When was each center founded?")
    assert set(labelled(chatbot, answer)) == ALL
    told = [notice for notice in answer.notices if "no founding, but the approval" in notice]
    assert len(told) == 1
    assert TISSUE in told[0]
    assert BASE in told[0]
    assert CANCER not in told[0]


def test_who_directs_a_center_finds_its_director_whatever_the_verb(chatbot: Chatbot) -> None:
    answer = chatbot.ask(f"Who directs the {MEDICAL}?")
    assert "Xu Zhengping" in answer.text
    assert answer.query.text == f"Who directs the {MEDICAL}?"


def test_a_center_that_is_described_beside_one_that_is_named_counts(chatbot: Chatbot) -> None:
    answer = chatbot.ask("Compare what CPMRC and the Zunyi center study.")
    assert set(labelled(chatbot, answer)) == {CANCER, TISSUE}


@pytest.mark.parametrize(
    ("question", "centers", "words"),
    [
        (
            "When were CPMRC and the tissue repair center founded?",
            [CANCER, TISSUE],
            ["February 2019", "October 2020"],
        ),
        (
            f"Who directs the {TISSUE} and the {MEDICAL}?",
            [MEDICAL, TISSUE],
            ["Xu Zhengping", "He Zhixu"],
        ),
    ],
)
def test_what_is_asked_of_centers_named_side_by_side_is_asked_of_each(
    chatbot: Chatbot, question: str, centers: list[str], words: list[str]
) -> None:
    answer = chatbot.ask(question)
    assert sorted(labelled(chatbot, answer)) == sorted(centers)
    assert all(said in answer.text for said in words)


def test_what_two_centers_have_with_each_other_is_not_asked_of_each(chatbot: Chatbot) -> None:
    assert chatbot.ask("Do CPMRC and the Base work together?").query.form == "direct"


@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("Which laboratory of CPMRC stands in Zunyi?", "Zunyi"),
        ("Who became director of CPMRC in October 2020?", "2020"),
    ],
)
def test_what_another_document_mentions_is_not_said_to_be_unmentioned(
    chatbot: Chatbot, question: str, elsewhere: str
) -> None:
    answer = chatbot.ask(question, center=CANCER)
    assert answer.status == "refused"
    assert f"no mention of {elsewhere}" not in answer.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Tissue Repair Center", "the Tissue Repair Center"), ("The Lake Lab", "the Lake Lab"),
        ("Base", "the Base"), ("CPMRC", "CPMRC"), ("Lake Works", "Lake Works"),
    ],
)  # fmt: skip
def test_a_name_has_its_article_where_it_says_what_it_is(name: str, said: str) -> None:
    assert with_article(name) == said
