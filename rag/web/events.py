"""What the events of the chat page do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import gradio as gr

from rag.chatbot import Chatbot
from rag.live import LiveChatbot
from rag.observing import Observer
from rag.rating import Recorder
from rag.types import Document
from rag.web.answers import announcement, conversation, replacing
from rag.web.fixed import fixed
from rag.web.hearing import Rated, ToAsk, ToEdit, ToRead, ToSpeak, arrival_of, heard
from rag.web.keeping import kept, restored
from rag.web.layout import Layout
from rag.web.markup import element, escape
from rag.web.opening import opened_at, part_of
from rag.web.reading import document_dialog, missing_dialog, part_with, parts_of
from rag.web.session import Exchange, Visit, ask, finished, new_id
from rag.web.sources import sources
from rag.web.telling import Updates, message, news
from rag.web.welcome import cards
from rag.web.words import Words, language_of

# Answers that are being found at once, those included that nobody waits for any more.
_MOST_STEPS = 32

Answering = Chatbot | LiveChatbot


class Events:
    """What the events do, over a chatbot and perhaps a journal that keeps answers ``days`` long."""

    def __init__(
        self,
        chatbot: Answering,
        journal: Recorder | None,
        days: int,
        observer: Observer | None = None,
    ) -> None:
        self._chatbot = chatbot
        self._observer = observer
        self._journal = journal
        self._days = days
        self.parts = Layout()
        self._facts = asyncio.Lock()
        # Of its own, and with room: a step that was abandoned holds its thread until it ends.
        self._threads = ThreadPoolExecutor(_MOST_STEPS, "answering")

    def _document(self, doc_id: str, version: str) -> Document | None:
        return self._chatbot.opened(version).document(doc_id)

    def show(self, exchanges: Sequence[Exchange], visit: Visit, said: str | None = None) -> Updates:
        """The conversation as it is now.

        The question box is left alone: a visitor may be typing the next one.
        """
        return {self.parts.exchanges: tuple(exchanges)} | self._shown(exchanges, visit, said)

    def _shown(
        self, exchanges: Sequence[Exchange], visit: Visit, said: str | None = None
    ) -> Updates:
        """The conversation as it looks.

        An event that does not change what was said must not say what was said either: an answer
        may have ended since it began.
        """
        parts, words = self.parts, visit.words
        busy = _busy(exchanges)
        rating = self._journal is not None
        return {
            parts.conversation: conversation(exchanges, visit, self._document, rating=rating),
            parts.sources: sources(exchanges, self._document, words, visit.drawn),
            parts.said: announcement(exchanges, words) if said is None else escape(said),
            parts.welcome: gr.update(visible=not exchanges),
            parts.send: gr.update(value=words("ask"), visible=not busy),
            parts.stop: gr.update(value=words("stop"), visible=busy),
            parts.editing: replacing(visit),
        }

    def dress(self, visit: Visit) -> Updates:
        """All but the conversation, in the visitor's language and of the index version of now."""
        parts, words, texts = self.parts, visit.words, fixed(visit.words)
        choices = [(texts["all-centers"], ""), *((n, n) for n in self._chatbot.centers)]
        told = {"language": words.language, "title": words("title"), "copied": words("copied")}
        return {
            parts.visit: visit,
            parts.masthead: texts["masthead"],
            parts.tools: texts["tools"],
            parts.talk_head: texts["talk-head"],
            parts.greeting: texts["greeting"],
            parts.cards: cards(self._chatbot.known, self._chatbot.centers, words),
            parts.sources_head: texts["sources-head"],
            parts.footer: self._footer(words),
            parts.question: gr.Textbox(label=texts["question"], placeholder=texts["placeholder"]),
            parts.new: gr.Button(texts["new"]),
            parts.send: gr.Button(texts["ask"]),
            parts.stop: gr.Button(texts["stop"]),
            parts.center: gr.Dropdown(choices=choices, label=texts["center"]),
            parts.bridge: message(told),
        }

    def _footer(self, words: Words) -> str:
        manifest = self._chatbot.version.manifest
        index = words("index", version=manifest.version, day=words.day(manifest.created))
        kept_here = words("privacy-not-kept")
        if self._journal:
            kept_here = words("privacy-kept", days=self._days)
        privacy = element("p", f"{kept_here} {words('privacy-browser')}", class_="privacy")
        return element("footer", privacy, element("p", f"{words('corpus')} {index}"))

    def arrive(self, visit: Visit, told: str) -> Updates:
        """What the browser kept, in the visitor's language."""
        arrival = arrival_of(told)
        before = restored(arrival.kept)
        visit.language, visit.link = language_of(arrival.language), arrival.link
        visit.conversation = before.conversation if before else new_id()
        visit.rated = set(before.rated) if before else set()
        return self.show(before.exchanges if before else (), visit, "") | self.dress(visit)

    async def facts(self, visit: Visit) -> str:
        """The cards with their key facts, once these are known."""
        # One waits in a thread, the others wait for that one.
        async with self._facts:
            overview = self._chatbot.known or await asyncio.to_thread(self._chatbot.overview)
        return cards(overview, self._chatbot.centers, visit.words)

    def speak(self, exchanges: Sequence[Exchange], visit: Visit, event: gr.EventData) -> Updates:
        """The page in another language."""
        said = heard(ToSpeak, event._data)
        visit.language = said.language if said else visit.language
        # An answer that is on its way goes on in the new language by itself.
        shown = {} if _busy(exchanges) else self._shown(exchanges, visit, "")
        return self.dress(visit) | shown

    async def reply(
        self, question: str, center: str | None, exchanges: Sequence[Exchange], visit: Visit
    ) -> AsyncIterator[Updates]:
        """Answer a typed question."""
        asked = Exchange(0, question, center=center or "")
        async for updates in self._replying(asked, exchanges, visit):
            yield updates

    async def reply_to_offer(
        self, exchanges: Sequence[Exchange], visit: Visit, event: gr.EventData
    ) -> AsyncIterator[Updates]:
        """Answer a question that the page offered; it is about its own center."""
        said = heard(ToAsk, event._data)
        asked = Exchange(0, said.question if said else "")
        async for updates in self._replying(asked, exchanges, visit):
            yield updates

    async def reply_to_link(
        self, exchanges: Sequence[Exchange], visit: Visit
    ) -> AsyncIterator[Updates]:
        """Answer the question that the page's address asks, if any."""
        link, visit.link = visit.link, None
        if link is None:
            yield {self.parts.said: gr.skip()}
            return
        center = link.center if link.center in self._chatbot.centers else ""
        asked = Exchange(0, link.question, center=center, wanted=link.version)
        async for updates in self._replying(asked, exchanges, visit):
            yield updates

    async def _replying(
        self, asked: Exchange, exchanges: Sequence[Exchange], visit: Visit
    ) -> AsyncIterator[Updates]:
        """The visitor sees the question at once, then the answer as it grows.

        Each step runs in a thread that Stop abandons. Gradio's own thread for a plain generator is
        waited for instead, and until then the visitor's next question would be.

        While an answer is on its way, another question is left in its box.
        """
        if _busy(exchanges):
            yield {self.parts.said: gr.skip()}
            return
        steps = self._steps(asked, exchanges, visit)
        coming = self._threads.submit(next, steps, None)
        try:
            while updates := await asyncio.wrap_future(coming):
                # The answer is sought while the question on its way is being shown.
                coming = self._threads.submit(next, steps, None)
                yield updates
        finally:
            # Nobody waits any more: what a language model is asked ends with the step that runs.
            coming.add_done_callback(lambda _: steps.close())

    def _steps(
        self, asked: Exchange, exchanges: Sequence[Exchange], visit: Visit
    ) -> Generator[Updates, None, None]:
        """What changes on the page at each step."""
        shown = self._shown(exchanges, visit)
        visit.set_aside = tuple(exchanges[visit.editing - 1 :]) if visit.editing else ()
        kept_before = exchanges[: len(exchanges) - len(visit.set_aside)]
        visit.editing = 0
        for updates in self._grown(asked, kept_before, visit):
            yield news(updates, shown)
            shown |= updates

    def _grown(
        self, asked: Exchange, exchanges: Sequence[Exchange], visit: Visit
    ) -> Generator[Updates, None, None]:
        """The page as it is at each step."""
        current = self._chatbot.at()
        chatbot = self._chatbot.at(asked.wanted) or current
        if current is None or chatbot is None:
            raise RuntimeError("there is no current index version")
        wanted = "" if asked.wanted == current.version.name else asked.wanted
        indexed = chatbot.version.manifest.created
        asked = replace(asked, wanted=wanted, indexed=indexed, answer_id=new_id())
        once: Updates = {self.parts.question: ""}
        # The first words come alone: a browser takes its time for the cards.
        later = {self.parts.sources: gr.skip()}
        stream = self._observer.watched(chatbot.stream) if self._observer else chatbot.stream
        for state in ask(stream, exchanges, asked):
            if not state[-1].done:
                yield self.show(state, visit) | once
                once = {} if state[-1].answer else later
        self._record(state[-1], visit)
        yield self.show(state, visit) | {self.parts.bridge: message({"keep": kept(visit, state)})}

    def _record(self, exchange: Exchange, visit: Visit) -> None:
        if self._journal and exchange.answer:
            visit.conversation = visit.conversation or new_id()
            self._journal.record(visit.conversation, exchange.answer_id, exchange.answer)

    def stopped(self, typed: str, exchanges: Sequence[Exchange], visit: Visit) -> Updates:
        """Forget the question on its way; its text goes back to where it can be mended.

        Unless the visitor has typed the next one there by now. What it would have replaced is back.
        """
        pending = "".join(e.question for e in exchanges if not e.done)
        # Where the answer is there already, what it replaced is not wanted back.
        aside = visit.set_aside if pending else ()
        before, visit.set_aside = (*finished(exchanges), *aside), ()
        box = {self.parts.question: typed or pending}
        return self.show(before, visit, visit.words("stopped")) | box

    def cleared(self, visit: Visit) -> Updates:
        """A new conversation; the browser forgets the last one."""
        visit.conversation, visit.rated = new_id(), set()
        visit.drawn.clear()
        visit.editing, visit.set_aside = 0, ()
        return self.show((), visit) | {
            self.parts.question: "",
            self.parts.bridge: message({"keep": ""}),
        }

    def edit(self, exchanges: Sequence[Exchange], visit: Visit, event: gr.EventData) -> Updates:
        """A question goes back to the box; the next one will replace it and what follows it."""
        said = heard(ToEdit, event._data)
        number = said.number if said else 0
        asked = next((e for e in exchanges if e.number == number and e.done), None)
        visit.editing = asked.number if asked else 0
        box = {self.parts.question: asked.question if asked else ""}
        return box if _busy(exchanges) else self._shown(exchanges, visit, "") | box

    def rate(self, exchanges: Sequence[Exchange], visit: Visit, event: gr.EventData) -> Updates:
        """What a visitor thinks of an answer goes to the journal, once."""
        said = heard(Rated, event._data)
        rated = next((e for e in exchanges if said and e.done and e.number == said.turn), None)
        if said and rated and self._journal and rated.answer_id not in visit.rated:
            self._journal.rate(rated.answer_id, said.rating)
            visit.rated.add(rated.answer_id)
        told = {self.parts.bridge: message({"keep": kept(visit, exchanges)})}
        # Thanks come with the next step of an answer that is on its way.
        return told if _busy(exchanges) else self._shown(exchanges, visit, "") | told

    def read(self, exchanges: Sequence[Exchange], visit: Visit, event: gr.EventData) -> Updates:
        """A document in full, opened where it is cited."""
        said = heard(ToRead, event._data)
        if said is None:
            return {self.parts.reader: gr.skip()}
        part = part_of(said.place)
        if part is None:
            visit.opened = opened_at(said.place, exchanges, self._chatbot.known)
        opened = visit.opened
        number = abs(said.number)
        chatbot = self._chatbot.at(opened.version) if opened else None
        document = (chatbot or self._chatbot).document(opened.doc_id) if opened else None
        # Another version may have other words in this place: then nothing could be marked rightly.
        if not opened or not document or document.text[slice(*opened.span)] != opened.quote:
            return {self.parts.reader: missing_dialog(number, visit.words)}
        if part is None:
            part = part_with(opened.span[0], parts_of(document.text))
        return {self.parts.reader: document_dialog(number, document, opened, part, visit.words)}


def _busy(exchanges: Sequence[Exchange]) -> bool:
    """Whether an answer is on its way."""
    return bool(exchanges) and not exchanges[-1].done
