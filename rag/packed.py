"""A BERT encoder over sequences laid end to end: no padding is computed, no mask is needed.

A question is read with some ten passages of different lengths. As one padded batch a third of the
work is on padding; as several batches of like length the matrices are too small for the processor.
Laid end to end, all tokens go through each linear layer in one product; only attention is
computed a sequence at a time.

oneDNN, which computes the products, writes code for each count of rows that it has not seen, and
keeps it: for ten passages of another length each time that took half as long again as reading
them, and 600 MB (docs/performance.md). So the rows are filled up to one of few counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import BertModel

from rag.attention import attention, neighbours
from rag.linear import Product, product

# Rows are filled up to a multiple of the first up to the second, and of the second beyond it.
_FEW, _MANY = 16, 64


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, states: Tensor) -> Tensor:
        return functional.layer_norm(
            states, self.weight.shape, self.weight, self.bias, self.epsilon
        )


@dataclass(frozen=True, slots=True)
class _Layer:
    """``projection`` gives queries, keys and values in one product; ``widened`` ends with GELU."""

    projection: Product
    output: Product
    attended: _Norm
    widened: Product
    narrowed: Product
    done: _Norm


class PackedEncoder:
    """The same states as ``BertModel`` (GELU, absolute positions, no pooling), for inference.

    The three projections of attention are joined into one.
    """

    def __init__(self, model: BertModel) -> None:
        """Take over the weights of ``model``, in its precision.

        Raises:
            ValueError: it is a decoder, or has another activation than GELU.
        """
        config = model.config
        if config.hidden_act != "gelu" or config.is_decoder:
            raise ValueError("only an encoder with GELU can be packed")
        self._heads = config.num_attention_heads
        embeddings = model.embeddings
        self._words = embeddings.word_embeddings.weight.detach()
        self._places = embeddings.position_embeddings.weight.detach()
        self._types = embeddings.token_type_embeddings.weight.detach()
        self._norm = _norm(embeddings.LayerNorm)
        self._layers = [_layer(layer) for layer in model.encoder.layer]

    def __call__(self, ids: Sequence[Sequence[int]], types: Sequence[Sequence[int]]) -> Tensor:
        """States of shape (rows, hidden size), sequence after sequence.

        There may be more rows than tokens, so that what follows has few counts of them too: those
        at the end are nobody's.

        Args:
            ids: token numbers of each sequence, none of them empty.
            types: 0 or 1 for each token.
        """
        count = sum(len(sequence) for sequence in ids)
        # A sequence more, that is nobody's.
        more = -count % (_FEW if count <= _MANY else _MANY)
        filler = [[0] * more] if more else []
        ids, types = [*ids, *filler], [*types, *filler]
        lengths = [len(sequence) for sequence in ids]
        numbers = torch.tensor([number for sequence in ids for number in sequence])
        kinds = torch.tensor([kind for sequence in types for kind in sequence])
        places = torch.cat([torch.arange(length) for length in lengths])
        states = self._words[numbers] + self._types[kinds] + self._places[places]
        states = self._norm(states)
        runs = neighbours(lengths, states.dtype)
        for layer in self._layers:
            mixed = attention(layer.projection(states), self._heads, runs)
            states = layer.attended(layer.output(mixed) + states)
            states = layer.done(layer.narrowed(layer.widened(states)) + states)
        return states


def _norm(module: torch.nn.LayerNorm) -> _Norm:
    return _Norm(module.weight.detach(), module.bias.detach(), module.eps)


def _layer(layer: Any) -> _Layer:
    own, wide, narrow = layer.attention.self, layer.intermediate.dense, layer.output.dense
    parts = (own.query, own.key, own.value)
    weight, bias = (torch.cat([getattr(p, name) for p in parts]) for name in ("weight", "bias"))
    joined = layer.attention.output
    return _Layer(
        projection=product(weight, bias),
        output=product(joined.dense.weight, joined.dense.bias),
        attended=_norm(joined.LayerNorm),
        widened=product(wide.weight, wide.bias, gelu=True),
        narrowed=product(narrow.weight, narrow.bias),
        done=_norm(layer.output.LayerNorm),
    )
