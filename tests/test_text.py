"""Normalising, sentences and tokens."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text import join_pages, language_of, normalise, sentence_spans, tokens


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\r\n\r\nb\rc", "a\n\nb c"),
        ("nul\x00 and \x07bell", "nul and bell"),
        ("e\u0301clair", "éclair"),
        ("ﬁrst ﬂoor", "first floor"),
        ("exam\u00adple and soft\u00ad\nhyphen", "example and softhyphen"),
        ("many   \t spaces\u00a0here", "many spaces here"),
        ("It is Double First-\nClass here.", "It is Double First-Class here."),
        ("a non-\ncommunicable disease", "a non-communicable disease"),
        ("the devel-\nopment of it", "the development of it"),
        ("right\u202eto left\u200b", "rightto left"),
        ("The centerâ€™s aim", "The center’s aim"),
    ],
)
def test_normalise_undoes_what_typesetting_and_encoding_did(raw: str, text: str) -> None:
    assert normalise(raw, markdown=True) == text


def test_hard_wrapped_lines_of_plain_text_are_joined_but_a_heading_stays_alone() -> None:
    raw = (
        "Introduction\n\nThe center studies cells and the microenvironment of\n"
        "tumors, and it was founded in 2019 by the Ministry of\nEducation.\nNext line here."
    )
    assert normalise(raw).split("\n") == [
        "Introduction",
        "",
        "The center studies cells and the microenvironment of tumors, and it was founded in 2019 "
        "by the Ministry of Education.",
        "Next line here.",
    ]


def test_a_blank_line_inside_a_sentence_is_a_column_break_and_is_joined() -> None:
    raw = "It has implications for the study of neuropsychiatric\n\ndiseases. It is new."
    assert normalise(raw) == raw.replace("\n\n", " ")


def test_markdown_lists_headings_and_tables_keep_their_lines() -> None:
    raw = (
        "# Title\n\nIntro\ncontinued:\n\n- one\n  wrapped\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    text = normalise(raw, markdown=True)
    assert text.split("\n") == [
        "# Title", "", "Intro continued:", "", "- one wrapped", "- two", "",
        "| a | b |", "|---|---|", "| 1 | 2 |",
    ]  # fmt: skip


@given(st.text(max_size=300))
def test_normalised_text_has_no_control_characters_and_is_composed(raw: str) -> None:
    text = normalise(raw)
    assert unicodedata.is_normalized("NFC", text)
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It got 62.9474 million yuan. More followed.", 2),
        ("He leads R & D. It is at No. 1369, West Road.", 2),
        ("Prof. He Zhixu and Dr. Li Wei met. They spoke.", 2),
        ("Use tools, e.g. PCR, i.e. Chain reaction. Done.", 2),
        ("Was it new? Yes! It was.", 3),
        ("Approved in October 2020.The center has grown.", 2),
        ("J. Smith wrote it. The U.S. Ministry paid.", 2),
        ("1. Tumor biology research\n2. Tumor genomics", 2),
        ("中心成立于2019年。主任是谁？", 2),
        ("# Heading\n\nText.", 1),
        ("--- \n***\n|---|", 0),
    ],
)
def test_sentences_are_counted_as_a_person_would(text: str, expected: int) -> None:
    assert len(sentences(text)) == expected


def test_list_marks_belong_to_no_sentence() -> None:
    assert sentences("- one item\n2) another\n> quoted") == ["one item", "another", "quoted"]


@given(st.text(alphabet=st.sampled_from("aB1.?! \n-#|:。e.g"), max_size=200))
def test_sentence_spans_are_in_order_apart_and_without_edge_space(text: str) -> None:
    at = 0
    for start, end in sentence_spans(text):
        assert at <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        at = end


@pytest.mark.parametrize("hostile", ["." * 100_000, "a." * 50_000, "- " * 50_000, "\n" * 100_000])
def test_adversarial_text_of_100000_characters_is_cut_without_hanging(hostile: str) -> None:
    assert len(sentence_spans(normalise(hostile))) <= 100_000


@pytest.mark.parametrize(
    "hostile", ["a\n" * 200_000, "a" + "\u0301\u0323" * 200_000, "ab-\n" * 100_000]
)
def test_many_short_lines_and_piled_marks_are_normalised_without_hanging(hostile: str) -> None:
    text = normalise(hostile, markdown=True)
    assert text[:1] in {"a", "á", "ạ"}
    assert "\n" not in text


def test_marks_that_a_language_uses_are_all_kept() -> None:
    vietnamese, hebrew = "Nguyễn Ái Quốc " * 20, "בְּרֵאשִׁית " * 20
    assert normalise(vietnamese) == vietnamese.strip()
    assert normalise(hebrew) == unicodedata.normalize("NFC", hebrew.strip())


def test_pages_are_joined_where_a_sentence_goes_on_and_their_starts_are_kept() -> None:
    first = "The center studies cells and has four large lab-"
    second = "oratories in three cities of the province with many"
    third = "instruments.\n\nIt is new."
    text, starts = join_pages([(first, True), (second, True), (third, True)])
    assert text == (
        "The center studies cells and has four large laboratories in three cities of the "
        "province with many instruments.\n\nIt is new."
    )
    assert [text[start : start + 7] for start in starts] == ["The cen", "oratori", "instrum"]


def test_a_page_of_other_text_is_not_joined_to_the_one_before_it() -> None:
    text, starts = join_pages([("A note at the foot of the first page that has no end", True),
                               ("and on", False)])  # fmt: skip
    assert text.endswith("no end\n\nand on")
    assert text[starts[1] :] == "and on"


def test_tokens_fold_case_accents_numbers_and_pair_chinese_characters() -> None:
    assert tokens("Café 3,000 m² No. 5") == ["cafe", "3000", "m2", "no", "5"]
    assert tokens("肿瘤学") == ["肿", "瘤", "学", "肿瘤", "瘤学"]


def test_language_follows_the_share_of_chinese_characters() -> None:
    assert language_of("Who leads 中心?") == "en"
    assert language_of("中心主任 Qian 是谁？") == "zh"
    assert language_of("Zhejiang University Medical Center的主任是谁?") == "zh"
