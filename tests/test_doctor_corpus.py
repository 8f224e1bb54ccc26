"""What the doctor finds of documents, each really sick, and of accepted questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.config import load_settings
from rag.dates import days_of
from rag.doctor.corpus import corpus_findings, stranger_findings
from rag.doctor.finding import Finding
from rag.doctor.legibility import spoken
from rag.doctor.questions import question_findings
from rag.doctor.subject import Subject
from rag.embedding import SentenceEmbedder
from rag.loaders import load
from tests.doctoring import LEE, healthy_corpus, only, page, trouble

FRENCH = (
    "Le directeur du centre est le professeur Jean Martin. Il a été nommé en janvier 2019 par le "
    "ministère de la santé et dirige une équipe de douze chercheurs."
)


@pytest.fixture
def subject(tmp_path: Path, embedder: SentenceEmbedder) -> Subject:
    corpus = healthy_corpus(tmp_path / "corpus")
    return Subject(load_settings(), corpus, tmp_path / "index", quick=False, embedder=embedder)


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
        (page("qwe asd zxc poi lkj mnb fgh rty vbn " * 8), "notice", "cannot be told"),
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


def test_english_full_of_foreign_names_is_english() -> None:
    text = "Michaela von Habsburg was born in Würzburg. She is the sister of Monika von Habsburg."
    assert spoken(text) in {"en", None}
    assert spoken(LEE) == "en"
    assert spoken(FRENCH) == "fr"
    assert spoken("该中心的主任是钱程教授，中心成立于2019年二月，致力于肿瘤研究。") == "zh"


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
