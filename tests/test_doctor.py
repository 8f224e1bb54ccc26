"""What the doctor finds, each with the real thing broken."""

from __future__ import annotations

import datetime
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from rag.config import ROOT, load_settings
from rag.doctor.changes import change_findings
from rag.doctor.corpus import corpus_findings, days_of, stranger_findings
from rag.doctor.finding import Finding
from rag.doctor.index import index_findings
from rag.doctor.machine import cpu_findings, disk_findings, python_findings
from rag.doctor.models import embedding_findings, reader_findings
from rag.doctor.packages import package_findings
from rag.doctor.questions import question_findings
from rag.doctor.settings import settings_findings, usable_settings
from rag.doctor.subject import Subject
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.loaders import load

TODAY = datetime.datetime.now(datetime.UTC).date()
LEE = "The director of the Lake Center is Ann Lee, who came from the university in 2019."
RAY = "The director of the Hill Center is Bob Ray, a surgeon who has led it since May 2020."
FRENCH = (
    "Le directeur du centre est le professeur Jean Martin. Il a été nommé en janvier 2019 par le "
    "ministère de la santé et dirige une équipe de douze chercheurs."
)


def page(text: str, **fields: str) -> str:
    front = {"title": "A page", "center": "Lake Center", "source_url": "https://lake.example/"}
    front |= {"date": f'"{TODAY.isoformat()}"'} | fields
    return "---\n" + "".join(f"{k}: {v}\n" for k, v in front.items() if v) + f"---\n\n{text}\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.md").write_text(page(LEE))
    (folder / "b.md").write_text(page(RAY, center="Hill Center"))
    return folder


@pytest.fixture
def subject(corpus: Path, embedder: SentenceEmbedder) -> Subject:
    return Subject(load_settings(), corpus, corpus.parent / "index", quick=False, embedder=embedder)


@pytest.fixture
def built(subject: Subject, embedder: SentenceEmbedder) -> Subject:
    """With two versions of the index."""
    publish(subject, embedder)
    (subject.corpus_dir / "c.md").write_text(page("The Lake Center has twelve rooms and a boat."))
    publish(subject, embedder)
    return subject


def publish(subject: Subject, embedder: SentenceEmbedder) -> str:
    tokens = subject.settings.chunk_tokens
    return build_index(subject.corpus_dir, subject.index_dir, embedder, tokens).version


def versions(subject: Subject) -> list[Path]:
    """Folders of the versions, the newest first."""
    return sorted((subject.index_dir / "versions").glob("0*"), reverse=True)


def trouble(findings: Iterable[Finding]) -> list[Finding]:
    """What is not ok; all of it has a cure."""
    found = [finding for finding in findings if finding.severity != "ok"]
    assert all(finding.cure for finding in found)
    return found


def only(findings: Iterable[Finding], severity: str, words: str) -> Finding:
    """The one thing that is not ok."""
    (finding,) = trouble(findings)
    assert finding.severity == severity
    assert words in finding.problem
    return finding


# The machine --------------------------------------------------------------------------------------


def test_this_machine_passes(tmp_path: Path) -> None:
    assert not trouble(python_findings())
    assert not trouble(package_findings(ROOT / "requirements.txt"))
    assert not [f for f in trouble(cpu_findings("auto", quick=False)) if f.severity != "notice"]
    (disk,) = disk_findings(tmp_path, tmp_path / "index")
    assert disk.severity == "ok"


def test_a_missing_package_is_an_error_and_another_version_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("numpy==1.0.0\nno-such-package-here==1.0\nclick  # any\nnot/a requirement\n")
    found = {f.severity: f for f in trouble(package_findings(path)) if f.items}
    assert found["error"].items == ("no-such-package-here",)
    assert found["warning"].items[0].startswith("numpy ")
    assert "not/a requirement" in " ".join(f.problem for f in package_findings(path))
    only(package_findings(tmp_path / "none.txt"), "warning", "cannot be read")


def test_a_version_that_would_not_fit_the_disk_again_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "versions" / "0001-x"
    folder.mkdir(parents=True)
    # A file with a hole: it has a size and takes no room.
    with (folder / "vectors.faiss").open("wb") as file:
        file.truncate(shutil.disk_usage(tmp_path).free)
    assert "may not fit" in only(disk_findings(tmp_path, tmp_path), "error", "MB").problem


# Settings -----------------------------------------------------------------------------------------


