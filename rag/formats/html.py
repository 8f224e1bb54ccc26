"""HTML: the main content of a page, by trafilatura."""

from __future__ import annotations

import codecs
import re
from configparser import ConfigParser
from copy import deepcopy

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import DEFAULT_CONFIG, Document

from rag.formats.blocks import markdown_of, parse_html
from rag.formats.content import Content, Metadata, calendar_date, one_line, plausible_language
from rag.formats.plain import decode
from rag.text import WIDE, normalise

# What is shorter may be a caption or a notice rather than the page's main text, in characters.
_SHORT = 250
_FURNITURE = (
    ".//nav | .//aside | .//footer"
    " | .//*[@role='navigation' or @role='complementary' or @role='contentinfo']"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")
# In Chinese a line end between two characters is no space.
_CHINESE_WRAP = re.compile(rf"(?<=[{WIDE}])[^\S\n]*\n\s*(?=[{WIDE}])")
# As browsers do, what calls itself by a narrow name is read as the wide one (WHATWG Encoding).
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252"}
_ENCODINGS = re.compile(
    r"utf-8|gb\w*|big5\w*|euc_\w+|shift_jis\w*|iso8859-\d+|cp125\d|cp\d{3}|koi8-[rut]|ascii"
)
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s?=\s?["']?([\w:-]{2,20})"""
)
# The names that sites give to the date of a page in its head, the date of its first issue before
# that of a change. Dates in the text may be those of an event.
_DATE_NAMES = (
    "article:published_time", "datepublished", "dc.date.issued", "dcterms.issued", "dc.date",
    "dcterms.date", "date", "pubdate", "publishdate", "dcterms.created", "article:modified_time",
    "dcterms.modified", "last-modified",
)  # fmt: skip


def read_html(raw: bytes, name: str) -> Content:
    """The content of a web page: its main text, without what all pages of a site have.

    Raises:
        LoadError: it is not text, or not all of it can be read.
    """
    source = _decode(raw, name).replace("\x00", "")
    source = _CHINESE_WRAP.sub("", source)
    tree = parse_html(source.encode("utf-8", "replace"), name)
    page = trafilatura.bare_extraction(
        tree,
        include_comments=False,
        include_formatting=True,
        with_metadata=True,
        date_extraction_params={"extensive_search": False},
        config=_config(),
    )
    title = address = None
    text = ""
    if isinstance(page, Document):
        title, address = page.title, page.url
        text = "" if page.body is None else normalise(markdown_of(page.body), markdown=True)
    if len(text) < _SHORT:
        text = max(text, _whole(tree), key=len)
    return Content(text, embedded=_embedded(tree, title, address, text))


def _config() -> ConfigParser:
    config = deepcopy(DEFAULT_CONFIG)
    # Below this trafilatura gives up the page's structure, and may take a summary for machines.
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"
    return config


def _whole(tree: HtmlElement) -> str:
    """All text of a page that says so little that what is its main text cannot be told."""
    body = tree.find("body")
    body = tree if body is None else body
    for part in body.xpath(_FURNITURE):
        part.drop_tree()
    return normalise(markdown_of(body), markdown=True)


def _embedded(tree: HtmlElement, title: str | None, address: str | None, text: str) -> Metadata:
    named: dict[str, str] = {}
    for element in tree.xpath("//meta[@content] | //*[@itemprop][@content or @datetime]"):
        value = element.get("content") or element.get("datetime") or ""
        for key in ("property", "name", "itemprop"):
            named.setdefault(element.get(key, "").strip().lower(), value.strip())
    dates = (calendar_date(named.get(key)) for key in _DATE_NAMES)
    return Metadata(
        title=one_line(title),
        publisher=one_line(named.get("og:site_name") or named.get("dc.publisher")),
        source_url=address if address and _ADDRESS.fullmatch(address) else None,
        date=next(filter(None, dates), None),
        language=plausible_language(tree.get("lang") or named.get("og:locale"), text),
    )


def _decode(raw: bytes, name: str) -> str:
    """As UTF-8 if it is, else as what it declares, else as any text."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(raw[:4096])
    if declared:
        try:
            encoding = codecs.lookup(declared[1].decode("ascii")).name
        except (LookupError, ValueError):
            encoding = ""
        encoding = _WIDER.get(encoding, encoding)
        if _ENCODINGS.fullmatch(encoding):
            return raw.decode(encoding, "replace")
    return decode(raw, name)
