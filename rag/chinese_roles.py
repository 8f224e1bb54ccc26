"""Roles as Chinese names them: 副主任, 执行院长, 药学院的院长."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.chinese import words
from rag.language import HAS_CHINESE

# The English words for them, as ``rag.expectation`` knows them.
_HEADS = {
    "主任": "director", "主管": "manager", "所长": "director", "所長": "director", "院长": "dean",
    "院長": "dean", "校长": "president", "校長": "president", "会长": "president",
    "書記": "secretary",
    "主席": "chairman", "书记": "secretary", "秘书长": "secretary", "秘书": "secretary",
    "科学家": "scientist", "創始人": "founder", "创始人": "founder", "创办人": "founder",
    "负责人": "head", "負責人": "head", "带头人": "leader", "帶頭人": "leader", "领导人": "leader",
    "领导者": "leader", "领军人": "leader", "副手": "director",
    "经理": "manager", "主编": "editor",
    "发言人": "spokesperson",
}  # fmt: skip
_MODIFIERS = {
    "常务副": "deputy", "常務副": "deputy", "副": "deputy", "执行": "executive",
    "執行": "executive",
    "代理": "acting", "前任": "former", "原": "former", "前": "former", "首任": "first",
    "名誉": "honorary", "荣誉": "honorary", "名譽": "honorary", "首席": "chief",
    "助理": "assistant",
    "海外": "overseas", "学术": "academic", "行政": "administrative", "高级": "senior",
    "下任": "next", "联合": "co",
}  # fmt: skip
_ROLE = re.compile(
    rf"(?P<modifiers>(?:(?:{'|'.join(_MODIFIERS)}))*)(?P<head>{'|'.join(_HEADS)})(?!办公室|辦公室)"
)
_PLACE = re.compile(
    r"(?P<place>[\u4e00-\u9fff]{1,12}?(?:学院|大学|办公室|医院|研究所|实验室|处|部|系|委员会|公司|院))的?$"
)
_SUB = re.compile(r"(?:分中心|子中心)[\u4e00-\u9fff]{0,4}$")
LEADS = re.compile(
    r"(?:谁|何人|哪位)(?:在|来|曾|负责)*(?:领导|负责|管理|主持|掌管|带领|牵头)|谁(?:当家|说了算)"
    r"|由(?:谁|何人|哪位)(?:来)?(?:领导|负责|管理|主持|掌管|带领|牵头)|誰(?:領導|負責)"
)
LEADING = re.compile("领导|负责|主持|带领|牵头|领衔|領導|負責|主任|院长|所长")


def chinese_roles(text: str) -> Iterator[tuple[frozenset[str], str, frozenset[str]]]:
    """Modifiers, head and what it is a role in, all in English words, of each role in ``text``.

    >>> [role[:2] for role in chinese_roles("中心的副主任是谁")]
    [(frozenset({'deputy'}), 'director')]
    """
    if not HAS_CHINESE.search(text):
        return
    for match in _ROLE.finditer(text):
        said = match["modifiers"]
        # 副手 is the deputy of whoever leads.
        modifiers: set[str] = {"deputy"} if match["head"] == "副手" else set()
        for word in sorted(_MODIFIERS, key=len, reverse=True):
            if word in said:
                modifiers.add(_MODIFIERS[word])
                said = said.replace(word, "")
        before = text[: match.start()]
        body: set[str] = {"sub"} if _SUB.search(before) else set()
        place = _PLACE.search(before)
        if place and not body:
            found = words(place["place"])
            body = {term for word in found for meaning in word.meanings for term in meaning}
        yield frozenset(modifiers), _HEADS[match["head"]], frozenset(body)
