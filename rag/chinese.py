"""Chinese words with what they mean in English, from the dictionary CC-CEDICT.

Where a question and a document share no word, what the words of the one mean in the language of the
other tells how far a sentence speaks of what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import lindera

from rag.language import HAS_CHINESE
from rag.lexical import terms
from rag.text import CJK, fold

_RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}]+(?:[-.'][^\W_{CJK}]+)*")
# Where the definitions begin among the fields of an entry; before them the pronunciation.
_DEFINITIONS = 8
_PINYIN = 4
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[^\x00-\x7f]+\|?")
_TECHNICAL = re.compile(
    r"(?:CL:|surname|abbr\. |variant|old variant|erhua|see |see also|also |Taiwan pr|used in|"
    r"classifier|\(|unofficial|Japanese variant)"
)
_CAPITALISED = re.compile(r"\b[A-Z][a-z]+")
# Words that ask, count or join and say nothing of what about.
_EMPTY = frozenset(
    "的 是 了 吗 呢 吧 啊 谁 谁的 什么 什麽 哪 哪些 哪个 哪里 哪儿 哪位 哪家 哪种 哪几 多少 几 个 位 名 家 项 篇 "
    "座 所 张 次 种 有 没有 有没有 在 和 与 及 或 由 被 把 为 为了 对 从 到 向 给 请 请问 我 我们 你 你们 您 他 "
    "她 它 他们 这 那 该 其 这个 那个 怎么 怎样 如何 为什么 何时 什么时候 时候 一共 总共 共 都 也 就 又 会 能 "
    "可以 能够 要 想 吧 着 过 地 得 之 以 而 并 等 于 上 下 里 中 内 外 前 后 最 更 很 一 一个 告诉 一下 介绍 "
    "关于 方面 叫 名字 做 进行 年 月 日 主要 多 多大 多高 有多大 是否 打算 将 将在 开始 属于 担任 曾 曾经 先后 其中 各 哪一 哪一年 哪年 教授 先生 中心 基地 机构 目前 现在 每 每年 大 小".split()
)


# What pages of research centers say for them, beside what the dictionary says.
_ALSO = {
    word: tuple(meanings.split("|"))
    for words_, meanings in (
        ("领导 负责 管理 主持 掌管 带领 牵头 负责人 领导人", "director|lead|head|direct"),
        ("成立 创立 创建 建立 设立 组建 创办", "found|establish|set up|inaugurate|complete"),
        ("揭牌 揭幕 落成 启用 开业", "inaugurate|inauguration|open"),
        ("批准 获批 审批 认定", "approve|approval|award|win"),
        ("获得 得到 荣获 赢得 拥有", "receive|obtain|win|give|hold|have"),
        ("位于 地址 位置 地点 坐落", "locate|location|place|street|road"),
        ("仪器 设备 装备 机器", "equipment|instrument|machine"),
        ("经费 资金 资助 拨款", "fund|funding|support|money"),
        ("目标 目的 宗旨 愿景", "aim|goal|purpose|hope|mission"),
        ("培养 培训", "train|teach"),
        ("合作 协作", "collaborate|cooperate|work with|partner"),
        ("方向 领域 课题", "area|field|direction|theme|aspect|line"),
        ("头衔 职务 职称 职位", "title|position|post"),
        ("聘用 招聘 雇用 招募", "hire|recruit|employ"),
        ("员工 人员 职工 成员", "people|staff|member|team"),
        ("工作站 工作室", "studio|station|workstation"),
        ("出席 参加", "attend|take part"),
        ("筹备 筹建", "preparation|prepare"),
        ("论文 文章 发表", "paper|publish|publication|appear"),
        ("附属", "affiliate|affiliated"),
        ("海外 国外 外国", "overseas|foreign|abroad"),
        ("头衔 称号", "title|talent"),
        ("期刊 杂志", "journal"),
        ("奖 奖项 奖励", "award|prize"),
        ("学科", "discipline"),
        ("平台", "platform|facility"),
        ("人才", "talent"),
    )
    for word in words_.split()
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text with its place and the terms of each of its English meanings.

    ``proper`` is whether it is the name of a place, a person or an institution, ``capitalised``
    the names in its first meaning; ``sound`` is its pinyin without tones, such as "zunyi".
    """

    surface: str
    start: int
    end: int
    meanings: tuple[tuple[str, ...], ...] = ()
    proper: bool = False
    capitalised: tuple[str, ...] = ()
    sound: str = ""


@lru_cache(maxsize=1)
def _segmenter() -> Any:
    # A tokenizer of its own for every thread is not needed: it is not changed by its use.
    return lindera.Tokenizer(lindera.load_dictionary("embedded://cc-cedict"), mode="normal")


