"""An extractive answer, put into words by a language model and checked sentence by sentence."""

from __future__ import annotations

import dataclasses
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rag.addressed import addressed_spans, without_spans
from rag.config import Settings
from rag.draft import Draft
from rag.errors import LanguageModelError
from rag.grounding import Grounding
from rag.likeness import Vectoriser
from rag.markers import SentenceStream, Written
from rag.notices import completed, in_own_words, with_notices, withheld_notices, written
from rag.prompts import NOT_THERE, VERSION, Passage, messages
from rag.rewriting import Rewriter
from rag.text import fold
from rag.types import Answer, Embedder, Hit, Turn
from rag.usage import Usage, Writing
from rag.versions import IndexVersion

if TYPE_CHECKING:
    from rag.llm import LanguageModel

# Question, earlier turns, center to the answer in the documents' own words: ``Chatbot.find``.
Find = Callable[[str, Sequence[Turn], str | None], Answer]

# What the checks are made for: a sentence in another language than its source is none of it.
_LANGUAGE = "en"
# Questions over several centers get their cited line a center as they are.
_FORMS = frozenset({"direct", "description", "list"})
# A model that says the same again goes on doing so.
_MOST_REPEATED = 3
# What nobody wants to read on: after so many sentences without support in a row.
_MOST_IN_VAIN = 8
_WAITING = "Reading the sources …"
_MARKUP = re.compile(r"</?[a-z!][^>]*>|&[a-z]+;|&#\d+;", re.IGNORECASE)

_NOTHING = "The language model wrote nothing that the documents support."
_EMPTY = "The language model wrote nothing."
_DECLINED = "The language model found no answer in the passages."
_LOOPING = "The language model repeated itself."


def open_writer(settings: Settings, embedder: Embedder) -> Writer | None:
    """What puts answers into words, ``None`` where the settings name no language model."""
    if not settings.llm_base_url:
        return None
    # Its client takes most of a second to load, and is of no use without an endpoint.
    from rag.llm import LanguageModel

    model = LanguageModel.of(settings)
    rewriter = Rewriter(model) if settings.llm_follow_ups else None
    return Writer(model, embedder, settings.llm_passage_tokens, rewriter)


