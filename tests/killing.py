"""Kills builds of an index or lets the disk fail them, and looks at what they leave behind.

``python -m tests.killing FOLDER`` is started by ``tests/test_killed.py``, which puts into FOLDER
what is needed: ``corpus``, ``published`` (an index of the corpus as it was) and ``vectors.npz``.
It loads no PyTorch and computes nothing in parallel, so that it can fork for each build.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.checking import check_version
from rag.errors import IndexStateError
from rag.indexing import build_index
from rag.versions import CURRENT, current_version, open_current, version_names
from tests.recorded import RecordedEmbedder

# What changes a file, a folder, or what is safely on the disk.
CALLS = (
    "write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,sync_file_range,ftruncate,truncate,"
    "fallocate,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,"
    "mkdirat,rmdir,copy_file_range,sendfile"
)
TOKENS = 64
KEEP = 2
# Exit status where no process can be traced here, and of a build that told its error.
CANNOT_TRACE = 77
TOLD = 3
# What fails on a full or a broken disk, and with what.
FAILURES = {
    "write": "ENOSPC", "pwrite64": "ENOSPC", "mkdir": "ENOSPC", "rename": "ENOSPC", "fsync": "EIO",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """The ``number``-th ``call`` of a build, made on ``path``."""

    call: str
    number: int
    path: str


class Builds:
    """Builds over the same published version, again and again."""

    def __init__(self, folder: Path, name: str) -> None:
        self._corpus = folder / "corpus"
        self._published = folder / "published"
        self.index = folder / f"index-{name}"
        self._embedder = RecordedEmbedder(folder / "vectors.npz")
        self.old = current_version(self._published) or ""

    def restore(self) -> None:
        """Everything as it was before the build; a version's files are never written again."""
        shutil.rmtree(self.index, ignore_errors=True)
        other = shutil.ignore_patterns(".lock")
        shutil.copytree(self._published, self.index, copy_function=os.link, ignore=other)

    def build(self) -> None:
        build_index(self._corpus, self.index, self._embedder, TOKENS, keep=KEEP)

    @contextlib.contextmanager
    def forked(self) -> Iterator[tuple[int, int]]:
        """A process that builds once a byte is written to the pipe: its number, and the pipe."""
        wait, go = os.pipe()
        child = os.fork()
        if not child:
            os.close(go)
            try:
                os.read(wait, 1)
                self.build()
            except IndexStateError as exc:
                print(exc, file=sys.stderr)
                os._exit(TOLD)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        os.close(wait)
        try:
            yield child, go
        finally:
            os.close(go)

    def traced(self, *options: str) -> int:
        """Build under strace with these options; the process's wait status."""
        with self.forked() as (child, go):
            command = ["strace", "-f", "-p", str(child), "-e", f"trace={CALLS}", *options]
            with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
                assert tracer.stderr
                said = tracer.stderr.readline()
                if "attached" not in said:
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    print("strace:", said)
                    sys.exit(CANNOT_TRACE)
                os.write(go, b".")
                tracer.stderr.read()
            return os.waitpid(child, 0)[1]

    def steps(self, log: Path) -> list[Step]:
        """All steps of one build, in order."""
        self.restore()
        status = self.traced("-y", "-s", "0", "-o", str(log))
        assert status == 0, f"the build to be counted ended with {status}"
        counts: dict[str, int] = {}
        found = []
        for line in log.read_text().splitlines():
            match = re.match(r"\d+ +(\w+)\((.*)", line)
            if match and match[1] in CALLS.split(","):
                call, rest = match.groups()
                counts[call] = counts.get(call, 0) + 1
                paths = re.findall(rf"{re.escape(str(self.index))}[^\">]*", rest)
                if paths:
                    path = Path(paths[-1]).relative_to(self.index).as_posix()
                    found.append(Step(call, counts[call], path))
        return found

    def serves(self) -> str:
        """The version that ``CURRENT`` names, which must open whole."""
        version = open_current(self.index, self._embedder)
        assert version.instead_of is None, f"{version.instead_of} is damaged"
        check_version(version, self._embedder, TOKENS)
        return version.name

    def mend(self) -> None:
        """The next build must succeed, and nothing unfinished may be left after it."""
        with self.forked() as (child, go):
            os.write(go, b".")
            assert os.waitpid(child, 0)[1] == 0, "the next build failed"
        assert self.serves() != self.old, "the next build published nothing"
        assert not self.left_behind(), f"left behind: {self.left_behind()}"
        names = version_names(self.index)
        assert len(names) <= KEEP, f"more than {KEEP} versions are kept: {names}"

    def left_behind(self) -> set[str]:
        """Names in the index folder that should not be there."""
        left = {path.name for path in self.index.iterdir()} - {"versions", ".lock", CURRENT}
        inside = {path.name for path in (self.index / "versions").iterdir()}
        return left | (inside - set(version_names(self.index)))


