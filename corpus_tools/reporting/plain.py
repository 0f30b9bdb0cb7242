"""Plain data as JSON takes it."""

from __future__ import annotations

from typing import Any


def without_nan(value: Any) -> Any:
    """Replace nan by None, since JSON knows no nan."""
    if isinstance(value, dict):
        return {key: without_nan(part) for key, part in value.items()}
    if isinstance(value, list):
        return [without_nan(part) for part in value]
    return None if isinstance(value, float) and value != value else value
