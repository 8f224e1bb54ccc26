"""Attention within each of several sequences that are laid end to end.

In bfloat16 a sequence of 40 or 60 tokens takes longer than one of 64, which fills the processor's
tiles of 16 by 32 numbers (on a Sapphire Rapids, one thread, in µs: 40 tokens 147, 60 tokens 201, 64
tokens 107). So sequences are filled up, with tokens that nobody attends to, and those of one size
are attended to in one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor
from torch.nn import functional

# What the shortest are filled up to, and what all others to a multiple of.
_SHORTEST, _TILE = 16, 32


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``count`` sequences side by side, attended to in one call as if of ``size`` tokens each.

    ``begin`` and ``end`` are their rows. Where they are filled up, ``rows`` (count * size,) tells
    whose states stand at each place, ``mask`` (count, 1, 1, size) is added to what is attended to,
    and ``kept`` (end - begin,) are the places of their own tokens.
    """

    size: int
    count: int
    begin: int
    end: int
    rows: Tensor | None = None
    mask: Tensor | None = None
    kept: Tensor | None = None


def neighbours(lengths: Sequence[int], dtype: torch.dtype) -> list[Neighbours]:
    """How sequences of these lengths are attended to, in their order."""
    found, begin = [], 0
    for size, run in groupby(lengths, lambda length: _size(length, dtype)):
        some = list(run)
        end = begin + sum(some)
        if all(length == size for length in some):
            found.append(Neighbours(size, len(some), begin, end))
        else:
            own = torch.tensor(some).unsqueeze(1)
            starts = begin + own.cumsum(0) - own
            places = torch.arange(size).unsqueeze(0)
            inside = places < own
            # A place beyond the end holds the last token's states: any would do but not none.
            rows = (starts + torch.minimum(places, own - 1)).reshape(-1)
            mask = torch.zeros(len(some), 1, 1, size, dtype=dtype)
            mask.masked_fill_(~inside[:, None, None], -torch.inf)
            kept = inside.reshape(-1).nonzero().squeeze(1)
            found.append(Neighbours(size, len(some), begin, end, rows, mask, kept))
        begin = end
    return found


def attention(projected: Tensor, heads: int, runs: Sequence[Neighbours]) -> Tensor:
    """Scaled dot-product attention within each sequence, shape (all tokens, hidden size).

    Args:
        projected: queries, keys and values side by side, shape (all tokens, 3 * hidden size).
        heads: how many the hidden size is divided among.
        runs: of ``neighbours``, for ``projected``'s type of numbers.
    """
    width = projected.shape[1] // 3
    mixed = []
    for run in runs:
        if run.rows is None:
            part = projected[run.begin : run.end]
        else:
            part = projected.index_select(0, run.rows)
        query, key, value = part.view(run.count, run.size, 3, heads, -1).permute(2, 0, 3, 1, 4)
        one = functional.scaled_dot_product_attention(query, key, value, attn_mask=run.mask)
        one = one.transpose(1, 2).reshape(-1, width)
        mixed.append(one if run.kept is None else one.index_select(0, run.kept))
    return torch.cat(mixed) if len(mixed) > 1 else mixed[0]


def _size(length: int, dtype: torch.dtype) -> int:
    if dtype != torch.bfloat16:
        return length
    return _SHORTEST if length <= _SHORTEST else -(-length // _TILE) * _TILE
