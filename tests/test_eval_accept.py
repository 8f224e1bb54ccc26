"""Proposed questions: kept, checked against the corpus, and merged into the accepted set."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.__main__ import main
from rag.pending import Pending, check, id_of, load_pending, merge, propose, settle
from rag.questions import (
    GoldQuestion,
    GoldSpan,
    QuestionSet,
    SetError,
    UnansweredQuestion,
    load_questions,
)
from rag.types import Document

TEXT = "A new first line.\n\nAnn Roe leads it. It has 12 rooms."
LEADS = "Ann Roe leads it."
CORPUS = {"lake.md": Document("lake.md", "Lake", TEXT, "0", center="Lake Center")}
NONE = QuestionSet((), ())


def gold(asked: str = "Who leads the Lake Center?", **change: object) -> Pending:
    spans = (GoldSpan("lake.md", 19, 36, LEADS),)
    question = GoldQuestion(
        id_of(asked, spans), asked, spans, (("Ann Roe",),), "direct", "same words", "Lake Center"
    )
    return Pending(replace(question, **change), "judge", "2030-01-01T00:00:00+00:00", "was wrong")  # type: ignore[arg-type]


def refusal(asked: str = "Who is the deputy?", center: str | None = "Lake Center") -> Pending:
    question = UnansweredQuestion(id_of(asked), asked, "deputy", True, center)
    return Pending(question, "judge", "2030-01-01T00:00:00+00:00")


def test_a_proposal_is_read_as_it_was_made_and_the_same_again_changes_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "eval" / "pending.jsonl"
    assert load_pending(path) == []
    made = [gold(), refusal(), refusal("Warum?", None)]
    for one in (*made, gold()):
        propose(path, one)
    assert load_pending(path) == made


def test_an_id_stays_and_tells_proposals_apart() -> None:
    assert gold().question.question_id == gold().question.question_id
    assert len({gold().question.question_id, gold("Who?").question.question_id, id_of("Who?")}) == 3


def test_proposals_from_many_threads_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "pending.jsonl"
    made = [refusal(f"Question {n}?") for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: propose(path, one), made))
    assert sorted(p.question.question for p in load_pending(path)) == sorted(
        p.question.question for p in made
    )


def test_settling_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "pending.jsonl"
    for one in (gold(), refusal()):
        propose(path, one)
    settle(path, [gold().question.question_id])
    assert load_pending(path) == [refusal()]


def test_a_broken_line_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "pending.jsonl"
    for text in ('{"id": "p1"}\n', '{"by": 1}\n', "{\n"):
        path.write_text(text)
        with pytest.raises(SetError, match="Line 1"):
            propose(path, gold())
        assert path.read_text() == text


def test_merging_leaves_every_line_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    first = '{"id":"u1",  "question":"Why?","kind":"date","on_subject":true}'
    path.write_text(first)
    merge(path, [gold().question, refusal().question])
    assert path.read_text("utf-8").splitlines()[0] == first
    read = load_questions(path)
    assert read.answerable == (gold().question,)
    assert [q.question_id for q in read.unanswerable] == ["u1", refusal().question.question_id]


def test_a_gold_span_is_found_where_it_is_now() -> None:
    old = gold(spans=(GoldSpan("lake.md", 0, 17, LEADS),))
    checked = check(old, CORPUS, NONE)
    assert checked.problems == ()
    assert checked.pending == gold(question_id=old.question.question_id)


@pytest.mark.parametrize(
    ("proposed", "problem"),
    [
        (gold(spans=(GoldSpan("lake.md", 0, 3, "Bob"),), words=(("Bob",),)), "has no “Bob”"),
        (gold(spans=(GoldSpan("gone.md", 0, 17, LEADS),)), "gone.md has no"),
        (gold(words=(("Ann Roe",), ("12",))), "no gold quote has `12`"),
        (gold(center="Hill Center"), "its document is of Lake Center"),
        (refusal(center="Hill Center"), "no document is of Hill Center"),
        (gold("WHO IS THE DEPUTY?"), "is asked in the accepted set already"),
        (gold("Another?", question_id=id_of("Who is the deputy?")), "has the id p"),
    ],
)  # fmt: skip
def test_what_speaks_against_a_proposal_is_told(proposed: Pending, problem: str) -> None:
    asked = refusal().question
    assert isinstance(asked, UnansweredQuestion)
    checked = check(proposed, CORPUS, QuestionSet((), (asked,)))
    assert any(problem in one for one in checked.problems), checked.problems


class Desk:
    """A corpus, an accepted set and proposals, and the command that reviews them."""

    def __init__(self, folder: Path) -> None:
        self.corpus = folder / "corpus"
        self.corpus.mkdir()
        (self.corpus / "lake.md").write_text(f"---\ncenter: Lake Center\n---\n\n{TEXT}\n", "utf-8")
        self.accepted = folder / "questions.jsonl"
        line = {"id": "u1", "question": "Why?", "kind": "date", "on_subject": True}
        self.accepted.write_text(json.dumps(line) + "\n", "utf-8")
        self.pending = folder / "data" / "eval" / "pending.jsonl"

    def accept(self, *options: str, typed: str = "") -> Result:
        command = ["accept", "--corpus", str(self.corpus), *options]
        return CliRunner().invoke(main, command, input=typed)

    def ids(self) -> list[str]:
        lines = self.accepted.read_text("utf-8").splitlines()
        return [json.loads(line)["id"] for line in lines]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ACCEPTED_QUESTIONS", str(made.accepted))
    return made


def test_all_that_can_be_accepted_is_and_the_rest_stays(desk: Desk) -> None:
    lost = gold("Lost?", spans=(GoldSpan("gone.md", 0, 17, LEADS),))
    for one in (gold(), lost, refusal()):
        propose(desk.pending, one)
    done = desk.accept("--all")
    assert done.exit_code == 0, done.output
    assert desk.ids() == ["u1", gold().question.question_id, refusal().question.question_id]
    assert load_pending(desk.pending) == [lost]
    assert "cannot be accepted: gone.md has no" in done.stdout
    assert "2 accepted" in done.stdout
    # Once more there is nothing to accept.
    desk.accept("--all")
    assert len(desk.ids()) == 3


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    propose(desk.pending, gold())
    done = desk.accept("--dry-run")
    assert "1 would be accepted" in done.stdout
    assert desk.ids() == ["u1"]
    assert load_pending(desk.pending) == [gold()]


def test_each_is_asked_about(desk: Desk) -> None:
    made = [gold(), refusal("One?"), refusal("Two?"), refusal("Three?")]
    for one in made:
        propose(desk.pending, one)
    done = desk.accept(typed="a\nr\nl\nq\n")
    assert done.exit_code == 0, done.output
    assert desk.ids() == ["u1", gold().question.question_id]
    assert load_pending(desk.pending) == made[2:]
    assert "1 accepted" in done.stdout
    assert "1 rejected, 2 left" in done.stdout


def test_the_same_question_proposed_twice_is_accepted_once(desk: Desk) -> None:
    propose(desk.pending, refusal("Why not?", None))
    propose(desk.pending, gold("why NOT?"))
    desk.accept("--all")
    assert len(desk.ids()) == 2


def test_without_proposals_nothing_happens(desk: Desk) -> None:
    done = desk.accept()
    assert done.exit_code == 0
    assert "0 accepted" in done.stdout
