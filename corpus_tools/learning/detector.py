"""What the detectors of frames and of stances have in common: checked options, and a folder to be kept in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from sklearn.base import BaseEstimator, ClassifierMixin

from corpus_tools.learning.saving import load_detector, save_detector
from corpus_tools.text.errors import InputError

__all__ = ["Detector"]


class Detector(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A scikit-learn classifier of units that can be saved without pickle."""

    def save(self, path: str | Path, *, metrics: Mapping[str, Any] | None = None) -> Path:
        """Write the detector as a skops file with a manifest; see `corpus_tools.learning.saving`.

        Parameters
        ----------
        path
            The folder, which is made.
        metrics
            What is known of its quality, fit for JSON; kept in the manifest.

        Returns
        -------
        Path
            The folder.
        """
        return save_detector(self, path, metrics=metrics)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a detector that `save` wrote; nothing is ever unpickled.

        Raises
        ------
        InputError
            See `corpus_tools.learning.saving.load_detector`.
        """
        return load_detector(path, cls)

    def _check_options(self, **allowed: Sequence[str]) -> None:
        """Refuse a parameter whose value is none of those allowed."""
        for name, values in allowed.items():
            value = getattr(self, name)
            if value not in values:
                what = f"the '{name}' parameter of {type(self).__name__} must be one of {list(values)}"
                raise InputError(f"{what}. Got {value!r} instead")
