"""What maintainers run: a release, and an audit that cannot reach anybody."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path

import mutmut.configuration
import pytest
from click.testing import CliRunner, Result
from mutmut.mutation.data import SourceFileMutationData

from maintain import audit, mutation
from maintain.release import main, numbered, released
from rag.config import ROOT

CHANGELOG = "# Changelog\n\n## 0.1.0 (unreleased)\n\n- It answers.\n"
PROJECT = '[project]\nname = "x"\nversion = "0.1.0"\n'
DAY = datetime.date(2026, 1, 2)


def git(folder: Path, *arguments: str) -> str:
    person = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A",
              "GIT_COMMITTER_EMAIL": "a@b", "GIT_CONFIG_GLOBAL": os.devnull}  # fmt: skip
    return subprocess.run(
        ["git", "-C", str(folder), *arguments],  # noqa: S607
        check=True, capture_output=True, text=True, env=os.environ | person,
    ).stdout.strip()  # fmt: skip


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", "user.name", "A")
    git(tmp_path, "config", "user.email", "a@b")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "First")
    return tmp_path


def release(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--folder", str(folder)])


def test_a_release_names_the_version_commits_and_tags(clone: Path) -> None:
    assert release(clone, "0.1.0").exit_code == 0
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "tag", "--list") == "v0.1.0"
    told = (clone / "CHANGELOG.md").read_text()
    assert "## 0.2.0 (unreleased)\n\n## 0.1.0 (20" in told
    again = release(clone, "0.1.0")
    assert again.exit_code == 1
    assert "already" in again.output
    empty = release(clone, "0.2.0")
    assert "tells no change" in empty.output


def test_a_release_changes_nothing_where_it_cannot_be(clone: Path) -> None:
    assert release(clone, "0.1.0", "--dry-run").exit_code == 0
    for version, words in (("0.0.9", "below"), ("one", "Write it as")):
        found = release(clone, version)
        assert found.exit_code == 1
        assert words in found.output
    (clone / "pyproject.toml").write_text(PROJECT + "# changed\n")
    assert "not committed" in release(clone, "0.1.0").output
    assert git(clone, "tag", "--list") == ""
    assert (clone / "CHANGELOG.md").read_text() == CHANGELOG


def test_our_own_changelog_and_version_can_be_released() -> None:
    told = released((ROOT / "CHANGELOG.md").read_text("utf-8"), "9.9.9", DAY)
    assert "## 9.9.9 (2026-01-02)\n\n- " in told
    assert 'version = "9.9.9"' in numbered((ROOT / "pyproject.toml").read_text("utf-8"), "9.9.9")


def test_an_audit_that_reaches_nobody_says_that_nothing_was_audited(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "build" / "audit" / "bin" / "pip-audit"
    program.parent.mkdir(parents=True)
    python = program.with_name("python")
    python.symlink_to(sys.executable)
    # What pip-audit itself does first: ask the index, here at a port that nobody listens on.
    program.write_text(
        f"#!{sys.executable}\nimport requests\nrequests.get('http://127.0.0.1:1/pypi/x/json')\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(audit, "_ROOT", tmp_path)
    assert audit.main([]) == audit.NOT_AUDITED
    assert "Nothing was audited" in capsys.readouterr().out


def test_an_audit_ends_well_only_where_every_library_was_audited_and_has_no_hole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sound = {"name": "sound", "version": "1.0", "vulns": []}
    hole = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}
    holed = {"name": "holed", "version": "1.0", "vulns": [hole]}
    unknown = {"name": "unknown", "skip_reason": "not found"}
    assert audit.judged([sound], print) == 0
    assert audit.judged([sound, unknown], print) == audit.NOT_AUDITED
    assert "Not audited, since PyPI does not tell of them here: unknown." in capsys.readouterr().out
    assert audit.judged([sound, holed, unknown], print) == audit.FOUND
    assert capsys.readouterr().out.splitlines()[:2] == [
        "holed 1.0: PYSEC-2026-1, mended in 1.1.",
        "2 of 3 libraries audited, 1 holes known.",
    ]


def test_mutants_that_no_test_notices_are_named_and_too_many_of_them_are_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mutmut.configuration, "_config", None)
    project = '[tool.mutmut]\nsource_paths = ["rag"]\nonly_mutate = ["rag/one.py"]\n'
    (tmp_path / "pyproject.toml").write_text(project)
    for folder in (tmp_path / "rag", tmp_path / "mutants" / "rag"):
        folder.mkdir(parents=True)
        (folder / "one.py").touch()
    assert mutation.main() == 1
    assert "no mutants" in capsys.readouterr().out
    # By the exit code of its tests: 1 failed, 0 passed, 36 took too long, 33 there are none.
    for codes, result in (([1, 1, 36, 1, 0], 0), ([1, 1, 36, 33, 0], 1)):
        data = SourceFileMutationData(path="rag/one.py")
        data.exit_code_by_key = {f"rag.one.x_f__mutmut_{n}": code for n, code in enumerate(codes)}
        data.save()
        assert mutation.main() == result
        told = capsys.readouterr().out
        assert "survived: rag.one.x_f__mutmut_4" in told
        assert f"rag/one.py: {4 - result} of 5 noticed" in told
        assert ("Less than 80% in one file" in told) == bool(result)
