import json
import re
from pathlib import Path

import pytest

from eval.intervals import estimate
from eval.record import RecordError, fields_of, save, surroundings
from rag.config import load_settings


def test_a_record_says_with_what_it_was_measured(tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text("{}\n")
    around = surroundings(load_settings(), [questions], 7)
    path = save("retrieval", around, estimate([1.0]), tmp_path / "runs")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-retrieval-[0-9a-f]{12}\.json", path.name)
    content = json.loads(path.read_text("utf-8"))
    assert content["report"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    known = content["surroundings"]
    assert known["seed"] == 7
    assert known["settings"]["chunk_tokens"] == load_settings().chunk_tokens
    assert known["libraries"]["numpy"]
    assert {"code", "dirty", "processor", "cores", "python"} <= set(known)


def test_a_record_does_not_say_where_things_lie(tmp_path: Path) -> None:
    questions = tmp_path / "set.jsonl"
    questions.write_text("{}\n")
    around = surroundings(load_settings(data_dir=tmp_path), [questions], 7)
    assert str(tmp_path) not in json.dumps(fields_of(around))


def test_a_folder_that_cannot_be_made_is_an_error_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    questions = tmp_path / "set.jsonl"
    questions.write_text("{}\n")
    around = surroundings(load_settings(), [questions], 7)
    with pytest.raises(RecordError, match="cannot be written"):
        save("answers", around, estimate([]), tmp_path / "runs")


def test_only_dataclasses_are_reports() -> None:
    with pytest.raises(TypeError):
        fields_of({"mean": 1.0})
