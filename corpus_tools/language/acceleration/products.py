"""The large matrix products of a pipeline, in the arithmetic that the processor is fastest at.

`choose_precision` says what "fast" means here: bfloat16 where the processor multiplies it, else integers of 8 bits,
else float32. What goes in and what comes out is float32 in any case.

In integers each output of a layer and each row of its input has a scale of its own, the largest value. What depends on
a distinct word alone is computed once for all its places and stays in float32 then: it costs little, and an error in
it would reach everything that follows (on newswire, heads equal to those of float32: 99.0% with it, 99.8% without).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

__all__ = ["Product", "choose_precision", "for_distinct", "join_layers"]

TINY = 1e-9
"""Least scale: rows of zeros have none."""

LARGEST = 63
"""Largest weight in integers: AVX2 adds two products with inputs of up to 255 in 16 bits, and cuts off what is more."""


def choose_precision(precision: str) -> str:
    """Return "float32", "bfloat16" or "int8" for "exact" or "fast" on this processor."""
    import torch

    if precision == "exact":
        return "float32"
    if torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return "bfloat16"
    if has_integers():
        return "int8"
    what = "this processor has neither bfloat16 nor integer products: 'fast' computes in float32, as 'exact' does"
    warnings.warn(what, RuntimeWarning, stacklevel=4)
    return "float32"


def has_integers() -> bool:
    """Tell whether torch has fast products of integers for this processor."""
    import torch

    engines = {"x86", "fbgemm"} & set(torch.backends.quantized.supported_engines)
    return bool(engines) and hasattr(torch, "quantize_per_channel") and hasattr(torch.ops.quantized, "linear_prepack")


def for_distinct(precision: str) -> str:
    """Return the precision of products that are made once for each distinct word."""
    return "float32" if precision == "int8" else precision


def join_layers(layers: Sequence[Any], precision: str) -> Product:
    """Join linear layers of the same input into one product; their outputs stand beside each other."""
    import torch

    weight, bias = (torch.cat([getattr(layer, kind) for layer in layers]) for kind in ("weight", "bias"))
    return Product(weight, bias, precision)


class Product:
    """``x W' + b`` for the weights of a linear layer.

    Parameters
    ----------
    weight : torch.Tensor, shape (outputs, inputs)
    bias : torch.Tensor, shape (outputs,)
    precision : "float32", "bfloat16" or "int8"

    Examples
    --------
    >>> import torch
    >>> Product(torch.tensor([[1.0, 2.0]]), torch.tensor([0.5]), "float32")(torch.tensor([[3.0, 4.0]]))
    tensor([[11.5000]])
    """

    def __init__(self, weight: Any, bias: Any, precision: str) -> None:
        import torch

        self._precision = precision
        self._bias = bias.detach()
        if precision == "int8":
            scales = weight.detach().abs().amax(1).clamp_(min=TINY) / LARGEST
            origins = torch.zeros(len(weight), dtype=torch.int64)
            with warnings.catch_warnings(
                action="ignore", category=UserWarning
            ):  # torch will give them up: has_integers
                numbers = torch.quantize_per_channel(weight.detach(), scales, origins, 0, torch.qint8)
            self._packed = torch.ops.quantized.linear_prepack(numbers, None)
        else:
            dtype = getattr(torch, precision)
            self._weight = weight.detach().t().contiguous().to(dtype)
            self._bias = self._bias.to(dtype)

    def __call__(self, inputs: Any, out: Any = None) -> Any:
        """Multiply rows, and return a tensor; where `out` is given, that may be the one, overwritten."""
        import torch

        if self._precision == "int8":
            scales = inputs.abs().amax(1, keepdim=True).clamp_(min=TINY)
            found = torch.ops.quantized.linear_dynamic(inputs / scales, self._packed)
            return found.mul_(scales).add_(self._bias)
        if self._precision == "float32":
            return torch.addmm(self._bias, inputs, self._weight, out=out)
        found = torch.addmm(self._bias, inputs.to(self._weight.dtype), self._weight)
        return found.float() if out is None else out.copy_(found)
