"""One look a label: a colour, a line style and a short code, so that colour is never the only cue.

The hues are those of Okabe and Ito (2008), made for colour-blind readers; their lightness is spread so that a line of
three pixels stands out from the page and from its neighbours in either theme. They live in ``assets/colours.css``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corpus_tools.render.escape import escape_name

COLOURS = 8
LINES = {
    "solid": "linear-gradient({c},{c})",
    "dashed": "repeating-linear-gradient(90deg,{c} 0 8px,transparent 8px 11px)",
    "dashdot": "repeating-linear-gradient(90deg,{c} 0 9px,transparent 9px 12px,{c} 12px 15px,transparent 15px 18px)",
    "dotted": "repeating-linear-gradient(90deg,{c} 0 3px,transparent 3px 6px)",
}
_SMALL_WORDS = frozenset(("a", "an", "and", "in", "of", "on", "or", "the", "to"))


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How one label is drawn: ``code`` at the text, ``colour`` (0-7) and ``line`` under it, ``name`` in legends."""

    label: str
    name: str
    code: str
    colour: int
    line: str

    @property
    def underline(self) -> str:
        """The CSS value of the underline."""
        return f"var(--ct-u{self.colour}-{self.line})"

    @property
    def swatch(self) -> str:
        """A piece of the underline with its code, as HTML, for legends and tables."""
        return (
            f'<span class="ct-key ct-c{self.colour}"><span class="ct-swatch" style="background-image:{self.underline}">'
            f'</span><span class="ct-code">{escape_name(self.code)}</span></span>'
        )


class Palette:
    """The looks of a set of labels, stable over all articles of a page.

    Parameters
    ----------
    names
        Label id to name, in the order of the codebook.

    Examples
    --------
    >>> palette = Palette({"russian_influence": "Russian influence", "dialogue": "Dialogue and negotiation"})
    >>> [(style.code, style.line) for style in palette]
    [('RI', 'solid'), ('DN', 'dashed')]
    >>> palette["never_seen"].code
    'NS'
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._styles: dict[str, LabelStyle] = {}
        for label, name in names.items():
            self._add(label, name)

    @classmethod
    def of(cls, labels: Iterable[str]) -> Palette:
        """Return a palette for bare label ids, in the order of their first appearance."""
        return cls({label: _spell(label) for label in labels})

    def __getitem__(self, label: str) -> LabelStyle:
        """Return the look of a label; one that the codebook does not have gets the next free look."""
        return self._styles.get(label) or self._add(label, _spell(label))

    def __iter__(self) -> Iterator[LabelStyle]:
        return iter(list(self._styles.values()))  # a copy: asking for an unknown label adds one

    def __len__(self) -> int:
        return len(self._styles)

    def position(self, label: str) -> int:
        """Return the label's place in the order of the codebook."""
        style = self[label]  # first, since it may add the label
        return list(self._styles).index(style.label)

    def _add(self, label: str, name: str) -> LabelStyle:
        number = len(self._styles)
        code = _choose_code(name, {style.code for style in self._styles.values()})
        line = list(LINES)[(number + number // COLOURS) % len(LINES)]
        style = self._styles[label] = LabelStyle(label, name, code, number % COLOURS, line)
        return style


def build_underlines() -> str:
    """Return the CSS variables of every colour with every line style."""
    rules = (
        f"--ct-u{colour}-{line}:{image.format(c=f'var(--ct-c{colour})')};"
        for colour in range(COLOURS)
        for line, image in LINES.items()
    )
    return ".ct{" + "".join(rules) + "}"


def _spell(label: str) -> str:
    return label.replace("_", " ").strip().capitalize() or label


def _choose_code(name: str, taken: set[str]) -> str:
    """Return two letters for the name: initials, else the first letter with a later one, else with a number."""
    words = [word for word in name.split() if word.lower() not in _SMALL_WORDS and word[0].isalnum()] or [name]
    letters = [char for char in "".join(words) if char.isalnum()] or ["?"]
    first = letters[0].upper()
    initials = [first + words[1][0].upper()] if len(words) > 1 else []
    later = [first + char.upper() for char in letters[1:]]
    numbers = (f"{first}{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (*initials, *later, *numbers) if code not in taken)
