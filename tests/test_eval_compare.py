"""Two runs beside each other, on disk and by a paired test."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

from eval.__main__ import main
from eval.comparing import alarms, compare
from eval.intervals import Floats, difference
from eval.kept import accept_run, find_run, keep_run
from eval.runlines import comparison_lines, run_lines
from rag.config import load_settings
from rag.runs import Outcome, RunError, dump_run, kept_runs, load_run, without_texts
from tests.outcomes import answers, outcome, run_of


def shares(*values: float) -> Floats:
    return np.column_stack([values, np.ones(len(values))])


def test_the_paired_test_of_shares_is_the_exact_sign_test() -> None:
    # Six of thirty questions changed, all for the worse: 2 · (1/2)^6, by McNemar's exact test.
    before, after = shares(*[1.0] * 30), shares(*[0.0] * 6, *[1.0] * 24)
    found = difference(before, after)
    exact = stats.binomtest(0, 6).pvalue
    assert exact == pytest.approx(2 / 64)
    assert found.p == pytest.approx(exact, abs=0.01)
    assert found.value == pytest.approx(-6 / 30)
    assert found.low < -6 / 30 < found.high < 0


def test_few_questions_are_tested_over_all_permutations() -> None:
    found = difference(shares(1, 1, 1, 0), shares(0, 0, 0, 0))
    # Of 16 swaps, the two that agree in all three changed questions are as extreme; the fourth
    # question's swap changes nothing.
    assert found.p == pytest.approx(2 * 2 / 16)


def test_equal_runs_differ_in_nothing() -> None:
    same = shares(1, 0, 1)
    assert difference(same, same).p == 1.0
    one = run_of(*answers(8, 2))
    comparison = compare(one, one)
    assert comparison.same
    assert all(found.verdict == "no difference" for found in comparison.measures)
    assert "no difference: every question has the same outcome" in list(
        comparison_lines(comparison, ["dev"])
    )
    assert alarms(comparison) == []


def test_no_effect_is_told_as_a_difference_in_about_one_case_of_twenty() -> None:
    draws = np.random.default_rng(5).integers(0, 2, (150, 2, 40)).astype(float)
    told = sum(difference(shares(*a), shares(*b)).p < 0.05 for a, b in draws)
    assert told / len(draws) <= 0.10


def test_one_lucky_question_makes_no_difference_and_ten_do() -> None:
    before = run_of(*answers(20, 20))
    little, much = (
        compare(before, run_of(*answers(21, 19))),
        compare(before, run_of(*answers(30, 10))),
    )
    accuracy = {c.measure.name: c for c in little.measures}["answer accuracy"]
    assert (accuracy.verdict, accuracy.before, accuracy.after) == ("no difference", 0.5, 0.525)
    assert [one.question_id for one in little.fixed] == ["q020"]
    assert {c.measure.name: c.verdict for c in much.measures}["answer accuracy"] == "better"
    assert alarms(much) == []
    back = compare(run_of(*answers(30, 10)), before)
    assert {c.measure.name: c.verdict for c in back.measures}["answer accuracy"] == "worse"
    assert len(back.broken) == 10
    assert any(
        reason.startswith("answer accuracy went from 0.750 to 0.500") for reason in alarms(back)
    )


def test_where_low_is_good_a_rise_is_worse() -> None:
    calm = [outcome(f"q{n}", {"certainty": (n / 40, float(n > 10))}) for n in range(40)]
    wild = [outcome(f"q{n}", {"certainty": (1 - n / 40, float(n > 10))}) for n in range(40)]
    found = {c.measure.name: c for c in compare(run_of(*calm), run_of(*wild)).measures}
    assert found["risk–coverage area"].verdict == "worse"


def test_what_has_to_be_exact_fails_at_a_single_question() -> None:
    whole = run_of(*(outcome(f"q{n}", {"quote fidelity": (2.0, 2.0)}) for n in range(200)))
    one = [outcome("q0", {"quote fidelity": (1.0, 2.0)}), *whole.outcomes[1:]]
    assert alarms(compare(whole, run_of(*one))) == ["quote fidelity is 0.9975, and has to be 1."]
    # Even where it was wrong before.
    assert alarms(compare(run_of(*one), run_of(*one)))


def test_a_question_that_is_not_asked_any_more_is_told() -> None:
    before, after = run_of(*answers(9, 1)), run_of(*answers(9, 0))
    assert any(
        "1 accepted questions were not asked: q009" in reason
        for reason in alarms(compare(before, after))
    )
    added = compare(after, before)
    assert [one.question_id for one in added.added] == ["q009"]
    assert alarms(added) == []


def test_other_libraries_are_told() -> None:
    before = run_of(*answers(1, 1))
    after = dataclasses.replace(before, surroundings={"code": "abc", "libraries": {"numpy": "2"}})
    assert compare(before, after).changed == {"libraries numpy": ("1", "2")}


def test_lines_name_changed_questions_of_dev_alone() -> None:
    before = run_of(*answers(2, 0), *answers_of_test(2, 0))
    after = run_of(*answers(0, 2), *answers_of_test(0, 2))
    text = "\n".join(comparison_lines(compare(before, after), ["dev"]))
    assert "now wrong: 4" in text
    assert "What is q000?" in text
    assert "What is t000?" not in text
    assert "answer accuracy" in "\n".join(run_lines(after))


def answers_of_test(right: int, wrong: int) -> list[Outcome]:
    return [
        dataclasses.replace(
            one, question_id=f"t{one.question_id[1:]}", question=f"What is t{one.question_id[1:]}?"
        )
        for one in answers(right, wrong, split="test")
    ]


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = run_of(*answers(3, 1))
    settings = load_settings(data_dir=tmp_path)
    path = keep_run(run, settings)
    assert re.fullmatch(r"2030-01-02-all-[0-9a-f]{12}\.json", path.name)
    assert load_run(path) == run
    assert path.parent == tmp_path / "eval" / "runs"
    assert (
        find_run("latest", settings) == find_run("-all-", settings) == find_run(str(path), settings)
    )
    # One line an outcome.
    assert sum('"question_id"' in line for line in path.read_text("utf-8").splitlines()) == 4


def test_the_digest_is_that_of_everything_but_time() -> None:
    run = run_of(*answers(3, 1))
    slower = [dataclasses.replace(one, seconds={"whole": 9.0}) for one in run.outcomes]
    assert run_of(*slower, created="2031-01-01").digest() == run.digest()
    assert run_of(*answers(2, 2)).digest() != run.digest()


def test_the_accepted_run_has_no_texts_and_compares_the_same(tmp_path: Path) -> None:
    run = run_of(*answers(3, 1))
    accept_run(run, tmp_path / "baseline.json")
    accepted = load_run(tmp_path / "baseline.json")
    assert accepted == without_texts(run)
    assert not any(one.said or one.cited or one.seconds for one in accepted.outcomes)
    assert compare(accepted, run).same


def test_the_newest_run_is_first_and_other_files_are_left_out(tmp_path: Path) -> None:
    for name, text in (
        ("a.json", dump_run(run_of(created="2030-01-01"))),
        ("b.json", dump_run(run_of(created="2030-01-03"))),
        ("c.json", "{"),
        ("d.json", "[]"),
        ("e.json", json.dumps({"name": "answers", "report": {}})),
    ):
        (tmp_path / name).write_text(text)
    assert [path.name for path in kept_runs(tmp_path)] == ["b.json", "a.json"]
    assert kept_runs(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "cannot be read"), ("[]", "no evaluation run"), ('{"format": 1}', "wrong `name`")],
)
def test_a_broken_run_is_an_error_with_a_cure(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(RunError, match=said) as caught:
        load_run(tmp_path / "run.json")
    assert caught.value.cure


def test_a_run_that_is_not_there_or_not_alone_is_named(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)
    with pytest.raises(RunError, match="no evaluation run `latest`"):
        find_run("latest", settings)
    keep_run(run_of(*answers(1, 0)), settings)
    keep_run(run_of(*answers(0, 1)), settings)
    with pytest.raises(RunError, match="Several runs"):
        find_run("all", settings)


def test_the_command_compares_two_files(tmp_path: Path) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(dump_run(run_of(*answers(20, 20))))
    after.write_text(dump_run(run_of(*answers(30, 10))))
    done = CliRunner().invoke(main, ["compare", str(before), str(after), "--json"])
    fields = json.loads(done.stdout)
    assert fields["measures"]["answer accuracy"]["verdict"] == "better"
    assert fields["measures"]["answer accuracy"]["difference"]["n"] == 40
    done = CliRunner().invoke(main, ["compare", str(before), str(before)])
    assert "no difference" in done.stdout
    done = CliRunner().invoke(main, ["compare", str(before), str(tmp_path / "none.json")])
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