def at_every_step(builds: Builds, share: int, shares: int) -> None:
    """Kill at each step in turn, just before the system carries it out."""
    steps = builds.steps(builds.index.with_suffix(".log"))
    switch = max(i for i, step in enumerate(steps) if step.path == CURRENT)
    for number, step in enumerate(steps):
        if number % shares != share:
            continue
        builds.restore()
        status = builds.traced("-e", f"inject={step.call}:signal=KILL:when={step.number}")
        assert os.WIFSIGNALED(status), f"{step} was never reached"
        served = builds.serves()
        assert (served == builds.old) == (number <= switch), f"{served} is served"
        print(number, step.call, step.path, "old" if served == builds.old else "new", flush=True)
        builds.mend()


def fail_every_step(builds: Builds, share: int, shares: int) -> None:
    """Let each step in turn fail as on a full disk: the build says so and leaves nothing behind."""
    steps = builds.steps(builds.index.with_suffix(".log"))
    switch = max(i for i, step in enumerate(steps) if step.path == CURRENT)
    for number, step in enumerate(steps[: switch + 1]):
        if number % shares != share or step.call not in FAILURES:
            continue
        if step.call == "mkdir" and step.path in {".", "versions"}:
            continue  # they are there already
        builds.restore()
        before = set(version_names(builds.index))
        failing = f"inject={step.call}:error={FAILURES[step.call]}:when={step.number}"
        status = builds.traced("-e", failing)
        print(number, step.call, step.path, FAILURES[step.call], flush=True)
        assert os.waitstatus_to_exitcode(status) == TOLD, f"the build ended with {status}"
        assert builds.serves() == builds.old
        left = builds.left_behind() | (set(version_names(builds.index)) - before)
        assert not left, f"left behind: {left}"


def at_random(builds: Builds, times: int, seed: int) -> None:
    """Kill at moments drawn at random; a build that was done before its moment does not count."""
    rng = random.Random(seed)
    builds.restore()
    began = time.monotonic()
    builds.mend()
    whole = time.monotonic() - began
    number = 0
    while number < times:
        builds.restore()
        moment = rng.uniform(0, whole)
        with builds.forked() as (child, go):
            os.write(go, b".")
            time.sleep(moment)
            os.kill(child, signal.SIGKILL)
            killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        served = "old" if builds.serves() == builds.old else "new"
        builds.mend()
        if killed:
            print(number, f"{moment:.3f} s", served, flush=True)
            number += 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--share", type=int, default=0)
    parser.add_argument("--shares", type=int, default=1)
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--fail", action="store_true")
    given = parser.parse_args()
    if given.fail:
        fail_every_step(Builds(given.folder, f"f{given.share}"), given.share, given.shares)
    elif given.random:
        at_random(Builds(given.folder, f"r{given.share}"), given.random, given.share)
    else:
        at_every_step(Builds(given.folder, f"s{given.share}"), given.share, given.shares)
