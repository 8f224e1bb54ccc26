"""One builder at a time, taking over from a dead one, and being stopped."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.cli import main
from rag.config import ROOT
from rag.embedding import SentenceEmbedder
from rag.errors import IndexStateError
from rag.indexing import build_index
from rag.locking import only_builder
from rag.publishing import prune
from rag.versions import current_version, open_current
from tests.recorded import write_corpus

_HOLD = (
    "import sys, time; from pathlib import Path; from rag.locking import only_builder\n"
    "with only_builder(Path(sys.argv[1])):\n"
    "    print('held', flush=True); time.sleep(600)\n"
)
_PATIENCE = 120


@contextmanager
def holder(index: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", _HOLD, str(index)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_a_second_builder_is_told_who_builds_and_since_when(
    tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(IndexStateError, match="Another process") as error:
            build_index(ROOT / "corpus", tmp_path, embedder, 64)
        note = f"process {process.pid}, started {time.strftime('%Y-', time.gmtime())}"
        assert note in error.value.problem
        assert current_version(tmp_path) is None


def test_the_lock_of_a_dead_builder_is_taken_over_with_a_line_that_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with holder(tmp_path) as process:
        process.kill()
        process.wait()
        with only_builder(tmp_path):
            pass
        said = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
        assert len(said) == 1
        assert f"Taking over from process {process.pid}, started" in said[0]
    caplog.clear()
    with only_builder(tmp_path):
        pass
    assert not caplog.records


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b"\xff", b'{"pid": "x", "started": 1}'])
def test_a_note_cut_short_by_death_does_not_stop_the_next_builder(
    tmp_path: Path, note: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".builder").write_bytes(note)
    with only_builder(tmp_path):
        pass
    assert "Taking over from an unknown process" in caplog.text
    assert not (tmp_path / ".builder").exists()


def test_what_others_keep_in_the_folder_is_left_alone(
    tmp_path: Path, embedder: SentenceEmbedder
) -> None:
    write_corpus(tmp_path / "corpus", 2, 2)
    versions = tmp_path / "index" / "versions"
    (versions / ".building-0001-dead").mkdir(parents=True)
    (versions / ".DS_Store").write_bytes(b"theirs")
    assert build_index(tmp_path / "corpus", tmp_path / "index", embedder, 128).published
    left = {path.name for path in versions.glob(".*")}
    assert left == {".DS_Store"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_leaves_nothing_behind_and_ends_with_status_130(
    tmp_path: Path, number: signal.Signals
) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    # Long enough for the signal to come while it builds.
    write_corpus(corpus, 60, 40)
    # A builder that died before: the line about it reaches whoever runs the command.
    index.mkdir()
    (index / ".builder").write_text('{"pid": 1234567, "started": "2026-01-02T03:04:05+00:00"}')
    command = [sys.executable, "-m", "rag", "index", "--corpus", str(corpus), "--index", str(index)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    ) as process:  # fmt: skip
        deadline = time.monotonic() + _PATIENCE
        while not list(index.glob("versions/.building-*/chunks.sqlite")):
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.send_signal(number)
        out, err = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 130, err
    assert "Stopped; nothing was changed." in err
    assert "Taking over from process 1234567, started 2026-01-02" in err
    assert "Traceback" not in out + err
    assert {path.name for path in index.iterdir()} <= {"versions", ".lock"}
    assert not list((index / "versions").iterdir())


def test_stopped_while_the_models_load_it_ends_with_status_130_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.embedding.SentenceEmbedder", stop)
    result = CliRunner().invoke(main, ["index", "--index", str(tmp_path)])
    assert (result.exit_code, "nothing was changed" in result.stderr) == (130, True)


def test_stopped_after_publishing_it_says_that_the_new_version_is_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: SentenceEmbedder
) -> None:
    def stop(index_dir: Path, keep: int) -> None:
        prune(index_dir, keep)
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.indexing.prune", stop)
    command = ["index", "--index", str(tmp_path), "--no-gate"]
    result = CliRunner().invoke(main, command)
    name = open_current(tmp_path, embedder).name
    assert result.exit_code == 130
    assert f"Stopped after {name} was published." in result.stderr


def test_stopped_between_renaming_and_publishing_it_leaves_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: SentenceEmbedder
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    write_corpus(tmp_path / "corpus", 2, 2)
    monkeypatch.setattr("rag.publishing.make_current", stop)
    with pytest.raises(KeyboardInterrupt):
        build_index(tmp_path / "corpus", tmp_path / "index", embedder, 128)
    assert not list((tmp_path / "index" / "versions").iterdir())