def test_each_bad_setting_is_named_and_the_others_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TOPK=3\nHUB_API_KEY=hush-hush\nPORT=many\nCHUNK_TOKENS=64\n")
    monkeypatch.setenv("GATE_DROP", "7")
    monkeypatch.setenv("EMBEDING_MODEL", "x")
    settings = usable_settings()
    assert (settings.chunk_tokens, settings.port, settings.gate_drop) == (64, 7860, 0.02)
    found = trouble(settings_findings(settings))
    assert {name for f in found if f.severity == "error" for name in f.items} == {
        "TOPK", "HUB_API_KEY", "PORT", "GATE_DROP",
    }  # fmt: skip
    assert [f.items for f in found if f.severity == "notice"] == [("EMBEDING_MODEL",)]
    assert "Write TOP_K" in " ".join(f.cure for f in found)
    assert "hush" not in str(found)


def test_a_dot_env_that_is_no_text_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe\n")
    only(settings_findings(usable_settings()), "error", ".env cannot be read")


def test_what_is_set_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "7999")
    (finding,) = settings_findings(usable_settings())
    assert finding.severity == "ok"
    assert "PORT=7999" in finding.problem


# Models -------------------------------------------------------------------------------------------


def test_the_models_that_ship_are_whole_and_work(subject: Subject) -> None:
    subject.embedder = None
    assert not trouble(embedding_findings(subject))
    assert not trouble(reader_findings(subject))
    assert subject.embedder is not None


def test_missing_and_changed_weights_are_errors(
    subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(ROOT / "models" / "reader", folder)
    monkeypatch.setattr("rag.doctor.models.READER_FOLDER", folder)
    subject.quick = True
    assert not trouble(reader_findings(subject))
    weights = folder / "model.safetensors"
    flip(weights)
    only(reader_findings(subject), "error", "not the published ones")
    weights.unlink()
    only(reader_findings(subject), "error", "cannot be read")
    (folder / "model.safetensors.sha256").unlink()
    only(reader_findings(subject), "error", "hash")


def test_a_model_that_is_not_here_is_an_error(corpus: Path, tmp_path: Path) -> None:
    settings = load_settings(embedding_model=str(tmp_path / "none"), reader_model=str(tmp_path))
    subject = Subject(settings, corpus, tmp_path, quick=False)
    assert "EMBEDDING_MODEL" in only(embedding_findings(subject), "error", "none").cure
    assert "READER_MODEL" in only(reader_findings(subject), "error", "reader").cure
    assert subject.embedder is None


# The index ----------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_sound_index_has_no_findings(built: Subject) -> None:
    (finding,) = index_findings(built)
    assert finding.severity == "ok"
    assert "3 documents, 3 chunks" in finding.problem
    assert "2 versions kept" in finding.problem


@pytest.mark.parametrize("part", ["manifest.json", "chunks.sqlite", "vectors.faiss", "lexical"])
def test_a_damaged_current_version_names_the_file_and_which_one_serves(
    built: Subject, part: str
) -> None:
    newest, oldest = versions(built)
    path = newest / part
    flip(next(path.iterdir()) if path.is_dir() else path) if part != "manifest.json" else (
        path.write_text("{ damaged")
    )
    finding = only(index_findings(built), "error", f"{oldest.name} serves in its place")
    assert any(name.startswith(part) for name in finding.items)
    assert "rollback" in finding.cure


def test_a_damaged_older_version_is_a_warning(built: Subject) -> None:
    oldest = versions(built)[1]
    (oldest / "vectors.faiss").unlink()
    finding = only(index_findings(built), "warning", oldest.name)
    assert finding.items == ("vectors.faiss",)


def test_when_every_version_is_damaged_nothing_can_serve(built: Subject) -> None:
    for folder in versions(built):
        flip(folder / "vectors.faiss")
    found = trouble(index_findings(built))
    assert found[0].severity == "error"
    assert "nothing can serve" in found[0].problem


def test_a_current_that_names_nothing_is_an_error(built: Subject) -> None:
    (built.index_dir / "CURRENT").write_text("0009-gone\n")
    only(index_findings(built), "error", "0009-gone, which is not there")
    (built.index_dir / "CURRENT").unlink()
    only(index_findings(built), "error", "none is current")


def test_no_index_is_an_error(subject: Subject) -> None:
    assert "python -m rag index" in only(index_findings(subject), "error", "no index").cure


def test_what_a_killed_build_left_is_a_warning(built: Subject) -> None:
    (built.index_dir / "versions" / ".building-0009-dead").mkdir()
    (built.index_dir / "CURRENT.new").write_text("0009")
    finding = only(index_findings(built), "warning", "left")
    assert finding.items == (".building-0009-dead", "CURRENT.new")


def test_a_note_of_a_builder_that_is_gone_is_a_warning_and_of_a_living_one_a_notice(
    built: Subject,
) -> None:
    note = built.index_dir / ".builder"
    note.write_text(json.dumps({"pid": 2**22 + 1, "started": "2026-01-01T00:00:00"}))
    only(index_findings(built), "warning", "never finished")
    note.write_text('{"pid"')
    only(index_findings(built), "warning", "killed")
    note.write_text(json.dumps({"pid": os.getpid(), "started": "2026-01-01T00:00:00"}))
    (built.index_dir / "versions" / ".building-0009-now").mkdir()
    only(index_findings(built), "notice", f"Process {os.getpid()} has been building")


def test_another_embedder_format_or_chunk_length_is_told(
    built: Subject, embedder: SentenceEmbedder
) -> None:
    newest, oldest = versions(built)
    settings = load_settings(chunk_tokens=100)
    other = Subject(settings, built.corpus_dir, built.index_dir, quick=False, embedder=embedder)
    only(index_findings(other), "warning", "CHUNK_TOKENS is 100")
    manifest = oldest / "manifest.json"
    fields = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(fields | {"format": 1}))
    only(index_findings(built), "notice", "format 1")
    manifest.write_text(json.dumps(fields))
    manifest = newest / "manifest.json"
    fields = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(fields | {"embedder": "other"}))
    only(index_findings(built), "error", "built with the embedder other")
    # The same name, other weights: only a loaded model tells.
    manifest.write_text(json.dumps(fields | {"embedder_fingerprint": "x"}))
    only(index_findings(built), "error", "built with the embedder")


