"""Text functions on strings of 100,000 characters that would take a careless one for ever."""

from __future__ import annotations

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
_PROGRAM = (
    """
import importlib, signal, sys, time
module, function = sys.argv[1].partition("-")[0], sys.argv[2]
tested = getattr(importlib.import_module("rag." + module), function)
tested("warm")
n = 100_000
strings = {
    "one letter": "a" * n, "stops": "." * n, "initials": "A. " * (n // 3), "dashes": "- " * (n // 2),
    "lines": "\\n" * n, "spaces": " " * n + "x", "brackets": "[" * n, "parentheses": "()" * (n // 2),
    "digits": "1" * n, "numbers": "1,000 " * (n // 6), "dates": "2011-01-" * (n // 8),
    "marks": "a" + "\\u0301" * n, "chinese": "\\u4e2d" * n, "mixed": "a\\u4e2d1." * (n // 4),
    "names": "Ann Lee " * (n // 8), "lower": "who leads it and " * (n // 17), "quotes": "\\"'" * (n // 2),
    "markers": "[1" * (n // 2), "tags": "<a" * (n // 2), "tabs": "\\t \\n" * (n // 3),
    "commas": "a, " * (n // 3), "and": "and " * (n // 4), "percent": "% " * (n // 2),
    "question": "?" * n, "of": "of the center of " * (n // 17), "hyphens": "ab-\\n" * (n // 4),
}
signal.alarm(%d)
slowest = (0.0, "")
for name, string in strings.items():
    started = time.perf_counter()
    tested(string)
    slowest = max(slowest, (time.perf_counter() - started, name))
print(f"{module}.{function}: {slowest[0]:.2f} s, {slowest[1]}")
"""
    % _HANGS
)


@pytest.mark.parametrize(("module", "function"), _FUNCTIONS.items())
def test_no_string_is_worked_on_for_ever(module: str, function: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, module, function],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=2 * _HANGS + 60,
    )  # fmt: skip
    print(done.stdout.strip())
    assert done.returncode == 0, (
        f"{function} took over {_HANGS} s, or failed: {done.stderr[-1500:]}"
    )
