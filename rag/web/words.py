"""Every word that the interface says of itself, in English and in Chinese.

What documents and answers say is never translated.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# English, Chinese. A key that ends in ".one" is taken where the count is 1.
TABLE: dict[str, tuple[str, str]] = {
    # Head and foot
    "title": ("Research center chat", "研究中心问答"),
    "promise": (
        "Answers from the centers' own documents, word for word.",
        "答案取自各研究中心的原始文档，逐字引用。",
    ),
    "new": ("New conversation", "新对话"),
    "other-language": ("中文", "English"),
    "other-language-said": ("Switch to Chinese: ", "切换到英文："),
    "theme": ("Light or dark", "浅色或深色"),
    "corpus": (
        "The example corpus is an edited summary of public pages, not the centers' own words.",
        "示例语料是公开网页的摘编，并非各中心的原文。",
    ),
    "index": ("Index {version}, {day}", "索引 {version}，{day}"),
    "privacy-kept": (
        "Kept on the server for {days} days, to judge the answers: questions, answers and "
        "feedback, without your name or address.",
        "服务器为评估答案质量保留 {days} 天：问题、答案和反馈，不含您的姓名或地址。",
    ),
    "privacy-kept.one": (
        "Kept on the server for a day, to judge the answers: questions, answers and feedback, "
        "without your name or address.",
        "服务器为评估答案质量保留 1 天：问题、答案和反馈，不含您的姓名或地址。",
    ),
    "privacy-not-kept": (
        "Kept on the server: nothing, neither your questions nor your name or address.",
        "服务器不保留任何内容，包括您的问题、姓名和地址。",
    ),
    "privacy-browser": (
        "Kept in this browser: your last conversation, until you start a new one.",
        "本浏览器保留您最近的一次对话，直到您开始新对话。",
    ),
    # Empty state
    "hero": ("What would you like to know about a research center?", "您想了解哪家研究中心？"),
    "can": ("It can tell you", "可以回答"),
    "can-1": ("who leads a center, and who works there", "谁领导某个中心，有哪些成员"),
    "can-2": ("what it studies, builds and is equipped with", "它研究什么、有哪些平台与设备"),
    "can-3": (
        "how centers compare, and which one fits your work",
        "各中心的异同，哪个适合您的方向",
    ),
    "cannot": ("It cannot", "不能回答"),
    "cannot-1": ("say what no document says; then it says so", "文档中没有的内容，此时会如实说明"),
    "cannot-2": ("look anything up on the web", "需要上网查询的内容"),
    "cannot-3": ("judge, advise or guess", "评价、建议或猜测"),
    "try": ("Try one of these", "试试这些问题"),
    "centers": ("Centers it knows", "已收录的研究中心"),
    "facts-coming": ("Reading the documents …", "正在读取文档……"),
    "more-centers": ("and {count} more centers", "另有 {count} 个中心"),
    "more-centers.one": ("and one more center", "另有 1 个中心"),
    "fact-leads": ("Director", "负责人"),
    "fact-founded": ("Founded", "成立时间"),
    "fact-studies": ("Studies", "研究方向"),
    "fact-place": ("Where", "所在地"),
    "fact-equipment": ("Equipment", "设备"),
    "fact-source": ("source", "出处"),
    # Asking
    "conversation": ("Conversation", "对话"),
    "question": ("Your question", "您的问题"),
    "placeholder": ("Ask about a center …", "询问某个研究中心……"),
    "ask": ("Ask", "提问"),
    "stop": ("Stop", "停止"),
    "stopped": ("Stopped.", "已停止。"),
    "center": ("Search in", "检索范围"),
    "all-centers": ("All centers", "全部中心"),
    "edit": ("Edit", "修改"),
    "editing": (
        "Asking again will replace question {number} and what follows it.",
        "重新提问将替换第 {number} 个问题及其后的内容。",
    ),
    "unedit": ("Keep as it is", "保持原样"),
    "asked": ("You asked: ", "您的问题："),
    "no-question": ("(no question)", "（没有问题）"),
    "searching": ("Searching the documents …", "正在检索文档……"),
    "apology": (
        "Something went wrong on our side, and the question was not answered. Please ask again.",
        "系统出现故障，未能回答。请重新提问。",
    ),
    # Answers
    "understood": ("Understood as: {question}", "理解为：{question}"),
    "status-answered": ("Answered from the documents", "依据文档作答"),
    "status-partial": ("Answered in part", "部分作答"),
    "status-clarify": ("Please say what you mean", "请说明您的意思"),
    "status-refused": ("Not answered by the documents", "文档中没有答案"),
    "confidence-high": ("High confidence ({value})", "把握较大（{value}）"),
    "confidence-fair": ("Fair confidence ({value})", "把握一般（{value}）"),
    "confidence-low": ("Low confidence ({value})", "把握较小（{value}）"),
    "version-kept": (
        "Answered from the earlier index version that the link names.",
        "依据链接指定的旧版索引作答。",
    ),
    "version-gone": (
        "The link names index version {version}, which is no longer kept. This is today's answer.",
        "链接指定的索引版本 {version} 已不再保留，以下为当前版本的答案。",
    ),
    "copy": ("Copy", "复制"),
    "copy-said": (" the answer with its citations", "答案及引用"),
    "link": ("Copy link", "复制链接"),
    "link-said": (" to this answer", "（此答案）"),
    "copied": ("Copied.", "已复制。"),
    "helpful": ("Was this helpful?", "这个答案有帮助吗？"),
    "yes": ("Yes", "有"),
    "no": ("No", "没有"),
    "reason": ("What is wrong with it?", "问题在哪里？"),
    "reason-wrong_source": ("It cites a wrong source", "引用的出处不对"),
    "reason-wrong_answer": ("The answer is wrong", "答案有误"),
    "reason-should_have_answered": ("It should have answered", "本应作答"),
    "reason-should_have_refused": ("It should have refused", "本应拒绝作答"),
    "reason-incomplete": ("Something is missing", "内容不完整"),
    "reason-outdated": ("It is out of date", "内容已过时"),
    "note": ("A note, if you like", "补充说明（可不填）"),
    "send": ("Send", "提交"),
    "thanks": ("Thank you for telling us.", "感谢您的反馈。"),
    # Sources
    "sources": ("Sources", "出处"),
    "sources-count": ("{count} sources", "{count} 个出处"),
    "sources-count.one": ("1 source", "1 个出处"),
    "passages": ("Nearest passages", "最接近的段落"),
    "close": ("Close", "关闭"),
    "sources-empty": (
        "The passages that an answer rests on appear here, with the words that were used marked.",
        "答案所依据的段落显示在这里，所用的词句会标出。",
    ),
    "sources-none": ("No passage was used.", "未使用任何段落。"),
    "passages-note": (
        "They do not answer the question. They are what the search found closest to it.",
        "这些段落没有回答问题，只是检索到的最接近的内容。",
    ),
    "source": ("Source {number}", "出处 {number}"),
    "marker": (", source: {title}", "，出处：{title}"),
    "page": ("page {page}", "第 {page} 页"),
    "published-by": ("published by {publisher}", "{publisher} 发布"),
    "old": (
        "This document is of {day}, more than a year ago. It may be out of date.",
        "该文档日期为 {day}，距今已超过一年，内容可能已过时。",
    ),
    "read": ("Read in full", "阅读全文"),
    "original": ("Original page", "原始网页"),
    "back": ("Back to the answer", "回到答案"),
    # Why
    "why": ("Why this answer?", "为什么是这个答案？"),
    "why-note": (
        "These passages were read, best first. Each score goes from 0 to 1.",
        "以下是读过的段落，从优到劣。各项分数在 0 与 1 之间。",
    ),
    "why-passage": ("Passage", "段落"),
    "why-cited": ("used", "已采用"),
    "why-dense": ("Meaning", "语义"),
    "why-lexical": ("Words", "词语"),
    "why-fused": ("Both", "综合"),
    "why-reader": ("Reader", "阅读"),
    "why-nothing": ("none", "无"),
    # A document in full
    "part": ("Part {number} of {count}", "第 {number} 部分，共 {count} 部分"),
    "earlier": ("Earlier part", "上一部分"),
    "later": ("Later part", "下一部分"),
    "document-gone": (
        "This document is no longer in the index version that the answer came from.",
        "答案所依据的索引版本中已没有该文档。",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: ``Words("en")("ask")``."""

    language: Language = "en"

    def __call__(self, key: str, **values: object) -> str:
        """The words for ``key`` with ``values`` put in; with ``count`` 1 those for one thing.

        Raises:
            KeyError: there are none.
        """
        one = f"{key}.one"
        found = TABLE[one if values.get("count", values.get("days")) == 1 and one in TABLE else key]
        return found[LANGUAGES.index(self.language)].format(**values)

    def day(self, date: str) -> str:
        """An ISO 8601 date or time, or a part of one, as people write it.

        >>> Words("en").day("2024-05-01"), Words("zh").day("2024-05")
        ('1 May 2024', '2024年5月')
        """
        head = date.partition("T")[0]
        try:
            parts = [int(part) for part in head.split("-")]
            first = datetime.date(*[*parts, 1, 1][:3])
        except (ValueError, TypeError):
            return date
        if self.language == "zh":
            names = (f"{first.year}年", f"{first.month}月", f"{first.day}日")
            return "".join(names[: len(parts)])
        names = (f"{first:%Y}", f"{first:%B}", f"{first.day}")
        return " ".join(names[: len(parts)][::-1])


def language_of(name: str | None) -> Language:
    """The interface's language for a browser's: Chinese for any kind of it, else English."""
    head = (name or "").strip().lower().replace("_", "-").partition("-")[0]
    return "zh" if head == "zh" else "en"
