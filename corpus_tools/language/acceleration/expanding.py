"""The expander of multi-word tokens: each distinct token once, and the network only for those not in the dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from corpus_tools.language.acceleration.guard import check_sources, require

__all__ = ["Expanding"]

SOURCES = {
    "stanza.pipeline.mwt_processor:MWTProcessor": "45501f5e1777",
    "stanza.models.mwt.trainer:Trainer.predict": "39c983a4759d",
    "stanza.models.mwt.trainer:Trainer.dict_expansion": "ed67cc442a07",
    "stanza.models.mwt.trainer:Trainer.ensemble": "07085544c7d1",
    "stanza.models.common.doc:Document.set_mwt_expansions": "091d2c36a910",
}


class Expanding:
    """Stands for ``MWTProcessor``.

    Raises
    ------
    StepsAside
        The processor is not the one that this was written for.
    """

    def __init__(self, processor: Any) -> None:
        check_sources(SOURCES)
        from stanza.models.mwt.trainer import Trainer

        require(type(processor.trainer) is Trainer, "the expander is of another class")
        self._processor = processor

    def run(self, tokens: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the words of each token that the tokenizer took for several words."""
        distinct = sorted(set(tokens))
        expansions = dict(zip(distinct, self._expand(distinct), strict=True))
        parts = {token: tuple(part for part in text.split(" ") if part) for token, text in expansions.items()}
        return {token: found if len(found) > 1 else (token,) for token, found in parts.items()}

    def _expand(self, tokens: Sequence[str]) -> list[str]:
        trainer, config = self._processor.trainer, self._processor.config
        if config["dict_only"]:
            found: list[str] = trainer.predict_dict(tokens)
            return found
        known = [trainer.dict_expansion(token) if config.get("ensemble_dict") else None for token in tokens]
        open_tokens = [token for token, expansion in zip(tokens, known, strict=True) if expansion is None]
        guesses = iter(self._predict(open_tokens))
        return [next(guesses) if expansion is None else expansion for expansion in known]

    def _predict(self, tokens: Sequence[str]) -> list[str]:
        if not tokens:
            return []
        batches = self._processor.build_batch(_Tokens(tokens))
        found: list[str] = []
        for batch in batches.to_loader():
            found += self._processor.trainer.predict(batch, never_decode_unk=True, vocab=batches.vocab)
        return found


class _Tokens:
    """As much of a ``Document`` as Stanza's loader asks for."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = list(tokens)

    def get_mwt_expansions(self, evaluation: bool = False) -> list[str]:
        return self._tokens
