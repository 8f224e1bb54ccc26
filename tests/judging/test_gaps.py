"""Questions in groups by what they are about, embedded once, the most asked first."""

from __future__ import annotations

from datetime import UTC, datetime

from rag.centers import centers_of
from rag.embedding import SentenceEmbedder
from rag.gaps import Gaps
from rag.grouping import topics_of, unnamed
from rag.journal.gaps import InVain
from rag.types import Document, Embedder
from rag.vectors import Vectors

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PARKING = (
    "Is there a car park at the Lake Center?", "Where can visitors park their cars?",
    "Is parking free at the Hill Center?",
)  # fmt: skip
JOBS = ("How do I apply for a doctoral position?", "Are there open PhD positions?")


def asked(question: str, *centers: str, unhelpful: bool = False, language: str = "en") -> InVain:
    status = "answered" if unhelpful else "refused"
    return InVain("id", question, language, centers, status, unhelpful, NOW)  # type: ignore[arg-type]


class Counting:
    """The real embedder; counts what it embeds."""

    def __init__(self, embedder: SentenceEmbedder) -> None:
        self._embedder = embedder
        self.embedded: list[str] = []

    def embed(self, texts: list[str]) -> Vectors:
        self.embedded += texts
        return self._embedder.embed(texts)


def gaps(journal: list[InVain], embedder: object) -> Gaps:
    def of(language: str) -> Embedder | None:
        return embedder if language == "en" else None  # type: ignore[return-value]

    return Gaps(lambda most: journal[:most], of)


def test_questions_about_the_same_come_together_named_by_their_words(
    embedder: SentenceEmbedder,
) -> None:
    journal = [*(asked(q, "Lake Center") for q in PARKING), *map(asked, JOBS)]
    journal.append(asked(PARKING[0], "Hill Center", unhelpful=True))
    found = gaps(journal, embedder)
    found.read()
    overview = found.overview()
    assert overview.unread == 0
    assert [topic.times for topic in overview.topics] == [4, 2]
    parking, jobs = overview.topics
    assert {one.question for one in parking.complaints} == set(PARKING)
    assert "park" in parking.words or "parking" in parking.words
    assert (parking.refused, parking.unhelpful) == (3, 1)
    assert parking.centers == (("Lake Center", 3), ("Hill Center", 1))
    assert {one.question for one in jobs.complaints} == set(JOBS)
    assert parking.complaints[0].question == PARKING[0], "the most asked comes first"


def test_nothing_is_embedded_twice_and_what_is_not_read_yet_is_counted(
    embedder: SentenceEmbedder,
) -> None:
    counting = Counting(embedder)
    journal = [asked(question) for question in PARKING]
    found = gaps(journal, counting)
    assert found.overview().unread == 3
    assert found.overview().topics == ()
    found.read()
    found.read()
    journal.append(asked("is there a CAR PARK at the lake center"))
    journal.append(asked(JOBS[0]))
    assert found.overview().unread == 1
    found.read()
    assert sorted(counting.embedded) == sorted([*PARKING, JOBS[0]])


def test_questions_that_nothing_embeds_stand_each_for_itself(embedder: SentenceEmbedder) -> None:
    found = gaps([asked("停车场在哪里？", language="zh"), asked("电话？", language="zh")], embedder)
    overview = found.overview()
    assert overview.unread == 0
    assert len(overview.topics) == 2


def test_no_question_gives_no_topic(embedder: SentenceEmbedder) -> None:
    assert gaps([], embedder).overview().topics == ()
    assert topics_of([], embedder.embed([])) == ()


def test_a_question_loses_the_names_of_centers_and_nothing_else() -> None:
    documents = [
        Document("a.md", "A", "x", "0", center="Lake Center", aliases=("LC", "湖泊中心")),
        Document("b.md", "B", "x", "0", center="Hill Center"),
    ]
    centers = centers_of(documents)
    assert unnamed("Who leads LC and the Hill Center?", centers) == (
        "Who leads center and the center?"
    )
    assert "湖泊中心" not in unnamed("谁领导湖泊中心？", centers)
    assert unnamed("Who is Lake?", centers) == "Who is Lake?"
