"""Every set through the real pipeline: twice the same, kept, and guarded."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.__main__ import main
from eval.conversation import CONVERSATIONS, Conversation
from eval.kept import accept_run, find_run
from eval.overcenters import MATCH, SEVERAL, OverQuestion, load
from eval.running import figures_of, run_sets
from eval.sets import CHINESE, Sets, load_sets
from rag.config import load_settings
from rag.embedding import SentenceEmbedder
from rag.finders import open_finder
from rag.questions import QUESTIONS, QuestionSet, load_questions
from rag.runs import Outcome, load_run
from rag.versions import open_current

DEV = load_questions().part("dev")
SOME = Sets(
    QuestionSet(DEV.answerable[:4], DEV.unanswerable[:3]),
    chinese=QuestionSet(DEV.answerable[5:6], DEV.unanswerable[4:5]),
    conversations=tuple(load(CONVERSATIONS, Conversation)[:2]),
    several=tuple(load(SEVERAL, OverQuestion)[:1]),
    match=tuple(load(MATCH, OverQuestion)[:1]),
)


def timeless(outcomes: tuple[Outcome, ...]) -> list[Outcome]:
    return [dataclasses.replace(one, seconds={}) for one in outcomes]


def test_two_runs_give_equal_figures(index_dir: Path, embedder: SentenceEmbedder) -> None:
    settings = load_settings()
    version = open_current(index_dir, embedder)
    steps: list[tuple[int, int]] = []

    def run() -> tuple[Outcome, ...]:
        # A finder of its own, so that nothing is remembered from the other run.
        finder = open_finder(settings, embedder)
        return run_sets(
            SOME, version, embedder, finder, settings.top_k, lambda *step: steps.append(step)
        )

    one, other = run(), run()
    assert timeless(one) == timeless(other)
    assert figures_of(one) == figures_of(other)
    assert steps[-1] == (len(SOME), len(SOME))
    follow_ups = sum(len(c.turns) - 1 for c in SOME.conversations)
    by_set = [o.set for o in one]
    assert {name: by_set.count(name) for name in dict.fromkeys(by_set)} == {
        "questions": 4, "unanswerable": 3, "chinese": 2, "conversations": follow_ups,
        "several": 1, "match": 1,
    }  # fmt: skip
    first = one[0]
    assert first.seconds.keys() == {"whole", "embedding", "search", "reading", "the rest"}
    assert sum(first.seconds.values()) == pytest.approx(2 * first.seconds["whole"], abs=1e-4)
    assert {"MRR@10", "first-stage MRR@10", "dense side", "certainty"} <= first.counts.keys()
    chinese = [o for o in one if o.set == "chinese"]
    assert all("answer accuracy" not in o.counts and "Chinese right" in o.counts for o in chinese)


def test_the_sets_of_the_example_corpus_are_all_asked() -> None:
    sets = load_sets(QUESTIONS)
    assert all(len(part) for part in (sets.questions.answerable, sets.conversations))
    assert {QUESTIONS, CONVERSATIONS, SEVERAL, MATCH} <= set(sets.files)
    ids = [q.question_id for q in sets.questions.answerable]
    ids += [q.question_id for q in sets.questions.unanswerable]
    ids += [c.id for c in sets.conversations] + [q.id for q in (*sets.several, *sets.match)]
    assert len(set(ids)) == len(ids)


class Bench:
    """The command on a few questions, answered by similarity."""

    def __init__(self, folder: Path, index_dir: Path) -> None:
        self.folder, self.index_dir = folder, index_dir

    def all(self, *options: str) -> Result:
        return CliRunner().invoke(main, ["all", "--index", str(self.index_dir), *options])


@pytest.fixture
def bench(tmp_path: Path, index_for_chinese: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    def few(path: Path, count: int) -> Path:
        lines = path.read_text("utf-8").splitlines(keepends=True)[:count]
        (tmp_path / path.name).write_text("".join(lines), "utf-8")
        return tmp_path / path.name

    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("READER_MODEL", "none")
    monkeypatch.setenv("ACCEPTED_QUESTIONS", str(few(QUESTIONS, 12)))
    for path in (CHINESE, CONVERSATIONS, SEVERAL, MATCH):
        monkeypatch.setattr(f"eval.sets.{path.stem.upper()}", few(path, 1))
    monkeypatch.setattr("eval.kept.BASELINE", tmp_path / "baseline.json")
    return Bench(tmp_path, index_for_chinese)


def test_the_command_keeps_a_run_with_all_that_it_depends_on(bench: Bench) -> None:
    done = bench.all("--name", "first")
    assert done.exit_code == 0, done.output
    (path,) = (bench.folder / "eval" / "runs").glob("*-first-*.json")
    run = load_run(path)
    assert "answer accuracy" in done.stdout
    assert run.digest() in done.stdout
    around = run.surroundings
    assert around["settings"]["reader_model"] == "none"
    assert set(around) >= {
        "code", "package_sha256", "questions_sha256", "libraries", "processor", "cores", "seed",
    }  # fmt: skip
    assert str(bench.folder) not in path.read_text("utf-8")
    assert not (bench.folder / "baseline.json").exists()
    assert "beside the accepted run" not in done.stdout


def test_the_guard_passes_the_accepted_run_and_fails_below_it(bench: Bench) -> None:
    assert bench.all().exit_code == 0
    settings = load_settings(data_dir=bench.folder)
    run = find_run("latest", settings)
    baseline = bench.folder / "baseline.json"
    accept_run(run, baseline)
    passed = bench.all("--guard")
    assert passed.exit_code == 0
    assert "no difference: every question has the same outcome" in passed.stdout
    assert "Guard: passed" in passed.stderr
    better = [
        dataclasses.replace(one, counts={**one.counts, "answer accuracy": (1.0, 1.0)}, right=True)
        if "answer accuracy" in one.counts
        else one
        for one in run.outcomes
    ]
    more = [
        dataclasses.replace(one, question_id=f"{one.question_id}-{n}")
        for one in better
        for n in (1, 2)
    ]
    accept_run(dataclasses.replace(run, outcomes=(*better, *more)), baseline)
    failed = bench.all("--guard", "--json")
    assert failed.exit_code == 3
    assert "accepted questions were not asked" in failed.stderr
    assert json.loads(failed.stdout)["index_version"] == run.index_version


def test_a_guard_without_an_accepted_run_is_an_error(bench: Bench) -> None:
    done = bench.all("--guard")
    assert done.exit_code == 1
    assert "baseline.json" in done.stderr
