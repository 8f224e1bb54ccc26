"""What a turn may mean, given what was said before: meanings in the order of their likelihood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.asking import THE_CENTER, THE_ONE, asked_of, asks_each_of
from rag.centers import KINDS, Center, mentioned_centers, named_centers, spans_of_names
from rag.followups import Completion, complete, fragment_of, points_to_person, vary
from rag.forms import asks_for_centers_of, asks_whether_it_has, form_of, form_over_centers
from rag.mentions import mentions
from rag.references import (
    Item,
    asks_for_other,
    chosen_center,
    correction_in,
    item_in,
    named_other,
    other_center,
)
from rag.salience import Said
from rag.text import Span, tokens
from rag.types import Form, Place, Turn

# What is asked of a center without saying of which.
_IT = re.compile(
    r"\bits\b|\bit\b(?!\s+(?:takes?|costs?|possible|true|rains?|the case)\b)"
    r"|\bthere\b(?=\s*[?.!]*$)",
    re.IGNORECASE,
)
_BARE_ROLE = re.compile(
    r"^who(?:'s| is| are| was| were)? (?:the |in )?(?:directors?|heads?|leaders?|deans?|boss|chief|"
    r"charge|leads|directs|heads|runs|chairs)(?: it| here)?\s*[?.!]*$",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"^(?:(?:and|ok(?:ay)?|now|so|going|coming|let's go|let us go)[\s,]+)*"
    r"(?:(?:back|return(?:ing)?) to|as for|regarding|concerning|about) "
    r"(?P<to>[^,:;]+)[,:;]\s*(?:and\s+)?(?P<rest>.+)$",
    re.IGNORECASE,
)
# One unknown word may be another word for a known one.
_FOREIGN_WORDS = 2
_VERB = re.compile(
    r"\b(?:who|whom|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|can|"
    r"tell|describe|list|name|give|show|compare)\b",
    re.IGNORECASE,
)


class Names(Protocol):
    """Knows which words and names the documents have."""

    def knows(self, word: str) -> bool:
        """Whether some document has a word."""
        ...

    def centers_naming(self, question: str) -> tuple[str, ...]:
        """The centers whose documents have the names of a question; empty if none has."""
        ...

    def people(self) -> dict[str, str]:
        """The people whom the documents name, by what their names sound like in Chinese."""
        ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question that stands alone, the centers it is about, and how it wants to be answered."""

    text: str
    centers: tuple[str, ...] = ()
    form: Form = "direct"
    place: Place | None = None


