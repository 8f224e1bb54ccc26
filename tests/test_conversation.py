"""Questions and the centers that they are about."""

import dataclasses

import pytest

from rag.centers import Center, centers_of, find_center
from rag.conversation import readings, understand
from rag.errors import QueryError
from rag.types import Answer, Citation, Document, Point, Query, Turn

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
        ("What does the tissue repair lab do?", (ZUNYI,)),
        ("Who leads the cancer center?", (CANCER,)),
        ("Who leads a medical center?", ()),
        ("Which centers study cancer?", ()),
    ],
)
def test_centers_are_found_by_name_alias_institution_and_city(
    centers: tuple[Center, ...], question: str, about: tuple[str, ...]
) -> None:
    assert understand(question, (), centers).centers == tuple(sorted(about))


def test_the_word_center_names_no_center_even_where_there_is_only_one() -> None:
    only = centers_of([page("Lake Center", None)])
    assert understand("Who leads the Tissue Center?", (), only).centers == ()
    assert understand("Who leads the Lake institute?", (), only).centers == ("Lake Center",)


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
        ("Who is its director?", "Who is CPMRC's director?"),
        ("When was it founded?", "When was CPMRC founded?"),
        ("What does the center study?", "What does CPMRC study?"),
        ("Who works there?", "Who works at CPMRC?"),
        ("How many people work on stem cells?", "How many people work on stem cells (CPMRC)?"),
    ],
)
def test_a_pronoun_takes_the_center_of_the_last_turn(
    centers: tuple[Center, ...], question: str, completed: str
) -> None:
    query = understand(question, [turn("What is CPMRC?", CANCER)], centers)
    assert (query.text, query.original) == (completed, question)
    assert query.centers == (CANCER,)


def test_a_pronoun_takes_the_center_that_was_asked_for(centers: tuple[Center, ...]) -> None:
    before = turn("Which center should I contact about wounds?", CANCER)
    query = understand("Who is its director?", [before], centers)
    assert query.text == f"Who is the {CANCER}'s director?"


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
        ("What equipment does CPMRC have?", "list"),
        ("What does CPMRC study?", "description"),
        ("Tell me about CPMRC", "description"),
        ("How many people work at CPMRC?", "direct"),
        ("Which centers do you know?", "catalog"),
        ("What can you answer?", "catalog"),
        ("Which centers work on stem cells?", "which"),
        ("Is there a center that studies the brain?", "which"),
        ("Who directs each center?", "each"),
        ("Compare the size of CPMRC and the Base.", "compare"),
        ("I work on CAR-T cells, whom should I talk to?", "match"),
        ("Where do I write to if I want to join CPMRC?", "direct"),
        ("Who directs the center?", "clarify"),
        ("Who is the director?", "clarify"),
    ],
)
def test_the_form_of_the_answer_is_read_off_the_question(
    centers: tuple[Center, ...], question: str, form: str
) -> None:
    assert understand(question, (), centers).form == form


def asked(*questions_and_centers: tuple[str, str]) -> list[Turn]:
    return [turn(question, center) for question, center in questions_and_centers]


@pytest.mark.parametrize(
    ("question", "completed", "about"),
    [
        ("And the one at Zunyi?", f"Who leads the {ZUNYI}?", ZUNYI),
        ("What about CPMRC?", f"Who leads the {CANCER}?", CANCER),
        ("No, I meant the Base.", f"Who leads the {BASE}?", BASE),
        ("No, the other one.", f"Who leads the {BASE}?", BASE),
        ("Back to CPMRC: when was it founded?", f"When was the {CANCER} founded?", CANCER),
        ("Who leads the other one at Zhejiang University?", f"Who leads the {BASE}?", BASE),
        ("Since when?", "Since when", MEDICAL),
    ],
)
def test_fragments_and_corrections_ask_the_question_before_of_something_else(
    centers: tuple[Center, ...], question: str, completed: str, about: str
) -> None:
    query = understand(question, asked(("Who leads the Medical Center?", MEDICAL)), centers)
    assert query.text.startswith(completed)
    assert query.centers == (about,)


