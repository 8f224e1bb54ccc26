"""HTML in which a document's or a user's text can only ever be text.

Text enters through ``escape`` alone. Elements are made by ``element``, which escapes every child
that is not ``Markup`` already and knows only the tags, attributes and addresses listed here; what
is joined by hand (``+``, an f-string) is a plain ``str`` again and gets escaped.

The page hands this to Gradio's Markdown component, for its sanitiser is a second lock. So Markdown
must not see anything to act on either: every ASCII character that is not a letter, a digit or a
space becomes a numeric entity, and no line ever ends.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from rag.text import language_of

_TAGS = frozenset(
    "a article blockquote button caption dd details dialog div dl dt em fieldset footer form h1 h2 "
    "h3 h4 header input label legend li mark option p progress section select span strong summary "
    "table tbody td th thead tr ul".split()
)
_EMPTY = frozenset({"input"})
_ATTRIBUTES = frozenset(
    "checked class dir hidden href id lang max maxlength min name rel required scope selected step "
    "style tabindex target title type value".split()
)
# The one style that an element may have: how long a bar is.
_SHARE = re.compile(r"--share:[01]\.\d\d")
_IN_PAGE = re.compile(r"#[a-z]+(?:-[0-9]+)*")
_IN_BACKROOM = re.compile(r"/staff/[a-z]*(?:\?[a-z]+=[A-Za-z0-9_-]+)?")
# Control characters but line end and tab, and those that turn the direction of writing: with them
# a title can be made to read as another one.
_DROPPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ACTIVE = re.compile(r"[^A-Za-z0-9 \x80-\U0010ffff]")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s\x00-\x20\x7f-\x9f<>\"'`\\^{|}]")


class Markup(str):
    """HTML made here; every other ``str`` is text."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """``text`` as HTML that shows it and does nothing, inside and outside of Markdown.

    >>> escape("<b>*1*</b>")
    '&#60;b&#62;&#42;1&#42;&#60;&#47;b&#62;'
    """
    # A half of a surrogate pair cannot be sent: it has no UTF-8.
    shown = _SURROGATE.sub("\ufffd", _DROPPED.sub("", text))
    return Markup(_ACTIVE.sub(lambda found: f"&#{ord(found[0])};", shown))


def join(*children: str, between: str = "") -> Markup:
    """Children in a row; those that are not ``Markup`` are escaped.

    An empty child is left out.
    """
    return Markup(_markup(between).join(_markup(child) for child in children if child))


def element(tag: str, *children: str, **attributes: str) -> Markup:
    """One element, its children escaped unless they are ``Markup``; ``class_`` is ``class``.

    Raises:
        ValueError: a tag, an attribute or an address that this page never shows.
    """
    if tag not in _TAGS:
        raise ValueError(f"{tag} is not an element of this page")
    written = ""
    for key, value in attributes.items():
        name = key.rstrip("_")
        if name not in _ATTRIBUTES:
            raise ValueError(f"{name} is not an attribute of this page")
        if name == "href" and not (
            _IN_PAGE.fullmatch(value) or _IN_BACKROOM.fullmatch(value) or is_web_address(value)
        ):
            raise ValueError("a link leads to a place in the page or to a web address")
        if name == "style" and not _SHARE.fullmatch(value):
            raise ValueError("a style of this page is the length of a bar")
        written += f' {name}="{escape(value)}"'
    if tag in _EMPTY:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{join(*children)}</{tag}>")


def button(verb: str, *children: str, **attributes: str) -> Markup:
    """A button that the page's script acts on; ``verb`` says what it does, and to what."""
    return element("button", *children, type="button", value=verb, **attributes)


def spoken(text: str) -> dict[str, str]:
    """The attributes of an element with words that are not the interface's: language, direction."""
    return {"lang": language_of(text), "dir": "auto"}


def hidden(text: str) -> Markup:
    """Text for those who listen to the page; Gradio's sanitiser strips ``aria-label``."""
    return element("span", text, class_="unseen")


def is_web_address(address: str) -> bool:
    """Whether ``address`` is a plain http(s) address: with a host, without a name or password."""
    if _UNSAFE_IN_ADDRESS.search(address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


def _markup(child: str) -> Markup:
    return child if isinstance(child, Markup) else escape(child)
