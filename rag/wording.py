"""What is said that is no document's, in the language of the question."""

from __future__ import annotations

from typing import Literal

Key = Literal[
    "hello", "you could ask", "which center", "only searched", "elsewhere", "nothing found",
    "not searched", "approval instead", "not said", "part not said", "disagree", "other count",
    "one searched",
    "many searched", "about", "may know", "and", "nobody in role", "no mention", "not said who",
    "not said when", "not said how many", "not said how much", "none given", "understood",
    "too long", "shorten", "off", "missing", "damaged",
]  # fmt: skip

_EN: dict[Key, str] = {
    "hello": (
        "Hello. I answer questions about research centers from their documents, with citations."
    ),
    "you could ask": "You could ask:",
    "which center": "Which center do you mean?",
    "only searched": "Only documents of {center} were searched, as chosen.",
    "elsewhere": "The documents of {asked} do not say; this is {cited}.",
    "nothing found": "Nothing was found for: {centers}.",
    "not searched": "Not searched: {centers}.",
    "approval instead": "The documents tell no founding, but the approval or award, of: {centers}.",
    "not said": "The documents do not say",
    "part not said": "The documents do not say: {question}",
    "disagree": "The documents disagree.",
    "other count": "You asked for {asked}; the document lists {listed}.",
    "one searched": "1 document{about} was searched.",
    "many searched": "{count} documents{about} were searched.",
    "about": " about {centers}",
    "may know": " {publisher} may know.",
    "and": " and ",
    "nobody in role": "The documents name nobody in this role",
    "no mention": "The documents make no mention of {what}",
    "not said who": "The documents do not say who",
    "not said when": "The documents do not say when",
    "not said how many": "The documents do not say how many",
    "not said how much": "The documents do not say how much",
    "none given": "The documents give no {what}",
    "understood": "Understood as: {question}",
    "too long": "The question is longer than {most:,} characters.",
    "shorten": "Shorten it.",
    "off": "Questions in Chinese are not answered here: MULTILINGUAL is off.",
    "missing": "Questions in Chinese cannot be answered yet: this index has no multilingual "
    "vectors. `python -m rag index` makes them.",
    "damaged": "Questions in Chinese cannot be answered: the multilingual vectors of this index "
    "are damaged. `python -m rag index` makes them anew.",
}
_ZH: dict[Key, str] = {
    "hello": "您好。我根据各研究中心自己的文档回答有关问题，并注明出处。",
    "you could ask": "您可以这样问：",
    "which center": "您指的是哪个中心？",
    "only searched": "按您的选择，只检索了 {center} 的文档。",
    "elsewhere": "{asked} 的文档没有说明；以下内容出自 {cited}。",
    "nothing found": "以下中心没有找到相关内容：{centers}。",
    "not searched": "以下中心没有检索：{centers}。",
    "approval instead": "以下中心的文档没有说明成立时间，只说明了获批或获奖的时间：{centers}。",
    "not said": "文档中没有说明",
    "part not said": "文档中没有说明：{question}",
    "disagree": "各文档的说法不一致。",
    "other count": "您问的是 {asked} 项；文档列出了 {listed} 项。",
    "one searched": "已检索{about} 1 篇文档。",
    "many searched": "已检索{about} {count} 篇文档。",
    "about": "关于 {centers} 的",
    "may know": "{publisher} 也许知道。",
    "and": "、",
    "nobody in role": "文档中没有提到担任该职务的人",
    "no mention": "文档中没有提到“{what}”",
    "not said who": "文档中没有说明是谁",
    "not said when": "文档中没有说明时间",
    "not said how many": "文档中没有说明数量",
    "not said how much": "文档中没有说明金额",
    "none given": "文档中没有给出{what}",
    "understood": "理解为：{question}",
    "too long": "问题超过了 {most:,} 个字符。",
    "shorten": "请缩短。",
    "off": "此处不回答中文问题：设置 MULTILINGUAL 已关闭。",
    "missing": "暂时不能回答中文问题：这个索引还没有多语言向量，"
    "运行 `python -m rag index` 即可生成。",
    "damaged": "不能回答中文问题：这个索引的多语言向量已损坏，"
    "运行 `python -m rag index` 即可重新生成。",
}
# The kinds of answer, as ``rag.kinds`` calls them.
_KINDS_ZH = {
    "telephone number": "电话号码", "e-mail address": "电子邮箱", "website": "网址",
    "postal code": "邮政编码", "opening hours": "开放时间", "budget": "预算", "salary": "薪酬",
    "fee": "费用", "age or birth": "年龄或出生日期", "private life": "个人生活情况",
    "percentage": "百分比", "sum": "金额", "day": "具体日期", "date": "日期", "number": "数量",
    "person": "人员", "reason": "原因", "place": "地点", "affiliation": "所属单位",
}  # fmt: skip
WORDS: dict[str, dict[Key, str]] = {"en": _EN, "zh": _ZH}


def say(key: Key, language: str, **values: object) -> str:
    """One thing in a language, in English where the language has no words of its own here.

    >>> say("nothing found", "zh", centers="CPMRC")
    '以下中心没有找到相关内容：CPMRC。'
    """
    return WORDS.get(language, _EN)[key].format(**values)


def kind_name(kind: str, language: str) -> str:
    """What a kind of answer is called in a language."""
    return _KINDS_ZH.get(kind, kind) if language == "zh" else kind


def sentence(text: str, language: str) -> str:
    """``text`` with its full stop, and a space after it where the language has one."""
    return f"{text}。" if language == "zh" else f"{text}. "
