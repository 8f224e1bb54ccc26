"""The networks that read: our own, and any extractive question-answering model of transformers.

Our own is an encoder, a linear span head over its tokens and a linear answerability head on the
first token; ``python -m training`` trains it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, BertConfig, BertModel

from rag.errors import ModelError
from rag.pairs import ForeignPairs, OwnPairs, Pairs
from rag.weights import READER_FOLDER, WEIGHTS, verify_recorded

DEFAULT_FOLDER = READER_FOLDER
ARCHITECTURE = "SpanNetwork"
CALIBRATION = "calibration.json"


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
class ReadingModel:
    """A network with what it needs: how pairs become tokens, what its logits mean, its padding."""

    network: nn.Module
    pairs: Pairs
    calibration: Calibration
    padding: int


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
    return ReadingModel(network.to(dtype), OwnPairs(tokenizer), calibration, padding=0)


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
    network = _ForeignNetwork(model, has_types="token_type_ids" in tokenizer.model_input_names)
    # Its null score is all there is to know whether a passage answers.
    calibration = Calibration(answerable=0.0, margin=1.0, bias=0.0)
    pairs = ForeignPairs(tokenizer)
    return ReadingModel(network, pairs, calibration, tokenizer.pad_token_id or 0)
