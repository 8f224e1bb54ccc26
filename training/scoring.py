"""What a network makes of examples, in batches: for mining and for calibration."""

from __future__ import annotations

from random import Random

import torch

from rag.networks import SpanNetwork
from training.batching import PairEncoder, collate
from training.examples import Example

_SIZE = 48


def answerability(
    network: SpanNetwork, encoder: PairEncoder, examples: list[Example]
) -> list[float]:
    """The answerability logit of every example, in their order."""
    rng = Random(0)
    pairs = [encoder.encode(example, rng) for example in examples]
    order = [i for i, p in enumerate(pairs) if p is not None]
    order.sort(key=lambda i: len(pairs[i].ids))  # type: ignore[union-attr]
    logits = [float("-inf")] * len(examples)
    with torch.inference_mode():
        for base in range(0, len(order), _SIZE):
            rows = order[base : base + _SIZE]
            batch = collate([p for i in rows if (p := pairs[i]) is not None])
            values = network(batch.ids, batch.types, batch.mask)[2].tolist()
            for row, value in zip(rows, values, strict=True):
                logits[row] = value
    return logits
