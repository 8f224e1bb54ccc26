"""The web app without a browser: how it starts, and what the command line says."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner

from app import index_if_none, main
from rag.chatbot import Chatbot
from rag.config import load_settings
from rag.versions import version_names
from rag.web.page import build_page


def test_only_the_api_for_programs_has_endpoints(chatbot: Chatbot) -> None:
    # Gradio leaves an event loop open for each lock that it makes where none is running.
    async def build() -> dict[str, Any]:
        return cast("dict[str, Any]", build_page(chatbot).get_api_info())

    information = asyncio.run(build())
    assert set(information["named_endpoints"]) == {"/ask", "/search"}
    assert information["unnamed_endpoints"] == {}


def test_no_index_is_one_line_with_the_cure(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["--index", str(tmp_path), "--port", "0"])
    assert found.exit_code == 1
    assert re.fullmatch(r"Error: .*`python -m rag index`.*\n", found.stderr)


def test_where_nothing_was_indexed_yet_the_app_does_it_first_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.md").write_text("---\ntitle: A\ncenter: A Center\n---\n\nAnn Lee leads it.\n")
    for name, value in (
        ("DATA_DIR", str(tmp_path)),
        ("CORPUS_DIR", str(corpus)),
        ("MULTILINGUAL", "false"),
    ):
        monkeypatch.setenv(name, value)
    settings = load_settings()
    index_if_none(settings)
    assert "indexed first" in capsys.readouterr().out
    made = version_names(settings.index_dir)
    assert len(made) == 1
    index_if_none(settings)
    assert capsys.readouterr().out == ""
    assert version_names(settings.index_dir) == made


def test_a_taken_port_is_one_line_with_the_cure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = CliRunner().invoke(main, ["--index", str(tmp_path), "--port", str(port)])
    assert found.exit_code == 1
    assert re.fullmatch(rf"Error: Port {port} .* taken\. .*--port.*\n", found.stderr)


def test_a_foreign_address_is_one_line_with_the_cure(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["--host", "192.0.2.1", "--port", "0"])
    assert found.exit_code == 1
    assert re.fullmatch(r"Error: The address 192\.0\.2\.1 .*--host.*\n", found.stderr)
