"""The benchmark beside other libraries: marks, page, and the part that needs no public data."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.__main__ import main
from eval.bench.command import MEASUREMENTS, PAGE
from eval.bench.engines.ours import Engine
from eval.bench.measuring import CONTENDERS, EngineError, measure
from eval.bench.page import draw, page, table
from eval.bench.pools import EXAMPLE, Pool, example_pool, read_pool
from eval.bench.results import (
    Measured,
    Result,
    ResultsError,
    beside,
    joined,
    keep,
    marks,
    ranks_of,
    read,
)
from eval.passages import PassageError
from rag.questions import load_questions
from rag.weights import default_embedding_folder

_OURS = next(contender for contender in CONTENDERS if contender.module == "ours")


def _result(engine: str, ranks: list[int], **more: object) -> Result:
    result = Result(
        engine=engine,
        pool="some",
        passages=100,
        build_seconds=4.0,
        build_memory=300 << 20,
        search_memory=500 << 20,
        size=2 << 20,
        cold=3.0,
        latencies={50: 0.02, 95: 0.03},
        ranks=tuple(ranks),
    )
    return replace(result, **more)  # type: ignore[arg-type]


def test_the_marks_of_a_ranking_are_those_computed_by_hand() -> None:
    ranks = ranks_of([[4, 9, 2], [1, 2, 3], [], list(range(6)), list(range(20))], [9, 8, 1, 5, 12])
    # Second of three; not found; nothing found; sixth, which is not among five; beyond ten.
    assert ranks == (2, 0, 0, 6, 0)
    assert marks(ranks) == [
        (1.0, 0.5, pytest.approx(1 / 1.5849625)),
        (0.0, 0.0, 0.0),
        (0.0, 0.0, 0.0),
        (0.0, pytest.approx(1 / 6), pytest.approx(1 / 2.8073549)),
        (0.0, 0.0, 0.0),
    ]


def test_a_peer_that_wins_is_shown_to_win() -> None:
    ours, peer = _result("ours", [10] * 40, build_seconds=50.0), _result("txtai", [1] * 40)
    measured = Measured("a processor", "2026-01-01", {"txtai": "1"}, {"some": "x"}, (peer, ours))
    shown = page(measured)
    assert "-0.900 [-0.900, -0.900], worse." in shown
    txtai = next(line for line in table((peer, ours)) if "txtai" in line)
    assert "**25.0**" in txtai
    assert txtai.count("**1.000**") == 3
    assert beside(ours, peer, 1).value == pytest.approx(-0.9)


def test_where_intervals_hold_zero_no_difference_is_claimed() -> None:
    one, other = _result("ours", [1, 0] * 20), _result("langchain", [0, 1] * 20)
    measured = Measured("p", "2026-01-01", {}, {"some": "x"}, (other, one))
    assert "no difference." in page(measured)


def test_measurements_are_kept_and_read_again(tmp_path: Path) -> None:
    measured = Measured("p", "2026-01-01", {"a": "1"}, {"some": "x"}, (_result("ours", [1]),))
    keep(measured, tmp_path / "measured.json")
    assert read(tmp_path / "measured.json") == measured
    (tmp_path / "measured.json").write_text("{}")
    with pytest.raises(ResultsError, match="make bench"):
        read(tmp_path / "measured.json")


def test_what_is_measured_again_takes_the_place_of_what_was() -> None:
    old, new = _result("ours", [1]), _result("ours", [2])
    other = _result("txtai", [3])
    kept = Measured("p", "2026-01-01", {"txtai": "1"}, {"some": "x"}, (other, old))
    again = Measured("p", "2026-02-02", {}, {"some": "y"}, (new,))
    found = joined(kept, again, ["some"])
    assert found.results == (other, new)
    assert (found.created, found.pools) == ("2026-02-02", {"some": "y"})
    elsewhere = replace(again, processor="another")
    assert joined(kept, elsewhere, ["some"]) == elsewhere


def test_the_page_is_what_the_command_writes_from_the_kept_measurements() -> None:
    assert PAGE.read_text("utf-8") == page(read(MEASUREMENTS))


def test_our_rankings_of_the_small_pool_are_those_of_the_page(tmp_path: Path) -> None:
    pool = example_pool()
    engine = Engine(str(default_embedding_folder()))
    engine.build(list(pool.passages), tmp_path)
    engine.restore(tmp_path)
    ranks = ranks_of([engine.search(question) for question in pool.questions], pool.gold)
    kept = next(r for r in read(MEASUREMENTS).of(EXAMPLE) if r.engine == _OURS.module)
    found = replace(kept, passages=len(pool.passages), ranks=ranks)
    assert found.passages == kept.passages
    # To the two digits that no other processor's rounding of a vector turns.
    assert [found.mean(m) for m in range(3)] == pytest.approx(
        [kept.mean(m) for m in range(3)], abs=0.01
    )
    assert len(found.ranks) == len(load_questions().answerable)


# The same rankings, each phase in a process of its own.
@pytest.mark.slow
def test_the_small_pool_measured_anew_gives_the_rankings_of_the_page(tmp_path: Path) -> None:
    (measured,) = measure([example_pool()], [_OURS], Path(sys.executable), Path(), lambda _: None)
    (found,) = measured.of(EXAMPLE)
    kept = next(r for r in read(MEASUREMENTS).of(EXAMPLE) if r.engine == _OURS.module)
    assert found.passages == kept.passages
    assert [found.mean(m) for m in range(3)] == pytest.approx(
        [kept.mean(m) for m in range(3)], abs=0.01
    )
    assert len(found.ranks) == len(load_questions().answerable)
    keep(measured, tmp_path / "measured.json")
    draw(read(tmp_path / "measured.json"), tmp_path / "picture.svg")
    assert "ours, first stage" in (tmp_path / "picture.svg").read_text("utf-8")


def test_an_engine_that_fails_is_named_with_what_it_said() -> None:
    pool = Pool("tiny", "x", ("a passage",), ("a question",), (0,))
    absent = replace(_OURS, module="nothing")
    with pytest.raises(EngineError, match="nothing failed in its phase build"):
        list(measure([pool], [absent], Path(sys.executable), Path(), lambda _: None))


def test_public_data_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PassageError, match="medquad"):
        read_pool("medquad", tmp_path, 10)
    outcome = CliRunner().invoke(main, ["bench"])
    assert outcome.exit_code == 2
    assert "--data" in outcome.output


@pytest.mark.slow
def test_a_phase_says_what_it_measured_as_json(tmp_path: Path) -> None:
    pool = {"passages": ["The mill was built in 1800.", "A tower."], "questions": ["Which mill?"]}
    (tmp_path / "pool.json").write_text(json.dumps(pool))
    for phase in ("build", "search"):
        subprocess.run(
            [
                sys.executable, "-m", "eval.bench.engines", "ours_reader", phase,
                "--pool", str(tmp_path / "pool.json"), "--folder", str(tmp_path / "index"),
                "--model", str(default_embedding_folder()), "--out", str(tmp_path / "out.json"),
            ],
            check=True,
        )  # fmt: skip
        found = json.loads((tmp_path / "out.json").read_text())
        assert found["memory"] > 1 << 20
    assert found["rankings"] == [[0, 1]]
    assert len(found["seconds"]) == 1
