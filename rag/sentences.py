"""A sentence encoder over texts laid end to end: BERT, the mean of its states, unit length."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import BertModel

from rag.packed import PackedEncoder
from rag.together import Together
from rag.vectors import Vectors

# Texts of all who wait that are taken along: of some fourteen answers, which share many.
_TEXTS = 512
# Tokens computed at a time: the states of so many stay near the processor.
_TOKENS = 4096


class PackedSentences:
    """The vectors of a sentence-transformers model, computed without padding; for any thread.

    What several threads ask for at the same time is computed together.
    """

    def __init__(self, model: SentenceTransformer) -> None:
        """Take over the weights of a model that ``can_be_packed``."""
        bert: Any = model[0].auto_model
        self._encoder = PackedEncoder(bert)
        self._tokenizer = copy.deepcopy(model.tokenizer.backend_tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(int(model.max_seq_length or 512))
        self._together: Together[list[int], Vectors] = Together(self._embedded, _TEXTS)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dim), float32, of no particular length."""
        numbers = [found.ids for found in self._tokenizer.encode_batch(list(texts))]
        return np.stack(self._together(numbers))

    def _embedded(self, numbers: Sequence[list[int]]) -> list[Vectors]:
        # Those who ask at the same time are often answered from the same sentences.
        different = list(dict.fromkeys(map(tuple, numbers)))
        vectors = dict(zip(different, self._passes(different), strict=True))
        return [vectors[tuple(ids)] for ids in numbers]

    def _passes(self, numbers: Sequence[tuple[int, ...]]) -> list[Vectors]:
        # Sequences of one length are attended to together.
        order = sorted(range(len(numbers)), key=lambda at: len(numbers[at]))
        found: list[Vectors] = [np.empty(0, np.float32)] * len(numbers)
        some: list[int] = []
        for place, at in enumerate(order):
            some.append(at)
            last = place + 1 == len(order)
            if last or sum(len(numbers[one]) for one in some) >= _TOKENS:
                for one, vector in zip(some, self._pass([numbers[s] for s in some]), strict=True):
                    found[one] = vector
                some = []
        return found

    def _pass(self, numbers: Sequence[tuple[int, ...]]) -> Vectors:
        with torch.inference_mode():
            states = self._encoder(numbers, [[0] * len(ids) for ids in numbers]).float()
            lengths = torch.tensor([len(ids) for ids in numbers])
            means = torch.segment_reduce(states[: lengths.sum()], "mean", lengths=lengths)
        return np.asarray(means.numpy(), np.float32)


def can_be_packed(model: SentenceTransformer) -> bool:
    """Whether a model is a BERT encoder with GELU, whose states are averaged and no more."""
    parts = list(model)
    if len(parts) not in {2, 3} or not all(
        isinstance(part, kind)
        for part, kind in zip(parts, (Transformer, Pooling, Normalize), strict=False)
    ):
        return False
    bert = getattr(parts[0], "auto_model", None)
    return (
        isinstance(bert, BertModel)
        and bert.config.hidden_act == "gelu"
        and not bert.config.is_decoder
        and not getattr(parts[0], "do_lower_case", False)
        and not model.default_prompt_name
        and getattr(parts[1], "pooling_mode", None) in {"mean", ("mean",)}
    )
