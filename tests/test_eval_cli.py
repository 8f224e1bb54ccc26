import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.__main__ import main


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "lake.md").write_text("First line.\n\nAnn Roe leads it.\n")
    return folder


def questions(tmp_path: Path, **change: object) -> Path:
    line = {
        "id": "q1",
        "question": "Who leads it?",
        "doc_id": "lake.md",
        "start": 0,
        "end": 7,
        "quote": "Ann Roe",
        "words": [["Ann Roe"]],
        "form": "direct",
        "difficulty": "same words",
        "center": "Lake Center",
    }
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(line | change) + "\n", "utf-8")
    return path


def test_gold_of_the_example_corpus_is_where_it_should_be() -> None:
    code, out, _ = run("gold", "--check", "--json")
    assert code == 0, out
    assert json.loads(out)["moved"] == 0


def test_gold_check_leaves_the_file_and_fails_on_a_moved_span(tmp_path: Path, corpus: Path) -> None:
    path = questions(tmp_path)
    before = path.read_bytes()
    code, out, _ = run("gold", "--check", "--corpus", corpus, "--questions", path)
    assert (code, path.read_bytes()) == (1, before)
    assert "1 moved" in out


def test_gold_rewrites_a_moved_span(tmp_path: Path, corpus: Path) -> None:
    path = questions(tmp_path)
    code, _, _ = run("gold", "--corpus", corpus, "--questions", path)
    assert code == 0
    assert json.loads(path.read_text())["start"] == 13


def test_gold_fails_on_a_lost_quote(tmp_path: Path, corpus: Path) -> None:
    path = questions(tmp_path, quote="Bob Poe", words=[["Bob Poe"]])
    code, out, _ = run("gold", "--corpus", corpus, "--questions", path)
    assert code == 1
    assert "q1: lake.md no longer has “Bob Poe”" in out


@pytest.mark.parametrize("command", ["retrieval", "answers", "gold"])
def test_an_error_is_one_line_and_status_1(tmp_path: Path, command: str) -> None:
    code, out, err = run(command, "--questions", tmp_path / "none.jsonl")
    assert (code, out) == (1, "")
    assert err.startswith("Error: The question set")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["retrieval", "answers"])
def test_a_missing_index_is_named(tmp_path: Path, command: str) -> None:
    code, _, err = run(command, "--index", tmp_path / "index")
    assert code == 1
    assert "There is no index" in err


def test_wrong_usage_is_status_2() -> None:
    assert run("retrieval", "--failures", "all of them")[0] == 2
    assert run("fidelity")[0] == 2


def test_fidelity_lists_what_was_lost(tmp_path: Path, corpus: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "lake.txt").write_text("Ann Roe leads it. It has 57 rooms.\n")
    code, out, _ = run("fidelity", "--seeds", seeds, "--corpus", corpus)
    assert code == 0
    assert "57" in out
