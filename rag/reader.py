"""Question and passages to exact words and the probability that a passage answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.nn.utils.rnn import pad_sequence

from rag.networks import DEFAULT_FOLDER, Logits, ReadingModel, is_own, load_foreign, load_own
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
        self._network = model.network
        self._pairs = model.pairs
        self._calibration = model.calibration

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
        logits = self._network(windows)
        for places in batches_of_like_length([len(w.ids) for w in windows]):
            batch = slice(places.start, places.stop)
            outputs = _outputs(windows[batch], logits[batch], most)
            for window, some in zip(windows[batch], outputs, strict=True):
                found[window.passage] += some
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


def _outputs(
    windows: Sequence[Window], logits: Sequence[Logits], most: int
) -> Iterator[list[Output]]:
    """Up to ``most`` outputs of each window, best first."""
    for window, one, spans in zip(windows, logits, _spans(windows, logits, most), strict=True):
        outputs = []
        for first, last, margin in spans:
            # Half a word is no answer.
            while first > 0 and _one_word(window.words, first - 1):
                first -= 1
            while last + 1 < len(window.words) and _one_word(window.words, last):
                last += 1
            a, b = window.offsets[first][0], window.offsets[last][1]
            outputs.append(Output(a, b, one.answerable, margin))
        yield outputs


def _spans(
    windows: Sequence[Window], logits: Sequence[Logits], most: int
) -> list[list[tuple[int, int, float]]]:
    """The best spans of each window: first and last token of the passage, and the margin.

    None is over another; there are fewer than ``most`` where a window has no more. The margin is
    over the first token of the window, which stands for no answer.
    """
    inner = [slice(w.first, w.first + len(w.offsets)) for w in windows]
    starts = _level([one.starts[part] for one, part in zip(logits, inner, strict=True)])
    ends = _level([one.ends[part] for one, part in zip(logits, inner, strict=True)])
    null = torch.stack([one.starts[0] + one.ends[0] for one in logits])
    # Scores of shape (windows, first tokens, further tokens).
    room = pad(ends, (0, _SPAN - 1), value=_NEVER)
    scores = starts[:, :, None] + room.unfold(1, _SPAN, 1)
    further = torch.arange(_SPAN)
    costly = scores - _TOKEN_COST * further
    # The margin is that of the best span before its length counts.
    margin = scores.flatten(1).amax(1) - null
    place = torch.arange(scores.shape[1])[:, None]
    found: list[list[tuple[int, int, float]]] = [[] for _ in windows]
    for turn in range(most):
        value, best = costly.flatten(1).max(1)
        first = best // _SPAN
        last = first + best % _SPAN
        if turn:
            margin = scores.flatten(1).gather(1, best[:, None])[:, 0] - null
        for row in torch.nonzero(value > _NEVER / 2).flatten().tolist():
            found[row].append((int(first[row]), int(last[row]), float(margin[row])))
        if turn + 1 < most:
            over = (place <= last[:, None, None]) & (place + further >= first[:, None, None])
            costly = costly.masked_fill(over, 2 * _NEVER)
    return found


def _level(rows: Sequence[Tensor]) -> Tensor:
    return pad_sequence(list(rows), batch_first=True, padding_value=_NEVER)


def _one_word(words: list[int | None], token: int) -> bool:
    """Whether a token and the one after it belong to one word."""
    return words[token] is not None and words[token] == words[token + 1]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
