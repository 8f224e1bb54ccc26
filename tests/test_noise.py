"""Lines of a page that say nothing about its subject."""

import pytest

from rag.noise import noise_spans


@pytest.mark.parametrize(
    "line",
    [
        "Home > Research > Centers & Labs > Content",
        "Fig. 3 The new laboratory",
        "Figure 12: Opening ceremony.",
        "Copyright © Zunyi Medical University All rights reserved",
        "Guizhou ICP for 06003261 -2 your public network security for 52030002001152",
        "2025-05-08 |",
        "Aug 28, 2023",
        "Published: 3 May 2021 Views: 12",
        "https://example.org/picture.png",
        "CN",
    ],
)
def test_page_noise_is_recognised(line: str) -> None:
    assert noise_spans(f"A sentence stands here.\n\n{line}\n\nAnother one.") == [
        (25, 25 + len(line))
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Figure 3 shows that cells grow.",
        "The center was founded on Aug 28, 2023.",
        "ICP mass spectrometry was bought in 2019.",
        "Home care > hospital care",
        "# Copyright",
        "Printing services are offered.",
    ],
)
def test_prose_is_not_noise(line: str) -> None:
    assert noise_spans(line) == []


def test_the_menu_above_breadcrumbs_is_noise_and_the_title_below_is_not() -> None:
    text = "CN\n\nCenters & Labs\n\nHome > Research > Content\n\nThe Center"
    assert [text[s:e] for s, e in noise_spans(text)] == [
        "CN", "Centers & Labs", "Home > Research > Content",
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["a" + " > b" * 50 + " >>", " > " * 60, "a >" * 60, ">" * 200])
def test_a_line_of_many_angle_brackets_is_read_without_hanging(line: str) -> None:
    assert noise_spans(line) == []
    assert noise_spans(line * 1000) == []