# Changes ------------------------------------------------------------------------------------------


def test_unpublished_changes_are_a_warning_that_names_them(built: Subject) -> None:
    assert not trouble(change_findings(built))
    (built.corpus_dir / "a.md").write_text(page("The director is Cy Fox."))
    (built.corpus_dir / "b.md").unlink()
    (built.corpus_dir / "c.md").rename(built.corpus_dir / "d.md")
    (built.corpus_dir / "e.md").write_text("New.")
    finding = only(change_findings(built), "warning", "1 added, 1 changed, 1 removed, 1 renamed")
    assert set(finding.items) == {"e.md", "a.md", "b.md", "c.md → d.md"}


# The corpus ---------------------------------------------------------------------------------------


def test_a_healthy_corpus_has_no_findings(subject: Subject) -> None:
    assert not trouble(corpus_findings(subject))
    assert not trouble(stranger_findings(subject))


def test_an_empty_or_missing_corpus_is_an_error(subject: Subject) -> None:
    for path in subject.corpus_dir.iterdir():
        path.unlink()
    only(corpus_findings(subject), "error", "no document")


@pytest.mark.parametrize(
    ("text", "severity", "words"),
    [
        (page(LEE + " \ufffd\ufffd Caf\ufffd", title="x"), "warning", "Garbled"),
        (page("(cid:12)(cid:7)(cid:9) " + LEE), "warning", "glyph numbers"),
        (page("T h e d i r e c t o r i s A n n. " * 4), "warning", "Garbled"),
        (page("Tiny text."), "notice", "Almost no text"),
        (page(FRENCH), "warning", "Neither English nor Chinese"),
        (page("qwe asd zxc poi lkj mnb fgh rty vbn " * 4), "notice", "cannot be told"),
        (page(LEE + " New.", center=""), "notice", "No center"),
        (page(LEE + " New.", title=""), "notice", "No title"),
        (page(LEE + " New.", date=""), "notice", "No date"),
        (page(LEE + " New.", source_url=""), "notice", "No source address"),
        (page(LEE + " New.", date='"2019-05-01"'), "notice", "More than a year old"),
        (page(LEE + " New.", date='"2999"'), "warning", "in the future"),
        (page(LEE + " New.", date="last May"), "warning", "cannot be read"),
        (page(LEE), "warning", "The same text"),
        (page("They met " + "in a room of the old house " * 80 + "."), "notice", "are cut"),
        (page("One more word of it. " * 30_000), "notice", "More than 500,000"),
        ("---\ntitle: [\n---\nx", "error", "not valid YAML"),
        ("", "error", "has no text"),
    ],
)  # fmt: skip
def test_a_sick_document_is_named(subject: Subject, text: str, severity: str, words: str) -> None:
    (subject.corpus_dir / "sick.md").write_text(text)
    found = [f for f in trouble(corpus_findings(subject)) if words in f.problem]
    assert [f.severity for f in found] == [severity]
    assert "sick.md" in " ".join(found[0].items)
    assert "b.md" not in " ".join(found[0].items)


