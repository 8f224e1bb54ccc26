"""Key facts of centers: the documents' own words, each with its source."""

from __future__ import annotations

from dataclasses import replace

from rag.chatbot import Chatbot
from rag.keyfacts import cards_of
from rag.types import Answer, Point


def test_every_fact_is_a_slice_of_a_document_of_its_center(chatbot: Chatbot) -> None:
    overview = chatbot.overview()
    assert [card.center for card in overview.cards] == list(chatbot.centers)
    facts = [(card.center, fact) for card in overview.cards for fact in card.facts]
    assert len(facts) >= 2 * len(overview.cards)
    for center, fact in facts:
        citation = fact.citation
        document = chatbot.document(citation.doc_id)
        assert document is not None
        assert document.center == center
        assert document.text[citation.start : citation.end] == citation.quote
        for line in fact.lines:
            assert line.removesuffix(" …") in citation.quote, (center, fact)


def test_the_example_corpus_says_who_leads_its_centers(chatbot: Chatbot) -> None:
    said = {
        line
        for card in chatbot.overview().cards
        for fact in card.facts
        if fact.kind == "leads"
        for line in fact.lines
    }
    assert said >= {"Professor Qian Cheng", "Professor He Zhixu", "Professor Ying Songmin"}


def test_the_overview_is_made_once_and_its_questions_are_answered(chatbot: Chatbot) -> None:
    overview = chatbot.overview()
    assert chatbot.overview() is chatbot.known is overview
    assert overview.version == chatbot.version.name
    assert overview.examples == chatbot.examples()


def test_what_is_not_sure_refused_or_another_centers_is_left_out(chatbot: Chatbot) -> None:
    center = chatbot.centers[0]
    sure = chatbot.ask(f"Who is the director of the {center}?")
    assert sure.citations[0].center == center

    def facts(answer: Answer, of: str = center) -> list[str]:
        return [f.kind for card in cards_of([of], lambda _: answer, 1) for f in card.facts]

    assert facts(sure) == ["leads", "founded", "place"]
    assert facts(replace(sure, confidence=0.7)) == []
    assert facts(replace(sure, notices=("Something.",))) == []
    assert facts(replace(sure, incomplete=True)) == []
    assert facts(replace(sure, points=(Point("", "words", (1,)),))) == []
    assert facts(replace(sure, citations=(), points=())) == []
    assert facts(sure, "Another Center") == []


def test_centers_beyond_the_cards_are_counted(chatbot: Chatbot) -> None:
    assert len(cards_of(chatbot.centers, chatbot.ask, 1)) == 1
    assert chatbot.overview().more == 0


def test_hits_have_the_scores_that_led_to_their_order(chatbot: Chatbot) -> None:
    answer = chatbot.ask("Who is the director of the Cancer Precision Medicine Research Center?")
    assert answer.hits
    for hit in answer.hits:
        assert hit.fused is not None
        assert hit.reader is not None
        assert (hit.dense is None) == (hit.dense_rank is None)
        assert (hit.lexical is None) == (hit.lexical_rank is None)
        shown = (hit.dense, hit.lexical, hit.fused, hit.reader)
        assert all(0 <= score <= 1.0001 for score in shown if score is not None)
        assert abs(hit.fused - 0.7 * (hit.dense or 0) - 0.3 * (hit.lexical or 0)) < 1e-6
    best = [hit.lexical for hit in chatbot.retrieve(answer.query.text) if hit.lexical_rank == 1]
    assert all(score == 1 for score in best)
