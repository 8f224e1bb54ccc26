"""``make release VERSION=1.2.0``: the version, the changelog, a commit and a tag.

It refuses where something is not committed, where the version is not above the last, or where the
changelog has nothing to tell. Nothing leaves this machine: pushing is for the one who releases.
"""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click
from packaging.version import InvalidVersion, Version

_ROOT = Path(__file__).resolve().parent.parent
_HEAD = re.compile(r"^## (\S+) \(unreleased\)$", re.MULTILINE)
_LINE = re.compile(r'^version = "([^"]+)"$', re.MULTILINE)


@click.command()
@click.argument("version")
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
@click.option("--folder", type=click.Path(path_type=Path), default=_ROOT, hidden=True)
def main(version: str, dry_run: bool, folder: Path) -> None:
    """Release VERSION: name it in pyproject.toml and CHANGELOG.md, commit, tag."""
    project, changelog = folder / "pyproject.toml", folder / "CHANGELOG.md"
    if _git(folder, "status", "--porcelain"):
        raise click.ClickException("Something is not committed. Commit it or put it aside.")
    if _git(folder, "tag", "--list", f"v{version}"):
        raise click.ClickException(f"There is a tag v{version} already. Take the next version.")
    try:
        named = numbered(project.read_text("utf-8"), version)
        told = released(changelog.read_text("utf-8"), version, datetime.now(UTC).date())
    except ValueError as exc:
        raise click.ClickException(str(exc)) from exc
    if dry_run:
        click.echo(
            f"Would release {version}: commit pyproject.toml and CHANGELOG.md, tag v{version}."
        )
        return
    project.write_text(named, "utf-8")
    changelog.write_text(told, "utf-8")
    _git(folder, "commit", "--quiet", "--all", "--message", f"Release {version}")
    _git(folder, "tag", "--annotate", f"v{version}", "--message", f"Release {version}")
    click.echo(f"Released {version}. Hand it on with `git push --follow-tags`.")


def released(changelog: str, version: str, today: date) -> str:
    """The changelog with its unreleased part as that of ``version``, and room for the next.

    Raises:
        ValueError: nothing is unreleased, or nothing stands under it.
    """
    head = _HEAD.search(changelog)
    if not head:
        raise ValueError(
            "CHANGELOG.md has no part that is `(unreleased)`. Write what changed there."
        )
    entries = changelog[head.end() :].split("\n## ")[0].strip()
    if not entries:
        raise ValueError("CHANGELOG.md tells no change. Write what changed since the last release.")
    parsed = Version(version)
    following = f"{parsed.major}.{parsed.minor + 1}.0"
    parts = f"## {following} (unreleased)\n\n## {version} ({today.isoformat()})"
    return changelog[: head.start()] + parts + changelog[head.end() :]


def numbered(project: str, version: str) -> str:
    """pyproject.toml with another version.

    Raises:
        ValueError: it is no version, or below the present one, or there is none to change.
    """
    found = _LINE.search(project)
    if not found:
        raise ValueError("pyproject.toml has no line `version`.")
    try:
        wanted, present = Version(version), Version(found[1])
    except InvalidVersion as exc:
        raise ValueError(f"{exc}. Write it as 1.2.0.") from exc
    if wanted < present:
        raise ValueError(f"{version} is below {present}, the version of pyproject.toml.")
    return project[: found.start()] + f'version = "{version}"' + project[found.end() :]


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise click.ClickException(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
