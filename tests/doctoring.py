"""A small corpus in perfect health for the doctor's tests to break, and what they look for."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

from rag.doctor.finding import Finding

TODAY = datetime.datetime.now(datetime.UTC).date()
LEE = "The director of the Lake Center is Ann Lee, who came from the university in 2019."
RAY = "The director of the Hill Center is Bob Ray, a surgeon who has led it since May 2020."


def page(text: str, **fields: str) -> str:
    front = {"title": "A page", "center": "Lake Center", "source_url": "https://lake.example/"}
    front |= {"date": f'"{TODAY.isoformat()}"'} | fields
    return "---\n" + "".join(f"{k}: {v}\n" for k, v in front.items() if v) + f"---\n\n{text}\n"


def healthy_corpus(folder: Path) -> Path:
    """Two documents with nothing to complain of."""
    folder.mkdir()
    (folder / "a.md").write_text(page(LEE))
    (folder / "b.md").write_text(page(RAY, center="Hill Center"))
    return folder


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def trouble(findings: Iterable[Finding]) -> list[Finding]:
    """What is not ok; all of it has a cure."""
    found = [finding for finding in findings if finding.severity != "ok"]
    assert all(finding.cure for finding in found)
    return found


def only(findings: Iterable[Finding], severity: str, words: str) -> Finding:
    """The one thing that is not ok."""
    (finding,) = trouble(findings)
    assert finding.severity == severity
    assert words in finding.problem
    return finding
