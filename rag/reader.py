"""Question and passages to exact words and the probability that a passage answers.

Our own network is an encoder, a linear span head over its tokens and a linear answerability head
on the first token; ``python -m training`` trains it. Any extractive question-answering model of
transformers can stand in for it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, BertConfig, BertModel

from rag.config import ROOT
from rag.errors import ModelError
from rag.pairs import ForeignPairs, OwnPairs, Pairs, Window, batches_of_like_length
from rag.types import Reading
from rag.weights import inference_dtype, verify

DEFAULT_FOLDER = ROOT / "models" / "reader"
ARCHITECTURE = "SpanNetwork"
WEIGHTS = "model.safetensors"
CALIBRATION = "calibration.json"

_SPAN = 30
# What each further token of a span has to gain over a shorter one, in logits; without it spans
# run on. It gave the best F1 on the calibration articles (models/reader/README.md).
_TOKEN_COST = 0.05
_NEVER = -1e4


class SpanNetwork(nn.Module):
    """An encoder with a linear span head and a linear answerability head on the first token."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.span = nn.Linear(config.hidden_size, 2)
        self.answerable = nn.Linear(config.hidden_size, 1)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, float32: starts and ends of shape (pairs, tokens), answerability (pairs,)."""
        states = self.encoder(
            input_ids=ids, token_type_ids=types, attention_mask=mask
        ).last_hidden_state
        spans = self.span(states).float()
        return spans[..., 0], spans[..., 1], self.answerable(states[:, 0]).float()[:, 0]


class _ForeignNetwork(nn.Module):
    """A question-answering model of transformers; its null score is the answerability."""

    def __init__(self, model: Any, *, has_types: bool) -> None:
        super().__init__()
        self.model = model
        self._has_types = has_types

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        extra = {"token_type_ids": types} if self._has_types else {}
        out = self.model(input_ids=ids, attention_mask=mask, **extra)
        starts, ends = out.start_logits.float(), out.end_logits.float()
        return starts, ends, torch.zeros(len(ids))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic weights that make a probability of the answerability logit and the span margin.

    The margin is the best span's score less that of the first token, which stands for no answer.
    """

    answerable: float
    margin: float
    bias: float

    def probability(self, answerable: float, margin: float) -> float:
        """In (0, 1)."""
        total = self.answerable * answerable + self.margin * margin + self.bias
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class Output:
    """A span of a passage, the answerability logit and the span margin (see ``Calibration``)."""

    start: int
    end: int
    answerable: float
    margin: float


class Reader:
    """Reads passages for the answer to a question; safe to call from several threads."""

    def __init__(
        self, network: nn.Module, pairs: Pairs, calibration: Calibration, padding: int
    ) -> None:
        self._network = network.eval()
        self._pairs = pairs
        self._calibration = calibration
        self._padding = padding

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
        if path is None or _is_own(folder):
            return _load_own(folder, dtype)
        return _load_foreign(str(path), dtype)

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
        readings = []
        outputs = self.measure(questions, passages, titles)
        for passage, output in zip(passages, outputs, strict=True):
            if output is None:
                readings.append(Reading(0, 0, "", 0.0))
                continue
            start, end = _stripped(passage, output.start, output.end)
            readings.append(Reading(start, end, passage[start:end], self._chance(output)))
        return readings

    def measure(
        self, questions: Sequence[str], passages: Sequence[str], titles: Sequence[str] | None = None
    ) -> list[Output | None]:
        """What the network makes of each pair, not calibrated; ``None`` for an empty passage."""
        titles = [""] * len(passages) if titles is None else titles
        if not len(questions) == len(passages) == len(titles):
            raise ValueError(f"{len(titles)} titles for {len(passages)} passages")
        best: list[Output | None] = [None] * len(passages)
        windows = sorted(self._pairs(questions, passages, titles), key=lambda w: len(w.ids))
        for batch in batches_of_like_length(windows):
            for window, output in zip(batch, self._outputs(batch), strict=True):
                other = best[window.passage]
                if other is None or self._chance(output) > self._chance(other):
                    best[window.passage] = output
        return best

    def _chance(self, output: Output) -> float:
        return self._calibration.probability(output.answerable, output.margin)

    def _outputs(self, batch: list[Window]) -> Iterator[Output]:
        starts, ends, answerable, margin = self._forward(batch)
        for row, window in enumerate(batch):
            first, last = starts[row] - window.first, ends[row] - window.first
            # Half a word is no answer.
            while first > 0 and _one_word(window.words, first - 1):
                first -= 1
            while last + 1 < len(window.words) and _one_word(window.words, last):
                last += 1
            yield Output(
                window.offsets[first][0], window.offsets[last][1], answerable[row], margin[row]
            )

    def _forward(
        self, batch: list[Window]
    ) -> tuple[list[int], list[int], list[float], list[float]]:
        """First and last token, answerability logit and span margin, one of each a window."""
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
            margin = scores.flatten(1).amax(1) - starts[:, 0] - ends[:, 0]
            place = torch.arange(shape[1])
            cost = _TOKEN_COST * (place[None, :] - place[:, None])
            place = (scores - cost).flatten(1).argmax(1)
        return (
            (place // shape[1]).tolist(),
            (place % shape[1]).tolist(),
            answerable.tolist(),
            margin.tolist(),
        )


def _one_word(words: list[int | None], token: int) -> bool:
    """Whether a token and the one after it belong to one word."""
    return words[token] is not None and words[token] == words[token + 1]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


# Our own network --------------------------------------------------------------------------------


def _is_own(folder: Path) -> bool:
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and ARCHITECTURE in config.get("architectures", [])


def _load_own(folder: Path, dtype: torch.dtype) -> Reader:
    """Our own network, its weights checked against the sha256 that lies beside them."""
    cure = "Restore models/reader from the repository or run `make reader`."
    try:
        sha256 = (folder / f"{WEIGHTS}.sha256").read_text("ascii").split()[0]
        verify(folder / WEIGHTS, sha256)
        network = SpanNetwork(BertConfig.from_json_file(folder / "config.json"))
        network.load_state_dict(load_file(folder / WEIGHTS))
        fields = json.loads((folder / CALIBRATION).read_text("utf-8"))
        calibration = Calibration(**{k: float(v) for k, v in fields["weights"].items()})
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except ModelError:
        raise
    except Exception as exc:  # tokenizers and safetensors raise bare Exceptions
        raise ModelError(f"The reader in {folder} is missing or damaged.", cure) from exc
    return Reader(network.to(dtype), OwnPairs(tokenizer), calibration, padding=0)


def _load_foreign(name: str, dtype: torch.dtype) -> Reader:
    """A question-answering model of transformers, from files on this machine."""
    cure = "Set READER_MODEL to the folder of an extractive question-answering model or to `none`."
    try:
        tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=True)
        model, report = AutoModelForQuestionAnswering.from_pretrained(
            name,
            local_files_only=True,
            use_safetensors=True,
            dtype=dtype,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError) as exc:
        raise ModelError(
            f"The reader {name} is not on this machine or cannot be loaded.", cure
        ) from exc
    if report["missing_keys"]:
        raise ModelError(f"The model {name} has no question-answering head.", cure)
    network = _ForeignNetwork(model, has_types="token_type_ids" in tokenizer.model_input_names)
    # Its null score is all there is to know whether a passage answers.
    calibration = Calibration(answerable=0.0, margin=1.0, bias=0.0)
    return Reader(network, ForeignPairs(tokenizer), calibration, tokenizer.pad_token_id or 0)
