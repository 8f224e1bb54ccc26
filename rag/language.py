"""The language of a question, and text of two scripts set apart."""

from __future__ import annotations

import re
from typing import Literal

from rag.text import CJK, language_of

Language = Literal["en", "zh"]

HAS_CHINESE = re.compile(f"[{CJK}]")
# Words and particles that make a question of a sentence, whatever names it is full of.
_ASKING = re.compile(
    "谁|什么|哪|几|多少|吗|呢|怎么|怎样|如何|何时|为何|是否|有没有|请|介绍|比较|列出|"
    "誰|什麼|幾|嗎|怎麼|為何|請|介紹|比較"
)
_ENGLISH = re.compile(
    r"\W*(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|has|"
    r"have|tell|list|name|describe|explain|compare|show|give|in|at|on|for|and)\b",
    re.IGNORECASE,
)
_INSTITUTION = re.compile("(?:大学|学院|医院|研究院|大學|學院|醫院|^.大)$")
_JOINT = re.compile(f"(?<=[{CJK}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[{CJK}])")


def language_of_question(question: str) -> Language:
    """The language that a question is asked in; one without a Chinese character is English.

    >>> language_of_question("Ying Songmin 和 Ian David Hickson 谁负责?")
    'zh'
    >>> language_of_question("What does 肿瘤精准医学研究中心 study?")
    'en'
    """
    if not HAS_CHINESE.search(question):
        return "en"
    if _ASKING.search(question):
        return "zh"
    return "zh" if language_of(question) == "zh" and not _ENGLISH.match(question) else "en"


def spaced(text: str) -> str:
    """``text`` with a space wherever Chinese meets Latin letters or digits.

    >>> spaced("在2019年从事CAR-T研究")
    '在 2019 年从事 CAR-T 研究'
    """
    return _JOINT.sub(" ", text)


def is_institution(name: str) -> bool:
    """Whether a name in Chinese is that of a university or a hospital, not of a center of it.

    >>> is_institution("浙江大学"), is_institution("浙大"), is_institution("浙江大学医学中心")
    (True, True, False)
    """
    return HAS_CHINESE.search(name) is not None and _INSTITUTION.search(name) is not None


def name_pattern(name: str) -> str:
    """A regular expression for a name in Chinese, with any signs or none between its words."""
    return r"[\W_]*".join(map(re.escape, re.findall(r"[^\W_]+", name)))
