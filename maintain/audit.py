"""``make audit``: whether a library that the product needs has a known hole.

pip-audit asks PyPI for advisories on every exact version of the requirements. It has an environment
of its own, so that its libraries are none of the product's. A hole ends with 1; what could not be
audited, which is all where PyPI cannot be reached, is said and ends with 2.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

VERSION = "2.10.1"
_ROOT = Path(__file__).resolve().parent.parent
_FILES = tuple(f"requirements{kind}.txt" for kind in ("", "-milvus", "-model", "-dev"))
# What pip and pip-audit say where they cannot reach the index.
_UNREACHABLE = (
    "ConnectionError", "NameResolutionError", "Max retries exceeded", "ConnectTimeout",
    "ProxyError",
    "Temporary failure in name resolution", "Could not find a version", "Failed to establish",
    "No matching distribution",
)  # fmt: skip
FOUND, NOT_AUDITED = 1, 2


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
        [*command, "--format=json", *arguments],
        check=False, capture_output=True, text=True, cwd=_ROOT,
    )  # fmt: skip
    try:
        asked = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _told(done.stderr)
    return judged(asked, print)


def judged(asked: Sequence[dict[str, Any]], out: Callable[[str], None]) -> int:
    """Tell what pip-audit found of each library, and how the command ends."""
    holes = [(one, hole) for one in asked for hole in one.get("vulns", ())]
    for one, hole in holes:
        mended = ", ".join(hole.get("fix_versions", ())) or "no version yet"
        out(f"{one['name']} {one['version']}: {hole['id']}, mended in {mended}.")
    skipped = [one["name"] for one in asked if "skip_reason" in one]
    out(f"{len(asked) - len(skipped)} of {len(asked)} libraries audited, {len(holes)} holes known.")
    if skipped:
        out(f"Not audited, since PyPI does not tell of them here: {', '.join(skipped)}.")
    return FOUND if holes else NOT_AUDITED if skipped else 0


def _told(errors: str) -> int:
    sys.stderr.write(errors[-4000:])
    if any(sign in errors for sign in _UNREACHABLE):
        print("Nothing was audited: PyPI and its advisories cannot be reached from here.")
        print("Run `make audit` where there is a network.")
        return NOT_AUDITED
    return FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
