"""Questions in the words that the reader knows them by."""

from __future__ import annotations

import pytest

from rag.centers import Center, centers_of
from rag.rewording import instead_of, plain
from rag.types import Document


@pytest.fixture(scope="module")
def centers() -> tuple[Center, ...]:
    page = Document("a.md", "", "", "", center="Lake Center", aliases=("LC", "the Base"))
    return centers_of([page])


@pytest.mark.parametrize(
    "asked",
    [
        "Who leads the Lake Center?",
        "Who is in charge of the Lake Center",
        "who runs the Lake Center?",
    ],
)
def test_who_leads_a_center_is_asked_as_who_its_director_is(
    asked: str, centers: tuple[Center, ...]
) -> None:
    assert plain(asked, centers) == "Who is the director of the Lake Center?"


@pytest.mark.parametrize(
    "asked",
    [
        "Who leads the sub-center of the Lake Center?",
        "Who leads the innovation team?",
        "Who funds the Lake Center?",
        "When was the Lake Center founded?",
    ],
)
def test_other_questions_stay_as_they_are(asked: str, centers: tuple[Center, ...]) -> None:
    assert plain(asked, centers) == asked


def test_how_large_a_team_is_asks_for_people_and_not_for_an_area(
    centers: tuple[Center, ...],
) -> None:
    asked = "How large is the Lake Center's team?"
    assert plain(asked, centers) == "How many people are in the Lake Center's team?"
    assert plain("How large is the Lake Center?", centers) == "How large is the Lake Center?"


def test_the_approval_tells_nearly_what_the_founding_would() -> None:
    assert instead_of("When was it set up?") == "When was it approved?"
    assert instead_of("Who leads it?") is None
