"""Linear layers whose weights are laid out for the processor once, not anew at each product.

On a processor with native bfloat16 half the time of a small product goes into laying out the
weights and copying the bias. oneDNN, PyTorch's own library for it, takes both in the layout that it
likes best; the operators are those that PyTorch's compiler writes, called here without a compiler.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

# Rows of a product that the layout is chosen for; any number works.
_ROWS = 1024
# Private to PyTorch: another build may lack them, and then plain layers do.
_OPERATORS = ("_is_mkldnn_bf16_supported", "_reorder_linear_weight", "_linear_pointwise")

Product = Callable[[Tensor], Tensor]


def product(weight: Tensor, bias: Tensor, *, gelu: bool = False) -> Product:
    """What a linear layer does to rows, and after it GELU, where wanted.

    Args:
        weight: of shape (out, in).
        bias: of shape (out,).
        gelu: whether the exact (not approximated) GELU follows.
    """
    weight, bias = weight.detach(), bias.detach()
    if not can_be_laid_out(weight):
        return lambda rows: _plain(rows, weight, bias, gelu=gelu)
    laid_out = torch.ops.mkldnn._reorder_linear_weight(weight, _ROWS)
    # The operation that follows, its numbers, and which kind of it: GELU is the exact one.
    after: tuple[str, list[float], str] = ("gelu", [], "none") if gelu else ("none", [], "")

    def multiply(rows: Tensor) -> Tensor:
        result: Tensor = torch.ops.mkldnn._linear_pointwise(rows, laid_out, bias, *after)
        return result

    return multiply


def can_be_laid_out(weight: Tensor) -> bool:
    """Whether this build of PyTorch has the operators, and they gain something here."""
    return (
        weight.dtype == torch.bfloat16
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and all(hasattr(torch.ops.mkldnn, name) for name in _OPERATORS)
        and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )


def lay_out(model: nn.Module) -> None:
    """Replace each linear layer of ``model`` that gains by it, for inference only."""
    for name, child in list(model.named_children()):
        if isinstance(child, nn.Linear) and child.bias is not None:
            if can_be_laid_out(child.weight):
                setattr(model, name, _LaidOut(child))
        else:
            lay_out(child)


class _LaidOut(nn.Module):
    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self._multiply = product(layer.weight, layer.bias)

    def forward(self, rows: Tensor) -> Tensor:
        return self._multiply(rows)


def _plain(rows: Tensor, weight: Tensor, bias: Tensor, *, gelu: bool) -> Tensor:
    result = functional.linear(rows, weight, bias)
    return functional.gelu(result) if gelu else result
