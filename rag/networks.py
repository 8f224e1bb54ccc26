"""The networks that read: our own, and any extractive question-answering model of transformers.

Our own is an encoder, a linear span head over its tokens and a linear answerability head on the
first token; ``python -m training`` trains it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, BertConfig, BertModel

from rag.errors import ModelError
from rag.packed import PackedEncoder
from rag.pairs import ForeignPairs, OwnPairs, Pairs, Window, batches_of_like_length
from rag.together import Together
from rag.weights import READER_FOLDER, WEIGHTS, verify_recorded

DEFAULT_FOLDER = READER_FOLDER
ARCHITECTURE = "SpanNetwork"
CALIBRATION = "calibration.json"
# Windows read together, of several questions too; what they need at once stays under some 100 MB.
_AT_ONCE = 64


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


@dataclass(frozen=True, slots=True)
class Logits:
    """Of one window: starts and ends, float32 of shape (tokens,), and its answerability."""

    starts: Tensor
    ends: Tensor
    answerable: float


class Network(Protocol):
    """Reads windows, for inference."""

    def __call__(self, windows: Sequence[Window]) -> list[Logits]:
        """The logits of each window, in their order."""
        ...


class _OwnNetwork:
    """Our own network over windows laid end to end."""

    def __init__(self, network: SpanNetwork) -> None:
        self._encoder = PackedEncoder(network.encoder)
        self._span = network.span
        self._answerable = network.answerable
        self._together: Together[Window, Logits] = Together(self._read, _AT_ONCE)

    def __call__(self, windows: Sequence[Window]) -> list[Logits]:
        return self._together(windows)

    def _read(self, windows: Sequence[Window]) -> list[Logits]:
        # Windows of one length are attended to together.
        order = sorted(range(len(windows)), key=lambda at: len(windows[at].ids))
        logits = self._read_sorted([windows[at] for at in order])
        return [one for _, one in sorted(zip(order, logits, strict=True), key=itemgetter(0))]

    def _read_sorted(self, windows: Sequence[Window]) -> list[Logits]:
        with torch.inference_mode():
            states = self._encoder([w.ids for w in windows], [w.types for w in windows])
            lengths = [len(w.ids) for w in windows]
            spans = self._span(states).float()[: sum(lengths)]
            firsts = torch.tensor([0, *lengths[:-1]]).cumsum(0)
            answerable = self._answerable(states[firsts]).float()[:, 0].tolist()
        return [
            Logits(part[:, 0], part[:, 1], logit)
            for part, logit in zip(spans.split(lengths), answerable, strict=True)
        ]


class _ForeignNetwork:
    """A question-answering model of transformers; its null score is the answerability."""

    def __init__(self, model: Any, *, has_types: bool, padding: int) -> None:
        self._model = model.eval()
        self._has_types = has_types
        self._padding = padding

    def __call__(self, windows: Sequence[Window]) -> list[Logits]:
        found: dict[int, Logits] = {}
        order = sorted(range(len(windows)), key=lambda row: len(windows[row].ids))
        for rows in batches_of_like_length([len(windows[row].ids) for row in order]):
            some = [order[place] for place in rows]
            found.update(zip(some, self._read([windows[row] for row in some]), strict=True))
        return [found[row] for row in range(len(windows))]

    def _read(self, windows: Sequence[Window]) -> list[Logits]:
        ids = _padded([w.ids for w in windows], self._padding)
        given = {"attention_mask": _padded([[1] * len(w.ids) for w in windows], 0)}
        if self._has_types:
            given["token_type_ids"] = _padded([w.types for w in windows], 0)
        with torch.inference_mode():
            out = self._model(input_ids=ids, **given)
        return [
            Logits(starts[: len(w.ids)], ends[: len(w.ids)], 0.0)
            for w, starts, ends in zip(
                windows, out.start_logits.float(), out.end_logits.float(), strict=True
            )
        ]


def _padded(rows: Sequence[Sequence[int]], padding: int) -> Tensor:
    return pad_sequence([torch.tensor(row) for row in rows], True, padding)


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
class ReadingModel:
    """A network with what it needs: how pairs become tokens, what its logits mean."""

    network: Network
    pairs: Pairs
    calibration: Calibration


def is_own(folder: Path) -> bool:
    """Whether a folder holds our own network."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and ARCHITECTURE in config.get("architectures", [])


def load_own(folder: Path, dtype: torch.dtype) -> ReadingModel:
    """Our own network, its weights checked against the sha256 that lies beside them."""
    cure = "Restore models/reader from the repository or run `make reader`."
    try:
        verify_recorded(folder)
        network = SpanNetwork(BertConfig.from_json_file(folder / "config.json"))
        network.load_state_dict(load_file(folder / WEIGHTS))
        fields = json.loads((folder / CALIBRATION).read_text("utf-8"))
        calibration = Calibration(**{k: float(v) for k, v in fields["weights"].items()})
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except ModelError:
        raise
    except Exception as exc:  # tokenizers and safetensors raise bare Exceptions
        raise ModelError(f"The reader in {folder} is missing or damaged.", cure) from exc
    return ReadingModel(_OwnNetwork(network.to(dtype)), OwnPairs(tokenizer), calibration)


def load_foreign(name: str, dtype: torch.dtype) -> ReadingModel:
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
    has_types = "token_type_ids" in tokenizer.model_input_names
    network = _ForeignNetwork(model, has_types=has_types, padding=tokenizer.pad_token_id or 0)
    # Its null score is all there is to know whether a passage answers.
    calibration = Calibration(answerable=0.0, margin=1.0, bias=0.0)
    return ReadingModel(network, ForeignPairs(tokenizer), calibration)
