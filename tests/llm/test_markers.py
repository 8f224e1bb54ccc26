"""Sentences and markers out of a stream that may break anywhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.markers import SentenceStream, Written

TEXT = (
    "The center was founded in 2011 [1]. Prof. Lee leads it [2][3]. It has 3,000 m2 【4】.\n"
    "- Cells [1, 2]\n- **Tissue** [2-4]\n\nIts address is No. 5, Lake Road [passage 3]."
)
WHOLE = [
    Written("The center was founded in 2011.", (1,)),
    Written("Prof. Lee leads it.", (2, 3)),
    Written("It has 3,000 m2.", (4,)),
    Written("Cells", (1, 2)),
    Written("Tissue", (2, 3, 4)),
    Written("Its address is No. 5, Lake Road.", (3,)),
]


def read(*pieces: str) -> list[Written]:
    stream = SentenceStream()
    return [one for piece in pieces for one in stream.feed(piece)] + stream.finish()


def test_each_sentence_is_given_out_once_with_its_markers() -> None:
    assert read(TEXT) == WHOLE


@given(st.lists(st.integers(0, len(TEXT)), max_size=30))
def test_wherever_the_stream_breaks_the_sentences_are_the_same(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(TEXT)]
    assert read(*(TEXT[a:b] for a, b in pairwise(edges))) == WHOLE


@given(st.lists(st.text(alphabet="ab .[]【】1,-9\n<think>/`*。")))
def test_any_stream_is_read_to_its_end(pieces: list[str]) -> None:
    assert all(one.text for one in read(*pieces))


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[0]", (0,)), ("[-1]", (-1,)), ("[99]", (99,)), ("[1]-[2]", (1, 2)), ("[^2]", (2,)),
        ("【2†source】", (2,)), ("［1、3］", (1, 3)), ("[1 and 2]", (1, 2)), ("`[1]`", (1,)),
        ("[Source 4]", (4,)), ("[4-1]", ()), ("[1–3]", (1, 2, 3)),
        ("[2-2-4]", (2, 4)), ("[1-3, 6-5-9]", (1, 2, 3, 6, 5, 9)), ("[2--4]", ()),
    ],
)  # fmt: skip
def test_markers_of_many_kinds_are_understood(marker: str, numbers: tuple[int, ...]) -> None:
    (one,) = read(f"Ann Lee leads it {marker}.")
    assert one.numbers == numbers
    assert "[" not in one.text
    assert "【" not in one.text


def test_an_endless_range_is_no_endless_list() -> None:
    (one,) = read("Ann Lee leads it [1-999999].")
    assert len(one.numbers) < 50


def test_a_marker_behind_the_full_stop_belongs_to_the_sentence_before() -> None:
    assert read("One thing. [1] Another thing.[2]") == [
        Written("One thing.", (1,)),
        Written("Another thing.", (2,)),
    ]


def test_what_a_model_thinks_aloud_is_not_what_it_says() -> None:
    said = [Written("Ann Lee leads it.", (1,))]
    assert read("<think>Hm. Perhaps Bob [2]?</think>\nAnn Lee leads it [1].") == said
    assert read("<thi", "nk>Hm. Perhaps Bob.", " No.</th", "ink>Ann Lee leads it [1].") == said
    assert read("<think>It never ends. It goes on.") == []


def test_a_silent_stream_gives_out_what_is_whole() -> None:
    stream = SentenceStream()
    assert stream.feed("Ann Lee leads it [1") == []
    assert stream.idle() == []
    assert stream.feed("].") == []
    assert stream.idle() == [Written("Ann Lee leads it.", (1,))]
    assert stream.finish() == []
