"""``make audit``: whether a library that the product needs has a known hole.

pip-audit asks PyPI for advisories on every exact version of the requirements. It has an environment
of its own, so that its libraries are none of the product's. Where PyPI cannot be reached nothing is
audited, which is said and ends with 2; a hole ends with 1.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

VERSION = "2.10.1"
_ROOT = Path(__file__).resolve().parent.parent
_FILES = ("requirements.txt", "requirements-dev.txt", "requirements-model.txt")
# What pip and pip-audit say where they cannot reach the index.
_UNREACHABLE = (
    "ConnectionError", "NameResolutionError", "Max retries exceeded", "ConnectTimeout",
    "ProxyError",
    "Temporary failure in name resolution", "Could not find a version", "Failed to establish",
    "No matching distribution",
)  # fmt: skip
FOUND, NOTHING_AUDITED = 1, 2


def main(arguments: Sequence[str]) -> int:
    """Audit the requirements; further arguments are pip-audit's."""
    program = _ROOT / "build" / "audit" / "bin" / "pip-audit"
    if not program.exists():
        folder = program.parent.parent
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        done = subprocess.run(
            [*pip, f"pip-audit=={VERSION}"], check=False, capture_output=True, text=True
        )
        if done.returncode:
            return _told(done.stderr)
    files = [part for name in _FILES for part in ("--requirement", str(_ROOT / name))]
    # Every version is exact: nothing has to be resolved, and nothing of it is downloaded.
    command = [str(program), *files, "--no-deps", "--disable-pip", "--progress-spinner=off"]
    done = subprocess.run(
        [*command, *arguments], check=False, capture_output=True, text=True, cwd=_ROOT
    )
    sys.stdout.write(done.stdout)
    return _told(done.stderr) if done.returncode else 0


def _told(errors: str) -> int:
    sys.stderr.write(errors[-4000:])
    if any(sign in errors for sign in _UNREACHABLE):
        print("Nothing was audited: PyPI and its advisories cannot be reached from here.")
        print("Run `make audit` where there is a network.")
        return NOTHING_AUDITED
    return FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
