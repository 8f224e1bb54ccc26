"""Where no language model is set, nothing of one is loaded, sent, shown or written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.chatbot import Chatbot
from rag.config import ROOT, load_settings
from rag.export import answer_fields
from rag.types import Answer

_LOADED = (
    "import sys\nfrom rag.cli import main\n"
    "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
    "print('LOADED', sorted({'openai', 'pybreaker', 'xllamacpp'} & set(sys.modules)))"
)
QUESTION = "Who is the director of the Cancer Precision Medicine Research Center?"


@pytest.mark.parametrize("command", [("status",), ("ask", QUESTION), ("doctor", "--quick")])
def test_no_package_of_a_language_model_is_loaded(
    command: tuple[str, ...], index_dir: Path, tmp_path: Path
) -> None:
    arguments = [*command, "--index", str(index_dir)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LLM_")}
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *arguments],
        env=environment | {"PYTHONPATH": str(ROOT), "DATA_DIR": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "LOADED []"
    assert "written_by" not in done.stdout


def test_the_keys_that_programs_read_are_as_they_were(chatbot: Chatbot) -> None:
    answer: Answer = chatbot.ask(QUESTION)
    assert list(answer_fields(answer)) == [
        "question", "query", "status", "text", "confidence", "citations", "hits", "index_version",
        "elapsed_ms", "notices",
    ]  # fmt: skip
    json.dumps(answer_fields(answer))


def test_settings_of_a_model_change_the_fingerprint_and_none_leave_it() -> None:
    plain = load_settings()
    assert load_settings(llm_model="small", llm_seconds=3).fingerprint == plain.fingerprint
    served = load_settings(llm_base_url="http://127.0.0.1:1/v1", llm_model="small")
    assert served.fingerprint != plain.fingerprint
