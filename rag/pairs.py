"""A question and passages as token numbers, long passages in windows."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tokenizers import Tokenizer

# Training saw pairs of up to 288 tokens. Windows overlap by more than the longest answer, so that
# no answer is cut in two.
_WINDOW = 320
_OVERLAP = 64
_QUESTION = 64
_TITLE = 24
_BATCH = 32
# From here on padding costs more than another batch.
_SPREAD = 1.5
_SHORT = 64


@dataclass(frozen=True, slots=True)
class Window:
    """The token numbers of a question and a part of a passage.

    ``offsets`` are those of the passage's tokens, which begin at token ``first``; ``words`` says
    to which word each of them belongs.
    """

    passage: int
    ids: list[int]
    types: list[int]
    first: int
    offsets: list[tuple[int, int]]
    words: list[int | None]


class Pairs(Protocol):
    """Joins each question with a passage and the title above it."""

    def __call__(
        self, questions: Sequence[str], passages: Sequence[str], titles: Sequence[str]
    ) -> Iterator[Window]:
        """The windows of every passage; a passage without a token has none."""
        ...


class OwnPairs:
    """``[CLS] question [SEP] title [SEP] passage [SEP]``; no title, no second ``[SEP]``."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._cls, self._sep = (tokenizer.get_vocab()[name] for name in ("[CLS]", "[SEP]"))

    def __call__(
        self, questions: Sequence[str], passages: Sequence[str], titles: Sequence[str]
    ) -> Iterator[Window]:
        """See ``Pairs``."""
        texts = list(dict.fromkeys([*questions, *titles, *passages]))
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        encoded = dict(zip(texts, encodings, strict=True))
        for number, pair in enumerate(zip(questions, titles, passages, strict=True)):
            question, title, passage = (encoded[text] for text in pair)
            head = [self._cls, *question.ids[:_QUESTION], self._sep]
            above = [*title.ids[:_TITLE], self._sep] if title.ids else []
            room = _WINDOW - len(head) - len(above) - 1
            for cut in _cuts(len(passage.ids), room):
                ids = head + above + passage.ids[cut : cut + room] + [self._sep]
                yield Window(
                    passage=number,
                    ids=ids,
                    types=[0] * len(head) + [1] * (len(ids) - len(head)),
                    first=len(head) + len(above),
                    offsets=passage.offsets[cut : cut + room],
                    words=passage.word_ids[cut : cut + room],
                )


def _cuts(length: int, room: int) -> list[int]:
    """Where windows of ``room`` tokens begin, so that they cover ``length`` tokens, overlapping."""
    if length <= room:
        return [0] if length else []
    return [*range(0, length - room, room - _OVERLAP), length - room]


class ForeignPairs:
    """Question and passage as the model's own tokenizer joins them, the title above the passage."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._lock = threading.Lock()

    def __call__(
        self, questions: Sequence[str], passages: Sequence[str], titles: Sequence[str]
    ) -> Iterator[Window]:
        """See ``Pairs``."""
        for number, (question, title, passage) in enumerate(
            zip(questions, titles, passages, strict=True)
        ):
            if not passage.strip():
                continue
            above = f"{title}\n" if title else ""
            with self._lock:  # the tokenizer's truncation is set on each call and is shared
                encoded = self._tokenizer(
                    " ".join(question.split()[:_QUESTION]),
                    above + passage,
                    truncation="only_second",
                    max_length=_WINDOW,
                    stride=_OVERLAP,
                    return_overflowing_tokens=True,
                    return_token_type_ids=True,
                )
            for encoding in encoded.encodings:
                kept = [
                    i
                    for i, (part, (_, end)) in enumerate(
                        zip(encoding.sequence_ids, encoding.offsets, strict=True)
                    )
                    if part == 1 and end > len(above)
                ]
                if kept:
                    offsets = [encoding.offsets[i] for i in kept]
                    yield Window(
                        passage=number,
                        ids=encoding.ids,
                        types=encoding.type_ids,
                        first=kept[0],
                        offsets=[(max(0, a - len(above)), b - len(above)) for a, b in offsets],
                        words=[encoding.word_ids[i] for i in kept],
                    )


def batches_of_like_length(lengths: Sequence[int]) -> Iterator[range]:
    """Runs of places in ``lengths``, which are sorted, each with little to pad."""
    first = 0
    for place, length in enumerate(lengths):
        limit = max(_SHORT, _SPREAD * lengths[first])
        if place - first == _BATCH or length > limit:
            yield range(first, place)
            first = place
    if lengths:
        yield range(first, len(lengths))
