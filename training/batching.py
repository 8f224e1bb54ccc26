"""Examples as token batches: pairs of like length together, so that little is padding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from training.examples import Example

_QUESTION = 40
_TITLE = 24
_POOL = 64


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token numbers of one pair. ``first`` and ``last`` are the answer's tokens, 0 for none."""

    ids: list[int]
    passage_at: int
    question_length: int
    first: int
    last: int
    answerable: bool
    sentence_only: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of shape (pairs, tokens) or (pairs,)."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    passage: Tensor
    first: Tensor
    last: Tensor
    answerable: Tensor
    sentence_only: Tensor


class PairEncoder:
    """``[CLS] question [SEP] title [SEP] passage [SEP]``; no title, no second ``[SEP]``."""

    def __init__(self, folder: Path, length: int) -> None:
        self._length = length
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        vocabulary = self._tokenizer.get_vocab()
        self._cls, self._sep = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self._tokens = lru_cache(maxsize=20_000)(self._encode)

    def _encode(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def encode(self, example: Example, rng: Random) -> Encoded | None:
        """The pair, cut to ``length`` tokens round the answer; ``None`` if that is no token."""
        question = self._tokens(example.question)[0][:_QUESTION]
        head = [self._cls, *question, self._sep]
        if example.title:
            head += [*self._tokens(example.title)[0][:_TITLE], self._sep]
        ids, offsets = self._tokens(example.passage)
        room = self._length - len(head) - 1
        covered: list[int] = []
        if example.span is not None:
            a, b = example.span
            covered = [i for i, (s, e) in enumerate(offsets) if s < b and e > a]
            if not covered or (covered[-1] - covered[0] >= room):
                return None
        low = max(0, covered[-1] + 1 - room) if covered else 0
        high = min(covered[0], len(ids) - room) if covered else len(ids) - room
        cut = rng.randint(low, max(low, high)) if len(ids) > room else 0
        place = [len(head) + i - cut for i in (covered[:1] + covered[-1:])] or [0, 0]
        return Encoded(
            head + ids[cut : cut + room] + [self._sep],
            len(head),
            len(question) + 2,
            place[0],
            place[-1],
            example.span is not None,
            example.sentence_only,
        )


def collate(pairs: list[Encoded]) -> Batch:
    """One padded batch."""
    size = (len(pairs), max(len(p.ids) for p in pairs))
    ids, types = torch.zeros(size, dtype=torch.long), torch.zeros(size, dtype=torch.long)
    mask, passage = torch.zeros(size, dtype=torch.long), torch.zeros(size, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        length = len(pair.ids)
        ids[row, :length] = torch.tensor(pair.ids)
        types[row, pair.question_length : length] = 1
        mask[row, :length] = 1
        passage[row, pair.passage_at : length - 1] = True
    return Batch(
        ids,
        types,
        mask,
        passage,
        torch.tensor([p.first for p in pairs]),
        torch.tensor([p.last for p in pairs]),
        torch.tensor([float(p.answerable) for p in pairs]),
        torch.tensor([p.sentence_only for p in pairs]),
    )


def batches(
    examples: Iterable[Example], encoder: PairEncoder, size: int, seed: int
) -> list[list[Encoded]]:
    """Shuffled batches of like length, the same for the same seed."""
    rng = Random(seed)
    pairs = [p for e in examples if (p := encoder.encode(e, rng)) is not None]
    rng.shuffle(pairs)
    grouped: list[list[Encoded]] = []
    for base in range(0, len(pairs), size * _POOL):
        pool = sorted(pairs[base : base + size * _POOL], key=lambda p: len(p.ids))
        pool_batches = [pool[i : i + size] for i in range(0, len(pool), size)]
        rng.shuffle(pool_batches)
        grouped += pool_batches
    return grouped
