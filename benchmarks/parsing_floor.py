"""How fast parsing could be: the operations of the models' matrix products, at the rate of a large product."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def measure_floor(texts: list[str]) -> dict[str, Any]:
    import torch

    from corpus_tools.language.models import find_package
    from corpus_tools.language.pipeline import analyse, load_engine

    package = find_package("lite")
    engine = load_engine(package, "exact")
    spent: dict[str, float] = {}
    clock(engine, "segment", "tokenize", spent)
    clock_layers(engine, spent)
    analyse(texts[:1], package)
    spent.clear()
    tables = [outcome.table for outcome in analyse(texts, package) if outcome.table is not None]
    words = sum(table.num_rows for table in tables)
    letters = sum(len(form) for table in tables for form in table["form"].to_pylist()) / words
    operations = count_operations(engine.pipeline, letters, sum(map(len, texts)) / words)
    rate = gemm_rate(torch.float32)
    shares = {name: operations[name] / rate / (spent[name] / words) for name in operations}
    total = sum(operations.values())
    return {
        "gflops_float32": rate / 1e9,
        "gflops_bfloat16": gemm_rate(torch.bfloat16) / 1e9,
        "operations_a_word": operations,
        "microseconds_a_word": {name: seconds / words * 1e6 for name, seconds in spent.items()},
        "share_of_floor": shares | {"all": total / rate / (sum(spent.values()) / words)},
        "words_a_second_at_the_floor": rate / total,
    }


def clock_layers(engine: Any, spent: dict[str, float]) -> None:
    """Have every layer after the tokens add its seconds to `spent`."""
    names = [name for name in ("pos", "lemma", "depparse", "ner") if name in engine.pipeline.processors]
    for name, layer in zip(names, engine._layers, strict=True):
        clock(layer, "run", name, spent)


def clock(holder: Any, method: str, name: str, spent: dict[str, float]) -> None:
    real: Callable[..., Any] = getattr(holder, method)

    def timed(*arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return real(*arguments)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

    setattr(holder, method, timed)


def gemm_rate(dtype: Any, size: int = 1024) -> float:
    """Operations a second of a product of two square matrices, the best of some."""
    import torch

    one, two = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)
    best = float("inf")
    for _ in range(20):
        began = time.perf_counter()
        one @ two
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best


def count_operations(pipeline: Any, letters: float, characters: float) -> dict[str, float]:
    """Operations of the matrix products that each model needs for a word, if it were read once, without padding.

    Character networks read the letters of a word; the tokenizer reads every character of the text. Relations are
    counted at one head a word. The lemmatizer's network, which few words reach, is left out.
    """
    import torch

    def products(model: Any, skip: tuple[str, ...] = ()) -> float:
        total = 0.0
        for name, module in model.named_modules():
            if any(part in name for part in skip):
                continue
            times = letters if "charmodel" in name else 1
            if isinstance(module, torch.nn.LSTM):
                total += times * sum(2 * part.numel() for key, part in module.named_parameters() if "weight" in key)
            elif isinstance(module, torch.nn.Linear):
                total += times * 2 * module.weight.numel()
            elif isinstance(module, torch.nn.Bilinear):
                total += 2 * module.weight.shape[0] * module.weight.shape[1]
            elif type(module).__name__ == "PairwiseBilinear":
                total += 2 * module.weight.numel()
        return total

    processors = pipeline.processors
    found = {"tokenize": characters * products(processors["tokenize"].trainer.model)}
    for name in ("pos", "depparse", "ner"):
        if name in processors:
            found[name] = products(processors[name].trainer.model)
    return found
