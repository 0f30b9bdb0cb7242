"""The tokenizer and sentence splitter, and the expander of multiword tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from corpus_tools.language.training.treebank import Treebank, write_tokenizer_files
from corpus_tools.language.training.weights import read_model, warm_start

LONGEST = 300  # characters of a training window
WINDOWS = 100  # batches between two shuffles


class TokenLearner:
    """Stanza's tokenizer as a learner for :func:`corpus_tools.language.training.loop.fit`."""

    def __init__(self, treebank: Treebank, folder: Path, *, language: str, start_from: Path | None = None) -> None:
        from stanza.models.tokenization.data import DataLoader, TokenizationDataset
        from stanza.models.tokenization.trainer import Trainer
        from stanza.models.tokenization.utils import load_mwt_dict
        from stanza.models.tokenization.vocab import Vocab

        text, labels, expansions = write_tokenizer_files(treebank.train, folder)
        dev_text, dev_labels, _ = write_tokenizer_files(treebank.dev, folder)
        args = _arguments(language)
        self._expansions = load_mwt_dict(str(expansions))
        old = read_model(start_from) if start_from else None
        vocab = Vocab.load_state_dict(old["vocab"]) if old else None
        known = {token: words[0] for token, words in self._expansions.items()}
        files = {"txt": str(text), "label": str(labels)}
        self._loader = DataLoader(args, input_files=files, vocab=vocab, mwt_expansions=known)
        vocab = self._loader.vocab
        args |= {"vocab_size": len(vocab), "use_mwt": self._loader.has_mwt()}
        files = {"txt": str(dev_text), "label": str(dev_labels)}
        self._development = TokenizationDataset(args, input_files=files, vocab=vocab, evaluation=True)
        self.trainer = Trainer(args=args, vocab=vocab, device="cpu")
        self.model = self.trainer.model
        if old:
            warm_start(self.model, old["model"], [])

    def batches(self, epoch: int) -> Iterator[Any]:
        """Yield windows of text, cut and disturbed anew each time."""
        args = self.trainer.args
        self._loader.shuffle()
        for _ in range(WINDOWS):
            yield self._loader.next(unit_dropout=args["unit_dropout"], feat_unit_dropout=args["feat_unit_dropout"])

    def loss(self, batch: Any) -> Tensor:
        """Return the loss of the label of each character."""
        units, labels, features, text = batch
        scores = self.model(units, features, [len(line) for line in text], text)
        loss: Tensor = self.trainer.criterion(scores.view(-1, scores.size(2)), labels.view(-1))
        return loss

    def evaluate(self) -> Mapping[str, float]:
        """Score the development text: Stanza's harmonic mean of the F1 of tokens, sentences and multiword tokens."""
        from stanza.models.tokenization.utils import eval_model

        trainer = self.trainer
        mean = eval_model(trainer.args, trainer, self._development, trainer.vocab, self._expansions)
        return {"mean": 100 * float(mean)}

    def save(self, path: Path) -> None:
        """Write the model in Stanza's own form."""
        self.trainer.save(str(path))


def train_expander(treebank: Treebank, folder: Path, *, language: str, epochs: int) -> Path:
    """Train the expander of multiword tokens with Stanza's own program; minutes, so it is begun anew when killed."""
    from stanza.models import mwt_expander
    from stanza.utils.datasets.contract_mwt import contract_mwt

    folder.mkdir(parents=True, exist_ok=True)
    contracted = folder / "dev.contracted.conllu"
    contract_mwt(str(treebank.dev), str(contracted))
    mwt_expander.main(
        ["--train_file", str(treebank.train), "--eval_file", str(contracted), "--gold_file", str(treebank.dev)]
        + ["--lang", language, "--shorthand", f"{language}_ud", "--num_epoch", str(epochs), "--cpu"]
        + ["--save_dir", str(folder), "--save_name", "mwt.part.pt"]
    )
    return (folder / "mwt.part.pt").replace(folder / "mwt.pt")


def _arguments(language: str) -> dict[str, Any]:
    from stanza.models import tokenizer

    args: dict[str, Any] = tokenizer.parse_args(
        ["--lang", language, "--shorthand", f"{language}_ud", "--max_seqlen", str(LONGEST), "--cpu"]
    )
    functions = tokenizer.DEFAULT_FEAT_FUNCS
    return args | {"feat_funcs": functions, "feat_dim": len(functions), "num_dict_feat": 0}
