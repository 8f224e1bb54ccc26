"""``python -m tests.fuzzing [TARGET ...] [--minutes 10]``: coverage-guided fuzzing by atheris.

Each target has a process of its own. One that raises, takes over 5 s for an input, or needs over
1 GB ends with 1, and its input is left in ``tests/fuzzing/found/TARGET``, where the tests try it
from then on.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

FOUND = Path(__file__).with_name("found")
_SECONDS, _MEBIBYTES, _LONGEST = 5, 1024, 20_000


@click.command()
@click.argument("targets", nargs=-1)
@click.option("--minutes", default=10.0, help="How long each target is fuzzed.")
@click.option("--inside", hidden=True, is_flag=True)
def main(targets: tuple[str, ...], minutes: float, inside: bool) -> None:
    """Fuzz TARGETS, by default all of them."""
    if inside:
        _fuzz(targets[0], int(minutes * 60))
        return
    from tests.fuzzing.targets import ENDPOINTS, TARGETS

    failed = []
    for name in targets or (*TARGETS, *ENDPOINTS):
        click.echo(f"{name}: {minutes:g} minutes")
        command = [
            sys.executable,
            "-m",
            "tests.fuzzing",
            name,
            "--minutes",
            str(minutes),
            "--inside",
        ]
        done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
        lines = done.stderr.splitlines()
        told = [line for line in lines if line.startswith(("#", "Done", "stat::", "==", "SUMMARY"))]
        click.echo("\n".join(told[-8:]))
        if done.returncode:
            click.echo("\n".join(lines[-60:]))
            failed.append(name)
    click.echo(f"Found something in: {', '.join(failed)}" if failed else "Nothing was found.")
    sys.exit(bool(failed))


def _fuzz(name: str, seconds: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["rag", "frontmatter"], exclude=["rag.types"]):
        from tests.fuzzing.targets import ENDPOINTS, SEEDS, TARGETS, endpoints

        target = endpoints(_chatbot())[name] if name in ENDPOINTS else TARGETS[name]
    kept = FOUND / name
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder)
        for number, seed in enumerate(SEEDS[name]):
            (seeds / f"seed-{number}").write_bytes(seed)
        for path in kept.glob("*"):
            shutil.copy(path, seeds)
        kept.mkdir(parents=True, exist_ok=True)
        atheris.Setup(
            [
                sys.argv[0], str(seeds), f"-max_total_time={seconds}", f"-timeout={_SECONDS}",
                f"-rss_limit_mb={_MEBIBYTES}", f"-max_len={_LONGEST}", "-print_final_stats=1",
                f"-artifact_prefix={kept}{os.sep}", "-len_control=20",
            ],
            lambda data: _tried(target, data, kept),
        )  # fmt: skip
        atheris.Fuzz()


def _tried(target: Callable[[bytes], None], data: bytes, kept: Path) -> None:
    """Leave an input that raises, and end: atheris tells of it, but may hang before it is left."""
    try:
        target(data)
    except Exception:
        traceback.print_exc()
        (kept / f"crash-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
        sys.stderr.flush()
        os._exit(1)


def _chatbot() -> Any:
    """Over a small index, by similarity: what is fuzzed is our code, not PyTorch's."""
    from rag.chatbot import Chatbot
    from rag.config import ROOT, go_quiet, load_settings
    from rag.embedding import SentenceEmbedder
    from rag.finders import open_finder
    from rag.indexing import build_index
    from rag.versions import open_current

    go_quiet()
    folder = Path(tempfile.mkdtemp())
    settings = load_settings(data_dir=folder, reader_model="none", multilingual=False)
    embedder = SentenceEmbedder(settings.embedding_model)
    build_index(ROOT / "corpus", settings.index_dir, embedder, settings.chunk_tokens)
    # The same embedder: half of what the process may hold is models and their libraries.
    version = open_current(settings.index_dir, embedder)
    return Chatbot(version, embedder, open_finder(settings, embedder), settings.top_k)


if __name__ == "__main__":
    main()
