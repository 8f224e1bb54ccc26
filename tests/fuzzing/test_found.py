"""What fuzzers start from and what they found, tried again; and strings that are drawn here."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chatbot import Chatbot
from tests.fuzzing.__main__ import FOUND
from tests.fuzzing.targets import ENDPOINTS, SEEDS, TARGETS, endpoints

FEW = settings(max_examples=60, deadline=None)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "question", "history", "center", "k"]), inside)
    ),
    max_leaves=12,
)


def _cases(name: str) -> list[bytes]:
    found = sorted((FOUND / name).glob("*")) if (FOUND / name).is_dir() else []
    return [*SEEDS[name], *(path.read_bytes() for path in found)]


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_is_no_fault_any_more(name: str) -> None:
    for data in _cases(name):
        TARGETS[name](data)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_what_was_found_at_an_endpoint_is_no_fault_any_more(name: str, chatbot: Chatbot) -> None:
    for data in _cases(name):
        endpoints(chatbot)[name](data)


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "loaders"])
@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
@FEW
def test_no_bytes_are_a_fault(name: str, data: bytes) -> None:
    TARGETS[name](data)


@given(st.lists(_JSON, max_size=4))
@FEW
def test_no_json_is_a_fault(lines: list[object]) -> None:
    import json

    text = "\n".join(json.dumps(line) for line in lines).encode("utf-8", "replace")
    for name in ("json_lines", "browser"):
        TARGETS[name](text)
    TARGETS["requests"](b"/gradio_api/queue/join\n" + text)
    TARGETS["requests"](b"/gradio_api/call/v2/ask\n" + text)
