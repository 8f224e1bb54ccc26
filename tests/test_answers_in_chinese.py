"""Questions in Chinese through the chatbot: on the example corpus, and on documents in Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.attaching import attach
from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.finders import open_finder
from rag.indexing import build_index
from rag.marking import faithful
from rag.multilingual import UniversalSentenceEncoder
from rag.types import Answer, Turn
from rag.versions import open_current

CANCER = "Cancer Precision Medicine Research Center"
MEDICAL = "Zhejiang University Medical Center"
BASE = "Cell-Microenvironment Interaction Discipline Innovation Introduction Base"
TISSUE = (
    "Collaborative Innovation Center of Chinese Ministry of Education for Tissue Repair and "
    "Regenerative Medicine"
)

LAKE = """---
title: 湖泊研究中心简介
center: 湖泊研究中心
institution: 江南大学
language: zh
---

## 概况

湖泊研究中心成立于2015年3月，隶属江南大学。中心位于无锡市蠡湖大道1800号；占地面积约两千平方米。

## 领导

李安教授任湖泊研究中心主任。王平副教授任湖泊研究中心副主任。

## 研究方向

湖泊研究中心主要研究蓝藻水华的成因，也研究湖泊沉积物中的重金属。中心拥有一艘科学考察船。
"""
HILL = """---
title: 山地研究中心
center: 山地研究中心
language: zh
---

