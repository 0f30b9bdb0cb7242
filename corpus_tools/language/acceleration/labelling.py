"""The tokenizer's network: which character ends a token, a sentence, a multi-word token."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from corpus_tools.language.acceleration.guard import require
from corpus_tools.language.acceleration.recurrent import LSTM

__all__ = ["Labeller"]

Integers = npt.NDArray[np.int64]


class Labeller:
    """Stanza's network of two recurrent layers, over characters in packed order (never padded in between)."""

    def __init__(self, model: Any) -> None:
        import torch

        require(model.args["conv_res"] is None and model.args["hierarchical"], "the tokenizer's network is another one")
        heads = ["tok_clf", "sent_clf", *(["mwt_clf"] if model.args["use_mwt"] else [])]
        first, second = [[getattr(model, name + end) for name in heads] for end in ("", "2")]
        self._embeddings = model.eval().embeddings
        self._rnn, self._rnn2 = LSTM(model.rnn, "float32"), LSTM(model.rnn2, "float32")
        self._first = torch.cat([layer.weight for layer in first]).detach().t().contiguous()
        self._second = torch.cat([layer.weight for layer in second]).detach().t().contiguous()
        self._bias = torch.cat([layer.bias for layer in first]).detach()
        self._temperature = model.args["hier_invtemp"]

    def label(self, units: Integers, features: npt.NDArray[np.float32], sizes: Integers) -> Integers:
        """Label each character: 0 inside, 1 end of a token, 2 of a sentence, 3 and 4 the same for multi-word tokens."""
        import torch

        # A character is itself and its flags: few differ, and what follows from them alone is made once.
        flags = features @ (2.0 ** np.arange(features.shape[1]))
        keys = units * 2 ** features.shape[1] + flags.astype(np.int64)
        _, distinct, rows = np.unique(keys, return_index=True, return_inverse=True)
        known = torch.from_numpy(units[distinct])
        inputs = torch.cat([self._embeddings(known), torch.from_numpy(features[distinct])], 1)
        hidden = self._rnn.run(self._rnn.prepare(inputs), rows, sizes)
        scores = torch.addmm(self._bias, hidden, self._first)
        if self._temperature > 0:
            hidden = hidden * (1 - torch.sigmoid(scores[:, :1] * -self._temperature))
        scores = scores + self._rnn2.run_once(hidden, sizes) @ self._second
        found: Integers = _join(scores).argmax(1).numpy()
        return found


def _join(scores: Any) -> Any:
    """Join the scores of token, sentence and multi-word token to those of the labels, in Stanza's order of sums."""
    import torch
    from torch.nn.functional import logsigmoid

    yes, no = logsigmoid(scores).unbind(1), logsigmoid(-scores).unbind(1)
    if scores.shape[1] == 2:
        return torch.stack([no[0], yes[0] + no[1], yes[0] + yes[1]], 1)
    ends = [yes[0] + sentence[1] + multi[2] for multi in (no, yes) for sentence in (no, yes)]
    return torch.stack([no[0], *ends], 1)
