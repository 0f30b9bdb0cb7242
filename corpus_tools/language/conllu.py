"""CoNLL-U export. FORM is the source slice, so that ``# text`` and the offsets in MISC agree with the article.

What CoNLL-U cannot say as it is: white space inside a token becomes one space, and the amount of white space between
tokens is only in ``start_char``/``end_char``. Entities stand as ``ner=`` (BIOES) in MISC.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus_tools.text.writing import replacing

if TYPE_CHECKING:
    from corpus_tools.language.parses import Parse, SentenceView

__all__ = ["format_conllu", "write_conllu"]

_BLANK = re.compile(r"[\s\u0080-\u009f]+")


def write_conllu(parses: Parse | Iterable[Parse], path: str | os.PathLike[str]) -> Path:
    """Write one parse or many to a CoNLL-U file; it appears under its name only when it is complete.

    Parameters
    ----------
    parses : Parse or iterable of Parse
        `Parses` is one.
    path : path
        The file; an existing one is replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        When the file cannot be written.
    """
    from corpus_tools.language.parses import Parse

    target = Path(path)
    with replacing(target) as stream:
        for parse in [parses] if isinstance(parses, Parse) else parses:
            stream.writelines(sentence.encode("utf-8") for sentence in _format_sentences(parse))
    return target


def format_conllu(parse: Parse) -> str:
    """Format one parse as CoNLL-U.

    ``# newdoc id`` is the article's id, ``# sent_id`` that id with the number of the sentence from 0. A multi-word
    token has a range line with the source slice, the offsets and the entity tag; ``SpaceAfter=No`` stands where the
    next token follows at once, and at the very end of the text.
    """
    return "".join(_format_sentences(parse))


def _format_sentences(parse: Parse) -> Iterator[str]:
    yield f"# newdoc id = {parse.article.id}\n"
    sentences = parse.sentences
    size = len(parse.article.text)
    for number, sentence in enumerate(sentences):
        following = sentences[number + 1].start if number + 1 < len(sentences) else size
        yield _format_sentence(sentence, parse.article.id, following)


def _format_sentence(sentence: SentenceView, article: str, following: int) -> str:
    """Format a sentence; `following` is where the next one begins, or the text ends."""
    words: Iterator[Any] = sentence.tokens.itertuples(index=False)
    tokens = [list(rows) for _, rows in groupby(words, key=attrgetter("token"))]
    followers = [rows[0].start for rows in tokens[1:]] + [following]
    lines: list[str] = []
    text = ""
    for rows, follower in zip(tokens, followers, strict=True):
        glued = follower == rows[0].end
        text += _flat(rows[0].text) + ("" if glued else " ")
        lines += _format_token(rows, _format_misc(rows[0], glued=glued))
    head = [f"# sent_id = {article}-{sentence.index}", f"# text = {text.rstrip(' ')}"]
    return "\n".join([*head, *lines]) + "\n\n"


def _format_token(rows: list[Any], misc: str) -> Iterator[str]:
    if len(rows) == 1:
        yield _format_word(rows[0], rows[0].text, misc)
        return
    yield "\t".join([f"{rows[0].word}-{rows[-1].word}", _flat(rows[0].text), *"_" * 7, misc])
    for row in rows:
        yield _format_word(row, row.form, "_")


def _format_word(row: Any, form: str, misc: str) -> str:
    head = "" if row.head == -1 else str(row.head)
    values = [str(row.word), form, row.lemma, row.upos, row.xpos, row.feats, head, row.deprel]
    return "\t".join([*(_flat(value) or "_" for value in values), "_", misc])


def _format_misc(row: Any, *, glued: bool) -> str:
    fields = [f"start_char={row.start}", f"end_char={row.end}"]
    fields += [f"ner={row.ner}"] if row.ner else []
    return "|".join([*fields, *(["SpaceAfter=No"] if glued else [])])


def _flat(value: str) -> str:
    return _BLANK.sub(" ", value)
