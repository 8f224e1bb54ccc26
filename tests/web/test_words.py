"""The interface's words are all there in both languages."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import rag.web
from rag.web.words import TABLE, Words, language_of

SOURCES = sorted(Path(rag.web.__file__).parent.glob("*.py"))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", TABLE)
def test_both_languages_say_the_same(key: str) -> None:
    english, chinese = TABLE[key]
    assert english.strip()
    assert chinese.strip()
    # "1 source" has no number to put in.
    assert fields(english) == fields(chinese) or key.endswith(".one")
    assert not re.search("[\u4e00-\u9fff]", english) or key == "other-language"


def test_every_word_is_used_and_every_word_used_is_there() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCES if path.name != "words.py")
    asked = set(re.findall(r"""words\(\s*["']([a-z0-9-]+)["']""", code))
    assert asked <= set(TABLE)
    # Those that are put together: a status, a reason, a score.
    built = ("status-", "reason-", "confidence-", "version-", "why-", "fact-", "can-", "cannot-")
    plain = {key.removesuffix(".one") for key in TABLE if not key.startswith(built)}
    assert {key for key in plain if not re.search(f"[\"']{key}[\"']", code)} == set()


def test_one_thing_is_not_many() -> None:
    assert Words("en")("sources-count", count=1) == "1 source"
    assert Words("en")("sources-count", count=2) == "2 sources"
    assert Words("en")("privacy-kept", days=1).startswith("Kept on the server for a day")
    assert "1 days" not in Words("en")("privacy-kept", days=1)


@pytest.mark.parametrize(
    ("date", "english", "chinese"),
    [
        ("2026-11-22T08:20:11+00:00", "22 November 2026", "2026年11月22日"),
        ("2024-05", "May 2024", "2024年5月"),
        ("2024", "2024", "2024年"),
        ("in spring", "in spring", "in spring"),
        ("2024-13-40", "2024-13-40", "2024-13-40"),
    ],
)
def test_a_day_is_written_as_people_write_it(date: str, english: str, chinese: str) -> None:
    assert (Words("en").day(date), Words("zh").day(date)) == (english, chinese)


@pytest.mark.parametrize(
    ("name", "language"),
    [("zh-CN", "zh"), ("zh_Hant", "zh"), ("ZH", "zh"), ("en-GB", "en"), ("fr", "en"), (None, "en")],
)
def test_any_chinese_browser_gets_chinese_and_all_others_english(
    name: str | None, language: str
) -> None:
    assert language_of(name) == language
