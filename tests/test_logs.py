"""What of the log is written, and as what."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from rag.logs import log_json


@pytest.fixture
def _as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("rag")
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    ours.setLevel(our_level)


@pytest.mark.usefixtures("_as_before")
def test_of_others_only_warnings_are_written_whatever_level_they_set_themselves(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_json()
    theirs = logging.getLogger("theirs")
    theirs.setLevel(logging.DEBUG)
    theirs.debug("building")
    theirs.warning("careful")
    logging.getLogger("rag.events").info("request")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == ["careful", "request"]
