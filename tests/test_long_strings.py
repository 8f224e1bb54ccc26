"""Text functions on long strings that would take a careless one for ever."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rag.config import ROOT

# Not a measure: a function that hangs is ended. `-s` shows what each took at most.
_HANGS = 60
_FUNCTIONS = {
    "text": "normalise", "text-sentences": "sentence_spans", "text-tokens": "tokens",
    "text-language": "language_of", "noise": "noise_spans", "lists": "lists_in",
    "mentions": "mentions", "quantities": "dates_in", "statements": "statement",
    "lexical": "terms", "addressed": "is_addressed_to_a_model", "dates": "days_of",
    "forms": "form_of", "forms-questions": "questions_in", "language": "language_of_question",
    "expectation": "expect", "followups": "fragment_of", "markers": "clean", "chinese": "words",
    "rewording": "instead_of", "references": "correction_in", "synonyms": "plain_terms",
    "web.markup": "escape", "web.markup-address": "is_web_address", "forms-topic": "topic_of",
    "forms-small": "is_small_talk", "forms-aspect": "aspect_of", "forms-work": "work_of",
    "expectation-roles": "roles_in", "followups-person": "points_to_person",
}  # fmt: skip
_PROGRAM = r"""
import importlib, json, signal, sys, time
n, hangs, functions = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
strings = {
    "one letter": "a" * n, "stops": "." * n, "initials": "A. " * (n // 3), "dashes": "- " * (n // 2),
    "lines": "\n" * n, "spaces": " " * n + "x", "brackets": "[" * n, "pairs": "()" * (n // 2),
    "digits": "1" * n, "numbers": "1,000 " * (n // 6), "dates": "2011-01-" * (n // 8),
    "marks": "a" + "\u0301" * n, "chinese": "\u4e2d" * n, "mixed": "a\u4e2d1." * (n // 4),
    "names": "Ann Lee " * (n // 8), "clauses": "who leads it and " * (n // 17),
    "quotes": "\"'" * (n // 2), "markers": "[1" * (n // 2), "tags": "<a" * (n // 2),
    "tabs": "\t \n" * (n // 3), "commas": "a, " * (n // 3), "and": "and " * (n // 4),
    "percent": "% " * (n // 2), "question": "?" * n, "of": "of the center of " * (n // 17),
    "hyphens": "ab-\n" * (n // 4),
}
for name, function in functions.items():
    module = importlib.import_module("rag." + name.partition("-")[0])
    tested = getattr(module, function)
    tested("warm")
    signal.alarm(hangs)
    slowest = (0.0, "")
    for kind, string in strings.items():
        print(name, function, kind, file=sys.stderr, flush=True)
        started = time.perf_counter()
        tested(string)
        slowest = max(slowest, (time.perf_counter() - started, kind))
    print(f"{name}.{function}: {slowest[0]:.2f} s, {slowest[1]}", flush=True)
signal.alarm(0)
print("done")
"""


def _worked(length: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(length), str(_HANGS), json.dumps(_FUNCTIONS)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
    print(done.stdout)
    assert done.stdout.endswith("done\n"), done.stdout[-300:] + done.stderr[-1500:]
    assert done.returncode == 0


def test_no_string_of_5000_characters_is_worked_on_for_ever() -> None:
    _worked(5_000)


@pytest.mark.slow
def test_no_string_of_100000_characters_is_worked_on_for_ever() -> None:
    _worked(100_000)
