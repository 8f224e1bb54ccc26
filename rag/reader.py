"""Question and passages to exact words and the probability that a passage answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from rag.networks import DEFAULT_FOLDER, ReadingModel, is_own, load_foreign, load_own
from rag.pairs import Window, batches_of_like_length
from rag.types import Reading
from rag.weights import inference_dtype

_SPAN = 30
# What each further token of a span has to gain over a shorter one, in logits; without it spans
# run on. It gave the best F1 on the calibration articles (models/reader/README.md).
_TOKEN_COST = 0.05
_NEVER = -1e4


@dataclass(frozen=True, slots=True)
class Output:
    """A span of a passage, the answerability logit and the span margin (see ``Calibration``)."""

    start: int
    end: int
    answerable: float
    margin: float


class Reader:
    """Reads passages for the answer to a question; safe to call from several threads."""

    def __init__(self, model: ReadingModel) -> None:
        self._network = model.network.eval()
        self._pairs = model.pairs
        self._calibration = model.calibration
        self._padding = model.padding

    @classmethod
    def load(
        cls,
        path: str | Path | None = None,
        precision: Literal["auto", "float32", "bfloat16"] = "auto",
    ) -> Reader:
        """Load a reader.

        Args:
            path: our own folder (``models/reader`` by default), or the folder or name of an
                extractive question-answering model; a name must lie in the local hub cache.
            precision: see ``rag.weights.inference_dtype``.

        Raises:
            ModelError: it is missing, damaged, not safetensors, or no question-answering model.
        """
        folder = DEFAULT_FOLDER if path is None else Path(path)
        dtype = inference_dtype(precision)
        if path is None or is_own(folder):
            return cls(load_own(folder, dtype))
        return cls(load_foreign(str(path), dtype))

    def read(
        self, question: str, passages: Sequence[str], titles: Sequence[str] | None = None
    ) -> list[Reading]:
        """The best span of each passage and the probability that the passage answers.

        A passage without a word gets an empty span and 0. Of a question longer than 64 tokens the
        end is not read; of a passage everything is, in windows.

        Args:
            question: in words.
            passages: any number, of any length.
            titles: for each passage what stands above it (document, heading): read as context,
                never part of a span.

        Returns:
            One reading for each passage, in their order, offsets into the passage.

        Raises:
            ValueError: there are titles, but not one for each passage.
        """
        return self.read_pairs([question] * len(passages), passages, titles)

    def read_pairs(
        self, questions: Sequence[str], passages: Sequence[str], titles: Sequence[str] | None = None
    ) -> list[Reading]:
        """As ``read``, each passage with a question of its own."""
        several = self._readings(questions, passages, titles, 1)
        return [readings[0] if readings else Reading(0, 0, "", 0.0) for readings in several]

    def read_several(
        self, question: str, passages: Sequence[str], titles: Sequence[str], most: int
    ) -> list[list[Reading]]:
        """As ``read``, but up to ``most`` spans of each passage, best first, none over another.

        A passage may say several things that are like what is asked for, in a list above all; the
        best one for the network need not be the one that the question means.
        """
        return self._readings([question] * len(passages), passages, titles, most)

    def _readings(
        self,
        questions: Sequence[str],
        passages: Sequence[str],
        titles: Sequence[str] | None,
        most: int,
    ) -> list[list[Reading]]:
        several = []
        for passage, outputs in zip(
            passages, self.measure(questions, passages, titles, most), strict=True
        ):
            readings = []
            for output in outputs:
                start, end = _stripped(passage, output.start, output.end)
                readings.append(Reading(start, end, passage[start:end], self._chance(output)))
            several.append(readings)
        return several

    def measure(
        self,
        questions: Sequence[str],
        passages: Sequence[str],
        titles: Sequence[str] | None = None,
        most: int = 1,
    ) -> list[list[Output]]:
        """What the network makes of each pair, not calibrated; nothing for an empty passage."""
        titles = [""] * len(passages) if titles is None else titles
        if not len(questions) == len(passages) == len(titles):
            raise ValueError(f"{len(titles)} titles for {len(passages)} passages")
        found: list[list[Output]] = [[] for _ in passages]
        windows = sorted(self._pairs(questions, passages, titles), key=lambda w: len(w.ids))
        for batch in batches_of_like_length(windows):
            for window, outputs in zip(batch, self._outputs(batch, most), strict=True):
                found[window.passage] += outputs
        return [self._best(outputs, most) for outputs in found]

    def _best(self, outputs: list[Output], most: int) -> list[Output]:
        """The most probable ones, of spans that overlap (windows do) the better."""
        kept: list[Output] = []
        for output in sorted(outputs, key=self._chance, reverse=True):
            if all(output.end <= k.start or k.end <= output.start for k in kept):
                kept.append(output)
        return kept[:most]

    def _chance(self, output: Output) -> float:
        return self._calibration.probability(output.answerable, output.margin)

    def _outputs(self, batch: list[Window], most: int) -> Iterator[list[Output]]:
        """The outputs of each window, best first."""
        answerable, spans = self._forward(batch, most)
        for row, window in enumerate(batch):
            outputs = []
            for start, end, margin in spans[row]:
                first, last = start - window.first, end - window.first
                # Half a word is no answer.
                while first > 0 and _one_word(window.words, first - 1):
                    first -= 1
                while last + 1 < len(window.words) and _one_word(window.words, last):
                    last += 1
                a, b = window.offsets[first][0], window.offsets[last][1]
                outputs.append(Output(a, b, answerable[row], margin))
            yield outputs

    def _forward(
        self, batch: list[Window], most: int
    ) -> tuple[list[float], list[list[tuple[int, int, float]]]]:
        """For each window its answerability logit and its best spans: first and last token, margin.

        There are fewer than ``most`` spans where a window has no more.
        """
        shape = (len(batch), max(len(w.ids) for w in batch))
        ids = torch.full(shape, self._padding)
        types, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
        allowed = torch.zeros(shape, dtype=torch.bool)
        for row, window in enumerate(batch):
            length = len(window.ids)
            ids[row, :length] = torch.tensor(window.ids)
            types[row, :length] = torch.tensor(window.types)
            mask[row, :length] = 1
            allowed[row, window.first : window.first + len(window.offsets)] = True
        with torch.inference_mode():
            starts, ends, answerable = self._network(ids, types, mask)
            first = starts.masked_fill(~allowed, _NEVER)[:, :, None]
            last = ends.masked_fill(~allowed, _NEVER)[:, None, :]
            near = torch.ones(shape[1], shape[1], dtype=torch.bool).triu().tril(_SPAN - 1)
            scores = (first + last).masked_fill(~near, 2 * _NEVER)
            spans = _spans(scores, starts[:, 0] + ends[:, 0], most)
        return answerable.tolist(), spans


def _spans(scores: Tensor, null: Tensor, most: int) -> list[list[tuple[int, int, float]]]:
    """The best spans of each row, none over another, with their margins over ``null``.

    ``scores`` has shape (rows, tokens, tokens), first token by last one; ``null`` (rows,).
    """
    size = scores.shape[1]
    place = torch.arange(size)
    costly = scores - _TOKEN_COST * (place[None, :] - place[:, None])
    # The margin is that of the best span before its length counts.
    margin = scores.flatten(1).amax(1) - null
    found: list[list[tuple[int, int, float]]] = [[] for _ in range(len(scores))]
    for turn in range(most):
        value, best = costly.flatten(1).max(1)
        first, last = best // size, best % size
        if turn:
            margin = scores.flatten(1).gather(1, best[:, None])[:, 0] - null
        for row in torch.nonzero(value > _NEVER / 2).flatten().tolist():
            found[row].append((int(first[row]), int(last[row]), float(margin[row])))
        if turn + 1 < most:
            over = (place[None, :, None] <= last[:, None, None]) & (
                place[None, None, :] >= first[:, None, None]
            )
            costly = costly.masked_fill(over, 2 * _NEVER)
    return found


def _one_word(words: list[int | None], token: int) -> bool:
    """Whether a token and the one after it belong to one word."""
    return words[token] is not None and words[token] == words[token + 1]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