def test_a_question_that_could_mean_two_centers_is_asked_of_each(
    centers: tuple[Center, ...],
) -> None:
    query = understand("Who leads the Zhejiang center?", (), centers)
    assert (query.form, query.centers) == ("each", (BASE, MEDICAL))


def test_the_other_one_of_many_has_to_be_asked_about(centers: tuple[Center, ...]) -> None:
    query = understand("No, the other one.", asked(("Who leads CPMRC?", CANCER)), centers)
    assert query.form == "clarify"
    assert query.centers == (BASE, ZUNYI, MEDICAL)


@pytest.mark.parametrize("reply", ["CPMRC", "the second one", "2", "the cancer center"])
def test_a_reply_takes_one_of_the_centers_that_were_offered(
    centers: tuple[Center, ...], reply: str
) -> None:
    offered = turn("Who is the director?", CANCER)
    answer = dataclasses.replace(
        offered.answer, citations=(), choices=(BASE, CANCER),
        query=Query("Who is the director?", "Who is the director?", form="clarify"),
    )  # fmt: skip
    query = understand(reply, [Turn("Who is the director?", answer)], centers)
    assert query.centers == (CANCER,)
    assert query.text.startswith("Who is the director")


class Lexicon:
    """Knows no word and one name."""

    def knows(self, word: str) -> bool:
        return word in {"director", "founded"}

    def centers_naming(self, question: str) -> tuple[str, ...]:
        return (ZUNYI,) if "He Zhixu" in question else ()

    def people(self) -> dict[str, str]:
        return {}


@pytest.mark.parametrize(
    ("question", "text", "about"),
    [
        ("Who leads the canser precison medicine research center?", CANCER.lower(), CANCER),
        ("Who leads the Zunji center?", "Zunyi", ZUNYI),
        ("Which awards has He Zhixu won?", "He Zhixu", ZUNYI),
    ],
)
def test_slips_are_mended_and_people_lead_to_their_center(
    centers: tuple[Center, ...], question: str, text: str, about: str
) -> None:
    query = understand(question, (), centers, names=Lexicon())
    assert text in query.text
    assert query.centers == (about,)


def test_what_lacks_its_center_may_also_be_about_any(centers: tuple[Center, ...]) -> None:
    found = readings("Is there a tissue bank?", asked(("Who leads CPMRC?", CANCER)), centers)
    assert [query.centers for query in found] == [(CANCER,), ()]
    assert found[1].text == "Is there a tissue bank?"


def test_another_subject_is_not_about_the_center_that_was_spoken_of(
    centers: tuple[Center, ...],
) -> None:
    question = "How many planets does the solar system have?"
    history = asked(("Who leads CPMRC?", CANCER))
    assert understand(question, history, centers, names=Lexicon()).text == question


def test_a_number_in_a_question_of_its_own_points_to_no_list(centers: tuple[Center, ...]) -> None:
    listed = turn("List the areas.", CANCER)
    points = (Point("", "Tumor biology: how tumors grow", (1,)), Point("", "Genomics", (1,)))
    history = [Turn("List the areas.", dataclasses.replace(listed.answer, points=points))]
    question = "What was He Zhixu the first in the world to develop?"
    assert understand(question, history, centers, names=Lexicon()).text == question
    second = understand("What is the second one about?", history, centers, names=Lexicon())
    assert second.text == "What is Genomics about?"


def test_small_talk_between_does_not_change_the_focus(centers: tuple[Center, ...]) -> None:
    thanks = Query("Thanks!", "Thanks!", form="chitchat")
    between = Turn("Thanks!", Answer(thanks, "", (), (), (), 0.0, (), 0, "0001-x", 0.0))
    query = understand("When was it founded?", [turn("Who leads CPMRC?", CANCER), between], centers)
    assert query.centers == (CANCER,)
