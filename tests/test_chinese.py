"""Chinese words, names, roles and forms, without an index."""

from __future__ import annotations

import pytest

from rag.centers import centers_of, find_center, mentioned_centers
from rag.chinese import coverage, foreign_names, in_english, latin_names, people_by_sound, words
from rag.chinese_forms import (
    SMALL_TALK,
    asked_of_chinese,
    chinese_form,
    chinese_form_over_centers,
    chinese_questions_in,
    chinese_topic,
    chinese_work,
)
from rag.expectation import expect, objection
from rag.language import language_of_question, spaced
from rag.retrieval import without_names
from rag.types import Document
from rag.wording import WORDS, say

LAKE = Document(
    "lake.md", "Lake", "", "0" * 64, center="Lake Center", institution="Lake University",
    aliases=("湖泊研究中心", "湖泊-生态中心", "江南大学"),
)  # fmt: skip
HILL = Document(
    "hill.md", "Hill", "", "0" * 64, center="Hill Center", institution="Lake University",
    aliases=("山地研究中心", "江南大学"),
)  # fmt: skip
SEA = Document(
    "sea.md", "Sea", "", "0" * 64, center="Sea Center", aliases=("青岛医科大学", "海洋中心")
)
CENTERS = centers_of([LAKE, HILL, SEA])


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Who leads it?", "en"),
        ("Who leads the 组织修复中心?", "en"),
        ("主任是谁？", "zh"),
        ("Ying Songmin 和 Ian David Hickson 谁是 director？", "zh"),
        ("Où est le centre ?", "en"),
        ("CAR-T 有吗", "zh"),
    ],
)
def test_a_question_is_in_the_language_that_asks(question: str, language: str) -> None:
    assert language_of_question(question) == language


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    values = dict.fromkeys(
        "center asked cited centers question count about publisher what listed".split(), "7"
    ) | {"most": 7}
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for key in WORDS["en"]:
        english, chinese = say(key, "en", **values), say(key, "zh", **values)
        assert english.count("7") == chinese.count("7"), key
        assert english.isascii()
        assert not chinese.isascii() or key == "and"


def test_words_stand_where_they_stand_and_mean_something() -> None:
    text = "上海的 CAR-T 细胞"
    found = words(text)
    assert [text[w.start : w.end] for w in found] == [w.surface for w in found]
    by_surface = {word.surface: word for word in found}
    assert by_surface["上海"].proper
    assert ("cell",) in by_surface["细胞"].meanings
    assert "CAR-T" in by_surface


def test_a_sentence_is_covered_by_what_the_words_of_the_question_mean() -> None:
    def weight(term: str) -> float | None:
        return 1.0 if term in {"paper", "patent", "cell"} else None

    assert coverage("发表了多少论文？", "He published 160 papers.", weight, 5.0)[0] > 0
    assert coverage("多少专利？", "He published 160 papers.", weight, 5.0) == (0.0, 0.0)
    assert coverage("有停车场吗？", "He published 160 papers.", weight, 5.0) == (0.0, 1.0)
    assert in_english("论文和专利", lambda term: term == "patent") == "patent"


def test_people_are_known_by_the_sound_of_their_names_alone() -> None:
    people = people_by_sound(["Professor Qian Cheng and Songmin Ying met He Zhixu, Ann Lee."])
    assert set(people.values()) == {"Qian Cheng", "Songmin Ying", "He Zhixu"}
    assert latin_names("钱程发表了多少论文？", people) == "Qian Cheng 发表了多少论文？"
    assert latin_names("应颂敏和何志旭", people) == "Songmin Ying 和 He Zhixu"
    # 历史 sounds like a name, but is a word, and no surname begins it.
    assert latin_names("中心的历史", people_by_sound(["Li Shi came."])) == "中心的历史"


def test_names_that_no_document_has_are_foreign() -> None:
    known = {"Zhejiang", "University"}.__contains__
    assert foreign_names("上海和浙江大学", known) == ("上海",)
    assert foreign_names("李四是谁？", known) == ("李四",)
    assert foreign_names("Who is Li Si?", known) == ()


def test_centers_are_named_in_chinese_by_name_institution_or_place() -> None:
    def meant(question: str) -> tuple[str, ...]:
        return mentioned_centers(question, CENTERS)

    assert meant("湖泊研究中心的主任是谁？") == ("Lake Center",)
    assert meant("湖泊生态中心在哪里？") == meant("湖泊—生态中心在哪里？") == ("Lake Center",)
    assert meant("江南大学有什么？") == ("Hill Center", "Lake Center")
    assert meant("江南大学的山地研究中心") == ("Hill Center",)
    assert meant("青岛的中心") == ("Sea Center",)
    assert meant("火星研究") == ()
    assert meant("Sea Center 和山地研究中心") == ("Hill Center", "Sea Center")
    assert find_center("海洋中心", CENTERS) == "Sea Center"
    assert without_names("湖泊生态中心的主任", ("湖泊-生态中心",), "X") == "X的主任"


