"""Signs that a text was decoded or extracted wrongly, or is in another language."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ftfy.badness import badness

from rag.text import CJK, language_of

_UNKNOWN = re.compile("[\ufffd\ue000-\uf8ff]")
_GLYPH = re.compile(r"\(cid:\d+\)")
# A Chinese character or two in a word of small letters: Latin-1 that was read as GB18030.
_INSIDE_WORD = re.compile(f"(?:[a-z]|(?<!\\S))[{CJK}]{{1,2}}[a-z]")
_SPACED_OUT = re.compile(r"(?<!\S)(?:[^\W\d_] ){7,}")
_RUN_TOGETHER = re.compile(r"(?<![^\s(])[A-Za-z]{36,}(?![^\s).,;:])")
_LETTERS = re.compile(r"\w")
_VISIBLE = re.compile(r"\S")

# Odd places that a sound text may have: a formula's sign, a genus's name, a spelled-out word.
_FEW = 3
_LEAST_LETTERS = 0.4
_LONG_ENOUGH = 200

# Confidence at which py3langid is believed: its own are calibrated for length.
_SURE = 0.9
# What the models and the word index were made for.
EXPECTED = {"en": "English", "zh": "Chinese"}
_READ = 1000


def garbled(text: str) -> str | None:
    """What is wrong with a normalised text, ``None`` where it looks sound.

    Texts that ``rag.text.normalise`` could mend are sound.
    """
    signs = [
        ("characters that stand for no letter", len(_UNKNOWN.findall(text)), 1),
        ("glyph numbers in place of letters", len(_GLYPH.findall(text)), _FEW),
        ("wrongly decoded characters", badness(text), _FEW),
        ("letters with spaces between them", len(_SPACED_OUT.findall(text)), _FEW),
        ("words without spaces between them", len(_RUN_TOGETHER.findall(text)), _FEW),
    ]
    if language_of(text) == "en":
        inside = len(_INSIDE_WORD.findall(text))
        signs.append(("Chinese characters inside words", inside, _FEW))
    for what, number, least in signs:
        if number >= least:
            return f"{what}, {number:,} times"
    visible = len(_VISIBLE.findall(text))
    if visible >= _LONG_ENOUGH and len(_LETTERS.findall(text)) < _LEAST_LETTERS * visible:
        return "more signs than letters"
    return None


def spoken(text: str) -> str | None:
    """The ISO 639 code of the text's language, ``None`` where it cannot be told.

    Names make English look like other languages, so another language needs more to be believed.
    """
    language, confidence = _identifier().classify(text[:_READ])
    sure = confidence >= _SURE and language not in {"und", "zxx"}
    return str(language) if sure or language in EXPECTED else None


@cache
def _identifier() -> Any:
    """The language identifier of py3langid; loading its model takes a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