def centers_of_turn(turn: Turn) -> tuple[str, ...]:
    """The centers that a turn was about: those its question named, or else those it cited."""
    cited = dict.fromkeys(c.center for c in turn.answer.citations if c.center)
    return turn.answer.query.centers or tuple(cited)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Reads the turns of one conversation; ``chosen`` is the center that the user has chosen."""

    centers: tuple[Center, ...]
    names: Names | None
    turns: tuple[Turn, ...]
    chosen: str | None = None

    def read(self, question: str) -> list[Meaning]:
        """The meanings of a question, the likeliest first; never empty."""
        if not self.turns:
            return self._without_history(question)
        last = self.turns[-1]
        if last.answer.choices:
            center = chosen_center(question, last, self.centers)
            if center:
                return [self._about(last.answer.query.text, center)]
        meant = correction_in(question)
        if asks_for_other(meant or question):
            return self._other(meant or question)
        if meant and not _VERB.search(meant):
            return self._varied(meant)
        question = meant or question
        item = item_in(question, self.turns)
        if item is not None:
            return _of_item(question, item)
        return self._with_history(question)

    # Kinds of turns -----------------------------------------------------------------------------

    def _without_history(self, question: str) -> list[Meaning]:
        named = mentioned_centers(question, self.centers)
        over = self._over(question, named)
        return [over or self._alone(question, named or self._owners(question))]

    def _with_history(self, question: str) -> list[Meaning]:
        back = _BACK.match(question)
        returned = mentioned_centers(f"- {back['to']}", self.centers) if back else ()
        if back and len(returned) == 1:
            rest = back["rest"]
            return [self._about(rest[0].upper() + rest[1:], returned[0])]
        named = mentioned_centers(question, self.centers)
        fragment = fragment_of(question)
        if fragment:
            return self._varied(fragment)
        over = self._over(question, named)
        if over:
            return [over]
        done = complete(question, self._said(), self._spans)
        if named:
            # "Does he also lead the Base?" lacks a person, but no center.
            text = done.text if points_to_person(question) else question
            one = THE_ONE.search(text)
            if one and " one" in one[0] and len(named) == 1 and not self._spans(text):
                text = asked_of(text, self._called(named[0]), self.centers)
            return [_meaning(text, named)]
        if done.missing == "referent":
            return self._referred(question, done)
        if done.missing == "question":
            about = mentioned_centers(done.text, self.centers)
            return [_meaning(done.text, about or self._focus())]
        owners = self._owners(question)
        focus = self._focus()
        if owners or _names_something(question) or len(focus) != 1 or self._is_foreign(question):
            return [self._alone(question, owners)]
        # A question that takes its center for granted may also be about any.
        return [self._about(question, focus[0]), _meaning(question, ())]

    def _referred(self, question: str, done: Completion) -> list[Meaning]:
        """A pronoun: what was spoken of last, or else the center in focus."""
        focus = self._focus()
        about = mentioned_centers(done.referent, self.centers) or self._owners(done.referent)
        if about and not spans_of_names(done.referent, self.centers):
            # A person or a thing of some center; of several, the one in focus.
            about = focus if set(focus) <= set(about) and focus else about
        if len(focus) == 1 and set(tokens(done.referent)) <= KINDS:
            # "Which center works on wounds?" asked for one, and the answer was in focus since.
            return [self._about(question, focus[0])]
        if len(about) == 1 and spans_of_names(done.referent, self.centers):
            return [self._about(question, about[0])]
        found = [_meaning(done.text, about or focus)]
        if len(focus) == 1:
            found.append(self._about(question, focus[0]))
        return found

    def _varied(self, fragment: str) -> list[Meaning]:
        """The question before, asked of something else: "and the one in Zunyi?"."""
        before = self._said()[-1].asked
        about = mentioned_centers(f"- {fragment}", self.centers)
        if len(about) == 1:
            return [self._about(before, about[0])]
        if about:
            return [Meaning(before, about, "each")]
        text = vary(before, fragment, self._spans)
        scope = self._owners(fragment) or mentioned_centers(text, self.centers) or self._focus()
        found = [_meaning(text, scope)]
        if len(scope) == 1:
            # "And patents?" may want no more than the patents.
            found.append(self._about(f"What about {fragment}?", scope[0]))
        return found

    def _other(self, question: str) -> list[Meaning]:
        """ "The other one", of which there may be several."""
        focus = self._focus()
        others = other_center(self.turns, focus[0] if len(focus) == 1 else None, self.centers)
        asks = _VERB.search(question) is not None
        asked = question if asks else self._said()[-1].asked
        if len(others) == 1:
            if asks:
                return [_meaning(named_other(asked, self._called(others[0])), others)]
            return [self._about(asked, others[0])]
        return [Meaning(asked, others, "clarify")]

    def _over(self, question: str, named: Sequence[str]) -> Meaning | None:
        """A question over several centers, ``None`` if it is about one or about all as one."""
        if self.chosen or len(self.centers) < 2:
            return None
        by_name = named_centers(question, self.centers)
        form = form_over_centers(question, len(by_name))
        if form in {"which", "each"} and self._is_of_somebody(question):
            return None
        institution = {word for c in self.centers if c.name in named for word in c.institution}
        if named and not by_name and asks_for_centers_of(question, institution):
            form = "catalog"
        if form is None and len(named) == 1 and asks_whether_it_has(question):
            form = "which"
        if form is None and not by_name and len(named) > 1 and THE_ONE.search(question):
            # "Who leads the Zhejiang center?", of which there are two.
            form = "each"
        if form is None and asks_each_of(question, self.centers):
            form = "each"
        return Meaning(question, tuple(named), form) if form else None

    def _is_of_somebody(self, question: str) -> bool:
        """Whether a person of one center is named: "which center does Qian Cheng lead?"."""
        people = any(m.person for m in mentions(question, self._spans(question)))
        return people and len(self._owners(question)) == 1

    def _is_foreign(self, question: str) -> bool:
        """Whether a question has words of which no document has any: another subject."""
        if self.names is None:
            return False
        words = {word for m in mentions(question) for word in tokens(m.text)}
        return sum(not self.names.knows(word) for word in words) >= _FOREIGN_WORDS

    def _alone(self, question: str, centers: Sequence[str]) -> Meaning:
        """A question as it stands; one that points to nothing has to be asked about."""
        pointing = THE_CENTER.search(question) or _IT.search(question)
        named = _names_something(question)
        unclear = _BARE_ROLE.search(question) or (pointing and not named)
        if unclear and not centers and len(self.centers) > 1 and not self.chosen:
            return Meaning(question, tuple(c.name for c in self.centers), "clarify")
        return _meaning(question, centers)

    # What was said before -----------------------------------------------------------------------

    def _said(self) -> tuple[Said, ...]:
        return tuple(
            Said(
                turn.question,
                " ".join(point.exact or point.text for point in turn.answer.points[:2]),
                turn.answer.query.text,
            )
            for turn in self.turns
        )

    def _focus(self) -> tuple[str, ...]:
        """The centers that the last turn that was about any was about."""
        found = (centers_of_turn(turn) for turn in reversed(self.turns))
        return (self.chosen,) if self.chosen else next(filter(None, found), ())

    def _about(self, text: str, center: str) -> Meaning:
        return _meaning(asked_of(text, self._called(center), self.centers), (center,))

    def _called(self, center: str) -> str:
        """A center's name as it was used last, or else its full one."""
        for turn in reversed(self.turns):
            for start, end, name in spans_of_names(turn.answer.query.text, self.centers):
                if name == center:
                    return turn.answer.query.text[start:end]
        return center

    def _spans(self, text: str) -> list[Span]:
        return [(start, end) for start, end, _ in spans_of_names(text, self.centers)]

    def _owners(self, text: str) -> tuple[str, ...]:
        return self.names.centers_naming(text) if self.names else ()


def _names_something(question: str) -> bool:
    """Whether a question has a name; the capital letter it begins with makes none."""
    return any(m.named for m in mentions(question[:1].lower() + question[1:]))


def _meaning(text: str, centers: Sequence[str]) -> Meaning:
    return Meaning(text, tuple(centers), form_of(text))


def _of_item(question: str, item: Item) -> list[Meaning]:
    """An entry of the list just given: itself, or what is asked of it and else itself."""
    scope = (item.center,) if item.center else ()
    text = f"{question[: item.start]}{item.name}{question[item.end :]}"
    entry = Meaning(text, scope, "direct", item.place)
    return [entry] if item.bare and item.place else [_meaning(text, scope), entry]
