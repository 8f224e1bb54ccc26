"""The order of imports, as docs/architecture.md draws it, and the size of files."""

import subprocess
import sys

from rag.config import ROOT

_MOST_LINES = 300


def test_modules_import_only_from_their_own_layer_or_a_lower_one() -> None:
    # In a process of its own: import-linter switches off the loggers of the one that it runs in.
    program = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_file_has_more_than_300_lines() -> None:
    files = [ROOT / "app.py"]
    for folder in ("rag", "eval", "training", "tests"):
        for kind in ("py", "js", "css"):
            files += (ROOT / folder).rglob(f"*.{kind}")
    assert len(files) > 300
    long = {}
    for path in files:
        lines = path.read_text("utf-8").count("\n")
        if lines > _MOST_LINES:
            long[path.relative_to(ROOT).as_posix()] = lines
    assert long == {}