class Writer:
    """Has a model write what was found, and lets through what the passages say."""

    def __init__(
        self,
        model: LanguageModel,
        embedder: Embedder,
        passage_tokens: int,
        rewriter: Rewriter | None = None,
    ) -> None:
        """Put the parts together; the model is shown up to ``passage_tokens`` of passages.

        ``rewriter`` completes follow-ups that were not understood.
        """
        self.model = model
        self._rewriter = rewriter
        self._embedder = embedder
        self._vectoriser = Vectoriser(embedder)
        self._passage_tokens = passage_tokens

    def answers(
        self,
        find: Find,
        question: str,
        history: Sequence[Turn],
        center: str | None,
        version: IndexVersion,
    ) -> Iterator[Answer]:
        """What is found, as the model writes it; see ``write``.

        A follow-up without an answer may be one that was not understood: then the model may
        complete it. If that has an answer, it is the answer.
        """
        started = time.perf_counter()
        found = find(question, history, center)
        if self._rewriter is None or not history or not _may_be_misunderstood(found):
            yield from self.write(found, version, started)
            return
        usage = Usage()
        asked = time.perf_counter()
        for rewrite in self._rewriter.rewrite(found.query.original, history, usage):
            yield dataclasses.replace(found, points=(), text=_WAITING, notices=())
            other = find(rewrite, (), center) if rewrite else found
            if other.citations:
                query = dataclasses.replace(other.query, original=found.query.original)
                found = dataclasses.replace(other, query=query)
        spent = Writing.of_request(self.model.name, VERSION, usage, time.perf_counter() - asked)
        for answer in self.write(found, version, started):
            whole = spent.with_writing(answer.writing)
            elapsed = time.perf_counter() - started
            yield dataclasses.replace(answer, writing=whole, elapsed=elapsed)

    def write(self, answer: Answer, version: IndexVersion, started: float) -> Iterator[Answer]:
        """The answer as it grows; the last one is whole.

        Without evidence, and where there is nothing to be put into words, the model is not called
        and the answer stays as it is. However the model fails, what the documents say is told.

        Args:
            answer: what was found, in the documents' own words.
            version: where it was found.
            started: when the question came, by ``time.perf_counter``.
        """
        passages = self._passages(answer, version)
        if not answer.citations or answer.query.form not in _FORMS or not passages:
            yield answer
            return
        yield dataclasses.replace(answer, points=(), text=_WAITING, notices=())
        draft = Draft(answer, version, Grounding(passages, self._vectoriser), len(passages))
        usage = Usage()
        asked = time.perf_counter()
        failure = ""
        try:
            for _ in self._drafted(draft, answer.query.original, passages, usage):
                yield draft.answer()
        except LanguageModelError as exc:
            failure = exc.problem
        if not failure and not draft.shown:
            failure = draft.declined or (_NOTHING if draft.withheld else _EMPTY)
        writing = dataclasses.replace(
            Writing.of_request(self.model.name, VERSION, usage, time.perf_counter() - asked),
            shown=draft.shown, withheld=draft.withheld, unresolved=draft.unresolved,
            failure=failure or draft.declined,
        )  # fmt: skip
        if not draft.shown:
            whole = with_notices(answer, in_own_words(failure))
        else:
            whole = with_notices(draft.completed(), written())
            if failure or draft.declined:
                whole = with_notices(whole, completed(failure or draft.declined))
        whole = with_notices(whole, withheld_notices(draft.withheld))
        yield dataclasses.replace(
            whole,
            # Where nothing of the model is shown, nothing is missing from the documents' answer.
            withheld=draft.withheld if draft.shown else 0,
            writing=writing,
            elapsed=time.perf_counter() - started,
        )

    def _drafted(
        self, draft: Draft, question: str, passages: Sequence[Passage], usage: Usage
    ) -> Iterator[None]:
        """Fill the draft; gives a sign whenever it has grown, and now and then meanwhile.

        Raises:
            LanguageModelError: the model fails, or repeats itself.
        """
        reading = SentenceStream()
        said: dict[str, int] = {}
        in_vain = 0
        stream = self.model.stream(messages(question, passages), usage)
        over = threading.Event()
        preparing = threading.Thread(
            target=draft.grounding.prepare, args=(over.is_set,), name="grounding", daemon=True
        )
        try:
            next(stream)  # the request is on its way: now there is time
            preparing.start()
            for piece in stream:
                sentences = reading.feed(piece) if piece else reading.idle()
                for sentence in sentences:
                    if self._is_end(sentence, draft):
                        return
                    key = fold(sentence.text)
                    said[key] = said.get(key, 0) + 1
                    if said[key] == _MOST_REPEATED:
                        draft.declined = _LOOPING
                        return
                    if said[key] == 1:
                        in_vain = (
                            0 if draft.add(sentence, _MARKUP.search(sentence.text)) else in_vain + 1
                        )
                        yield
                    if in_vain == _MOST_IN_VAIN or draft.is_full:
                        return
                if not piece:
                    yield
            for sentence in reading.finish():
                if self._is_end(sentence, draft):
                    return
                if fold(sentence.text) not in said:
                    draft.add(sentence, _MARKUP.search(sentence.text))
                    yield
        finally:
            over.set()
            close = getattr(stream, "close", None)
            if close:
                close()
            if preparing.ident:
                preparing.join()

    def _is_end(self, sentence: Written, draft: Draft) -> bool:
        if NOT_THERE.lower() not in sentence.text.lower():
            return False
        if not draft.shown:
            draft.declined = _DECLINED
        return True

    def _passages(self, answer: Answer, version: IndexVersion) -> list[Passage]:
        """The hits that the model is shown, those that are cited first, within the budget.

        Only of centers that the evidence comes from: a question about one center is answered by
        no other's documents.
        """
        if answer.query.language != _LANGUAGE:
            return []
        centers = {citation.center for citation in answer.citations}
        hits = {hit.chunk.chunk_id: hit for hit in answer.hits}

        def is_cited(hit: Hit) -> bool:
            return any(
                c.doc_id == hit.chunk.doc_id and c.start < hit.chunk.end and hit.chunk.start < c.end
                for c in answer.citations
            )

        passages: list[Passage] = []
        left = self._passage_tokens
        for hit in sorted(hits.values(), key=lambda hit: not is_cited(hit)):
            document = version.records.document(hit.chunk.doc_id)
            if document is None or document.center not in centers:
                continue
            chunk = hit.chunk
            spans = addressed_spans(document.text, chunk.start, chunk.end)
            text = without_spans(document.text, chunk.start, chunk.end, spans).strip()
            tokens = self._embedder.count_tokens(text)
            if text and (tokens <= left or not passages):
                passages.append(Passage(len(passages) + 1, hit, document, text))
                left -= tokens
        return passages


def _may_be_misunderstood(answer: Answer) -> bool:
    query = answer.query
    return not answer.citations and query.language == _LANGUAGE and query.form != "chitchat"
