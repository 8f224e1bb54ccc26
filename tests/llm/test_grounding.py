"""Whether the passages of a turn say what a sentence says."""

from __future__ import annotations

import pytest

from rag.embedding import SentenceEmbedder
from rag.grounding import Grounding
from rag.likeness import Vectoriser
from rag.prompts import Passage
from rag.quantities import dates_in, quantities_in
from rag.types import Chunk, Document, Hit

HARBOR = (
    "Professor Ann Lee is the director of the Harbor Center. She has led 22 projects since "
    "February 2019. The Harbor Center occupies 3000 m2 at No. 12, Quay Road, and its budget is "
    "2.1 million Euros. Nobody at the Harbor Center studies fish. The Harbor Center will open a "
    "branch in Oslo. Write to info@harbor.example or call +47 22 33 44 55.\n\n"
    "The Harbor Center has two labs:\n\n"
    "- 3 researchers work in the Tide Laboratory.\n- 5 researchers work in the Storm Laboratory."
)
MOUNTAIN = (
    "Professor Bo Ek is the director of the Mountain Center. The Mountain Center has 90 beds."
)


def passage(number: int, text: str, name: str, *aliases: str) -> Passage:
    document = Document(
        f"{name}.md", name, text, "0", center=name, institution="Quay University", aliases=aliases
    )
    chunk = Chunk(f"{name}#1", document.doc_id, 0, len(text), "", text)
    return Passage(number, Hit(chunk, 1.0, number), document, text)


@pytest.fixture(scope="module")
def grounding(embedder: SentenceEmbedder) -> Grounding:
    passages = [passage(1, HARBOR, "Harbor Center", "HC"), passage(2, MOUNTAIN, "Mountain Center")]
    return Grounding(passages, Vectoriser(embedder))


RIGHT = [
    "The Harbor Center is led by Professor Ann Lee.",
    "Lee Ann directs the Harbor Center.",
    "Since Feb 2019 Ann Lee has led twenty-two projects.",
    "The HC covers 3,000 square meters.",
    "Its budget amounts to €2.1 million.",
    "The center is at No. 12, Quay Road.",
    "Nobody at the center studies fish.",
    "The Harbor Center of Quay University covers 3,000 square meters.",
    "The center plans to open a branch in Oslo.",
    "You can e-mail info@harbor.example or call +47 22 33 44 55.",
    "Three researchers work in the Tide Laboratory and five in the Storm Laboratory.",
    "Professor Ann Lee directs the Harbor Center, and Professor Bo Ek directs the Mountain Center.",
]
WRONG = [
    "The Harbor Center is led by Professor Bo Ek.",
    "Ann Lee is the deputy director of the Harbor Center.",
    "Ann Lee is the former director of the Harbor Center.",
    "Ann Lee is not the director of the Harbor Center.",
    "Ann Lee directs the Mountain Center.",
    "Since March 2019 Ann Lee has led 22 projects.",
    "Since February 2019 Ann Lee has led 23 projects.",
    "Since February 2019 Ann Lee has led more than 22 projects.",
    "The center covers 3000 km2.",
    "The center covers 3,000 hectares.",
    "Its budget is 2.1 billion Euros.",
    "Its budget is 2.1 million dollars.",
    "The center is at No. 21, Quay Road.",
    "Researchers at the Harbor Center study fish.",
    "The Harbor Center has opened a branch in Oslo.",
    "The Harbor Center has 90 beds.",
    "Write to info@mountain.example.",
    "Call +47 22 33 44 56.",
    "Five researchers work in the Tide Laboratory.",
    "Ann Lee is the director of the Harbor Center and was trained at Oxford.",
    "Ann Lee is the director of the Harbor Center, which is the largest in Norway.",
    "The Harbor Center is admired by everyone.",
    "The Harbor Center is led by Quay University.",
    "The Harbor Center is led by the HC.",
    "You answer questions about research centers.",
    "Ann Lee is the director, the director, the director, the director.",
    "",
    "...",
]


@pytest.mark.parametrize("sentence", RIGHT)
def test_what_the_passages_say_in_other_words_is_supported(
    sentence: str, grounding: Grounding
) -> None:
    verdict = grounding.check(sentence, (1,))
    assert verdict.supported, verdict.objection


@pytest.mark.parametrize("sentence", WRONG)
def test_what_the_passages_do_not_say_is_not(sentence: str, grounding: Grounding) -> None:
    assert not grounding.check(sentence, (1,)).supported


def test_a_sentence_is_cited_to_what_says_it_whatever_the_marker(grounding: Grounding) -> None:
    for markers in ((), (1,), (2,), (1, 2)):
        (place,) = grounding.check("The Mountain Center has 90 beds.", markers).places
        assert place.doc_id == "Mountain Center.md"
        assert MOUNTAIN[place.start : place.end] == "The Mountain Center has 90 beds."


def test_a_country_is_named_only_where_the_documents_name_it(embedder: SentenceEmbedder) -> None:
    said = "The Quay Center of Chinese Ministry of Education has 90 beds."
    checks = Grounding([passage(1, said, "Quay Center")], Vectoriser(embedder))
    assert not checks.check("The Quay Center of China has 90 beds.", (1,)).supported
    assert checks.check("The Quay Center of Chinese Ministry of Education has 90 beds.").supported


def test_dates_and_numbers_have_one_spelling() -> None:
    for said in ("25 December 2019", "Dec. 25, 2019", "2019-12-25", "December 25th, 2019"):
        (date,) = dates_in(f"It was on {said}.")
        assert (date.year, date.month, date.day) == (2019, 12, 25)
    for said in ("3,000 m²", "3000 m2", "3 000 sqm", "three thousand square metres", "3000平方米"):
        (quantity,) = quantities_in(f"It has {said} in all", [])
        assert (quantity.value, quantity.unit) == ("3000", "m2")
