"""The order of imports, as docs/architecture.md draws it."""

import subprocess
import sys

from rag.config import ROOT


def test_modules_import_only_from_their_own_layer_or_a_lower_one() -> None:
    # In a process of its own: import-linter switches off the loggers of the one that it runs in.
    program = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
