"""What a format's reader gives back."""

from __future__ import annotations

import dataclasses
import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from rag.errors import LoadError
from rag.text import language_of, normalise

# No page of text is longer: a book of a thousand pages has three million characters.
MOST_TEXT = 10_000_000
_LONGEST_LINE = 160
_DAY = re.compile(r"(?:D:)?(\d{4})-?(\d{2})-?(\d{2})(?![^\sT\d])", re.ASCII)
# The script of these is not told apart from Chinese by counting characters.
_EAST_ASIAN = frozenset({"zh", "ja", "ko", "yue"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a document besides its text; unknown is ``None`` or empty."""

    title: str | None = None
    center: str | None = None
    institution: str | None = None
    aliases: tuple[str, ...] = ()
    publisher: str | None = None
    source_url: str | None = None
    date: str | None = None
    language: str | None = None

    def or_else(self, other: Metadata) -> Metadata:
        """Each field of this, or where it is unknown that of ``other``."""
        return Metadata(**{name: getattr(self, name) or getattr(other, name) for name in FIELDS})


FIELDS = tuple(item.name for item in dataclasses.fields(Metadata))


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file.

    ``text`` is normalised; ``stated`` is what its author wrote into it on purpose (front matter),
    ``embedded`` what a program left in it; ``pages`` holds (offset, page number) pairs in rising
    order of offsets.
    """

    text: str
    stated: Metadata = field(default_factory=Metadata)
    embedded: Metadata = field(default_factory=Metadata)
    pages: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As a dictionary of JSON's types."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Content:
        """Back from ``to_json``.

        Raises:
            KeyError, TypeError, ValueError: it is not one.
        """
        stated, embedded = (
            Metadata(**(fields[name] | {"aliases": tuple(fields[name]["aliases"])}))
            for name in ("stated", "embedded")
        )
        pages = tuple((int(offset), int(page)) for offset, page in fields["pages"])
        return cls(str(fields["text"]), stated, embedded, pages)


def too_long(name: str) -> LoadError:
    """The error of a document that has more text than one document can have."""
    return LoadError(
        f"{name} has more than {MOST_TEXT // 10**6} million characters.",
        "Split it into smaller files.",
    )


def one_line(value: str | None) -> str | None:
    """A value that a program left in a file, as one line of no more than 160 characters."""
    line = " ".join(normalise((value or "")[: 4 * _LONGEST_LINE]).split())
    return line[:_LONGEST_LINE].strip() or None


def calendar_date(value: str | None) -> str | None:
    """The day of a time such as ``2024-03-05T10:00:00Z`` or ``D:20240305100000``, if it is one."""
    found = _DAY.match((value or "").strip())
    try:
        return found and datetime.date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


def plausible_language(code: str | None, text: str) -> str | None:
    """The first part of a language code ("en-US": ``en``), unless the text's script speaks against.

    Templates are copied: many an English page of a Chinese university says that it is Chinese.
    """
    language = (code or "").replace("_", "-").split("-")[0].strip().lower()
    if not (language.isascii() and language.isalpha() and 2 <= len(language) <= 3):
        return None
    is_chinese = language_of(text) == "zh"
    return language if (language in _EAST_ASIAN) == is_chinese else None
