"""What kind of answer a question in Chinese wants, by its words; see ``rag.forms`` for English."""

from __future__ import annotations

import re

from rag.types import Form

_CENTER = "(?:研究)?(?:中心|机构|基地|研究所|单位|实验室)"
_WHICH = "(?:哪些|哪个|哪家|哪几个|哪几家|哪一个|哪一家|什么样的)"
SMALL_TALK = re.compile(
    "(?:(?:你好|您好|你们好|大家好|嗨|哈喽|哈罗|早上好|早|上午好|下午好|晚上好|谢谢(?:你|您|你们)?|多谢|非常感谢|"
    "感谢|再见|拜拜|回头见|好的|好|明白了?|知道了|了解了?|太好了|很好|不客气|你是谁|您是谁|你是什么|"
    "你叫什么(?:名字)?|你是(?:机器人|人工智能|真人)吗?|你(?:能|会|可以)(?:做|干)(?:些)?什么|"
    "这是什么|怎么用|如何使用|帮助|帮帮我|你好吗)[啊呀吗呢了吧]?[\\s,.!?，。！？~～]*)+"
)
_CATALOG = re.compile(
    f"(?:请|请问)?(?:你们?|您|这里|系统|资料库|库里)?(?:这里|都|能|可以)?"
    f"(?:知道|有|收录了?|介绍|了解|涵盖|包括|包含|认识|列出|列举)?(?:所有|全部|都有)?的?"
    f"(?:{_WHICH}|什么|几个|多少个?)?(?:的)?{_CENTER}(?:的?(?:信息|资料|文档|名单|列表))?"
    "(?:可以问|可以查)?[呢啊吗]?[\\s。？?！!]*"
    "|(?:请|请问)?(?:你们?|您|我)(?:都)?(?:能|可以|会)?(?:回答|问|知道|了解|问你)(?:些|哪些)?"
    "(?:什么|哪些)(?:方面的?|样的)?(?:问题|内容|信息)?[呢啊]?[\\s。？?！!]*"
)
_ASKS_WHICH = re.compile("哪|什么|几个|多少|列出|列举|所有|全部|名单|列表")
_EACH = re.compile(
    f"(?:每一?个|每一?家|各个?|各家|所有的?|全部的?|这些|这几个|这几家|[两二三四五六]个|[两二三四五六]家){_CENTER}"
)
_TOGETHER = re.compile("分别|各自|都(?=是|有|在|由|研究|做|叫)")
_WHICH_CENTER = re.compile(
    f"^(?:请问)?(?:在)?(?:这些中心里|这里)?有?{_WHICH}{_CENTER}(?P<predicate>.+)"
    f"|^(?:请问)?(?:这里)?(?:有没有|是否有|有){_CENTER}(?:是|在)?(?P<any>.+)"
    "|^(?:请问)?(?:这里)?(?:有没有人|有谁|谁|是否有人|有人)(?:在|正在)?"
    "(?P<who>(?:从事|研究|开展|专门研究).+)"
    # "Which of these centers study …", not "which research areas are there at these centers".
    f"|^(?:请问)?(?:在)?(?:这些|这几[个家]|所有的?|全部的?){_CENTER}(?:里面?|中间?|当中|之中)[，,]?{_WHICH}"
    "(?P<among>(?!研究(?:方向|领域|内容|成果|课题|项目|人员)).+)"
)
_VERB = re.compile(
    "^(?:(?:主要|也|都|正在|在|能够?|可以|专门|会)*)"
    "(?:从事|研究|开展|做|进行|拥有|具有|具备|涉及|专注于|关注|擅长|有|是|开发|研发)?(?:着|过|了)?"
)
_TAIL = re.compile("(?:方面|领域)?(?:的)?(?:研究|工作)?[吗呢的吧]*[\\s？?。！!]*$")
_COMPARE = re.compile(
    "比较|对比|相比|区别|不同|差异|分别|各自|哪个更|哪家更|谁更|更[早晚大小多少]|还是|都"
)
_COMPARING = re.compile("^(?:请)?(?:比较|对比)(?:一下)?|(?:有什么|有何)?(?:区别|不同|差异)$|相比")
_MATCH = re.compile(
    "(?:我|我们|本人|我的|我们的).*(?:找|联系|联络|咨询|请教|合作|推荐|适合|对接)"
    f"|(?:适合|推荐).*(?:合作|{_CENTER})|(?:找|寻找|寻求).*(?:合作伙伴|合作者|合作单位)"
)
_WORK = re.compile(
    "(?:我们?|本人|我的|我们的)(?:是|在|正在|主要|目前|想|希望|打算|团队|实验室|课题组|研究)*"
    "(?:做|从事|研究|专攻|开展|方向是|方向为|领域是|课题是|课题为|兴趣是|感兴趣的是|对|关于|在|搞)"
    "(?P<topic>[^，,。；;？?！!]+)"
)
_ASKED = re.compile(
    "(?:，|,|。)?(?:应该|应|该|可以|能|想|要|请|希望)?(?:去|向|跟|和|与)?(?:找|联系|咨询|请教|问|哪|谁)[^，。]*$"
    "|感兴趣|方面|领域|(?:的)?(?:合作|研究|工作)(?:者|伙伴|单位)?$"
)
_LIST = re.compile(
    "哪些|有什么|有何|列出|列举|哪几|哪[两二三四五六七八九十]|[两二三四五六七八九十][个项种类大](?!月)[^，。？?]*(?:是什么|有哪些)"
)
_DESCRIPTION = re.compile(
    "介绍|概述|概括|简介|讲讲|说说|谈谈|描述|总结|做什么|干什么|研究什么|怎么样|怎样|如何|为什么|为何|什么是|"
    "是(?:一个)?什么样的?(?:机构|中心|基地|地方)|情况"
)
_INTERROGATIVE = "谁|什么|哪|几|多少|怎|如何|何时|为何|吗"
_AND_QUESTION = re.compile("[，,；;？?](?:还有|以及|并且|那么?|又)?")