@lru_cache(maxsize=2_000)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text: those of Chinese runs by the dictionary, the others as they stand."""
    found: list[Word] = []
    for run in _RUN.finditer(text):
        if not HAS_CHINESE.match(run[0]):
            found.append(Word(run[0], run.start(), run.end()))
            continue
        at = run.start()
        for token in _segmenter().tokenize(run[0]):
            joined = found[-1].surface + token.surface if found and found[-1].end == at else ""
            if joined in _ALSO:
                found[-1] = _word(joined, found[-1].start, ())
            else:
                found.append(_word(token.surface, at, list(token.details or ())))
            at += len(token.surface)
    return tuple(found)


def _word(surface: str, at: int, details: Sequence[str]) -> Word:
    end = at + len(surface)
    also = tuple(tuple(terms(meaning)) for meaning in _ALSO.get(surface, ()))
    if len(details) < _DEFINITIONS or details[_PINYIN] == "*":
        return Word(surface, at, end, also)
    pinyin = details[_PINYIN]
    senses = [s.strip() for s in ",".join(details[_DEFINITIONS - 1 :]).split("/")]
    surname = any(sense.startswith("surname") for sense in senses)
    senses = [s for s in senses if s and not _TECHNICAL.match(s)]
    plain = [_BRACKETS.sub(" ", sense) for sense in senses]
    meanings = (*(tuple(terms(sense)) for sense in plain), *also)
    return Word(
        surface,
        at,
        end,
        tuple(dict.fromkeys(m for m in meanings if m)),
        pinyin[:1].isupper() and not surname,
        tuple(_CAPITALISED.findall(plain[0].split(",")[0])) if plain else (),
        re.sub(r"[\d\s:]", "", pinyin).lower(),
    )


def content_words(text: str) -> tuple[Word, ...]:
    """The words of a text that say what it is about."""
    return tuple(word for word in words(text) if word.surface not in _EMPTY)


def in_english(text: str, known: Callable[[str], bool]) -> str:
    """The terms of all meanings of the words of a text, as far as some document has them."""
    found = (
        term
        for word in content_words(text)
        for meaning in word.meanings
        if all(map(known, meaning))
        for term in meaning
    )
    return " ".join(dict.fromkeys(found))


def coverage(
    question: str, text: str, weight: Callable[[str], float | None], rarest: float
) -> tuple[float, float]:
    """Two shares in [0, 1] of the words of a question, rare ones counting for more.

    That of the words that ``text`` has, as such or in English; and that of those which no document
    has.

    Args:
        question: the question.
        text: a sentence with what stands above it.
        weight: how rare a term is, ``None`` if no document has it.
        rarest: what a word counts that no document has, in any of its meanings.
    """
    there = set(terms(text))
    known = found = unknown = 0.0
    for word in content_words(question):
        ways = [way for way in (tuple(terms(word.surface)), *word.meanings) if way]
        weights = [w for way in ways if (w := _weight(way, weight)) is not None]
        if not weights:
            unknown += rarest
            continue
        known += min(weights)
        if any(there.issuperset(way) for way in ways):
            found += min(weights)
    total = known + unknown
    return (found / total, unknown / total) if total else (0.0, 0.0)


def _weight(way: Collection[str], weight: Callable[[str], float | None]) -> float | None:
    """How rare the rarest term of one way to say a word is, ``None`` if no document says it so."""
    weights = [weight(term) for term in way]
    known = [w for w in weights if w is not None]
    return max(known) if len(known) == len(weights) else None


def foreign_names(text: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """Names in Chinese of places, people and institutions of which no document speaks.

    A name is known as it stands, or by the names in its English meaning. A surname with one or two
    characters that make no word with each other is somebody's name.
    """
    if not HAS_CHINESE.search(text):
        return ()
    found: list[str] = []
    parts = words(text)
    for word in parts:
        if word.proper and word.capitalised and not all(map(known, word.capitalised)):
            found.append(word.surface)
    at = 0
    while at < len(parts):
        run = _single_characters(parts, at)
        name = text[parts[at].start : parts[at + len(run) - 1].end] if run else ""
        if len(name) in (2, 3) and name[0] in SURNAMES:
            found.append(name)
        at += max(1, len(run))
    return tuple(name for name in dict.fromkeys(found) if not known(name))


def _single_characters(parts: Sequence[Word], at: int) -> list[Word]:
    """The words from ``at`` on, side by side, that are one character each and mean something."""
    run: list[Word] = []
    for word in parts[at:]:
        adjoining = not run or run[-1].end == word.start
        if not (adjoining and len(word.surface) == 1 and HAS_CHINESE.match(word.surface)):
            break
        if word.surface in _EMPTY:
            break
        run.append(word)
    return run


def latin_names(text: str, people: dict[str, str]) -> str:
    """``text`` with people's names in Chinese characters as the documents write them in Latin.

    Args:
        text: Chinese.
        people: the names in the documents by their sound: "qiancheng" to "Qian Cheng".
    """
    found: list[tuple[int, int, str]] = []
    parts = words(text)
    for first in range(len(parts)):
        for last in range(first + 1, min(first + 4, len(parts))):
            run = parts[first : last + 1]
            length = sum(len(word.surface) for word in run)
            adjoining = all(a.end == b.start for a, b in zip(run, run[1:], strict=False))
            if length > 4 or not adjoining or not all(word.sound for word in run):
                continue
            name = people.get("".join(word.sound for word in run))
            if name and run[0].surface[0] in SURNAMES:
                found.append((run[0].start, run[-1].end, name))
    for start, end, name in reversed(found):
        text = f"{text[:start]} {name} {text[end:]}"
    return " ".join(text.split())


def people_by_sound(texts: Sequence[str]) -> dict[str, str]:
    """The names of two words that ``texts`` have, by what they sound like in either order."""
    found: dict[str, str] = {}
    for text in texts:
        for match in _TWO_WORDS.finditer(text):
            one, other = match[1], match[2]
            for sound in (fold(one + other), fold(other + one)):
                found.setdefault(sound, f"{one} {other}")
    return found


_TWO_WORDS = re.compile(r"(?=\b([A-Z][a-z]{1,6}) ([A-Z][a-z]{1,11})\b)")
# The surnames that 85 of 100 people in China have (Ministry of Public Security, 2020), some
# further ones, and both forms of each where they differ.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常应楼娄"
    "俞虞施葛柯倪裘盛张劉陳楊黃趙吳孫馬鄭謝許韓鄧馮蕭葉蘇呂盧鐘譚陸范賈鄒龍賀顧龔萬錢戴嚴應樓婁"
)
