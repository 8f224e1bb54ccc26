"""The API for programs: the real app on loopback, and programs that call it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent, Tool

from rag.chatbot import Chatbot
from rag.config import ROOT, Settings, load_settings
from rag.journal.reading import JournalReader, Summary
from tests.journal.answers import eventually
from tests.served import Served, served

QUESTION = "Who is the director of the Cancer Precision Medicine Research Center?"
_EXAMPLE = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DOCUMENTED = "http://127.0.0.1:7860"
EXAMPLES = _EXAMPLE.findall((ROOT / "docs" / "api.md").read_text("utf-8"))


@dataclass(frozen=True)
class App:
    """A running app: where it is, where its journal is, its process."""

    address: str
    settings: Settings
    process: subprocess.Popen[str]
    log: Path

    def kept(self) -> list[Summary]:
        reader = JournalReader.open(self.settings)
        try:
            return list(reader.list(limit=1000).entries)
        finally:
            reader.close()


def start(index_dir: Path, folder: Path, **variables: str) -> App:
    """``python app.py`` on a free port."""
    log = folder / "log"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DATA_DIR": str(folder), **variables}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "app.py", "--index", str(index_dir), "--port", "0"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"http://\S+[^/\s]", said)
    assert found, log.read_text()
    return App(found.group(), load_settings(data_dir=folder), process, log)


def end(app: App) -> None:
    """As a service manager ends it, if it has not ended yet."""
    if app.process.returncode is None:
        app.process.send_signal(signal.SIGTERM)
        app.process.communicate(timeout=120)


@pytest.fixture(scope="module")
def app(index_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    running = start(index_dir, tmp_path_factory.mktemp("data"))
    yield running
    end(running)
    assert "Traceback" not in running.log.read_text()


def call(app: App | Served, name: str, **arguments: Any) -> Any:
    client = Client(app.address, verbose=False)
    try:
        return client.predict(api_name=name, **arguments)
    finally:
        client.close()


def tools(app: App) -> list[Tool]:
    async def list_them() -> list[Tool]:
        address = f"{app.address}/gradio_api/mcp/"
        async with (
            streamable_http_client(address) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return (await session.list_tools()).tools

    return asyncio.run(list_them())


def use_tool(app: App, name: str, arguments: dict[str, Any]) -> tuple[bool, str]:
    """Whether it is an error, and the text."""

    async def use() -> CallToolResult:
        address = f"{app.address}/gradio_api/mcp/"
        async with (
            streamable_http_client(address) as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await session.call_tool(name, arguments)

    result = asyncio.run(use())
    (content,) = result.content
    assert isinstance(content, TextContent)
    return result.isError, content.text


def test_the_endpoints_are_ask_and_search_and_no_other(app: App) -> None:
    client = Client(app.address, verbose=False)
    listed = client.view_api(return_format="dict", print_info=False)
    client.close()
    assert isinstance(listed, dict)
    assert set(listed["named_endpoints"]) == {"/ask", "/search"}
    assert listed["unnamed_endpoints"] == {}
    described = httpx.get(f"{app.address}/gradio_api/info", params={"all_endpoints": "true"}).json()
    assert set(described["named_endpoints"]) == {"/ask", "/search"}
    functions = httpx.get(f"{app.address}/config").json()["dependencies"]
    public = {f["api_name"] for f in functions if f["api_visibility"] != "private"}
    assert public == {"ask", "search"}


def test_the_tools_are_ask_and_search_and_say_what_they_do(app: App) -> None:
    found = {tool.name: tool for tool in tools(app)}
    assert set(found) == {"ask", "search"}
    for tool in found.values():
        assert tool.description
        assert "JSON" in tool.description
        assert tool.inputSchema["required"] == ["question"]
        assert all(field["description"] for field in tool.inputSchema["properties"].values())
    assert set(found["ask"].inputSchema["properties"]) == {"question", "center"}
    assert set(found["search"].inputSchema["properties"]) == {"question", "center", "k"}


@pytest.mark.parametrize(("language", "example"), EXAMPLES)
def test_the_examples_of_the_document_work(app: App, language: str, example: str) -> None:
    assert _DOCUMENTED in example
    program = example.replace(_DOCUMENTED, app.address)
    command = [sys.executable, "-c"] if language == "python" else ["sh", "-c"]
    done = subprocess.run(
        [*command, program], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "Qian Cheng" in done.stdout
    assert "is the director of the Cancer Precision Medicine Research Center" in done.stdout


def test_the_document_has_an_example_of_each_kind() -> None:
    assert [
        (language, "mcp" in example, "gradio_client" in example) for language, example in EXAMPLES
    ] == [("python", False, True), ("sh", False, False), ("python", True, False)]


def test_programs_and_assistants_get_the_same(app: App) -> None:
    told = call(app, "/ask", question=QUESTION)
    failed, text = use_tool(app, "ask", {"question": QUESTION})
    assert not failed
    assert json.loads(text) | {"elapsed_ms": 0} == told | {"elapsed_ms": 0}
    assert told["status"] == "answered"
    assert told["citations"][0]["quote"] in told["text"]
    failed, text = use_tool(app, "search", {"question": "tissue repair", "k": 2})
    assert json.loads(text) == call(app, "/search", question="tissue repair", k=2)
    assert [hit["rank"] for hit in json.loads(text)["hits"]] == [1, 2]
    assert all(hit["text"] for hit in json.loads(text)["hits"])


def test_a_center_restricts_the_answer(app: App) -> None:
    told = call(app, "/search", question="director", center="Zhejiang University Medical Center")
    assert told["hits"]
    assert all(hit["doc_id"].startswith("zhejiang-university/") for hit in told["hits"])


def test_each_answer_is_kept_as_a_conversation_of_its_own(app: App) -> None:
    before = {entry.answer_id for entry in app.kept()}
    for _ in range(2):
        call(app, "/ask", question="Where is the center of nothing?")
    call(app, "/search", question="Where is the center of nothing?")
    eventually(lambda: len(app.kept()) >= len(before) + 2)
    new = [entry for entry in app.kept() if entry.answer_id not in before]
    assert len(new) == len({entry.conversation for entry in new}) == 2
    assert {entry.question for entry in new} == {"Where is the center of nothing?"}


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("/ask", {"question": ""}, "`question` cannot be used"),
        ("/ask", {"question": " \n "}, "`question` cannot be used"),
        ("/ask", {"question": "x" * 1001}, "at most 1000 characters"),
        ("/ask", {"question": 5}, "valid string"),
        ("/ask", {"question": None}, "valid string"),
        ("/ask", {"question": ["Who?"]}, "valid string"),
        ("/ask", {"question": "Who?", "center": "Moon"}, "There is no center `Moon`"),
        ("/ask", {"question": "Who?", "center": 5}, "`center` cannot be used"),
        ("/search", {"question": "Who?", "k": 0}, "greater than or equal to 1"),
        ("/search", {"question": "Who?", "k": 51}, "less than or equal to 50"),
        ("/search", {"question": "Who?", "k": "5"}, "`k` cannot be used"),
        ("/search", {"question": "Who?", "k": True}, "`k` cannot be used"),
    ],
)
def test_bad_input_is_one_clear_sentence(
    app: App, name: str, arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(AppError) as caught:
        call(app, name, **arguments)
    assert words in str(caught.value)
    assert "Traceback" not in str(caught.value)
    if isinstance(arguments["question"], str):
        failed, text = use_tool(app, name.strip("/"), arguments)
        assert failed
        assert "Traceback" not in text


def test_half_a_character_is_refused_and_others_are_served(app: App) -> None:
    body = b'{"data": ["Who \\ud800?", null]}'
    asked = httpx.post(
        f"{app.address}/gradio_api/call/ask",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert asked.status_code == 422
    assert "cannot be used" in asked.json()["detail"]
    assert call(app, "/ask", question=QUESTION)["status"] == "answered"


def test_answers_go_on_while_the_journal_is_dead_and_the_end_is_told(
    chatbot: Chatbot, index_dir: Path, tmp_path: Path
) -> None:
    nowhere = "postgresql://me:hidden@127.0.0.1:1/journal"
    with served(chatbot, tmp_path, index_dir, multilingual=False, journal_url=nowhere) as running:
        assert call(running, "/ask", question=QUESTION)["status"] == "answered"
    log = "\n".join(running.log)
    assert log.count("The journal cannot be written") == 1
    assert "entries are lost" in log
    assert "hidden" not in log
    assert QUESTION not in log


# The last of this file: there is no app after it.
def test_what_was_just_asked_is_kept_when_the_app_is_told_to_end(app: App) -> None:
    last = f"{QUESTION} It is the last one."
    call(app, "/ask", question=last)
    end(app)
    assert app.process.returncode == 0
    assert [entry.question for entry in app.kept()].count(last) == 1
