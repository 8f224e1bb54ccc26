"""The benchmark of the checks on a language model's sentences."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval import rephrasing, spoiling
from eval.__main__ import main
from eval.grounding import LEAST_CAUGHT, LEAST_CAUGHT_OF, MOST_WITHHELD, evaluate_grounding
from eval.told import Told, told_by
from rag.embedding import SentenceEmbedder
from rag.versions import open_records


@pytest.fixture(scope="module")
def told(index_dir: Path) -> list[Told]:
    return told_by(open_records(index_dir))


@pytest.mark.parametrize("half", ["dev", "test"])
def test_wrong_sentences_are_caught_and_right_ones_shown(
    half: str, told: list[Told], embedder: SentenceEmbedder
) -> None:
    report = evaluate_grounding(told, half, embedder, 1)
    counts = [sum(k.count for k in report.kinds if k.right == right) for right in (True, False)]
    assert counts == [500, 500]
    assert report.caught >= LEAST_CAUGHT
    assert report.withheld <= MOST_WITHHELD
    for kind in report.kinds:
        assert kind.right or kind.withheld >= LEAST_CAUGHT_OF.get(kind.kind, 0.0), kind


@pytest.mark.parametrize("kind", spoiling.WAYS)
def test_a_spoilt_sentence_is_another_one(kind: str, told: list[Told]) -> None:
    draw, pool = random.Random(3), spoiling.pool_of(told, "dev")
    spoilt = [(one.sentence, spoiling.spoil(one, kind, pool, draw)) for one in told]
    changed = [(one, other) for one, other in spoilt if other]
    assert changed
    assert all(one != other for one, other in changed)


@pytest.mark.parametrize("way", rephrasing.WAYS)
def test_a_rephrased_sentence_is_another_one(way: str, told: list[Told]) -> None:
    draw = random.Random(3)
    rephrased = [(one.sentence, rephrasing.rephrase(one, way, draw)) for one in told]
    assert all(one != other for one, other in rephrased if other)


def test_the_command_prints_its_table(index_dir: Path, tmp_path: Path) -> None:
    arguments = ["grounding", "--index", str(index_dir), "--half", "dev", "--json"]
    done = CliRunner().invoke(main, arguments, env={"DATA_DIR": str(tmp_path)})
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert {kind["kind"] for kind in report["kinds"]} >= set(spoiling.WAYS)
