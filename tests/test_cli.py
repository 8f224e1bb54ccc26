"""The command line, run as its users run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rag.cli import main
from rag.config import ROOT, load_settings
from rag.journal.database import journal_url, open_engine, prepare

QUESTION = "Who is the director of the Cancer Precision Medicine Research Center?"
ANSWER_KEYS = {
    "id", "question", "query", "status", "text", "confidence", "citations", "hits",
    "index_version", "elapsed_ms", "notices",
}  # fmt: skip
CITATION_KEYS = {"marker", "doc_id", "title", "center", "page", "start", "end", "quote"}
HIT_KEYS = {"doc_id", "chunk_id", "start", "end", "score", "rank"}


def rag(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


@pytest.mark.parametrize("command", [[], ["index"], ["status"], ["show"], ["search"], ["ask"]])
def test_every_command_has_help(command: list[str]) -> None:
    result = rag(*command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_index_prints_what_it_did_and_then_that_nothing_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is told of multilingual vectors is looked at in test_attachment_in_use.py.
    monkeypatch.setenv("MULTILINGUAL", "false")
    first = rag("index", "--index", str(tmp_path))
    assert first.exit_code == 0
    assert "added: 5" in first.output
    assert "Published 0001-" in first.output
    again = json.loads(rag("index", "--index", str(tmp_path), "--json").stdout)
    assert again["published"] is False
    assert len(again["unchanged"]) == 5


def test_status_tells_what_is_published(index_dir: Path) -> None:
    fields = json.loads(rag("status", "--index", str(index_dir), "--json").stdout)
    assert fields["documents"] == 5
    assert fields["index_version"].startswith("0001-")
    assert "answers_by" in fields


def test_status_does_not_load_what_it_does_not_need(index_dir: Path, tmp_path: Path) -> None:
    # As after the first questions: with a journal.
    settings = load_settings(data_dir=tmp_path)
    engine = open_engine(journal_url(settings), writing=True)
    prepare(engine)
    engine.dispose()
    code = (
        "import sys; from rag.cli import main\n"
        "heavy = {'torch', 'numpy', 'gradio', 'faiss', 'bm25s', 'scipy', 'sqlalchemy', 'ftfy'}\n"
        "try: main()\nfinally: sys.exit(not heavy.isdisjoint(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "status", "--index", str(index_dir)],
        cwd=ROOT, capture_output=True, check=False, env=os.environ | {"DATA_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert "journal answers: 0" in done.stdout.decode()


def test_show_prints_the_text_with_its_chunks(index_dir: Path) -> None:
    doc = "unaffiliated/cancer-precision-medicine-research-center.md"
    result = rag("show", doc, "--index", str(index_dir))
    assert "[chunk 1: " in result.output
    assert "Professor Qian Cheng" in result.output
    fields = json.loads(rag("show", doc, "--index", str(index_dir), "--json").stdout)
    assert fields["doc_id"] == doc
    assert all(0 <= c["start"] < c["end"] <= len(fields["text"]) for c in fields["chunks"])


def test_an_unknown_document_names_near_ones(index_dir: Path) -> None:
    result = rag("show", "cancer", "--index", str(index_dir))
    assert result.exit_code == 1
    assert "cancer-precision-medicine-research-center.md" in result.stderr


def test_ask_prints_the_answer_and_the_quotes(index_dir: Path) -> None:
    result = rag("ask", QUESTION, "--index", str(index_dir))
    assert result.exit_code == 0
    assert "Qian Cheng" in result.output
    assert "[1]" in result.output


def test_ask_and_search_as_json_have_the_stable_keys(index_dir: Path) -> None:
    answer = json.loads(rag("ask", QUESTION, "--index", str(index_dir), "--json").stdout)
    assert set(answer) == ANSWER_KEYS
    assert set(answer["citations"][0]) == CITATION_KEYS
    assert set(answer["hits"][0]) == HIT_KEYS
    found = json.loads(
        rag("search", QUESTION, "-k", "3", "--index", str(index_dir), "--json").stdout
    )
    assert set(found) == {"id", "question", "hits"}
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]


def test_a_batch_keeps_its_order_and_goes_on_after_a_bad_line(index_dir: Path) -> None:
    lines = [
        json.dumps({"id": 1, "question": QUESTION}),
        "{not json",
        json.dumps({"id": "two", "question": "When was it founded?", "history": [QUESTION]}),
        json.dumps({"id": 3}),
        json.dumps({"id": 4, "question": "Who?", "center": "Harvard"}),
        json.dumps({"id": 5, "question": "", "history": "no list"}),
        json.dumps([1]),
        "",
        json.dumps({"id": 6, "question": ""}),
    ]
    result = rag("ask", "--batch", "-", "--index", str(index_dir), stdin="\n".join(lines))
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == [1, None, "two", 3, 4, 5, None, 6]
    assert ["error" in row for row in rows] == [
        False, True, False, True, True, True, True, False,
    ]  # fmt: skip
    assert "Qian Cheng" in rows[0]["text"]
    assert "February 2019" in rows[2]["text"]
    assert rows[-1]["status"] == "refused"


def test_a_search_batch_gives_hits(index_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "question": QUESTION}) + "\n")
    result = rag(
        "search", "--batch", str(tmp_path / "in.jsonl"), "-k", "2", "--index", str(index_dir)
    )
    (row,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (row["id"], len(row["hits"])) == ("a", 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", "Who?"), "python -m rag index"),
        (("status",), "python -m rag index"),
        (("index", "--corpus", "none"), "--corpus"),
    ],
)
def test_an_error_is_one_line_with_its_cure_and_status_1(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = rag(*arguments, "--index", str(tmp_path / "empty"))
    assert result.exit_code == 1
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments", [("ask",), ("ask", "Who?", "--batch", "-"), ("search", "x", "-k", "0"), ("no",)]
)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...]) -> None:
    assert rag(*arguments).exit_code == 2


def test_an_unreadable_file_is_reported_and_the_rest_is_indexed(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "good.md").write_text("It is good.")
    (tmp_path / "corpus" / "bad.md").write_text("---\ntitle: [\n---\nx")
    result = rag("index", "--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index"))
    assert result.exit_code == 0
    assert "Skipped" in result.stderr
    assert "bad.md" in result.stderr
    assert "added: 1" in result.output


def test_an_unknown_setting_in_dot_env_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("EMBEDING_MODEL=x\n")
    done = subprocess.run(
        [sys.executable, "-m", "rag", "status"],
        cwd=tmp_path, capture_output=True, check=False, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "EMBEDING_MODEL" in done.stderr
    assert "Traceback" not in done.stderr
