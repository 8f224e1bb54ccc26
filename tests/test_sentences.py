"""Where sentences begin and end."""

from __future__ import annotations

import pytest

from rag.text import fold, language_of, sentence_spans, tokens


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Prof. He met Dr. Li. They spoke.", ["Prof. He met Dr. Li.", "They spoke."]),
        ("It costs ca. 5 Euros. Pay.", ["It costs ca. 5 Euros.", "Pay."]),
        ("In Feb. Two came.", ["In Feb. Two came."]),
        # "No." is a word where no number follows.
        ("The answer is no. It is.", ["The answer is no.", "It is."]),
        ("At No. 12 it is.", ["At No. 12 it is."]),
        ("In Room. “12” is.", ["In Room. “12” is."]),
        ("At No. 1, Quay Road.", ["At No. 1, Quay Road."]),
        # Initials and acronyms end a sentence only before a word that begins one.
        ("It was J. Smith.", ["It was J. Smith."]),
        ("It was J. The end.", ["It was J.", "The end."]),
        ("In the U.S. Ministry rooms.", ["In the U.S. Ministry rooms."]),
        ("In the U.S. “They came.", ["In the U.S.", "“They came."]),
        ("In the U.S. However, no.", ["In the U.S. However, no."]),
        ("So (J. Smith) is.", ["So (J. Smith) is."]),
        ("It was J. The end came.", ["It was J.", "The end came."]),
        ("It was X. Smith.", ["It was X. Smith."]),
        ("In the U.S. AX makes it.", ["In the U.S. AX makes it."]),
        # A longer word in capitals does as any other, and so does a small letter.
        ("It joined NASA. Smith left.", ["It joined NASA.", "Smith left."]),
        ("It is plan b. Smith left.", ["It is plan b.", "Smith left."]),
        # A number that begins a line counts something; a long one is a year.
        ("12. Tumor biology", ["Tumor biology"]),
        ("“12. Tumor biology", ["“12. Tumor biology"]),
        ("“123. Tumor biology", ["“123.", "Tumor biology"]),
        ("In 12. Tumor biology", ["In 12.", "Tumor biology"]),
        ("2019. Tumor biology", ["2019.", "Tumor biology"]),
        ("12.\nTumor biology", ["12.", "Tumor biology"]),
        # A small letter goes on, after any stop.
        ("He asked why? and left.", ["He asked why? and left."]),
        ("It used. iPS cells.", ["It used. iPS cells."]),
        ("He asked. “and left.", ["He asked. “and left."]),
        ("He asked “why?” And left.", ["He asked “why?”", "And left."]),
        ("It ends. Xenon glows.", ["It ends.", "Xenon glows."]),
        (". So it is", ["So it is"]),
        ("Wait... And see.", ["Wait...", "And see."]),
        ("Dr... And see.", ["Dr...", "And see."]),
        ("Wait… And see!", ["Wait…", "And see!"]),
        ("He is Dr! And see.", ["He is Dr!", "And see."]),
        # Glued sentences of web pages.
        ("It ended in 2020.The center grew.", ["It ended in 2020.", "The center grew."]),
        ("It grew (much).The center grew.", ["It grew (much).", "The center grew."]),
        ("See www.Site.org now.", ["See www.Site.org now."]),
        ("See R.D now.", ["See R.D now."]),
        ("It is so.Eh", ["It is so.Eh"]),
        # Chinese stops need no space.
        ("一。二！三？四；五", ["一。", "二！", "三？", "四；", "五"]),
        ("他说：“好。”她笑。", ["他说：“好。”", "她笑。"]),
        # Marks of lists, quotes and tables.
        ("> > said. So.", ["said.", "So."]),
        ("> - said", ["said"]),
        ("• said", ["said"]),
        ("a) said", ["said"]),
        ("(3) said", ["said"]),
        ("| cell | two |", ["cell | two"]),
        ("  | cell. |", ["cell."]),
        ("cell\t |", ["cell"]),
        ("a cell ", ["a cell"]),
        ("It is.  So it is.", ["It is.", "So it is."]),
        ("We use factor X", ["We use factor X"]),
        ("## Head\nText. More.\n\n---\n", ["Text.", "More."]),
        ("#hash tag", ["#hash tag"]),
        ("---\nText.", ["Text."]),
        ("\nOne\nTwo", ["One", "Two"]),
        ("…", []),
        ("a", ["a"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_only_the_part_that_is_asked_for_is_cut() -> None:
    text = "One is. Two is.\nThree is. Four is."
    assert sentence_spans(text, 8) == [(8, 15), (16, 25), (26, 34)]
    assert sentence_spans(text, 8, 20) == [(8, 15), (16, 20)]
    assert sentence_spans(text, 0, 15) == [(0, 7), (8, 15)]
    assert sentence_spans(text, 0, 16) == [(0, 7), (8, 15)]
    assert sentence_spans(text, 5, 5) == []
    # What stands before the part says nothing of it.
    assert sentence_spans("Dr. Lee is.", 3) == [(4, 11)]
    # What stands after it neither.
    assert sentence_spans("It ends. So it is", 0, 8) == [(0, 8)]
    assert sentence_spans(text, 0, 10) == [(0, 7), (8, 10)]
    assert sentence_spans("12. Tumor biology", 0, 3) == [(0, 3)]


def test_a_word_of_64_characters_is_the_longest_that_is_looked_at() -> None:
    assert sentence_spans("It ends." + " " * 70 + "so") == [(0, 8), (78, 80)]
    assert sentence_spans("It ends." + " " * 60 + "so") == [(0, 70)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("中心 a b", "en"),
        ("中心 a", "zh"),
        ("中", "zh"),
        ("", "en"),
        ("123 __", "en"),
        ("ひと", "zh"),
    ],
)
def test_the_language_is_that_of_most_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3.5 and 1,000,000.5", ["3.5", "and", "1000000.5"]),
        ("a.b 3. 4,", ["a", "b", "3", "4"]),
        ("R&D_x", ["r", "d", "x"]),
        ("肿", ["肿"]),
        ("肿瘤a癌症", ["肿", "瘤", "肿瘤", "a", "癌", "症", "癌症"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("Lee’s ＡＢ", ["lee", "s", "ab"]),
    ],
)
def test_tokens(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_folded_text_is_composed_and_has_plain_apostrophes() -> None:
    assert fold("L’Été Ångström") == "l'ete angstrom"
    assert fold("한국") == "한국"
