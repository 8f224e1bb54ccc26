"""How much of what the cores can compute the embedder gets out of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from rag.embedding import SentenceEmbedder
from rag.weights import inference_dtype

_REPEATS = 5
# Texts between two rounds of plain products: a machine that others use too is now fast, now slow,
# and both have to meet the same of it.
_PART = 128
# Rows of the plain products: as many as the tokens that the embedder lays end to end at a time.
_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Throughput:
    """Of medians. ``flops`` are those of the linear layers over real tokens, a second.

    ``product_flops`` are those of plain matrix products of the same shapes on the same cores.
    """

    texts: int
    tokens: int
    seconds: float
    flops: float
    product_flops: float
    threads: int
    precision: str

    @property
    def share(self) -> float:
        """Of what plain products give."""
        return self.flops / self.product_flops


def measure_throughput(
    embedder: SentenceEmbedder, texts: Sequence[str], hidden: int = 384, layers: int = 6
) -> Throughput:
    """Embed texts and multiply plain matrices, in turns, on the cores that PyTorch has.

    Args:
        embedder: BERT, its inner width four times ``hidden``.
        texts: what is embedded.
        hidden: width of its states.
        layers: how many it has.
    """
    # Shapes (in, out) of a layer's products: queries, keys and values; output; widened; narrowed.
    shapes = ((hidden, 3 * hidden), (hidden, hidden), (hidden, 4 * hidden), (4 * hidden, hidden))
    tokens = sum(min(embedder.count_tokens(text) + 2, embedder.max_tokens) for text in texts)
    dtype = inference_dtype("auto")
    rows = {size: torch.randn(_ROWS, size).to(dtype) for size, _ in shapes}
    weights = [torch.randn(out, size).to(dtype) for size, out in shapes]

    def products() -> None:
        with torch.inference_mode():
            for _ in range(layers):
                for weight in weights:
                    torch.nn.functional.linear(rows[weight.shape[1]], weight)

    parts = [texts[begin : begin + _PART] for begin in range(0, len(texts), _PART)]
    embedder.embed(parts[0])
    products()
    embedded: list[list[float]] = [[] for _ in parts]
    multiplied = []
    for _ in range(_REPEATS):
        for times, part in zip(embedded, parts, strict=True):
            multiplied.append(_seconds(products))
            times.append(_seconds(partial(embedder.embed, part)))
    a_token = 2 * layers * sum(size * out for size, out in shapes)
    seconds = sum(map(statistics.median, embedded))
    return Throughput(
        texts=len(texts),
        tokens=tokens,
        seconds=seconds,
        flops=a_token * tokens / seconds,
        product_flops=a_token * _ROWS / statistics.median(multiplied),
        threads=torch.get_num_threads(),
        precision=str(dtype).removeprefix("torch."),
    )


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
