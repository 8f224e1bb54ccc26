"""``python -m rag doctor``, run as its users run it, in sound and in broken environments."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rag.cli import main
from rag.config import ROOT
from rag.versions import read_manifest, write_manifest

FAMILIES = {
    "python", "packages", "settings", "disk", "journal", "cpu", "models", "index", "changes",
    "corpus", "questions", "language model",
}  # fmt: skip


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


def run(code: str, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A process of its own, in which ``code`` runs first."""
    program = f"import sys\n{code}\nfrom rag.cli import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=cwd, capture_output=True, check=False, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_the_example_installation_is_healthy(index_dir: Path) -> None:
    result = doctor("--index", str(index_dir), "--json")
    assert result.exit_code == 0
    fields = json.loads(result.stdout)
    assert set(fields) == {"healthy", "quick", "counts", "findings", "seconds"}
    assert (fields["healthy"], fields["quick"]) == (True, False)
    assert set(fields["counts"]) == {"ok", "notice", "warning", "error"}
    assert fields["counts"]["error"] == 0
    assert set(fields["seconds"]) == FAMILIES
    for finding in fields["findings"]:
        assert set(finding) == {"check", "severity", "problem", "cure", "items"}
        assert finding["check"] in FAMILIES
        assert finding["problem"].endswith(".")
        assert bool(finding["cure"]) == (finding["severity"] != "ok")


def test_an_error_is_exit_status_1_with_its_cure_and_a_summary(tmp_path: Path) -> None:
    result = doctor("--quick", "--index", str(tmp_path), "--corpus", str(tmp_path / "none"))
    assert result.exit_code == 1
    assert f"There is no index in {tmp_path}" in " ".join(result.stdout.split())
    assert "→ Run `python -m rag index`." in result.stdout
    assert "There is no corpus folder" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("2 errors, ")


def test_quick_loads_no_model(index_dir: Path) -> None:
    done = run(
        "import atexit\natexit.register(lambda: print('torch' in sys.modules, file=sys.stderr))",
        "doctor", "--quick", "--index", str(index_dir),
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.split() == ["False"]


@pytest.mark.parametrize(
    "package", ["pydantic", "numpy", "faiss", "yaml", "ftfy", "packaging", "datasketch"]
)
def test_a_missing_package_is_a_finding_and_not_a_trace(index_dir: Path, package: str) -> None:
    done = run(
        f"sys.modules['{package}'] = None",
        "doctor", "--quick", "--index", str(index_dir), "--json",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    fields = json.loads(done.stdout)
    lacking = [f for f in fields["findings"] if package in f["problem"]]
    assert {f["severity"] for f in lacking} == {"error"}
    assert all("pip install" in f["cure"] for f in lacking)
    assert "python" in {f["check"] for f in fields["findings"] if f["severity"] == "ok"}


def test_without_pytorch_the_corpus_is_still_examined(index_dir: Path) -> None:
    done = run("sys.modules['torch'] = None", "doctor", "--index", str(index_dir), "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert {f["check"] for f in findings if f["severity"] == "error"} == {"cpu", "models"}
    assert "5 documents on 4 centers can be read." in [f["problem"] for f in findings]


@pytest.mark.parametrize(
    ("package", "arguments"),
    [
        ("pydantic", ["status"]),
        ("faiss", ["ask", "Who leads CPMRC?"]),
        pytest.param("bm25s", ["search", "tumors"], marks=pytest.mark.slow),
        ("bm25s", ["index", "--no-gate"]),
    ],
)
def test_other_commands_say_which_package_is_missing(
    index_dir: Path, tmp_path: Path, package: str, arguments: list[str]
) -> None:
    folder = tmp_path if arguments[0] == "index" else index_dir
    done = run(f"sys.modules['{package}'] = None", *arguments, "--index", str(folder))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert package in done.stderr
    assert "python -m rag doctor" in done.stderr


def test_help_lists_the_commands_that_cannot_be_imported_too() -> None:
    done = run("sys.modules['faiss'] = None", "--help")
    assert done.returncode == 0
    assert "doctor" in done.stdout
    assert "rollback" in done.stdout


def test_without_click_there_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.modules['click'] = None; import rag.__main__"],
        cwd=ROOT, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "pip install" in done.stderr


def test_damaged_settings_are_findings_and_the_rest_is_checked(
    index_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\n")
    done = run("", "doctor", "--quick", "--index", str(index_dir), "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert [f["check"] for f in findings if f["severity"] == "error"] == ["settings"]
    status = run("", "status", "--index", str(index_dir), cwd=tmp_path)
    assert (status.returncode, len(status.stderr.splitlines())) == (1, 1)


def test_a_file_in_place_of_the_index_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("not a folder")
    result = doctor("--quick", "--index", str(tmp_path / "index"))
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_manifest_of_the_wrong_shape_is_a_finding(index_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(index_dir, folder)
    (manifest,) = folder.glob("versions/*/manifest.json")
    fields = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(fields | {"files": 5, "documents": None}))
    result = doctor("--quick", "--index", str(folder))
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)


# status -------------------------------------------------------------------------------------------


def two_versions(index_dir: Path, folder: Path) -> tuple[Path, Path]:
    """A copy of an index with a newer current version, and an older one that is sound."""
    shutil.copytree(index_dir, folder)
    (old,) = (folder / "versions").glob("0001-*")
    new = old.with_name(old.name.replace("0001", "0002"))
    shutil.copytree(old, new)
    manifest = read_manifest(folder, new.name)
    write_manifest(new, replace(manifest, version=new.name))
    (folder / "CURRENT").write_text(new.name + "\n")
    return new, old


def status(folder: Path) -> Result:
    return CliRunner().invoke(main, ["status", "--index", str(folder), "--json"])


def test_status_counts_versions_and_says_which_serves_when_the_current_is_damaged(
    index_dir: Path, tmp_path: Path
) -> None:
    new, old = two_versions(index_dir, tmp_path / "index")
    fields = json.loads(status(tmp_path / "index").stdout)
    assert (fields["index_version"], fields["kept_versions"]) == (new.name, 2)
    assert "damaged" not in fields
    (new / "vectors.faiss").write_bytes(b"x")
    fields = json.loads(status(tmp_path / "index").stdout)
    assert fields["damaged"] == f"{new.name} (vectors.faiss)"
    assert fields["serves_instead"] == old.name
    (old / "chunks.sqlite").unlink()
    result = status(tmp_path / "index")
    assert result.exit_code == 1
    assert "damaged" in result.stderr
    assert "python -m rag doctor" in result.stderr
