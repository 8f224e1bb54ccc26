"""A build that is killed leaves what was published, and the next one cleans up after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from rag.config import ROOT
from rag.embedding import SentenceEmbedder
from rag.indexing import build_index
from rag.versions import version_names
from tests.killing import CANNOT_TRACE, KEEP, TOKENS
from tests.recorded import RecordingEmbedder, write_corpus

_CHUNKS = 2000
_SHARES = 2
# Enough for a build that changes little and copies the rest; each of them writes every chunk.
_DOCUMENTS, _SECTIONS = 70, 30
_FEW_DOCUMENTS, _FEW_SECTIONS = 16, 15


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Path:
    """A published index of few chunks, its corpus with changes since, and all vectors."""
    found, _ = _prepared(tmp_path_factory.mktemp("few"), embedder, _FEW_DOCUMENTS, _FEW_SECTIONS)
    return found


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, embedder: SentenceEmbedder) -> Path:
    """The same of many chunks."""
    found, chunks = _prepared(tmp_path_factory.mktemp("many"), embedder, _DOCUMENTS, _SECTIONS)
    assert chunks >= _CHUNKS
    return found


def _prepared(
    folder: Path, embedder: SentenceEmbedder, documents: int, sections: int
) -> tuple[Path, int]:
    corpus, index = folder / "corpus", folder / "published"
    recording = RecordingEmbedder(embedder)
    write_corpus(corpus, documents, sections)
    build_index(corpus, index, recording, TOKENS)
    (corpus / "page-0003.md").write_text("# Three\n\nThe third page is short.\n", "utf-8")
    build_index(corpus, index, recording, TOKENS)
    (corpus / "page-0005.md").write_text("# Five\n\nThe fifth page is short too.\n", "utf-8")
    (corpus / "page-0006.md").unlink()
    (corpus / "page-0100.md").write_text("# Hundred\n\nA page was added.\n", "utf-8")
    # The vectors that the builds to come will ask for.
    shutil.copytree(index, folder / "tried")
    report = build_index(corpus, folder / "tried", recording, TOKENS, keep=KEEP)
    assert report.published
    assert len(version_names(index)) == KEEP
    recording.save(folder / "vectors.npz")
    return folder, report.chunks


def _killing(folder: Path, *options: str) -> list[subprocess.Popen[str]]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return [
        subprocess.Popen(
            [sys.executable, "-m", "tests.killing", str(folder), "--share", str(share), *options],
            cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for share in range(_SHARES)
    ]  # fmt: skip


def _strikes(processes: list[subprocess.Popen[str]]) -> list[str]:
    """What they print of each kill, once all have ended well."""
    printed = [process.communicate()[0] for process in processes]
    if CANNOT_TRACE in {process.returncode for process in processes}:
        _skip(printed[0].strip())
    for process, lines in zip(processes, printed, strict=True):
        assert process.returncode == 0, lines
    return [line for lines in printed for line in lines.splitlines() if line[:1].isdigit()]


def _skip(reason: str) -> None:
    if os.environ.get("REQUIRE_STRACE"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.mark.slow
def test_killed_at_every_write_fsync_and_rename_in_turn(
    large: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not shutil.which("strace"):
        _skip("strace is not installed")
    strikes = _strikes(_killing(large, "--shares", str(_SHARES)))
    assert sorted(int(line.split()[0]) for line in strikes) == list(range(len(strikes)))
    assert {"old", "new"} == {line.split()[-1] for line in strikes}
    struck = Counter(tuple(line.split()[1:3]) for line in strikes)
    with capsys.disabled():
        print(f"\nkilled at {len(strikes)} steps of a build of at least {_CHUNKS} chunks:")
        for (call, path), times in struck.items():
            print(f"{times:5} {call:10} {path}")


@pytest.mark.parametrize("which", ["folder", pytest.param("large", marks=pytest.mark.slow)])
def test_a_step_that_fails_for_want_of_space_is_told_and_leaves_nothing_behind(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], which: str
) -> None:
    if not shutil.which("strace"):
        _skip("strace is not installed")
    folder = request.getfixturevalue(which)
    failed = _strikes(_killing(folder, "--fail", "--shares", str(_SHARES)))
    struck = Counter(tuple(line.split()[1::2]) for line in failed)
    assert {"write", "pwrite64", "fsync", "rename"} <= {call for call, _ in struck}
    with capsys.disabled():
        print(f"\nfailed at {len(failed)} steps of a build:")
        for (call, error), times in struck.items():
            print(f"{times:5} {call:10} {error}")


@pytest.mark.parametrize(
    ("which", "times"), [("folder", 10), pytest.param("large", 200, marks=pytest.mark.slow)]
)
def test_killed_at_random_moments(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], which: str, times: int
) -> None:
    folder = request.getfixturevalue(which)
    strikes = _strikes(_killing(folder, "--random", str(times // _SHARES)))
    assert len(strikes) == times
    served = Counter(line.split()[-1] for line in strikes)
    seconds = [float(line.split()[1]) for line in strikes]
    with capsys.disabled():
        print(f"\nkilled {len(strikes)} times, {min(seconds)} to {max(seconds)} s after the start;")
        print(f"served afterwards: {dict(served)}")