山地研究中心成立于2008年。张三教授领导山地研究中心。该中心研究滑坡和泥石流。
"""


def cited_centers(answer: Answer) -> set[str | None]:
    return {citation.center for citation in answer.citations}


def ask_all(chatbot: Chatbot, *questions: str) -> list[Answer]:
    """The answers to the questions of one conversation."""
    history: list[Turn] = []
    for question in questions:
        history.append(Turn(question, chatbot.ask(question, history)))
    return [turn.answer for turn in history]


def test_a_fact_is_a_whole_sentence_of_the_document_in_its_own_language(chinese: Chatbot) -> None:
    answer = chinese.ask("肿瘤精准医学研究中心的主任是谁？")
    assert (answer.status, answer.query.language) == ("answered", "zh")
    said = "Professor Qian Cheng is the director of the Cancer Precision Medicine Research Center."
    assert answer.points[0].text == said
    assert cited_centers(answer) == {CANCER}
    assert all(faithful(citation, chinese.version.records) for citation in answer.citations)


@pytest.mark.parametrize(
    ("question", "center", "words"),
    [
        ("谁领导引智基地？", BASE, "Ying Songmin"),
        ("浙江大学医学中心的副主任是谁？", MEDICAL, "Tian Mei"),
        ("组织修复中心有哪些大型设备？", TISSUE, "Ultrasonic Doppler"),
        ("钱程发表了多少篇论文？", CANCER, "160"),
        ("那遵义的中心聘用了多少人？", TISSUE, "120"),
    ],
)
def test_facts_are_found_at_the_right_center_alone(
    chinese: Chatbot, question: str, center: str, words: str
) -> None:
    answer = chinese.ask(question)
    assert words in answer.text
    assert cited_centers(answer) == {center}


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("肿瘤精准医学研究中心的联系电话是多少？", "电话号码"),
        ("组织修复中心的副主任是谁？", "该职务"),
        ("有没有人从事 CAR-T 研究？", "文档"),
        ("上海肿瘤研究所由谁领导？", "上海"),
        ("徐正平为什么被撤职？", "没有"),
        ("李四是谁？", "李四"),
        ("明天天气怎么样？", "没有说明"),
        ("肿瘤精准医学研究中心属于哪所大学？", "没有"),
    ],
)
def test_what_the_documents_do_not_say_is_refused_in_chinese(
    chinese: Chatbot, question: str, says: str
) -> None:
    answer = chinese.ask(question)
    assert answer.status == "refused"
    assert says in answer.text
    assert "The documents" not in answer.text
    assert not answer.citations


def test_refusal_has_a_threshold_of_its_own(chinese: Chatbot, chatbot: Chatbot) -> None:
    answer = chinese.ask("肿瘤精准医学研究中心是哪一年成立的？")
    threshold = chinese._cross_lingual.threshold
    assert answer.confidence >= threshold
    finder = chinese._cross_lingual.find(answer.query, 10)
    below = [e for e in finder.evidence if e.support < threshold]
    cited = {(c.doc_id, c.start) for c in answer.citations}
    assert below
    assert not cited & {(e.doc_id, e.start) for e in below}


@pytest.mark.parametrize(
    "question",
    [
        "遵义组织修复中心的主任是谁？",
        "遵义的组织修复与再生医学中心主任是谁？",
        "遵义中心的主任是谁？",
    ],
)
def test_a_center_may_be_called_by_its_place_and_what_it_does(
    chinese: Chatbot, question: str
) -> None:
    answer = chinese.ask(question)
    assert "He Zhixu is the director" in answer.text
    # It is shown how it was understood.
    assert answer.query.text.startswith("教育部组织修复与再生医学协同创新中心")


@pytest.mark.parametrize(
    "question", ["遵义医科大学有哪些研究中心？", "遵义和浙江的中心分别由谁领导？"]
)
def test_a_place_is_no_part_of_a_name_where_no_one_center_is_meant(
    chinese: Chatbot, question: str
) -> None:
    assert chinese.ask(question).query.text == question


def test_a_chosen_center_overrides_the_question_and_that_is_said(chinese: Chatbot) -> None:
    answer = chinese.ask("组织修复中心的主任是谁？", center=CANCER)
    assert cited_centers(answer) <= {CANCER}
    assert f"按您的选择，只检索了 {CANCER} 的文档。" in answer.notices
    assert chinese.ask("主任是谁？", center="组织修复中心").query.centers == (TISSUE,)


def test_people_are_found_by_the_sound_of_their_names(chinese: Chatbot) -> None:
    answer = chinese.ask("何志旭获得过哪些奖？")
    assert answer.query.text == "He Zhixu 获得过哪些奖？"
    assert cited_centers(answer) == {TISSUE}
    assert "Ho Leung Ho Lee" in answer.text


def test_follow_ups_keep_their_subject(chinese: Chatbot) -> None:
    first, second, third = ask_all(
        chinese, "组织修复中心的主任是谁？", "他有哪些头衔？", "那浙大医学中心的主任呢？"
    )
    assert "He Zhixu" in first.text
    assert second.query.text.startswith("He Zhixu")
    assert cited_centers(second) == {TISSUE}
    assert cited_centers(third) == {MEDICAL}
    _, about_it = ask_all(chinese, "肿瘤精准医学研究中心研究什么？", "它是什么时候成立的？")
    assert "February 2019" in about_it.text


def test_a_question_that_points_to_no_center_is_asked_back(chinese: Chatbot) -> None:
    back, chosen = ask_all(chinese, "主任是谁？", "第三个")
    assert (back.status, len(back.choices)) == ("clarify", 4)
    assert back.text.startswith("您指的是哪个中心？")
    assert chosen.query.centers == (back.choices[2],)


def test_two_questions_in_one_are_both_answered(chinese: Chatbot) -> None:
    answer = chinese.ask("引智基地是什么时候获批的，由谁领导？")
    assert "2024" in answer.text
    assert "Ying Songmin" in answer.text
    half = chinese.ask("组织修复中心的主任是谁，电话是多少？")
    assert half.status == "partial"
    assert any(notice.startswith("文档中没有说明：") for notice in half.notices)


def test_over_several_centers(chinese: Chatbot) -> None:
    catalog = chinese.ask("你们有哪些中心？")
    assert {point.label for point in catalog.points} == {CANCER, MEDICAL, BASE, TISSUE}
    each = chinese.ask("各中心的负责人是谁？")
    people = ("Qian Cheng", "He Zhixu", "Ying Songmin", "Xu Zhengping")
    assert all(name in each.text for name in people)
    which = chinese.ask("哪些中心研究干细胞？")
    assert TISSUE in cited_centers(which)
    assert any(notice.startswith("以下中心没有找到相关内容") for notice in which.notices)
    assert chinese.ask("哪些中心研究火山？").status == "refused"
    match = chinese.ask("我研究皮瓣移植，应该联系哪个中心？")
    assert match.points[0].label == TISSUE
    assert "He Zhixu" in match.text
    compare = chinese.ask("浙江大学医学中心和引智基地的主任分别是谁？")
    assert cited_centers(compare) == {MEDICAL, BASE}


def test_small_talk_shows_questions_in_chinese_that_are_answered(chinese: Chatbot) -> None:
    answer = chinese.ask("你好")
    assert answer.status == "chitchat"
    shown = answer.text.splitlines()[2:]
    assert len(shown) == 3
    assert all(chinese.ask(question).status == "answered" for question in shown)


def test_a_question_in_english_is_answered_as_without_the_path(
    chinese: Chatbot, chatbot: Chatbot
) -> None:
    for question in ("Who leads the Base?", "What is the e-mail of Qian Cheng?", "Hello"):
        assert chinese.ask(question).text == chatbot.ask(question).text


def test_a_question_that_is_too_long_is_refused_in_its_language(chinese: Chatbot) -> None:
    assert "请缩短" in chinese.ask("主任是谁？" * 500).text


@pytest.fixture(scope="module")
def on_chinese(
    tmp_path_factory: pytest.TempPathFactory,
    embedder: SentenceEmbedder,
    multilingual: UniversalSentenceEncoder,
) -> Chatbot:
    """A chatbot over documents in Chinese."""
    folder: Path = tmp_path_factory.mktemp("lake")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "lake.md").write_text(LAKE, "utf-8")
    (folder / "corpus" / "hill.md").write_text(HILL, "gb18030")
    build_index(folder / "corpus", folder / "index", embedder, load_settings().chunk_tokens)
    attach(folder / "index", multilingual)
    finder = open_finder(load_settings(reader_model="none"), embedder)
    version = open_current(folder / "index", embedder)
    return Chatbot(version, embedder, finder, 10, multilingual)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("湖泊研究中心的主任是谁？", "李安教授任湖泊研究中心主任。"),
        ("湖泊研究中心的副主任是谁？", "王平副教授任湖泊研究中心副主任。"),
        ("湖泊研究中心是什么时候成立的？", "湖泊研究中心成立于2015年3月，隶属江南大学。"),
        ("山地研究中心研究什么？", "该中心研究滑坡和泥石流。"),
        ("谁领导山地研究中心？", "张三教授领导山地研究中心。"),
        ("湖泊研究中心在哪里？", "中心位于无锡市蠡湖大道1800号；"),
    ],
)
def test_documents_in_chinese_are_quoted_by_whole_sentences(
    on_chinese: Chatbot, question: str, sentence: str
) -> None:
    answer = on_chinese.ask(question)
    assert sentence in [point.text for point in answer.points]
    assert all(faithful(citation, on_chinese.version.records) for citation in answer.citations)


@pytest.mark.parametrize(
    "question", ["湖泊研究中心的电话是多少？", "山地研究中心有没有停车场？", "北京大学的校长是谁？"]
)
def test_documents_in_chinese_are_silent_on_the_rest(on_chinese: Chatbot, question: str) -> None:
    assert on_chinese.ask(question).status == "refused"
