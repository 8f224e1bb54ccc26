"""The order of imports, as docs/architecture.md draws it."""

import subprocess
import sys

from rag.config import ROOT

# In a process of its own: import-linter silences every logger of the process that it runs in.
_LINT = (
    "from importlinter.cli import lint_imports\n"
    "raise SystemExit(lint_imports(config_filename='pyproject.toml', no_cache=True))"
)


def test_modules_import_only_from_their_own_layer_or_a_lower_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LINT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout
