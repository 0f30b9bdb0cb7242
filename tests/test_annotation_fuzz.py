"""The fuzzer of the benchmarks, for a moment: `python benchmarks/fuzz_reader.py` runs it a million times."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest


@pytest.mark.parametrize("inputs", [600, pytest.param(50_000, marks=pytest.mark.slow)])
def test_spoilt_logs_crash_nothing_and_slip_through_nowhere(root: Path, inputs: int) -> None:
    fuzz = runpy.run_path(str(root / "benchmarks" / "fuzz_reader.py"))["fuzz"]
    counts = fuzz(inputs, seed=1)
    assert counts["refused"] > inputs / 2 and counts["accepted"] > inputs and counts["torn"] > 0