@pytest.mark.parametrize(
    ("question", "sentence", "reason"),
    [
        ("主任是谁？", "Ann Lee is the director of the Lake Center.", None),
        ("副主任是谁？", "Ann Lee is the director of the Lake Center.", "another role"),
        ("副主任是谁？", "Ann Lee is Deputy Director of the Lake Center.", None),
        ("院长是谁？", "Ann Lee is the director of the Lake Center.", "another role"),
        ("谁领导湖泊研究中心？", "Ann Lee leads the Lake Center.", None),
        ("谁领导湖泊研究中心？", "Ann Lee works at the Lake Center.", "another role"),
        ("药学院的院长是谁？", "Ann Lee is Dean of the School of Medicine.", "another role"),
        ("联系电话是多少？", "It was founded in 2019.", "no telephone number"),
        ("邮箱是什么？", "Write to ann@lake.example.", None),
        ("什么时候成立的？", "It was founded in 2019.", None),
        ("什么时候成立的？", "It was founded long ago.", "no date"),
        ("在2020年得了什么奖？", "She won a prize in 2019.", "no mention of 2020"),
        ("从事 CAR-T 研究吗？", "It studies stem cells.", "no mention of CAR-T"),
        ("为什么辞职？", "Ann Lee is the director.", "no reason"),
        ("主任是谁？", "李安是湖泊研究中心的主任。", None),
        ("副主任是谁？", "李安是湖泊研究中心的主任。", "another role"),
    ],
)
def test_what_cannot_be_the_answer_is_objected_to(
    question: str, sentence: str, reason: str | None
) -> None:
    assert objection(expect(question, ("Lake Center",)), sentence, 0, sentence) == reason


def test_forms_of_questions() -> None:
    assert chinese_form("主任是谁？") == "direct"
    assert chinese_form("有哪些设备？") == "list"
    assert chinese_form("请介绍一下何志旭") == "description"
    over = chinese_form_over_centers
    assert over("你们有哪些中心？", 0) == "catalog"
    assert over("你能回答什么问题？", 0) == "catalog"
    assert over("各中心的主任分别是谁？", 0) == "each"
    assert over("哪些中心研究干细胞？", 0) == "which"
    assert over("有没有人从事干细胞研究？", 0) == "which"
    assert over("这些中心里哪些研究干细胞？", 0) == "which"
    assert over("这些中心里哪些研究方向与肿瘤有关？", 0) == "each"
    assert over("我研究皮瓣移植，应该联系哪个中心？", 0) == "match"
    assert over("湖泊研究中心和海洋中心的主任分别是谁？", 2) == "compare"
    assert over("湖泊研究中心的主任是谁？", 1) is None
    assert over("主任是谁？", 0) is None
    assert over("医院有哪些？", 0) is None
    assert chinese_topic("哪些中心研究干细胞？") == "干细胞"
    assert chinese_topic("这些中心里哪些研究干细胞？") == "干细胞"
    assert chinese_work("我研究皮瓣移植，应该联系哪个中心？") == "皮瓣移植"


@pytest.mark.parametrize("text", ["你好", "您好！", "谢谢你", "早上好，你好", "你是谁？", "再见"])
def test_small_talk(text: str) -> None:
    assert SMALL_TALK.fullmatch(text)


def test_what_is_no_small_talk() -> None:
    assert not SMALL_TALK.fullmatch("你好，主任是谁？")
    assert not SMALL_TALK.fullmatch("好的，那遵义的呢？")


def test_a_question_is_put_to_a_center() -> None:
    assert asked_of_chinese("各中心的主任分别是谁？", [], "海洋中心") == "海洋中心的主任是谁？"
    spans = [(0, 4), (5, 9)]
    asked = asked_of_chinese("海洋中心和山地中心的主任分别是谁？", spans, "海洋中心")
    assert asked == "海洋中心的主任是谁？"


def test_two_questions_in_one() -> None:
    assert chinese_questions_in("什么时候成立的，由谁领导？") == ("什么时候成立的", "由谁领导")
    assert chinese_questions_in("在杭州，谁是主任？") == ("在杭州，谁是主任？",)


def test_scripts_are_set_apart() -> None:
    assert spaced("在2019年有CAR-T吗") == "在 2019 年有 CAR-T 吗"
    assert spaced("Who leads it in 2019?") == "Who leads it in 2019?"
