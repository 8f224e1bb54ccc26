"""What a turn in Chinese may mean, given what was said before; see ``rag.interpretation``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.centers import (
    Center,
    mentioned_centers,
    places_of,
    spans_of_chinese_names,
    spans_of_names,
)
from rag.chinese import content_words, latin_names
from rag.chinese_forms import (
    asked_of_chinese,
    chinese_form,
    chinese_form_over_centers,
)
from rag.interpretation import Meaning, Names, centers_of_turn
from rag.language import name_pattern, spaced
from rag.text import Span
from rag.types import Turn

_LATIN = re.compile(r"[A-Za-z][A-Za-z'-]+(?: [A-Za-z][A-Za-z'-]+)*")
# "The center" without a name.
_IT = re.compile(
    "(?:该|这个|这家|那个|那家|本|此)(?:研究)?(?:中心|基地|机构)|它们?|那里|那儿|这里(?!有哪|都有)|贵(?:中心|基地)"
)
# What a center does, as a part of its name: no verb, and nothing that asks.
_DESCRIBED = "[^有是在与和由的哪什么谁几多少、，。？！?!]{0,20}?(?:中心|基地)"
_PERSON = re.compile("他们?|她们?|此人|这个人|这位(?:教授|主任|专家)?|该(?:教授|主任)")
# "And the one in Zunyi?"
_ELLIPSIS = re.compile("(?:那么?|还有)?(?P<what>.{1,40}?)(?:呢|怎么样|又如何)[？?。！!\\s]*")
# Nothing but who leads, when or where, of nobody knows what.
_BARE = re.compile(
    "(?:请问)?(?:(?:中心|基地)的?)?(?:谁是)?(?:现任)?(?:主任|负责人|领导人?|院长|所长|电话|地址|邮箱)"
    "(?:是谁|是哪位|叫什么(?:名字)?|是多少|在哪里|是什么|呢)?[？?。\\s]*"
    "|(?:请问)?(?:由)?谁(?:领导|负责|管理)(?:中心|基地)?[？?。\\s]*"
    "|(?:请问)?(?:中心|基地)?(?:是)?(?:什么时候|何时|哪一?年)(?:成立|创立|建立)的?[？?。\\s]*"
)
_INTRODUCE = re.compile(
    "(?:请|请你|能否|可以|给我)*(?:介绍|讲讲|说说|谈谈|概述|描述|了解)(?:一下|下)?(?:关于)?的?"
    "(?:情况|简介|概况)?[吧吗？?。！\\s]*|的?(?:情况|简介|概况)(?:是什么|如何|怎么样)?[？?。\\s]*"
    "|是(?:做|干)?什么的?(?:机构|中心|地方|单位)?[？?。\\s]*|什么是[？?。\\s]*"
)
_CHOICE = re.compile("(?:第)?(?P<number>[一二两三四五六七八九十]|\\d{1,2})(?:个|家)?[。.\\s]*")
_NUMBERS = "零一二三四五六七八九十"
_PERSON_NAME = re.compile(
    r"(?P<title>\b(?:Professor|Prof\.|Dr\.?) )?"
    r"\b(?P<name>(?!Professor)[A-Z][a-z]+(?: [A-Z][a-z]+){1,2})\b"
)


@dataclass(frozen=True, slots=True)
class ChineseInterpreter:
    """Reads the turns of one conversation; ``chosen`` is the center that the user has chosen."""

    centers: tuple[Center, ...]
    names: Names | None
    turns: tuple[Turn, ...]
    chosen: str | None = None

    def read(self, question: str) -> list[Meaning]:
        """The meanings of a question, the likeliest first; never empty."""
        text = spaced(latin_names(question, self.names.people()) if self.names else question)
        if self.turns and self.turns[-1].answer.choices:
            center = self._chosen_of(text, self.turns[-1])
            if center:
                return [self._about(self.turns[-1].answer.query.text, center)]
        named = mentioned_centers(text, self.centers) or self._owners(text)
        text = self._called_in_full(text, named)
        if self.turns:
            varied = self._varied(text)
            if varied:
                return varied
            text, named = self._completed(text, named)
        text = self._introduced(text, named)
        form = chinese_form_over_centers(text, len(named))
        if form:
            return [Meaning(text, () if form in {"catalog", "which", "match"} else named, form)]
        if named or self.chosen:
            return [_meaning(text, named)]
        focus = self._focus()
        if _IT.search(text) or _BARE.fullmatch(text):
            if len(focus) == 1:
                return [self._about(text, focus[0])]
            if len(self.centers) > 1:
                return [Meaning(text, tuple(c.name for c in self.centers), "clarify")]
        if len(focus) == 1 and not _LATIN.search(text):
            # A question that takes its center for granted may also be about any.
            return [self._about(text, focus[0]), _meaning(text, ())]
        return [_meaning(text, ())]

    def _called_in_full(self, text: str, named: tuple[str, ...]) -> str:
        """The one center that a text names by where it is, "the Zunyi center", by its name.

        The words of its description are neither its name nor what is asked.
        """
        center = next((c for c in self.centers if (c.name,) == named), None)
        if center is None or not center.chinese:
            return text
        called = called_in_chinese(center.name, self.centers)
        places = "|".join(map(re.escape, sorted(places_of(center))))
        names = "|".join(map(name_pattern, center.chinese))
        if not places:
            return text
        return re.sub(f"(?:{places})市?的?(?:{names}|{_DESCRIBED})", called, text, count=1)

    def _introduced(self, text: str, named: tuple[str, ...]) -> str:
        """What a center studies, where nothing is asked but to be told of it."""
        spans = spans_in(text, self.centers)
        rest = f"{text[: spans[0][0]]}{text[spans[-1][1] :]}" if spans and len(named) == 1 else text
        bare = spans and _INTRODUCE.fullmatch(rest)
        return f"{text[slice(*spans[0])]}研究什么？" if bare else text

    def _completed(self, text: str, named: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """The question with the person whom "he" means by name, and the centers of that person."""
        pronoun = _PERSON.search(text)
        if not pronoun or named:
            return text, named
        people = set(self.names.people().values()) if self.names else set()
        for turn in reversed(self.turns):
            said = f"{' '.join(p.text for p in turn.answer.points[:2])} {turn.answer.query.text}"
            spoken = [
                m["name"] for m in _PERSON_NAME.finditer(said) if m["title"] or m["name"] in people
            ]
            if spoken:
                done = f"{text[: pronoun.start()]} {spoken[0]} {text[pronoun.end() :]}"
                done = " ".join(done.split())
                return done, self._owners(done) or self._focus()
        return text, named

    def _varied(self, text: str) -> list[Meaning]:
        """The question before, about what "and the one in Zunyi?" names; empty if it is none."""
        found = _ELLIPSIS.fullmatch(text)
        center = mentioned_centers(found["what"], self.centers) if found else ()
        if found is None or len(center) != 1 or self._asks_more(found["what"]):
            return []
        before = self.turns[-1].answer.query
        if before.language != "zh":
            return []
        return [self._about(before.text, center[0])]

    def _asks_more(self, text: str) -> bool:
        """Whether anything is left of a text without the names of centers and their places."""
        for center in self.centers:
            for name in (*center.chinese, *center.chinese_institutions, *places_of(center)):
                text = re.sub(name_pattern(name), " ", text)
        for start, end in reversed(spans_in(text, self.centers)):
            text = f"{text[:start]} {text[end:]}"
        return bool(content_words(text))

    def _chosen_of(self, text: str, turn: Turn) -> str | None:
        """Which of the offered centers a reply takes, ``None`` if it takes none."""
        choices = turn.answer.choices
        named = [name for name in mentioned_centers(text, self.centers) if name in choices]
        if len(named) == 1:
            return named[0]
        found = _CHOICE.fullmatch(text.strip())
        if not found:
            return None
        said = found["number"].replace("两", "二")
        number = int(said) if said.isdigit() else _NUMBERS.index(said)
        return choices[number - 1] if 0 < number <= len(choices) else None

    def _about(self, text: str, center: str) -> Meaning:
        """The question asked of a center, by its name in Chinese if it has one."""
        called = called_in_chinese(center, self.centers)
        spans = spans_in(text, self.centers)
        pointing = _IT.search(text)
        if pointing and not spans:
            spans = [pointing.span()]
        if not spans and _BARE.fullmatch(text):
            return _meaning(f"{called}的{text}".replace("的谁", "由谁"), (center,))
        return _meaning(asked_of_chinese(text, spans, called), (center,))

    def _focus(self) -> tuple[str, ...]:
        """The centers that the last turn that was about any was about."""
        found = (centers_of_turn(turn) for turn in reversed(self.turns))
        return (self.chosen,) if self.chosen else next(filter(None, found), ())

    def _owners(self, text: str) -> tuple[str, ...]:
        """The centers whose documents have the names in Latin letters of a question."""
        latin = [m[0] for m in _LATIN.finditer(spaced(text))]
        if not latin or self.names is None:
            return ()
        return self.names.centers_naming(f"about {' and '.join(latin)}")


def called_in_chinese(center: str, centers: Sequence[Center]) -> str:
    """A center's longest name in Chinese, or else its own name."""
    names = next((c.chinese for c in centers if c.name == center), ())
    return names[0] if names else center


def spans_in(text: str, centers: Sequence[Center]) -> list[Span]:
    """Where a text calls centers by a name, in Chinese or not, in order."""
    found = {(start, end) for start, end, _ in spans_of_chinese_names(text, centers)}
    found |= {(start, end) for start, end, _ in spans_of_names(text, centers)}
    return sorted(found)


def _meaning(text: str, centers: Sequence[str]) -> Meaning:
    return Meaning(text, tuple(centers), chinese_form(text))
