"""The report: one page, no network, the worst answers of dev and nothing of test."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.__main__ import main
from eval.page import page, summary, worst, write_page
from eval.record import RecordError
from rag.runs import Cited, Outcome, dump_run
from tests.outcomes import answers, outcome, run_of

POISON = "<script>alert(1)</script>"


class Addresses(HTMLParser):
    """Everything on a page that a browser would fetch, and its ids."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data") and value:
                self.fetched.append(value)
            if name == "id" and value:
                self.ids.append(value)


def full_run() -> list[Outcome]:
    cited = Cited("lake.md", f"Lake {POISON}", "Lake Center", 3, 0, 17, "Ann Roe leads it.")
    return [
        *answers(12, 3),
        outcome(
            "u1", {"refusal recall": (0.0, 1.0), "certainty": (0.9, 0.0)}, right=False,
            set="unanswerable", slices={"kind": "deputy"}, confidence=0.9, cited=(cited,),
            said=f"Ann Roe {POISON} [1]", question=f"Who? {POISON}",
        ),
        outcome("t1", {"answer accuracy": (0.0, 1.0)}, right=False, split="test",
                question="A question of test?", said="A test answer."),
        outcome("c1.2", {"follow-ups right": (1.0, 1.0)}, set="conversations",
                slices={"kind": "pronoun"}),
    ]  # fmt: skip


def test_the_page_needs_no_network_and_runs_no_script() -> None:
    html = page(run_of(*full_run()), run_of(*answers(15, 0)), ["dev"])
    found = Addresses()
    found.feed(html)
    assert [a for a in found.fetched if not a.startswith("#")] == []
    assert found.tags >= {"svg", "table", "article", "blockquote"}
    assert "script" not in found.tags
    assert len(set(found.ids)) == len(found.ids)
    assert "@import" not in html
    assert "url(http" not in html


def test_the_page_tells_what_got_worse_and_shows_no_answer_of_test() -> None:
    html = page(run_of(*full_run()), run_of(*answers(15, 0)), ["dev"])
    assert "3\nquestions got worse" in html
    assert "What is q012?" in html
    assert "A question of test?" not in html
    assert "A question of test?" in page(run_of(*full_run()), None, ["dev", "test"])


def test_a_page_without_an_accepted_run_says_so_and_one_like_it_makes_no_difference() -> None:
    run = run_of(*full_run())
    assert "no accepted run to compare with" in page(run, None, ["dev"])
    assert "No difference" in page(run, run, ["dev"])


def test_the_worst_come_first() -> None:
    astray = {"answer accuracy": (0.0, 1.0), "wrong-center citations": (1.0, 1.0)}
    made = [
        outcome("fine", {"citation recall": (1.0, 1.0)}, confidence=0.9),
        outcome("badly cited", {"citation recall": (0.5, 1.0)}, confidence=0.9),
        outcome("refused", {"answer accuracy": (0.0, 1.0)}, right=False, status="refused"),
        outcome("wrong", {"answer accuracy": (0.0, 1.0)}, right=False, confidence=0.4),
        outcome("surely wrong", {"answer accuracy": (0.0, 1.0)}, right=False, confidence=0.9),
        outcome("claimed", {"refusal recall": (0.0, 1.0)}, right=False),
        outcome("astray", astray, right=False),
        outcome("of test", {"answer accuracy": (0.0, 1.0)}, right=False, split="test"),
    ]
    assert [one.question_id for _, one in worst(made, ["dev"])] == [
        "astray", "claimed", "surely wrong", "wrong", "refused", "badly cited", "fine",
    ]  # fmt: skip
    assert len(worst(answers(0, 30), ["dev"])) == 10


def test_the_headline_is_in_plain_words() -> None:
    said = summary(run_of(*answers(15, 5), outcome("x", {"quote fidelity": (3.0, 4.0)})))
    assert said[0].startswith(
        "Of 20 questions that the documents answer, 15 were answered right: 75%"
    )
    assert said[1] == "25.0% of the quotations are not what the document says."


def test_the_command_writes_the_page_beside_the_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    run = tmp_path / "run.json"
    run.write_text(dump_run(run_of(*full_run())), "utf-8")
    done = CliRunner().invoke(main, ["report", str(run), "--against", str(run)])
    assert done.exit_code == 0, done.output
    written = (tmp_path / "eval" / "runs" / "report.html").read_text("utf-8")
    assert "the earlier run" in written


def test_the_same_run_makes_the_same_page() -> None:
    run = run_of(*full_run())
    assert page(run, run, ["dev"]) == page(dataclasses.replace(run), run, ["dev"])


def test_a_page_that_cannot_be_written_is_an_error_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot be written"):
        write_page(run_of(*full_run()), None, tmp_path / "file" / "report.html", ["dev"], "it")
