"""What the doctor finds of the machine, the settings and the models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.config import ROOT, load_settings
from rag.doctor.machine import cpu_findings, disk_findings, python_findings
from rag.doctor.models import embedding_findings, reader_findings
from rag.doctor.packages import package_findings
from rag.doctor.settings import settings_findings, usable_settings
from rag.doctor.subject import Subject
from rag.embedding import SentenceEmbedder
from tests.doctoring import flip, healthy_corpus, only, trouble


@pytest.fixture
def subject(tmp_path: Path, embedder: SentenceEmbedder) -> Subject:
    corpus = healthy_corpus(tmp_path / "corpus")
    return Subject(load_settings(), corpus, tmp_path / "index", quick=False, embedder=embedder)


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


def test_a_model_that_is_not_here_is_an_error(tmp_path: Path) -> None:
    settings = load_settings(embedding_model=str(tmp_path / "none"), reader_model=str(tmp_path))
    subject = Subject(settings, tmp_path, tmp_path, quick=False)
    assert "EMBEDDING_MODEL" in only(embedding_findings(subject), "error", "none").cure
    assert "READER_MODEL" in only(reader_findings(subject), "error", "reader").cure
    assert subject.embedder is None
