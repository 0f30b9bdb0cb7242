"""A treebank in CoNLL-U: its files, its raw text, what it has, and a character-labelled form for the tokenizer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from corpus_tools.text.decoding import read_text
from corpus_tools.text.errors import InputError

FORM, LEMMA, MISC = 1, 2, 9

Row = list[str]
"""The ten columns of a CoNLL-U line."""


@dataclass(frozen=True)
class Treebank:
    """The files of a treebank; ``test`` is the development file where the treebank has no test file."""

    train: Path
    dev: Path
    test: Path

    @classmethod
    def find(cls, folder: Path) -> Treebank:
        """Find ``*train*.conllu``, ``*dev*.conllu`` and ``*test*.conllu`` in a folder.

        Raises
        ------
        InputError
            A file is missing, or a name fits twice.
        """
        train, dev = (_find_one(folder, part) for part in ("train", "dev"))
        if train is None or dev is None:
            missing = "train" if train is None else "dev"
            raise InputError(
                f"no *{missing}*.conllu here", where=str(folder), remedy="give a Universal Dependencies treebank folder"
            )
        return cls(train, dev, _find_one(folder, "test") or dev)

    def with_dev(self, folder: Path) -> Treebank:
        """Return this treebank with the development sentences in the training file too, joined in `folder`.

        For the last round of a training whose settings are decided: development scores then judge nothing any more.
        """
        joined = folder / "train-and-dev.conllu"
        if not joined.exists():
            part = joined.with_suffix(".tmp")
            part.write_bytes(self.train.read_bytes().rstrip(b"\n") + b"\n\n" + self.dev.read_bytes())
            part.replace(joined)
        return Treebank(joined, self.dev, self.test)

    @cached_property
    def has_multiword_tokens(self) -> bool:
        """Whether the training file has tokens of several words."""
        return any("-" in row[0] for sentence in read_rows(self.train) for row in sentence)

    @cached_property
    def has_lemmas(self) -> bool:
        """Whether the training file has lemmas at all."""
        return any(row[LEMMA] not in {"_", ""} for sentence in read_rows(self.train) for row in sentence)


def read_rows(path: Path) -> Iterator[list[Row]]:
    """Yield the rows of each sentence, without comments.

    Raises
    ------
    InputError
        A line has not ten columns.
    """
    for _, rows in _read_blocks(path):
        yield rows


def read_words(path: Path) -> Iterator[list[str]]:
    """Yield the words of each sentence (those of multiword tokens, without empty nodes)."""
    for rows in read_rows(path):
        yield [row[FORM] for row in rows if row[0].isdigit()]


def raw_text(path: Path, *, glued: bool = False) -> str:
    """Rebuild the text of a treebank from its tokens.

    Tokens are joined by a space unless ``SpaceAfter=No`` stands in their last column; paragraphs and documents
    (``# newpar``, ``# newdoc``) are set apart by an empty line.

    Parameters
    ----------
    path : Path
        A CoNLL-U file.
    glued : bool
        Whether sentences stay glued where the last token of one says ``SpaceAfter=No``, as in the text of the CoNLL
        shared tasks (and of ``stanza.utils.datasets.conllu_to_text``, which also wraps lines). By default a space
        stands between any two sentences of a paragraph. On the EWT test set this makes 0.3 points of sentence F1 and
        less than 0.03 points of everything else.
    """
    paragraphs: list[str] = []
    for opens, rows in _read_blocks(path):
        text = _join_tokens(rows)
        if opens or not paragraphs:
            paragraphs.append(text)
        else:
            gap = "" if glued or paragraphs[-1].endswith(" ") else " "
            paragraphs[-1] += gap + text
    return "\n\n".join(paragraph.rstrip() for paragraph in paragraphs) + "\n"


def write_tokenizer_files(path: Path, folder: Path) -> tuple[Path, Path, Path]:
    """Write what Stanza's tokenizer learns from: the text, a label a character, the multiword expansions."""
    from stanza.utils.datasets import prepare_tokenizer_data

    folder.mkdir(parents=True, exist_ok=True)
    text, labels, expansions = (folder / f"{path.stem}{end}" for end in (".txt", ".toklabels", "-mwt.json"))
    text.write_text(raw_text(path, glued=True), "utf-8")
    prepare_tokenizer_data.main([str(text), str(path), "-o", str(labels), "-m", str(expansions)])
    return text, labels, expansions


def _read_blocks(path: Path) -> Iterator[tuple[bool, list[Row]]]:
    """Yield, for each sentence, whether a paragraph begins with it, and its rows."""
    opens, rows = False, []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        line = line.rstrip("\r")
        if line.startswith("#"):
            opens |= line.startswith(("# newpar", "# newdoc"))
        elif line:
            rows.append(_read_row(line, path, number))
        elif rows:
            yield opens, rows
            opens, rows = False, []
    if rows:
        yield opens, rows


def _read_row(line: str, path: Path, number: int) -> Row:
    row = line.split("\t")
    if len(row) != 10:
        raise InputError(f"{len(row)} columns instead of 10", where=f"{path}:{number}", remedy="give CoNLL-U files")
    return row


def _join_tokens(rows: list[Row]) -> str:
    text, inside_until = "", 0
    for row in rows:
        if "." in row[0]:
            continue  # an empty node of the enhanced graph
        first, _, last = row[0].partition("-")
        if last:
            inside_until = int(last)
        elif int(first) <= inside_until:
            continue  # a word of a multiword token: the token's own line has the text
        text += row[FORM] if "SpaceAfter=No" in row[MISC].split("|") else row[FORM] + " "
    return text


def _find_one(folder: Path, part: str) -> Path | None:
    found = sorted(folder.glob(f"*{part}*.conllu"))
    if len(found) > 1:
        names = " and ".join(path.name for path in found[:2])
        raise InputError(f"two files for {part}: {names}", where=str(folder), remedy="keep one of them")
    return found[0] if found else None
