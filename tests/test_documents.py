"""The documents say what the code does: commands, options, settings, targets, modules."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache

import click
import pytest
from click.testing import CliRunner

import app
from eval.__main__ import main as evaluate
from maintain.newcomer import main as newcomer
from maintain.release import main as release
from rag.cli import main as rag
from rag.config import ROOT, Settings
from tests.fuzzing.__main__ import main as fuzz

DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")]
    if path.name != "CHANGELOG.md"
)
PROGRAMS: dict[str, click.Command] = {
    "python -m rag": rag,
    "python -m eval": evaluate,
    "python app.py": app.main,
    "python -m tests.fuzzing": fuzz,
    "python -m maintain.newcomer": newcomer,
    "python -m maintain.release": release,
}
_PROGRAM = re.compile("|".join(map(re.escape, PROGRAMS)))
# A command ends where its code does, or the line, or another command begins.
_COMMAND = re.compile(rf"({_PROGRAM.pattern})((?: (?![#|&>])[^\s`]+)*)")
_OPTION = re.compile(r"--[a-z][a-z-]+")


@cache
def _text() -> dict[str, str]:
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in DOCUMENTS}


def _commands() -> Iterator[tuple[str, str, str]]:
    for name, text in _text().items():
        for match in _COMMAND.finditer(text.replace("\\|", "|")):
            yield name, match[1], match[2].strip()


def _found(command: click.Command, words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words lead to, and those that are left."""
    context = click.Context(command)
    while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z-]+", words[0]):
        inner = command.get_command(context, words[0])
        if inner is None:
            break
        command, words = inner, words[1:]
    return command, words


def test_documents_have_commands() -> None:
    assert len(set(_commands())) > 40
    assert {"README.md", "docs/operations.md", "docs/security.md", "CONTRIBUTING.md"} <= set(
        _text()
    )


@pytest.mark.parametrize(("document", "program", "rest"), sorted(set(_commands())))
def test_a_command_of_a_document_is_there_with_its_options(
    document: str, program: str, rest: str
) -> None:
    command, words = _found(PROGRAMS[program], rest.split())
    if words and isinstance(command, click.Group):
        assert not re.match(r"[a-z]", words[0]), f"{document}: there is no `{program} {rest}`"
    known = {option for parameter in command.params for option in parameter.opts}
    known |= {option for parameter in command.params for option in parameter.secondary_opts}
    for option in _OPTION.findall(" ".join(words)):
        assert option in known | {"--help"}, f"{document}: `{program} {rest}` has no {option}"


def test_the_table_of_commands_has_every_command_and_their_helps_are_sentences() -> None:
    told = _text()["README.md"]
    for group, program in ((rag, "python -m rag"), (evaluate, "python -m eval")):
        helped = CliRunner().invoke(group, ["--help"]).output
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            assert command.get_short_help_str(), name
            assert name in helped
            row = re.search(rf"^\| `{program}.*\b{name}\b.*\|$", told, re.MULTILINE)
            listed = row or re.search(rf"`{name}\b[^`]*`", told)
            assert listed, f"README.md does not have `{program} {name}`"


def test_the_table_of_settings_has_every_setting_and_no_other() -> None:
    section = _text()["README.md"].partition("## Settings")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert told == {name.upper() for name in Settings.model_fields}


def test_the_targets_of_make_that_documents_name_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    helped = subprocess.run(
        ["make", "--silent", "help"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert {line.split()[0] for line in helped.splitlines()} <= targets
    for name, text in _text().items():
        for code in re.findall(r"`([^`\n]+)`|^(make .*?)(?:\s+#.*)?$", text, re.MULTILINE):
            command = code[0] or code[1]
            if command.startswith("make "):
                words = re.findall(r"(?<= )[a-z][a-z-]*(?= |$)", command)
                assert set(words) <= targets, f"{name}: {command}"


def test_the_modules_of_the_architecture_are_there_and_all_of_them() -> None:
    text = _text()["docs/architecture.md"]
    tops = {path.stem if path.suffix else f"{path.name}/" for path in (ROOT / "rag").iterdir()}
    tops -= {"__init__", "__pycache__/"}
    missing = {name for name in tops if f"`{name}`" not in text}
    assert missing == set()


def test_links_between_documents_lead_somewhere() -> None:
    for name, text in _text().items():
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if not re.match(r"[a-z]+:", link):
                assert ((ROOT / name).parent / link).exists(), f"{name}: {link}"


def test_the_tests_that_the_tables_of_faults_and_dangers_name_are_there() -> None:
    for name in ("docs/security.md", "docs/operations.md"):
        named = set(re.findall(r"`(tests/[a-z_/]+\.py)`", _text()[name]))
        assert len(named) > 10
        for path in named:
            assert (ROOT / path).exists(), f"{name}: {path}"
