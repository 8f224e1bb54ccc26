"""Lists in a document."""

from rag.lists import list_at, lists_in

TEXT = (
    "# Aims\n\nIt is new. It has two aims:\n\n1. One aim\n2. Another aim\n\nIt ends.\n\n"
    "- alone\n\nEnd."
)


def test_a_list_has_its_items_and_the_sentence_that_leads_into_it() -> None:
    (block,) = lists_in(TEXT)
    assert [TEXT[slice(*item)] for item in block.items] == ["One aim", "Another aim"]
    assert TEXT[slice(*block.lead_in)] == "It has two aims:"
    assert TEXT[slice(*block.span)].startswith("It has two")
    assert TEXT[slice(*block.span)].endswith("Another aim")


def test_a_place_in_the_lead_in_or_an_item_finds_the_list_and_one_outside_does_not() -> None:
    at = TEXT.index("Another")
    assert list_at(TEXT, (at, at + 5)) == lists_in(TEXT)[0]
    at = TEXT.index("two aims")
    assert list_at(TEXT, (at, at + 5)) == lists_in(TEXT)[0]
    at = TEXT.index("It ends")
    assert list_at(TEXT, (at, at + 5)) is None


def test_a_list_right_under_a_heading_has_no_lead_in() -> None:
    text = "## Tools\n\n- a microscope\n- a scanner"
    (block,) = lists_in(text)
    assert block.lead_in[0] == block.lead_in[1] == block.span[0] == text.index("a microscope")
