"""What a build would change, as the library and the command line tell it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rag.cli import main
from rag.embedding import SentenceEmbedder
from rag.errors import IndexStateError
from rag.indexing import build_index, plan_index
from rag.publishing import document_difference, prune, roll_back
from rag.records import Entry
from rag.versions import current_version, open_current, open_version, version_names

TOKENS = 64
LONG = " ".join(
    f"The {word} of the harbor center is described on page {number} of this book, with a picture."
    for number, word in enumerate(
        "history staff library boat garden laboratory archive kitchen roof bridge workshop mission "
        "budget council festival orchestra museum tower harbor anchor crane lighthouse".split()
    )
)


class Site:
    def __init__(self, folder: Path, embedder: SentenceEmbedder) -> None:
        self.corpus, self.index = folder / "corpus", folder / "index"
        self._embedder = embedder
        self.corpus.mkdir()
        for name in "abcd":
            self.write(name, f"The director of {name} is {name.upper()}nn Lee.")

    def write(self, name: str, text: str) -> None:
        (self.corpus / f"{name}.md").write_text(text, "utf-8")

    def build(self, keep: int = 5) -> str:
        report = build_index(self.corpus, self.index, self._embedder, TOKENS, keep=keep)
        assert report.published
        return report.version

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--index", str(self.index)])

    def plan(self, *options: str) -> Result:
        return self.run("index", "--dry-run", "--corpus", str(self.corpus), *options)


@pytest.fixture
def site(tmp_path: Path, embedder: SentenceEmbedder) -> Site:
    return Site(tmp_path, embedder)


@pytest.fixture
def changed(site: Site) -> Site:
    """Published, and then changed in every way that there is."""
    site.write("long", LONG)
    site.build()
    site.write("a", "The director of a is Bob Ray.")
    (site.corpus / "b.md").unlink()
    (site.corpus / "c.md").rename(site.corpus / "moved.md")
    site.write("new", "Nothing like it was there before.")
    site.write("copy", "The director of d is Dnn Lee.")
    site.write("nearly", LONG.replace("orchestra", "choir"))
    site.write("broken", "---\ntitle: [\n---\nText.")
    return site


def test_a_dry_run_as_json_names_every_change_and_writes_nothing(changed: Site) -> None:
    before = {path: path.stat().st_mtime_ns for path in changed.index.rglob("*")}
    fields = json.loads(changed.plan("--json").stdout)
    assert fields["added"] == ["copy.md", "nearly.md", "new.md"]
    assert fields["changed"] == ["a.md"]
    assert fields["removed"] == ["b.md"]
    assert fields["renamed"] == [{"from": "c.md", "to": "moved.md"}]
    assert fields["unchanged"] == ["d.md", "long.md"]
    assert fields["duplicates"] == [["copy.md", "d.md"]]
    (near,) = fields["near_duplicates"]
    assert set(near["documents"]) == {"long.md", "nearly.md"}
    assert 0.85 <= near["share"] < 1
    ((failed,),) = ([one["doc_id"] for one in fields["failed"]],)
    assert (failed, fields["kept"]) == ("broken.md", [])
    assert {path: path.stat().st_mtime_ns for path in changed.index.rglob("*")} == before


def test_a_dry_run_prints_every_change(changed: Site) -> None:
    result = changed.plan()
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    for word, count in [
        ("added:", "3"), ("changed:", "1"), ("removed:", "1"), ("renamed:", "1"),
        ("unchanged:", "2"),
    ]:  # fmt: skip
        assert [word, count] in lines
    for name in ("new.md", "a.md", "b.md"):
        assert [name] in lines
    assert ["c.md", "→", "moved.md"] in lines
    assert "Nothing was written." in result.stdout
    assert "Same text: copy.md, d.md" in result.stderr
    assert "Nearly the same (9" in result.stderr
    assert "broken.md" in result.stderr


def test_a_dry_run_without_an_index_counts_everything_as_added(site: Site) -> None:
    fields = json.loads(site.plan("--json").stdout)
    assert fields["added"] == ["a.md", "b.md", "c.md", "d.md"]
    assert not site.index.exists()


def test_what_the_plan_says_is_what_the_build_does(
    changed: Site, embedder: SentenceEmbedder
) -> None:
    plan = plan_index(changed.corpus, changed.index, embedder, TOKENS)
    version = open_version(changed.index, changed.build(), embedder)
    assert version.manifest.documents == plan.documents
    named = [document.doc_id for document in version.records.documents()]
    assert named == sorted(plan.documents)
    again = plan_index(changed.corpus, changed.index, embedder, TOKENS)
    assert again.changes_nothing
    assert (again.duplicates, again.near_duplicates) == ((), ())


def test_entries_come_in_the_order_of_documents_and_rows(
    changed: Site, embedder: SentenceEmbedder
) -> None:
    # Built in two steps, so that copied and fresh entries are merged.
    version = open_version(changed.index, changed.build(), embedder)
    entries: list[Entry] = list(version.records.entries())
    assert [e.document.doc_id for e in entries] == sorted(version.manifest.documents)
    pieces = [c.chunk for e in entries for c in e.chunks]
    assert pieces == [version.records.chunk(row) for row in range(len(version.records))]
    assert [c.sha256 for e in entries for c in e.chunks] == version.records.hashes()
    for entry in entries:
        assert version.records.document(entry.document.doc_id) == entry.document
        assert all(c.chunk.doc_id == entry.document.doc_id for c in entry.chunks)


def test_a_version_built_in_steps_equals_one_built_at_once(
    changed: Site, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    one = open_version(changed.index, changed.build(), embedder)
    for name in ("at once", "again"):
        build_index(changed.corpus, tmp_path / name, embedder, TOKENS)
    other, again = (open_current(tmp_path / name, embedder) for name in ("at once", "again"))
    assert np.array_equal(other.vectors.vectors(), again.vectors.vectors())
    assert list(other.records.entries()) == list(again.records.entries())
    assert list(one.records.entries()) == list(other.records.entries())
    assert np.allclose(one.vectors.vectors(), other.vectors.vectors(), atol=2e-3)
    for question in ("Who is the director of d?", "orchestra and choir", "Bob Ray"):
        found = [version.lexical.search(question, 20)[1].tolist() for version in (one, other)]
        assert found[0] == found[1]


def test_deleted_documents_are_never_found_again(site: Site, embedder: SentenceEmbedder) -> None:
    site.build()
    rng = np.random.default_rng(0)
    for name in rng.permutation(list("abc")):
        (site.corpus / f"{name}.md").unlink()
        version = open_version(site.index, site.build(), embedder)
        texts = [f"The director of {one} is {one.upper()}nn Lee." for one in "abcd"]
        left = {path.name for path in site.corpus.iterdir()}
        for text, vector in zip(texts, embedder.embed(texts), strict=True):
            rows = {*version.vectors.search(vector, 50)[1], *version.lexical.search(text, 50)[1]}
            assert {version.records.chunk(int(row)).doc_id for row in rows} <= left
        assert version.records.document(f"{name}.md") is None
        assert version.records.chunks_of(f"{name}.md") == []


def test_versions_are_listed_with_the_current_and_the_damaged_one_marked(site: Site) -> None:
    assert "There is no index" in site.run("versions").stdout
    assert json.loads(site.run("versions", "--json").stdout) == []
    names = []
    for text in ("One.", "Two.", "Three."):
        site.write("a", text)
        names.append(site.build())
    (site.index / "versions" / names[0] / "vectors.faiss").write_bytes(b"damaged")
    rows = json.loads(site.run("versions", "--json").stdout)
    assert [row["version"] for row in rows] == names[::-1]
    assert [row["current"] for row in rows] == [True, False, False]
    assert [row["sound"] for row in rows] == [True, True, False]
    assert rows[0]["documents"] == 4
    lines = site.run("versions").stdout.splitlines()
    assert lines[0].startswith(f"* {names[2]}")
    assert "vectors.faiss" in lines[2]


def test_going_back_by_default_by_number_and_by_name(
    site: Site, embedder: SentenceEmbedder
) -> None:
    names = []
    for text in ("One.", "Two.", "Three."):
        site.write("a", text)
        names.append(site.build())
    said = site.run("rollback")
    assert (said.exit_code, said.stdout.strip()) == (
        0,
        f"Current is {names[1]}; it was {names[2]}.",
    )
    assert site.run("rollback").exit_code == 0
    assert current_version(site.index) == names[0]
    last = site.run("rollback")
    assert (last.exit_code, current_version(site.index)) == (1, names[0])
    assert "rag versions" in last.stderr
    assert site.run("rollback", "3").exit_code == 0
    assert current_version(site.index) == names[2]
    assert site.run("rollback", names[1]).exit_code == 0
    document = open_current(site.index, embedder).records.document("a.md")
    assert document is not None
    assert document.text == "Two."
    for wrong in ("9", "../versions", "", "0"):
        result = site.run("rollback", wrong)
        assert result.exit_code == 1
        assert "There is no index version" in result.stderr
    # From here the corpus is new again.
    assert site.build() == f"0004-{names[0][5:]}"
    assert roll_back(site.index, embedder="all-MiniLM-L6-v2") == names[2]
    with pytest.raises(IndexStateError, match="built with the embedder"):
        roll_back(site.index, "1", embedder="another")


def test_differences_between_versions(changed: Site) -> None:
    first = current_version(changed.index) or ""
    second = changed.build()
    fields = json.loads(changed.run("diff", "1", "2", "--json").stdout)
    assert (fields["from"], fields["to"]) == (first, second)
    assert fields["changed"] == ["a.md"]
    assert fields["removed"] == ["b.md"]
    assert fields["added"] == ["copy.md", "nearly.md", "new.md"]
    assert fields["renamed"] == [{"from": "c.md", "to": "moved.md"}]
    text = changed.run("diff", "1").stdout
    assert text.startswith(f"{first} → {second}: ")
    for line in ("+ new.md", "- b.md", "~ a.md", "c.md → moved.md"):
        assert f"  {line}\n" in text
    assert "Bob Ray" not in text
    with_lines = changed.run("diff", "1", "2", "--text").stdout
    assert "-The director of a is Ann Lee." in with_lines
    assert "+The director of a is Bob Ray." in with_lines
    back = json.loads(changed.run("diff", "2", "1", "--json").stdout)
    assert (back["added"], back["removed"]) == (fields["removed"], fields["added"])
    assert changed.run("diff", "7").exit_code == 1


def test_equal_files_that_move_are_paired_one_to_one() -> None:
    old = {"a": "x", "b": "x", "c": "y", "e": "z"}
    new = {"d": "x", "c": "y", "f": "x", "g": "x", "e": "w"}
    found = document_difference(old, new)
    assert found.renamed == (("a", "d"), ("b", "f"))
    assert (found.added, found.removed, found.changed) == (("g",), (), ("e",))
    assert found.unchanged == ("c",)


def test_the_newest_versions_and_the_current_one_are_kept(site: Site) -> None:
    names = []
    for number in range(6):
        site.write("a", f"Number {number}.")
        names.append(site.build(keep=3))
    assert version_names(site.index) == names[:2:-1]
    roll_back(site.index, names[3])
    assert prune(site.index, 1) == [names[4]]
    assert set(version_names(site.index)) == {names[5], names[3]}
    assert not list((site.index / "versions").glob(".*"))


def test_a_copied_index_folder_serves_as_well(
    site: Site, tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    name = site.build()
    shutil.copytree(site.index, tmp_path / "moved index é")
    assert open_current(tmp_path / "moved index é", embedder).name == name