def chinese_form(question: str) -> Form:
    """How a question about one center wants to be answered."""
    if _LIST.search(question):
        return "list"
    return "description" if _DESCRIPTION.search(question) else "direct"


def chinese_form_over_centers(question: str, named: int) -> Form | None:
    """How a question about several centers wants to be answered, ``None`` if it is about one.

    Args:
        question: complete.
        named: how many centers it names.
    """
    if not named and _MATCH.search(question):
        return "match"
    if named >= 2:
        return "compare" if _COMPARE.search(question) else None
    if named:
        return None
    if _CATALOG.fullmatch(question) and _ASKS_WHICH.search(question):
        return "catalog"
    if _WHICH_CENTER.search(question):
        return "which"
    return "each" if _EACH.search(question) else None


def chinese_topic(question: str) -> str:
    """What a "which centers" question asks for, such as 干细胞."""
    found = _WHICH_CENTER.search(question)
    said = question if found is None else next(part for part in found.groups() if part)
    topic = _TAIL.sub("", _VERB.sub("", said, count=1))
    return topic or said


def chinese_work(question: str) -> str:
    """What the asker of a match question works on, the whole question if it does not say."""
    found = _WORK.search(question)
    topic = _ASKED.sub("", found["topic"]).strip(" 的") if found else ""
    return topic or question


def chinese_aspect(question: str) -> str:
    """The question that a comparison asks of each center, as far as its words go."""
    return _COMPARING.sub("", question.strip(" ？?。")).strip("，, ")


def asked_of_chinese(text: str, spans: list[tuple[int, int]], called: str) -> str:
    """The question asked of the center that is ``called`` so.

    The name takes the place of those at ``spans``, or of "each center", or stands behind it.
    """
    text = _TOGETHER.sub("", text) if not spans else text
    if spans:
        start, end = spans[0][0], spans[-1][1]
        return _TOGETHER.sub("", f"{text[:start]}{called}{text[end:]}")
    each = _EACH.search(text)
    if each:
        return f"{text[: each.start()]}{called}{text[each.end() :]}"
    return f"{text}（{called}）"


def chinese_questions_in(question: str) -> tuple[str, ...]:
    """The questions that were asked together, such as when and by whom."""
    texts = tuple(t.strip() for t in _AND_QUESTION.split(question) if t.strip())
    several = len(texts) > 1 and all(re.search(_INTERROGATIVE, text) for text in texts)
    return texts if several else (question,)
