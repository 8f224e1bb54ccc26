"""The quality gate: accepted questions on a new version, beside the current one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rag.cli import main
from rag.config import ROOT, load_settings
from rag.embedding import SentenceEmbedder
from rag.errors import RagError
from rag.evidence import Finder, Findings
from rag.finders import open_finder
from rag.gate import QualityGate, open_gate
from rag.indexing import IndexReport, build_index
from rag.questions import QUESTIONS
from rag.remembered import RememberedVectors
from rag.types import Embedder, Hit, Query
from rag.versions import GATE_RECORD, IndexVersion, current_version, open_current, version_folder

PAGE = "unaffiliated/cancer-precision-medicine-research-center.md"
TOKENS = load_settings().chunk_tokens
# All on one page: who leads the center, and since when it exists.
ASKED = ("q001", "q002", "q003", "q004")


class CountingFinder:
    """The similarity finder; counts what it is asked."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.name = finder.name
        self.threshold = finder.threshold
        self.asked = 0

    def find(self, query: Query, hits: Sequence[Hit], version: IndexVersion) -> Findings:
        self.asked += 1
        return self._finder.find(query, hits, version)


class Site:
    """A copy of the example corpus with its index and a gate of four questions."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.corpus, self.index = folder / "corpus", folder / "index"
        self.questions = folder / "questions.jsonl"
        shutil.copytree(ROOT / "corpus", self.corpus)
        lines = QUESTIONS.read_text("utf-8").splitlines()
        kept = [line for line in lines if json.loads(line)["id"] in ASKED]
        self.questions.write_text("\n".join(kept), "utf-8")
        self.finder = CountingFinder(open_finder(load_settings(reader_model="none"), embedder))
        self._embedder = embedder

    def build(self, allowed: float = 0.02, *, force: bool = False, top_k: int = 10) -> IndexReport:
        gate = QualityGate(
            self.index, self.questions, self._embedder, self.finder, top_k, allowed, "similarity"
        )
        self.finder.asked = 0
        return build_index(self.corpus, self.index, self._embedder, TOKENS, gate=gate, force=force)

    def rewrite(self, old: str, new: str) -> None:
        page = self.corpus / PAGE
        text = page.read_text("utf-8")
        assert old in text
        page.write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def remembering(embedder: SentenceEmbedder) -> RememberedVectors:
    """All these sites are of one corpus: each passage is embedded once."""
    return RememberedVectors(embedder)


@pytest.fixture
def site(tmp_path: Path, remembering: RememberedVectors) -> Site:
    return Site(tmp_path, remembering)


def test_an_edit_that_loses_answers_is_not_published_unless_forced(
    site: Site, embedder: SentenceEmbedder
) -> None:
    first = site.build()
    assert first.verdict is not None
    assert (first.published, first.verdict.passed, site.finder.asked) == (True, True, 0)
    site.rewrite("Professor Qian Cheng is the director of the", "Nobody directs the")
    site.rewrite("was founded in February 2019", "was founded some time ago")
    before = {path.name for path in (site.index / "versions").iterdir()}
    second = site.build()
    assert second.verdict is not None
    assert (second.published, second.verdict.passed) == (False, False)
    assert {worse.question_id for worse in second.verdict.worsened} == set(ASKED)
    assert all("not found" in w.how or "wrong" in w.how for w in second.verdict.worsened)
    assert current_version(site.index) == second.version == first.version
    assert {path.name for path in (site.index / "versions").iterdir()} == before
    assert open_current(site.index, embedder).name == first.version
    forced = site.build(force=True)
    assert forced.verdict is not None
    assert (forced.published, forced.verdict.passed) == (True, False)
    assert current_version(site.index) == forced.version != first.version


def test_as_much_as_is_allowed_may_get_worse(site: Site) -> None:
    site.build()
    site.rewrite("was founded in February 2019", "was founded some time ago")
    report = site.build(allowed=0.5)
    assert report.published
    assert report.verdict is not None
    assert {worse.question_id for worse in report.verdict.worsened} == {"q002", "q003"}


def test_an_unrelated_page_is_published_without_asking_anything(site: Site) -> None:
    site.build()
    (site.corpus / "river.md").write_text("# Otters\n\nOtters swim in the cold river at dawn.\n")
    report = site.build()
    assert report.published
    assert site.finder.asked == 0
    assert report.verdict is not None
    assert "0 of them on changed passages" in report.verdict.lines[0]


def test_only_questions_that_are_read_near_a_change_are_asked(site: Site) -> None:
    site.build(top_k=1)
    page = site.corpus / PAGE
    text = page.read_text("utf-8")
    far = text + "\n\n## Otters\n\n" + "Otters swim in the cold river at dawn. " * 40 + "\n"
    page.write_text(far, "utf-8")
    report = site.build(top_k=1)
    assert report.plan.difference.changed == (PAGE,)
    assert site.finder.asked == 0
    page.write_text(far.replace("aliases:", "aliases:\n  - The Otter Center", 1), "utf-8")
    report = site.build(top_k=1)
    assert report.plan.difference.changed == (PAGE,)
    assert site.finder.asked >= len(ASKED)


def test_what_was_answered_before_is_noted_and_not_asked_again(site: Site) -> None:
    site.build()
    site.rewrite("is the director of the", "is the director, appointed in 2019, of the")
    first = site.build(allowed=1)
    # The new version each question, the current one those only that the new one answers wrong.
    assert len(ASKED) <= site.finder.asked < 2 * len(ASKED)
    record = json.loads((version_folder(site.index, first.version) / GATE_RECORD).read_text())
    assert set(record["questions"]) == set(ASKED)
    assert all(isinstance(right, bool) for _, _, right in record["questions"].values())
    site.rewrite("appointed in 2019", "appointed in 2020")
    site.build(allowed=1)
    assert site.finder.asked == len(ASKED)


def test_a_record_of_another_answerer_or_a_broken_one_is_not_believed(
    site: Site, embedder: SentenceEmbedder
) -> None:
    site.build()
    site.rewrite("is the director of the", "is the director, appointed in 2019, of the")
    version = site.build(allowed=1).version
    candidate = open_current(site.index, embedder)
    path = version_folder(site.index, version) / GATE_RECORD
    whole = path.read_text()
    fields = json.loads(whole)
    broken = {name: [1] for name in ASKED}
    for text in (
        "",
        "[]",
        "null",
        json.dumps(fields | {"answerer": "another"}),
        json.dumps(fields | {"questions": broken}),
        json.dumps(fields | {"questions": []}),
    ):
        path.write_text(text)
        gate = QualityGate(site.index, site.questions, embedder, site.finder, 10, 0.0, "similarity")
        assert gate(candidate, candidate).passed


def test_questions_whose_page_is_gone_are_not_held_against_the_new_version(site: Site) -> None:
    site.build()
    (site.corpus / PAGE).unlink()
    report = site.build()
    assert report.published
    assert report.verdict is not None
    assert report.verdict.lines == ("0 accepted questions on these documents.",)


def test_a_missing_question_file_is_an_error_with_a_cure(
    tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    settings = load_settings(accepted_questions=tmp_path / "none.jsonl", reader_model="none")
    with pytest.raises(RagError, match="cannot be read"):
        open_gate(settings, tmp_path, embedder)


def test_the_command_prints_what_got_worse_and_ends_with_status_3(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCEPTED_QUESTIONS", str(site.questions))
    # Made after publishing, they are no part of what is judged.
    monkeypatch.setenv("MULTILINGUAL", "false")

    def index(*options: str) -> Result:
        command = ["index", "--corpus", str(site.corpus), "--index", str(site.index), *options]
        return CliRunner().invoke(main, command)

    assert index().exit_code == 0
    site.rewrite("was founded in February 2019", "was founded some time ago")
    turned_down = index()
    assert turned_down.exit_code == 3
    assert "NOT PASSED" in turned_down.stdout
    assert "q002" in turned_down.stdout
    assert "When was the Cancer Precision Medicine Research Center founded?" in turned_down.stdout
    assert "--force" in turned_down.stderr
    as_json = index("--json")
    fields = json.loads(as_json.stdout)
    assert as_json.exit_code == 3
    assert (fields["published"], fields["gate"]["passed"]) == (False, False)
    assert {worse["id"] for worse in fields["gate"]["worse"]} >= {"q002", "q003"}
    forced = index("--force")
    assert forced.exit_code == 0
    assert "against the gate" in forced.stdout
    site.rewrite("was founded some time ago", "was founded at some time")
    assert index("--no-gate").exit_code == 0
