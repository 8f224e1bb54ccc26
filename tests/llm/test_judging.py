"""The second opinion on what is shown."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from eval import judging
from eval.judging import lacking

CITED = (
    "Professor Ann Lee has led the Harbor Center since Feb 2019. It has 3000 m2, 2.1 million Euros "
    "and eight rooms. Write to info@harbor.example, telephone +47 22 33 44 55."
)


@pytest.mark.parametrize(
    "said",
    [
        "Ann Lee has led it since February 2019.",
        "It covers 3,000 m2 and has 8 rooms.",
        "The budget is 2.1 million Euros.",
        "Mail info@harbor.example or call +47 22 334455.",
    ],
)
def test_what_is_cited_is_not_missed(said: str) -> None:
    assert lacking(said, CITED) == []


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ("The head is Bo Lee.", "Bo"),
        ("Mallory Lee has led it.", "Mallory"),
        ("Mallory leads the Harbor Center.", "Mallory"),
        ("It was founded in March.", "March"),
        ("Ann Lee has led it since March 2019.", "March"),
        ("Ann Lee has led it since 2018.", "2018"),
        ("It has 3001 m2.", "3001"),
        ("It has nine rooms.", "9"),
        ("The budget is 2.1 billion Euros.", "2100000000"),
        ("Mail ann@harbor.example.", "ann@harbor.example"),
        ("Call +47 99 88 77 66.", "+47 99 88 77 66"),
    ],
)
def test_a_fact_that_is_not_cited_is_found(said: str, fact: str) -> None:
    assert fact in lacking(said, CITED)


def test_the_judge_shares_no_code_with_what_it_judges() -> None:
    tree = ast.parse(Path(judging.__file__).read_text("utf-8"))
    imported = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rag")
    }
    assert imported == {"rag.types"}
