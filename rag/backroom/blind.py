"""Two versions side by side, blind: what is asked, what is shown, what is told afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from rag.accounts.users import Person
from rag.backroom.controls import Cell, choice, fresh, radios, submit, table, typed
from rag.backroom.desk import Desk
from rag.backroom.entries import WORDS
from rag.duel import Duel, better_of, duel, tallies
from rag.errors import IndexStateError, QueryError
from rag.journal.judging import JudgmentBook
from rag.journal.reading import JournalReader
from rag.rating import Preference
from rag.types import Answer, Document
from rag.versions import version_names
from rag.web.answers import reply
from rag.web.markup import Markup, button, element, join, spoken
from rag.web.session import Exchange
from rag.web.sources import sources

_BETTER = {
    "first": "A is better",
    "second": "B is better",
    "both": "Both are good",
    "neither": "Neither is",
}
_NOBODY = ""


class Blind:
    """Duels between the versions of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._chance = secrets.SystemRandom()

    def chooser(self, first: str = "", second: str = "", question: str = "") -> Markup:
        """Which versions, and which question."""
        names = version_names(self._desk.index_dir)
        current = self._desk.chatbot.version.name
        others = [name for name in names if name != current]
        if not others:
            told = "There is one index version only: two are wanted to compare."
            return element("p", told, class_="note")
        offered = {name: name for name in [current, *others]}
        return element(
            "form",
            choice("one", "One version", offered, first or current),
            choice("other", "The other", offered, second or others[0]),
            typed("question", "Question; empty for one that somebody asked", question),
            submit("duel", "Ask both"),
            class_="row",
        )

    def duel(
        self, one: str, other: str, question: str, reader: JournalReader, book: JudgmentBook
    ) -> Duel:
        """Ask two versions.

        Raises:
            QueryError: it is one version twice, or nobody has asked anything yet.
            IndexStateError: a version is gone.
        """
        if one == other:
            raise QueryError("A version cannot be compared with itself.", "Choose two versions.")
        asked = iter([question]) if question.strip() else self._asked(reader, book)
        return duel(asked, (self._asking(one), self._asking(other)), self._chance)

    def judged(self, person: Person, duel: Duel, said: str, book: JudgmentBook) -> Markup:
        """Note what a judge prefers, and tell which was which.

        Raises:
            QueryError: nothing was chosen.
        """
        better = better_of(said)
        if better is None:
            raise QueryError("Nothing is chosen.", "Say which answer is better.")
        first, second = duel.first.index_version, duel.second.index_version
        now = datetime.now(UTC)
        book.prefer(Preference(person.name, duel.question, first, second, better, now))
        told = f"{_BETTER[better]}. A was {first}, B was {second}."
        return element("p", told, class_="told", id="revealed", tabindex="-1")

    def shown(self, duel: Duel) -> tuple[Markup, str]:
        """Both answers without anything that tells the versions, and their sources."""
        sides = [Exchange(1, duel.question, duel.first, done=True)]
        sides.append(Exchange(2, duel.question, duel.second, done=True))
        answers = (
            element(
                "section",
                element("h3", f"Answer {name}", class_="side"),
                reply(side, WORDS),
                class_="turn",
            )
            for name, side in zip("AB", sides, strict=True)
        )
        asked = element(
            "h2", duel.question, id="entry-title", tabindex="-1", **spoken(duel.question)
        )
        same = element("p", "Both say the same.", class_="note") if duel.same else Markup()
        both = join(asked, same, element("div", *answers, class_="sides"))
        headed = [
            Exchange(side.number, f"Answer {name}", side.answer, done=False)
            for name, side in zip("BA", reversed(sides), strict=True)
        ]
        return both, sources(headed, self._find(duel), WORDS)

    def form(self) -> Markup:
        """Which is better."""
        return element(
            "form",
            radios("better", "Which answer is better? (keys 1 to 4)", _BETTER),
            element(
                "p",
                submit("better", "Save, and tell me which is which", main=True),
                button("skip", "Another question", class_="quiet"),
                class_="row",
            ),
            class_="blind",
            id=fresh(),
        )

    def tally(self, book: JudgmentBook) -> Markup:
        """What judges found so far."""
        found = tallies(book.preferences())
        if not found:
            return element("p", "Nobody has compared versions yet.", class_="note")
        heads: list[str | Cell] = [
            "Newer",
            "Older",
            *(Cell(w, figure=True) for w in ("Newer better", "Older better")),
        ]
        rows: list[list[Cell | str]] = [
            [
                one.versions[1], Cell(one.versions[0]), Cell(str(one.wins[1]), figure=True),
                Cell(str(one.wins[0]), figure=True), Cell(str(one.ties), figure=True),
            ]
            for one in found
        ]  # fmt: skip
        return table("Versions compared", [*heads, Cell("No difference", figure=True)], rows)

    def _asked(self, reader: JournalReader, book: JudgmentBook) -> Iterator[str]:
        while answer_id := book.draw(_NOBODY, None, self._chance):
            entry = reader.entry(answer_id)
            if entry is None:
                return
            yield entry.summary.query

    def _asking(self, version: str) -> Callable[[str], Answer]:
        chatbot = self._desk.chatbot.at(version) if version else None
        if chatbot is None:
            raise IndexStateError(
                f"The index version {version} cannot be opened.", "Choose another one."
            )
        return chatbot.ask

    def _find(self, duel: Duel) -> Callable[[str, str], Document | None]:
        chatbots = {
            answer.index_version: self._desk.chatbot.at(answer.index_version)
            for answer in (duel.first, duel.second)
        }

        def find(doc_id: str, version: str) -> Document | None:
            chatbot = chatbots.get(version)
            return chatbot.document(doc_id) if chatbot else None

        return find
