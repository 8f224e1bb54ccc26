"""The colours of the page, as docs/design.md lists them, against WCAG 2.2."""

from __future__ import annotations

import re

import pytest

from rag.config import ROOT
from rag.web.theme import STYLES

# Text needs 4.5 to 1, the edge of what can be used and the mark of the focus 3 to 1.
TEXT, EDGE = 4.5, 3.0
PAIRS = {
    "ink": (TEXT, ("paper", "surface", "tint")),
    "quiet": (TEXT, ("paper", "surface", "tint")),
    "accent": (TEXT, ("paper", "surface", "tint")),
    "warn": (TEXT, ("paper", "surface")),
    "on-accent": (TEXT, ("accent", "accent-hover")),
    "on-mark": (TEXT, ("mark", "mark-strong")),
    "strong-line": (EDGE, ("paper", "surface")),
}


def colours(scheme: str) -> dict[str, str]:
    block = STYLES[0].read_text("utf-8").split(f"{scheme} {{")[1].split("}")[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [":root", ".dark"])
@pytest.mark.parametrize("name", PAIRS)
def test_each_colour_stands_out_from_what_it_lies_on(name: str, scheme: str) -> None:
    colour = colours(scheme)
    least, grounds = PAIRS[name]
    assert min(contrast(colour[name], colour[ground]) for ground in grounds) >= least


def test_the_design_page_lists_these_colours_and_their_contrast() -> None:
    page = (ROOT / "docs" / "design.md").read_text("utf-8")
    light, dark = colours(":root"), colours(".dark")
    for name, (_, grounds) in PAIRS.items():
        ratios = (
            min(contrast(scheme[name], scheme[ground]) for ground in grounds)
            for scheme in (light, dark)
        )
        first, second = (f"{int(ratio * 10) / 10:.1f}" for ratio in ratios)
        row = f"| `{name}` | `{light[name]}` | `{dark[name]}` | {first} | {second} |"
        assert row in page, row


def test_no_colour_is_written_anywhere_but_in_the_list() -> None:
    for path in STYLES[1:]:
        assert not re.search(r"#[0-9a-f]{3,8}\b(?=[^{]*;)", path.read_text("utf-8")), path.name
