"""From what a judge saw to a question that may be accepted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.pending import check
from rag.proposals import Draft, ProposalError, groups_of, proposal
from rag.questions import GoldQuestion, QuestionSet, UnansweredQuestion
from rag.types import Document, Place
from tests.web.samples import DOCUMENT, QUOTE, START, TEXT

CORPUS = {DOCUMENT.doc_id: DOCUMENT}
GOLD = Place(DOCUMENT.doc_id, START - 2, START + len(QUOTE) + 1)
DRAFT = Draft("  Who leads\nit? ", GOLD, "Ann Roe | A. Roe", note="was wrong")


def test_a_proposal_has_gold_that_is_the_documents_own_text_and_nothing_speaks_against_it() -> None:
    pending = proposal(DRAFT, CORPUS.get, "jo")
    question = pending.question
    assert isinstance(question, GoldQuestion)
    (span,) = question.spans
    assert TEXT[span.start : span.end] == span.quote == QUOTE
    assert question.question == "Who leads it?"
    assert question.words == (("Ann Roe", "A. Roe"),)
    assert question.center == "Lake Center"
    assert (pending.by, pending.note) == ("jo", "was wrong")
    assert check(pending, CORPUS, QuestionSet((), ())).problems == ()


def test_without_gold_it_is_to_be_refused() -> None:
    draft = Draft("Who is the deputy?", kind="deputy", center="Lake Center")
    question = proposal(draft, CORPUS.get, "jo").question
    assert isinstance(question, UnansweredQuestion)
    assert (question.kind, question.on_subject) == ("deputy", True)
    assert not proposal(replace(draft, center=None), CORPUS.get, "jo").question.on_subject  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (replace(DRAFT, question=" \n "), "empty or too long"),
        (replace(DRAFT, question="a" * 1001), "empty or too long"),
        (replace(DRAFT, words=" | \n"), "no words"),
        (replace(DRAFT, words="Bo Ek"), "has no “Bo Ek”"),
        (replace(DRAFT, words="Ann Roe\nBo Ek | Su Li"), "Bo Ek or Su Li"),
        (replace(DRAFT, gold=Place("gone.md", 0, 5)), "is not in the documents"),
        (replace(DRAFT, gold=Place(DOCUMENT.doc_id, 5, 5)), "is not in the documents"),
        (replace(DRAFT, gold=Place(DOCUMENT.doc_id, -5, 5)), "is not in the documents"),
        (replace(DRAFT, gold=Place("", 0, 0)), "is not in the documents"),
    ],
)
def test_what_is_missing_is_told_with_the_cure(draft: Draft, problem: str) -> None:
    with pytest.raises(ProposalError, match=problem) as caught:
        proposal(draft, CORPUS.get, "jo")
    assert caught.value.cure


def test_gold_of_no_center_is_told() -> None:
    lone = Document("lone.md", "Lone", TEXT, "0")
    with pytest.raises(ProposalError, match="says of no center"):
        proposal(replace(DRAFT, gold=Place("lone.md", 0, 5)), {"lone.md": lone}.get, "jo")


@given(st.text(max_size=80))
def test_whatever_is_typed_gives_groups_without_empty_words(words: str) -> None:
    for group in groups_of(words):
        assert group
        assert all(word == word.strip() and word for word in group)
