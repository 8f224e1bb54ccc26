"""The kinds of answer: how a question asks for one, and what evidence must then show."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER_WORD = (
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|dozen|hundred|"
    r"thousand|million|billion|first|second|third|fourth|fifth|both|single|several|many)s?\b"
)
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_YEAR_OR_MONTH = (
    rf"\b(?:1[5-9]|20)\d\d\b|\b(?:{MONTHS})\b"
    r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
    r"|\d年|\d月|\bcentur(?:y|ies)\b"
)
_CURRENCY = r"yuan|rmb|cny|euros?|eur|dollars?|usd|pounds?|yen|[¥€$£]|元"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of answer: how a question asks for it, and what evidence must then show."""

    asked: re.Pattern[str]
    shown: re.Pattern[str]
    name: str


def _kind(asked: str, shown: str, name: str) -> Kind:
    return Kind(re.compile(asked, re.IGNORECASE), re.compile(shown, re.IGNORECASE), name)


# "Which hospital": a university that has hospitals is none.
_ESTABLISHMENTS = ("hospital", "ministry", "journal", "bank", "newspaper")

# The first that a question asks for counts: "telephone number" before "number".
KINDS = (
    _kind(
        r"\b(?:tele)?phones?\b|\b(?:tel|fax|hotline|wechat)\b|\b(?:contact|mobile) number"
        r"|电话|手机号|传真|電話",
        r"\+?\d[\d\s()–-]{6,}\d",
        "telephone number",
    ),
    _kind(r"\be-?mails?\b|邮箱|邮件|邮址|電郵", r"\S@\S", "e-mail address"),
    _kind(
        r"\b(?:web ?sites?|web ?pages?|urls?|home ?pages?)\b|网址|网站|主页|官网|網站",
        r"https?:|www\.",
        "website",
    ),
    _kind(
        r"\b(?:post(?:al)? ?codes?|zip(?: ?codes?)?|post ?codes?)\b|邮编|邮政编码",
        r"\b\d{5,6}\b|\b[A-Z]\w{1,3} ?\d\w\w\b",
        "postal code",
    ),
    _kind(
        r"\b(?:opening|office|visiting|working|business|consultation) hours\b"
        r"|\bwhat time\b|\bopen(?:ing)? (?:on|time)|\bwhen (?:is|are) .* open\b"
        r"|开放时间|营业时间|工作时间|几点",
        r"\d\s?[ap]\.?m\b|\d{1,2}:\d\d|o'clock|\d点|[一二三四五六七八九十]点",
        "opening hours",
    ),
    _kind(r"\bbudgets?\b|预算|預算", r"\bbudget|预算|預算", "budget"),
    _kind(
        r"\bsalar(?:y|ies)\b|\bwages?\b|\bstipends?\b|\bhow much .*\b(?:earn|paid|pay)\b"
        r"|工资|薪|待遇",
        r"\bsalar|\bwage|\bstipend|\bearn|\bpaid\b|工资|薪|待遇",
        "salary",
    ),
    _kind(
        r"\btuition\b|\bfees?\b|\bprices?\b|\bcharges\b|\bhow much does .* cost\b"
        r"|费用|学费|收费|价格",
        r"\btuition|\bfee|\bprice|\bcharge|\bcosts?\b|费|价",
        "fee",
    ),
    _kind(
        r"\bhow old\b|\bage of\b|\bbirth(?:day|date|place)?\b|\bborn\b"
        r"|年龄|出生|几岁|多大年纪|多大岁数|生日",
        r"\bborn\b|\bbirth|\baged?\b|\byears? old\b|生于|出生|岁",
        "age or birth",
    ),
    _kind(
        r"\b(?:wife|husband|spouse|married|children of|hobby|hobbies|religion|nationality)\b",
        r"\bwife|\bhusband|\bspouse|\bmarri|\bchildren|\bhobb|\breligio|\bnational(?:ity)?\b",
        "private life",
    ),
    _kind(
        r"\bpercent(?:age)?\b|\bsuccess rate\b|\bsurvival rate\b|\bproportion\b"
        r"|百分|成功率|比例|存活率",
        r"\d\s?%|\bper ?cent|百分",
        "percentage",
    ),
    _kind(
        r"\bhow much (?:money|funding|fund|is .* worth|did .* cost|has .* received)\b"
        r"|\bhow much\b|\b(?:amount|sum|total) of (?:money|funding)\b|\btotal (?:funding|funds?)\b"
        r"|总金额",
        rf"\d.*(?:{_CURRENCY})|(?:{_CURRENCY}).*\d|\d",
        "sum",
    ),
    _kind(
        r"多少钱|多少(?:经费|资金|元|投资)|总(?:经费|资金)|(?:经费|资金)(?:一共|总共)?(?:是|有)?多少",
        rf"\d.*(?:{_CURRENCY})|(?:{_CURRENCY}).*\d",
        "amount",
    ),
    _kind(
        r"\b(?:on )?(?:what|which) day\b|\bexact (?:date|day)\b|哪一?天|几月几[日号]|几号",
        rf"\b(?:{MONTHS}) \d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{MONTHS})\b"
        r"|\d{4}-\d\d-\d\d|\d日",
        "day",
    ),
    _kind(
        r"^when\b|\b(?:what|which) (?:year|date|month|day)\b|\bsince when\b|\bon what day\b"
        r"|\bhow long ago\b|什么时候|何时|哪一?年|几时|何年|哪个月|日期"
        r"|(?:成立|建立|创立|获批|批准|揭牌|开始|结束|起止)的?时间|什麼時候",
        _YEAR_OR_MONTH,
        "date",
    ),
    # Asked for so in Chinese only: in English the reader tells.
    _kind(
        r"(?:多少|几)(?:个|名|位)?(?:人|员工|成员|工作人员|研究人员|科研人员|专家|学者|教授|学生|职工)",
        rf"^(?=.*(?:\d|{_NUMBER_WORD}|[一二三四五六七八九十百千万])).*"
        r"(?:\b(?:people|staff|person|researcher|member|scholar|student|expert|talent|professor|"
        r"academician|technician|winner)|[人名位员])",
        "head count",
    ),
    _kind(
        r"属于(?:哪|什么)|隶属|哪[个所家](?:大学|单位|机构)的",
        r"\bbelong|\baffiliat|\bpart of\b|\brooted\b|\bestablished\b|\bwon\b|属于|隶属|依托",
        "affiliation",
    ),
    _kind(
        r"为什么|为何|怎么会|什么原因|為什麼",
        r"\bbecause\b|\bsince\b|\bdue to\b|\breasons?\b|\bowing\b|\boccasion\b|\bso that\b"
        r"|\bin order\b|\btherefore\b|\bpurposes?\b|\baims?\b|因为|由于|原因|所以|为了|旨在",
        "reason",
    ),
    _kind(
        r"哪里|哪儿|什么地方|何处|地址|位置|地点|位于哪|在哪[个座]?(?:城市|省|市|区|国)|哪裡",
        r"(?-i:\b(?:in|at|near|on) (?:the )?(?:[a-z]+ part of the )?(?:[A-Z]|No\. ?\d))"
        r"|(?-i:\b(?:Road|Street|Avenue|District)\b)|[省市区县路街号镇]|位于|坐落",
        "place",
    ),
    _kind(
        r"\bhow many\b|\bnumber of\b|\bhow large\b|\bhow big\b|\bhow long\b"
        r"|多少|几[个名位项家所篇次种间台张座年]|多大|幾",
        rf"\d|{_NUMBER_WORD}|[一二三四五六七八九十百千万]",
        "number",
    ),
    _kind(
        r"^who(?:m|se)?\b|\bwho (?:is|are|was|leads?|heads?|directs?)\b"
        r"|谁|何人|哪位|叫什么名字|哪些人|誰",
        r"(?-i:[A-Z][\w'-]+ [A-Z][\w'-]+)|[\u4e00-\u9fff]{2,4}",
        "person",
    ),
    *(
        _kind(rf"\b(?:which|what) {name}\b(?!['’]s)", rf"\b{name}", name)
        for name in _ESTABLISHMENTS
    ),
)
