"""What a question expects, and evidence that cannot be its answer."""

import pytest

from rag.expectation import (
    Role,
    expect,
    is_plausible,
    objection,
    roles_in,
    speaks_of_leading,
    unknown_names,
)


def refused(question: str, sentence: str, answer: str = "", context: str = "") -> str | None:
    at = sentence.index(answer) if answer else 0
    return objection(expect(question), sentence, at, f"{context} {sentence}")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is the phone number of the center?", "telephone number"),
        ("What e-mail can I write to?", "e-mail address"),
        ("When was it founded?", "date"),
        ("In which year was it founded?", "date"),
        ("How many people work there?", "number"),
        ("What is its annual budget?", "budget"),
        ("How much does the director earn?", "salary"),
        ("Who leads it?", "person"),
        ("Which hospital hosts it?", "hospital"),
        ("Which hospital's staff work there?", None),
        ("What does it study?", None),
    ],
)
def test_the_kind_of_answer_is_read_off_the_question(question: str, kind: str | None) -> None:
    assert expect(question).kind == kind


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What is the telephone number?", "The total fund is 62.9474 million yuan."),
        ("What is the e-mail address?", "The center is at No. 1369, West Wenyi Road."),
        ("What is the budget of the center?", "Its equipment is worth 40 million yuan."),
        ("When was it founded?", "It was founded by the Ministry of Education."),
        ("How many people work there?", "Experts of the field work there."),
        ("Who is the deputy director?", "Qian Cheng is the director of the center."),
        ("Who is the director?", "Tian Mei is the Deputy Director of the center."),
        ("Who is the executive director?", "Li Xiaoming is Executive Dean of the School."),
        ("Who won the prize in 2023?", "He Zhixu won the prize in 2021."),
        ("Where did Tian Mei study?", "Xu Zhengping studied at Hangzhou."),
        ("Which hospital hosts it?", "It belongs to Zunyi Medical University."),
        ("Which ministry approved it?", "It was approved by Zhejiang University."),
    ],
)
def test_what_is_near_but_not_the_answer_is_objected_to(question: str, sentence: str) -> None:
    assert refused(question, sentence) is not None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What is the telephone number?", "Call +86 571 8820 8000."),
        ("Who is the deputy director?", "Tian Mei is the Deputy Director of the center."),
        ("Who is the vice director?", "Tian Mei is the Deputy Director of the center."),
        ("Who is the director?", "Xu Zhengping is Executive Director of the center."),
        ("Who directs the center?", "Qian Cheng acts as the director of the center."),
        ("How many people work there?", "More than ninety people, twelve of them new, work there."),
        ("Who won the prize in 2021?", "He Zhixu won the prize in 2021."),
        ("When was it founded?", "It was approved in October 2020."),
    ],
)
def test_what_may_be_the_answer_is_not(question: str, sentence: str) -> None:
    assert refused(question, sentence) is None


def test_in_a_list_of_people_the_role_is_that_of_the_clause() -> None:
    sentence = "Xu Zhengping, Executive Director; Tian Mei, Deputy Director; Li Wei, Dean"
    assert refused("Who is the deputy director?", sentence, "Tian Mei") is None
    assert refused("Who is the deputy director?", sentence, "Xu Zhengping") == "another role"


def test_whoever_only_stands_in_for_a_leader_does_not_lead() -> None:
    deputy = "Tian Mei was Deputy Director of the center at its inauguration."
    both = "Ann Lee, director, and her deputy director, Bob Ray, opened the house."
    assert refused("Who leads the center?", deputy, "Tian Mei") == "another role"
    assert refused("Who leads the center?", both, "Ann Lee") is None


def test_a_sentence_that_names_no_such_role_does_not_say_who_has_it() -> None:
    office = "Wang Zhaopin attended as Deputy Director of the Dean's Office."
    approved = "The Ministry of Education approved the center in October 2020."
    assert refused("Who is the dean of the school?", office, "Wang Zhaopin") == "another role"
    assert refused("Who leads the center?", approved, "Education") == "another role"
    assert refused("Who is the head of it?", "Ann Lee is its director.", "Ann Lee") is None
    assert refused("Who is the director?", "Ann Lee heads the center.", "Ann Lee") is None


def test_the_name_may_stand_in_the_passage_round_the_sentence() -> None:
    context = "Tian Mei joined in 2019."
    assert refused("Where did Tian Mei study?", "She studied at Hangzhou.", "", context) is None


def test_roles_are_read_with_the_words_that_change_them() -> None:
    assert roles_in("the Vice-Director and the former executive dean") == [
        Role(frozenset({"deputy"}), "director"),
        Role(frozenset({"former", "executive"}), "dean"),
    ]
    assert roles_in("the Deputy Director of the Dean's Office")[-1].head == "director"


def test_a_name_that_no_document_has_is_unknown_and_the_centers_own_is_not() -> None:
    expectation = expect("Who leads the Shanghai Branch of the Tumor Center?", ("Tumor Center",))
    assert unknown_names(expectation, lambda name: name == "Branch") == ("Shanghai",)


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("Which companies make the imager?", "companies"),
        ("In which SCI journals did the papers appear?", "journals"),
        ("What large-scale equipment does it have?", "equipment"),
        ("What kinds of awards are there?", "awards"),
        ("What does it study?", None),
        ("Who leads it?", None),
    ],
)
def test_the_thing_asked_for_is_read_off_the_question(question: str, thing: str | None) -> None:
    assert expect(question).thing == thing


def test_an_institution_is_no_answer_to_who_leads_but_may_be_one_to_who_founded() -> None:
    institution = "National Joint Research Center of the Ministry"
    assert not is_plausible(expect("Who is the director?"), institution)
    assert not is_plausible(expect("Who is in charge of it?"), institution)
    assert is_plausible(expect("Who is the director?"), "Ann Lee, dean of the School of Medicine")
    assert not is_plausible(expect("Who directs it?"), "the natural sciences")
    assert is_plausible(expect("Who founded it?"), "the Ministry of Education")


def test_leading_is_said_by_a_role_or_a_verb() -> None:
    assert speaks_of_leading("Ann Lee heads the center.")
    assert speaks_of_leading("Ann Lee, the dean, came.")
    assert not speaks_of_leading("The Ministry of Education approved the center in 2020.")
