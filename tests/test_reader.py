"""The reader, with the weights that ship."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import BertConfig, BertForQuestionAnswering

from rag.errors import ModelError
from rag.networks import DEFAULT_FOLDER
from rag.reader import Reader
from rag.weights import WEIGHTS

LAKE = (
    "Lake Orrin is the deepest lake of the valley. It was mapped in 1874 by Ida Brenner, a "
    "surveyor from Halden. Boats cross it from May to September."
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


@pytest.fixture(scope="module")
def foreign_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny question-answering model of transformers with random weights."""
    folder = tmp_path_factory.mktemp("foreign")
    torch.manual_seed(0)
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    shutil.copy(DEFAULT_FOLDER / "tokenizer.json", folder)
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "BertTokenizerFast", "model_max_length": 512})
    )
    return folder


def test_it_finds_the_exact_words_of_an_answer(reader: Reader) -> None:
    other = "Boats cross the lake from May to September."
    reading, elsewhere = reader.read("Who mapped Lake Orrin?", [LAKE, other])
    assert "Ida Brenner" in reading.text
    assert reading.answerability > 2 * elsewhere.answerability


def test_several_spans_of_a_passage_come_best_first_and_none_over_another(reader: Reader) -> None:
    (readings,) = reader.read_several("When was Lake Orrin mapped?", [LAKE], [""], 4)
    assert len(readings) == 4
    assert readings[0] == reader.read("When was Lake Orrin mapped?", [LAKE])[0]
    chances = [reading.answerability for reading in readings]
    assert chances == sorted(chances, reverse=True)
    places = sorted((reading.start, reading.end) for reading in readings)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(places))
    assert all(LAKE[r.start : r.end] == r.text for r in readings)
    assert reader.read_several("When?", ["", "x"], ["", ""], 4)[0] == []


def test_a_passage_without_the_asked_attribute_is_less_answerable(reader: Reader) -> None:
    answered, missing = (
        reader.read(question, [LAKE])[0].answerability
        for question in (
            "When was Lake Orrin mapped?",
            "What is the telephone number of Lake Orrin?",
        )
    )
    assert missing < 0.5 < answered


def test_a_deputy_director_is_not_the_director(reader: Reader) -> None:
    passage = "Professor Dana Quist acts as the director of the center, which opened in 2003."
    whole, half = (
        reader.read(question, [passage])[0].answerability
        for question in (
            "Who is the director of the center?",
            "Who is the deputy director of the center?",
        )
    )
    assert half < 0.5 < whole


@settings(max_examples=40, deadline=None)
@given(passage=st.text(max_size=300), question=st.text(max_size=60))
def test_offsets_point_at_the_text_whatever_the_characters(passage: str, question: str) -> None:
    (reading,) = _shared().read(question, [passage])
    assert passage[reading.start : reading.end] == reading.text
    assert 0.0 <= reading.answerability <= 1.0


_readers: list[Reader] = []


def _shared() -> Reader:
    # Hypothesis does not take fixtures of another scope than the function's.
    if not _readers:
        _readers.append(Reader.load())
    return _readers[0]


@settings(max_examples=25, deadline=None)
@given(
    words=st.lists(
        st.sampled_from(["naïve", "café", "北京", "Ångström", "😀", "co-op"]), max_size=40
    )
)
def test_offsets_survive_accents_emoji_and_chinese(words: list[str]) -> None:
    passage = " ".join(words)
    (reading,) = _shared().read("What is named?", [passage])
    assert passage[reading.start : reading.end] == reading.text


def test_no_passages_give_no_readings(reader: Reader) -> None:
    assert reader.read("Who?", []) == []


@pytest.mark.parametrize("passage", ["", "   ", "\n\t"])
def test_a_passage_without_words_has_no_answer(reader: Reader, passage: str) -> None:
    (reading,) = reader.read("Who mapped the lake?", [passage])
    assert (reading.start, reading.end, reading.text, reading.answerability) == (0, 0, "", 0.0)


def test_the_end_of_a_very_long_passage_is_read(reader: Reader) -> None:
    passage = "The hills are green and the roads are quiet in this season. " * 120 + LAKE
    (reading,) = reader.read("Who mapped Lake Orrin?", [passage])
    assert "Ida Brenner" in reading.text
    assert passage[reading.start : reading.end] == reading.text


def test_a_chinese_passage_is_read_without_error(reader: Reader) -> None:
    passage = "湖泊研究中心成立于1998年，主任是陈明教授。"
    (reading,) = reader.read("中心成立于哪一年？", [passage])
    assert passage[reading.start : reading.end] == reading.text


def test_order_and_company_do_not_change_a_reading(reader: Reader) -> None:
    passages = [LAKE, "A short one.", LAKE * 3, "", "Ida Brenner was born in Halden in 1841."]
    together = reader.read("Where was Ida Brenner born?", passages)
    backwards = reader.read("Where was Ida Brenner born?", passages[::-1])[::-1]
    for passage, one, other in zip(passages, together, backwards, strict=True):
        (alone,) = reader.read("Where was Ida Brenner born?", [passage])
        assert one.answerability == pytest.approx(other.answerability, abs=0.05)
        assert one.answerability == pytest.approx(alone.answerability, abs=0.05)


def test_a_title_is_never_part_of_a_span(reader: Reader) -> None:
    passage = "It was mapped in 1874."
    (reading,) = reader.read("Which lake was mapped in 1874?", [passage], ["Lake Orrin"])
    assert passage[reading.start : reading.end] == reading.text


def test_a_missing_title_is_refused(reader: Reader) -> None:
    with pytest.raises(ValueError, match="titles"):
        reader.read("Who?", [LAKE, LAKE], ["Lake"])


@pytest.fixture
def copied_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "reader"
    shutil.copytree(DEFAULT_FOLDER, folder)
    return folder


def test_tampered_weights_are_refused(copied_folder: Path) -> None:
    content = bytearray((copied_folder / WEIGHTS).read_bytes())
    content[-1] ^= 1
    (copied_folder / WEIGHTS).write_bytes(content)
    with pytest.raises(ModelError, match="sha256"):
        Reader.load(copied_folder)


@pytest.mark.parametrize(
    "name", [WEIGHTS, f"{WEIGHTS}.sha256", "tokenizer.json", "calibration.json"]
)
def test_a_missing_file_is_an_error_that_can_be_acted_on(copied_folder: Path, name: str) -> None:
    (copied_folder / name).unlink()
    with pytest.raises(ModelError):
        Reader.load(copied_folder)


def test_another_question_answering_model_can_stand_in(foreign_folder: Path) -> None:
    passages = [LAKE, "", LAKE * 12]
    readings = Reader.load(foreign_folder).read("Who mapped it?", passages, ["Lake"] * 3)
    for passage, reading in zip(passages, readings, strict=True):
        assert passage[reading.start : reading.end] == reading.text


def test_a_model_without_a_question_answering_head_is_refused(
    foreign_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "headless"
    shutil.copytree(foreign_folder, folder)
    model = BertForQuestionAnswering.from_pretrained(folder)
    shutil.rmtree(folder)
    shutil.copytree(foreign_folder, folder)
    model.bert.save_pretrained(folder)
    with pytest.raises(ModelError):
        Reader.load(folder)


def test_a_model_that_is_not_here_is_an_error_and_not_a_download(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Reader.load(tmp_path / "nothing")
