"""Installed packages against ``requirements.txt``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from rag.doctor.finding import Finding, count, listed

_CHECK = "packages"
_INSTALL = "Run `pip install -r requirements.txt` in the environment that runs the product."


def package_findings(requirements: Path) -> Iterator[Finding]:
    """What is missing and what has another version than the product was tested with."""
    try:
        lines = requirements.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        yield Finding(
            _CHECK, "warning", f"{requirements} cannot be read.", "Restore it from the repository."
        )
        return
    missing: list[str] = []
    other: list[str] = []
    wanted = 0
    for line in lines:
        line = line.partition("#")[0].strip()
        if not line or line.startswith("-"):
            continue
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            yield Finding(
                _CHECK,
                "warning",
                f"{requirements.name} has a line that is no requirement: {line}.",
                "Restore it from the repository.",
            )
            continue
        if requirement.marker and not requirement.marker.evaluate():
            continue
        wanted += 1
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            missing.append(requirement.name)
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            other.append(f"{requirement.name} {version} (tested with {requirement.specifier})")
    if missing:
        yield Finding(
            _CHECK, "error", f"Not installed: {listed(missing)}.", _INSTALL, tuple(missing)
        )
    if other:
        yield Finding(
            _CHECK, "warning", f"Other versions: {listed(other)}.", _INSTALL, tuple(other)
        )
    if not missing and not other:
        yield Finding(
            _CHECK, "ok", f"{count(wanted, 'package')} as {requirements.name} asks for them."
        )
