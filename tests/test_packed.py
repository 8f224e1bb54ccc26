"""Sequences laid end to end give what the model gives for each alone."""

from __future__ import annotations

import random

import pytest
import torch
from transformers import BertConfig, BertModel

from rag.attention import attention, neighbours
from rag.linear import can_be_laid_out, lay_out, product
from rag.packed import PackedEncoder

_LENGTHS = (1, 2, 17, 40, 96)
# Of states that are of the order of 1, normalised; bfloat16 has 8 bits of precision.
_TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 6e-2}


@pytest.fixture(scope="module")
def model() -> BertModel:
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=500,
        hidden_size=96,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=192,
    )
    model = BertModel(config, add_pooling_layer=False)
    model.train(mode=False)
    return model


def _cast(model: BertModel, dtype: torch.dtype) -> BertModel:
    copy = BertModel(model.config, add_pooling_layer=False)
    copy.load_state_dict(model.state_dict())
    for parameter in copy.parameters():
        parameter.data = parameter.data.to(dtype)
    return copy


def _sequences() -> tuple[list[list[int]], list[list[int]]]:
    rng = random.Random(5)
    ids = [[rng.randrange(500) for _ in range(length)] for length in _LENGTHS]
    return ids, [[int(place > 3) for place in range(length)] for length in _LENGTHS]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_each_sequence_has_the_states_that_it_has_alone(
    model: BertModel, dtype: torch.dtype
) -> None:
    ids, types = _sequences()
    with torch.inference_mode():
        alone = [
            model(input_ids=torch.tensor([i]), token_type_ids=torch.tensor([t])).last_hidden_state[
                0
            ]
            for i, t in zip(ids, types, strict=True)
        ]
        packed = PackedEncoder(_cast(model, dtype))(ids, types)[: sum(_LENGTHS)].float()
    assert packed.shape == (sum(_LENGTHS), 96)
    for mine, other in zip(torch.split(packed, list(_LENGTHS)), alone, strict=True):
        assert torch.allclose(mine, other, atol=_TOLERANCE[dtype])


def test_the_order_of_sequences_changes_no_state(model: BertModel) -> None:
    ids, types = _sequences()
    with torch.inference_mode():
        encoder = PackedEncoder(model)
        count = sum(_LENGTHS)
        there = torch.split(encoder(ids, types)[:count], list(_LENGTHS))
        back = torch.split(encoder(ids[::-1], types[::-1])[:count], list(_LENGTHS[::-1]))
    for mine, other in zip(there, reversed(back), strict=True):
        assert torch.allclose(mine, other, atol=1e-4)


def test_sequences_of_many_lengths_have_few_counts_of_rows(model: BertModel) -> None:
    encoder = PackedEncoder(model)
    counts = set()
    with torch.inference_mode():
        for length in range(1, 400, 3):
            ids = [[7] * (length % 200 + 1), [8] * (length // 2 + 1)]
            tokens = sum(map(len, ids))
            rows = len(encoder(ids, [[0] * len(one) for one in ids]))
            assert tokens <= rows < tokens + 64
            counts.add(rows)
    assert counts <= {16, 32, 48, *range(64, 512, 64)}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_sequences_that_are_filled_up_attend_to_their_own_tokens_only(dtype: torch.dtype) -> None:
    torch.manual_seed(2)
    lengths = [3, 16, 1, 20, 32, 33, 64, 65, 65, 108, 109, 128, 129]
    projected = torch.randn(sum(lengths), 3 * 32).to(dtype)
    runs = neighbours(lengths, dtype)
    assert any(run.rows is not None for run in runs) == (dtype == torch.bfloat16)
    found = attention(projected, 2, runs).float()
    begin = 0
    for length in lengths:
        query, key, value = (
            projected[begin : begin + length].float().view(length, 3, 2, 16).unbind(1)
        )
        weights = torch.einsum("qhd,khd->hqk", query, key).div(4).softmax(-1)
        alone = torch.einsum("hqk,khd->qhd", weights, value).reshape(length, 32)
        assert torch.allclose(found[begin : begin + length], alone, atol=_TOLERANCE[dtype] / 3)
        begin += length
    assert begin == len(found)


def test_an_encoder_of_another_make_is_refused() -> None:
    config = BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, hidden_act="relu"
    )
    with pytest.raises(ValueError, match="GELU"):
        PackedEncoder(BertModel(config))


@pytest.mark.parametrize("gelu", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_product_is_that_of_the_layer(dtype: torch.dtype, *, gelu: bool) -> None:
    torch.manual_seed(1)
    layer, rows = torch.nn.Linear(64, 32).to(dtype), torch.randn(7, 64).to(dtype)
    with torch.inference_mode():
        wanted = layer(rows).float()
        wanted = torch.nn.functional.gelu(wanted) if gelu else wanted
        found = product(layer.weight, layer.bias, gelu=gelu)(rows).float()
    assert torch.allclose(found, wanted, atol=_TOLERANCE[dtype] / 3)


def test_layers_are_replaced_where_the_processor_gains_by_it() -> None:
    inner = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.GELU(), torch.nn.Linear(8, 2))
    model = torch.nn.Sequential(inner, torch.nn.LayerNorm(2)).bfloat16()
    rows = torch.randn(3, 8).bfloat16()
    with torch.inference_mode():
        before = model(rows)
        lay_out(model)
        assert torch.allclose(model(rows), before, atol=0.05)
    replaced = not isinstance(inner[0], torch.nn.Linear)
    assert replaced == can_be_laid_out(torch.zeros(2, 2, dtype=torch.bfloat16))
    assert isinstance(model[1], torch.nn.LayerNorm)
