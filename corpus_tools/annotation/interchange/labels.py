"""Labels of marks: one text that says whether a mark is a frame, a stance or an argument, and back.

Tools for annotating text know a mark by its range and one label. A frame is ``frame:dialogue``; a stance stands on the
words that express it as ``stance:oppose``, or, where it has no such words, as ``stance:oppose@target`` on its target
(and a whole article's frame of which only the speaker stands in the text as ``frame:dialogue@voice``).

>>> write_label("stance", "oppose", "target")
'stance:oppose@target'
>>> read_label("stance:oppose@target")
Label(kind='stance', label='oppose', role='target')
>>> read_label("holder")
Label(kind='argument', label='', role='holder')
>>> read_label("dialogue")  # made by hand in the tool: without a codebook a frame
Label(kind='frame', label='dialogue', role='spans')
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple

from corpus_tools.annotation.codebook import Codebook
from corpus_tools.annotation.layout import SALIENCES
from corpus_tools.text.errors import InputError

__all__ = ["ARGUMENTS", "Label", "read_category", "read_label", "write_category", "write_frame", "write_label"]

ARGUMENTS = ("part", "voice", "cue", "holder", "target")
_ROLES = {"frame": ("spans", "voice"), "stance": ("cue", "target", "holder")}  # the first goes without saying


class Label(NamedTuple):
    """What a mark is: a frame, a stance, or an argument of one; and which role its own words play."""

    kind: str
    label: str
    role: str


def write_label(kind: str, label: str, role: str, *, separator: str = ":") -> str:
    """Return the label of a frame or a stance whose own words play this role."""
    known = role if role in _ROLES[kind] else _ROLES[kind][0]  # without any words: as if it stood on its own
    usual = known == _ROLES[kind][0] and label.rpartition("@")[2] not in _ROLES[kind]
    return f"{kind}{separator}{label}" if usual else f"{kind}{separator}{label}@{known}"


def write_frame(label: str) -> str:
    """Return the label of a frame where nothing but frames is marked: its own, unless that would be misread.

    Examples
    --------
    >>> write_frame("dialogue"), write_frame("holder")
    ('dialogue', 'frame:holder')
    """
    return label if read_label(label) == Label("frame", label, "spans") else write_label("frame", label, "spans")


def read_label(text: object, codebook: Codebook | None = None, *, separator: str = ":") -> Label:
    """Return what a label says.

    Parameters
    ----------
    text
        The label as it stands in a file.
    codebook
        Says whether a label without ``frame:`` or ``stance:`` is a frame or a stance; without it, it is a frame.
    separator
        What stands between kind and label.

    Raises
    ------
    InputError
        If it is no text, empty, or not in the codebook.
    """
    if not isinstance(text, str) or not text:
        raise InputError(f"the label {text!r} is not a text", remedy="give every mark a label")
    kind, found, rest = text.partition(separator)
    if found and rest and kind in _ROLES:
        return _split_role(kind, rest)
    if text in ARGUMENTS:
        return Label("argument", "", text)
    if codebook is None or text in codebook.frames:
        return _split_role("frame", text) if codebook is None else Label("frame", text, "spans")
    stance = _split_role("stance", text)
    if stance.label in codebook.stances:
        return stance
    near = get_close_matches(text, [*codebook.frames, *codebook.stances], n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"write frame{separator}… or stance{separator}…"
    raise InputError(f"the label {text!r} is neither a frame nor a stance of the codebook", remedy=hint)


def write_category(salience: str, label: str) -> str:
    """Return the name of a whole article's frame in tools that have categories of documents."""
    return f"{salience}:{label}"


def read_category(text: object) -> tuple[str, str]:
    """Return salience and frame of a category.

    Raises
    ------
    InputError
        If it does not say a salience.

    Examples
    --------
    >>> read_category("primary:dialogue")
    ('primary', 'dialogue')
    """
    salience, _, label = text.partition(":") if isinstance(text, str) else ("", "", "")
    if salience in SALIENCES and label:
        return salience, label
    remedy = f"write {' or '.join(SALIENCES)}, a colon and the frame, such as primary:dialogue"
    raise InputError(f"the category {text!r} is no frame of an article", remedy=remedy)


def _split_role(kind: str, text: str) -> Label:
    label, found, role = text.rpartition("@")
    return Label(kind, label, role) if found and label and role in _ROLES[kind] else Label(kind, text, _ROLES[kind][0])