def test_latin_1_that_was_taken_for_chinese_is_garbled(subject: Subject) -> None:
    text = "Les chercheurs étudient la génétique, la répétition et les thérapies."
    (subject.corpus_dir / "sick.txt").write_bytes(text.encode("latin-1"))
    found = [f for f in trouble(corpus_findings(subject)) if "Garbled" in f.problem]
    assert "sick.txt" in found[0].items[0]


def test_near_duplicates_are_paired(subject: Subject) -> None:
    text = " ".join(
        f"The room number {n} of the Lake Center is for boat {n * 7}." for n in range(60)
    )
    (subject.corpus_dir / "one.md").write_text(page(text))
    (subject.corpus_dir / "two.md").write_text(page(text + " One sentence is new here."))
    found = [f for f in trouble(corpus_findings(subject)) if "Nearly the same" in f.problem]
    assert found[0].items[0].startswith("one.md ≈ two.md")


def test_a_defect_in_a_parser_does_not_hide_the_other_documents(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_on_a(path: Path, root: Path) -> object:
        if path.name == "a.md":
            raise ZeroDivisionError("in a parser")
        return load(path, root)

    monkeypatch.setattr("rag.doctor.survey.load", break_on_a)
    found = list(corpus_findings(subject))
    assert "a.md cannot be read (ZeroDivisionError" in found[0].problem
    assert "1 document on 1 center can be read" in found[-1].problem


def test_files_that_are_not_indexed_are_told(subject: Subject, tmp_path: Path) -> None:
    for name in ("sheet.xlsx", "README.md", "LICENSE", ".hidden", "a.meta.yaml", "gone.meta.yaml"):
        (subject.corpus_dir / name).write_text("x")
    (tmp_path / "secret.md").write_text("Not of the corpus.")
    (subject.corpus_dir / "link.md").symlink_to(tmp_path / "secret.md")
    found = trouble(stranger_findings(subject))
    assert [f.items for f in found] == [("sheet.xlsx",), ("gone.meta.yaml",), ("link.md",)]


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-12", "2023-12-01", "2023-12-31"),
        ("2024-02-03", "2024-02-03", "2024-02-03"),
        ("2024-02-03 10:00:00", "2024-02-03", "2024-02-03"),
    ],
)
def test_dates_have_a_first_and_a_last_day(date: str, first: str, last: str) -> None:
    days = days_of(date)
    assert days is not None
    assert [day.isoformat() for day in days] == [first, last]


@pytest.mark.parametrize("date", ["", "May", "0", "2024-13", "99999", "2024-02-31", "1-2-3-4"])
def test_what_is_no_date_has_no_days(date: str) -> None:
    assert days_of(date) is None


# Questions ----------------------------------------------------------------------------------------


def question(name: str, doc_id: str, quote: str) -> dict[str, object]:
    return {
        "id": name, "question": "Who?", "doc_id": doc_id, "start": 0, "end": 9, "quote": quote,
        "words": [["Ann Lee"]], "form": "direct", "difficulty": "same words", "center": "Lake",
    }  # fmt: skip


def asked(subject: Subject, *lines: object) -> list[Finding]:
    path = subject.corpus_dir.parent / "questions.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    settings = load_settings(accepted_questions=path)
    return list(question_findings(Subject(settings, subject.corpus_dir, path, quick=False)))


def test_questions_whose_gold_is_gone_are_named(subject: Subject) -> None:
    good = question("good", "a.md", LEE)
    assert not trouble(asked(subject, good))
    also = {"doc_id": "b.md", "start": 0, "end": 9, "quote": "Nobody says this."}
    found = asked(
        subject, good, question("lost", "a.md", "Nobody says this."),
        question("away", "gone.md", LEE), question("half", "a.md", LEE) | {"also": [also]},
    )  # fmt: skip
    assert [(f.severity, f.items) for f in trouble(found)] == [
        ("warning", ("lost",)), ("notice", ("half",)), ("notice", ("away",)),
    ]  # fmt: skip
    assert "2 accepted questions" in found[-1].problem


def test_a_question_set_that_cannot_be_read_is_an_error(subject: Subject) -> None:
    (finding,) = asked(subject, {"id": "x"})
    assert finding.severity == "error"
    (finding,) = asked(subject)
    assert "cannot judge" in finding.problem
