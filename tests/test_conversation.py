"""Questions and the centers that they are about."""

import pytest

from rag.centers import Center, centers_of, find_center
from rag.conversation import understand
from rag.errors import QueryError
from rag.types import Answer, Citation, Document, Query, Turn

CANCER = "Cancer Precision Medicine Research Center"
MEDICAL = "Zhejiang University Medical Center"
BASE = "Cell Interaction Base"
ZUNYI = "Tissue Repair Center"


def page(center: str, institution: str | None, *aliases: str) -> Document:
    return Document(
        f"{center}.md", center, "text", "0" * 64,
        center=center, institution=institution, aliases=aliases,
    )  # fmt: skip


@pytest.fixture(scope="module")
def centers() -> tuple[Center, ...]:
    return centers_of(
        [
            page(CANCER, None, "CPMRC"),
            page(MEDICAL, "Zhejiang University", "Medical Center", "ZJU Medical Center"),
            page(BASE, "Zhejiang University", "the Base"),
            page(ZUNYI, "Zunyi Medical University"),
        ]
    )


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Who leads the cancer precision medicine research center?", (CANCER,)),
        ("Who leads CPMRC?", (CANCER,)),
        ("When did the ZJU Medical Center open?", (MEDICAL,)),
        ("Which centers does Zhejiang University have?", (BASE, MEDICAL)),
        ("Compare the Base and CPMRC.", (CANCER, BASE)),
        ("What does the Zunyi center do?", (ZUNYI,)),
        ("Who directs the center?", ()),
        ("Which centers study cancer?", ()),
    ],
)
def test_centers_are_found_by_name_alias_institution_and_city(
    centers: tuple[Center, ...], question: str, about: tuple[str, ...]
) -> None:
    assert understand(question, (), centers).centers == tuple(sorted(about))


def test_the_chosen_center_overrides_the_question(centers: tuple[Center, ...]) -> None:
    assert understand("Who leads CPMRC?", (), centers, MEDICAL).centers == (MEDICAL,)


def test_an_unknown_center_lists_the_known_ones(centers: tuple[Center, ...]) -> None:
    assert find_center("cpmrc", centers) == CANCER
    with pytest.raises(QueryError, match=CANCER):
        find_center("Harvard", centers)


def turn(question: str, center: str) -> Turn:
    citation = Citation(1, "a.md", "A", center, None, 0, 4, "text", 0, 4)
    query = Query(question, question, centers=(center,))
    return Turn(question, Answer(query, "", (), (citation,), (), 1.0, (), 0, "0001-x", 0.0))


@pytest.mark.parametrize(
    ("question", "completed"),
    [
        ("Who is its director?", f"Who is the {CANCER}'s director?"),
        ("When was it founded?", f"When was the {CANCER} founded?"),
        ("What does the center study?", f"What does the {CANCER} study?"),
    ],
)
def test_a_pronoun_takes_the_center_of_the_last_turn(
    centers: tuple[Center, ...], question: str, completed: str
) -> None:
    query = understand(question, [turn("What is CPMRC?", CANCER)], centers)
    assert (query.text, query.original) == (completed, question)
    assert query.centers == (CANCER,)


def test_a_question_that_names_its_center_ignores_the_history(centers: tuple[Center, ...]) -> None:
    question = "Who leads the ZJU Medical Center and its labs?"
    alone = understand(question, (), centers)
    assert understand(question, [turn("What is CPMRC?", CANCER)], centers) == alone


@pytest.mark.parametrize("question", ["", "  \n", "🙂🙂", "?!", "x" * 1001])
def test_what_is_no_question_is_refused_in_words(
    centers: tuple[Center, ...], question: str
) -> None:
    with pytest.raises(QueryError):
        understand(question, (), centers)


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("hello", "chitchat"),
        ("Thank you very much!", "chitchat"),
        ("你好", "chitchat"),
        ("hello, who leads CPMRC?", "direct"),
        ("Who leads CPMRC?", "direct"),
        ("Name the six research aspects of CPMRC.", "list"),
        ("What equipment does it have?", "list"),
        ("What does CPMRC study?", "description"),
        ("Tell me about CPMRC", "description"),
        ("How many people work there?", "direct"),
    ],
)
def test_the_form_of_the_answer_is_read_off_the_question(
    centers: tuple[Center, ...], question: str, form: str
) -> None:
    assert understand(question, (), centers).form == form
