"""The benchmark of the checks on a language model's sentences."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval import rephrasing, spoiling
from eval.__main__ import main
from eval.grounding import (
    LEAST_CAUGHT,
    LEAST_CAUGHT_OF,
    MOST_WITHHELD,
    KindFigures,
    evaluate_grounding,
)
from eval.told import Told, told_by
from rag.embedding import SentenceEmbedder
from rag.versions import open_records


@pytest.fixture(scope="module")
def told(index_dir: Path) -> list[Told]:
    return told_by(open_records(index_dir))


def _check(kinds: Sequence[KindFigures], caught: float, withheld: float) -> None:
    counts = [sum(k.count for k in kinds if k.right == right) for right in (True, False)]
    assert counts == [500, 500]
    assert caught >= LEAST_CAUGHT
    assert withheld <= MOST_WITHHELD
    for kind in kinds:
        assert kind.right or kind.withheld >= LEAST_CAUGHT_OF.get(kind.kind, 0.0), kind


def test_wrong_sentences_are_caught_and_right_ones_shown(
    told: list[Told], embedder: SentenceEmbedder
) -> None:
    report = evaluate_grounding(told, "test", embedder, 1)
    _check(report.kinds, report.caught, report.withheld)


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


@pytest.mark.slow
def test_the_command_tells_the_figures_of_the_other_half(index_dir: Path, tmp_path: Path) -> None:
    arguments = ["grounding", "--index", str(index_dir), "--half", "dev", "--seed", "1", "--json"]
    done = CliRunner().invoke(main, arguments, env={"DATA_DIR": str(tmp_path)})
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    kinds = [KindFigures(**kind) for kind in report["kinds"]]
    assert {kind.kind for kind in kinds} >= set(spoiling.WAYS)
    _check(kinds, report["caught"], report["withheld"])
