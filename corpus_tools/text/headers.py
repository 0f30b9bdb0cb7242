r"""What may stand before the text in a .txt file: a `` date YYYY-MM-DD `` prefix or a YAML front matter.

>>> split_header(" date 2023-11-15 In the midst", where="a.txt")
Header(values={'published': datetime.date(2023, 11, 15)}, written={}, lines={}, text='In the midst')
>>> header = split_header("---\ntitle: No\nstars: 3\n---\n\nOnce.\n", where="a.txt")
>>> header.values, header.written["title"], header.text
({'title': False, 'stars': 3}, 'No', 'Once.\n')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from corpus_tools.text.errors import InputError
from corpus_tools.text.fields import parse_date

__all__ = ["Header", "split_header"]

_PREFIX = re.compile(r" date (\d[\d./-]*)(?: |\r?\n|\Z)")
_OPENING = re.compile(r"---[ \t]*\r?\n")
_CLOSING = re.compile(r"^---[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_BLANK = re.compile(r"\r?\n")


@dataclass(frozen=True)
class Header:
    """The header of a file and the text after it.

    Parameters
    ----------
    values : dict
        Key to value, as YAML reads it.
    written : dict
        Key to the value as it is written: YAML reads the language ``no`` as False and the title ``1984`` as a number.
    lines : dict
        Key to its line in the file, from 1.
    text : str
        What follows, untouched.
    """

    values: dict[str, Any]
    written: dict[str, Any]
    lines: dict[str, int]
    text: str


def split_header(text: str, *, where: str) -> Header:
    """Separate a text from the header before it, if there is one.

    Raises
    ------
    InputError
        If the date is none, or the front matter is not closed or not a YAML mapping; with file and line.
    """
    prefix = _PREFIX.match(text)
    if prefix:
        return Header({"published": parse_date(prefix[1], where=f"{where}:1")}, {}, {}, text[prefix.end() :])
    opening = _OPENING.match(text)
    if opening is None:
        return Header({}, {}, {}, text)
    closing = _CLOSING.search(text, opening.end())
    if closing is None:
        remedy = "close it with a line ---, or begin the text with something else"
        raise InputError("the front matter that opens here is never closed", where=f"{where}:1", remedy=remedy)
    values, written, lines = _parse_front_matter(text[opening.end() : closing.start()], where)
    blank = _BLANK.match(text, closing.end())
    return Header(values, written, lines, text[blank.end() if blank else closing.end() :])


def _parse_front_matter(block: str, where: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, int]]:
    import yaml

    # libyaml's, many times as fast, where PyYAML was built with it; both build plain data only
    safe, plain = getattr(yaml, "CSafeLoader", yaml.SafeLoader), getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        values = yaml.load(block, Loader=safe)
        written = yaml.load(block, Loader=plain)
        node = yaml.compose(block, Loader=safe)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 if mark is None else mark.line + 2
        raise _unparsable(getattr(error, "problem", None) or str(error), where, line) from None
    except ValueError as error:  # a date such as 2023-02-30, of which PyYAML does not say the line
        raise _unparsable(str(error), where, _find_bad_line(block)) from None
    if values is None:
        return {}, {}, {}
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        raise _unparsable("it does not consist of 'key: value' lines", where, 2)
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    return {str(key): value for key, value in values.items()}, written, lines


def _unparsable(problem: str, where: str, line: int) -> InputError:
    remedy = "write it as YAML (quote a value that contains a colon)"
    return InputError(f"the front matter cannot be parsed: {problem}", where=f"{where}:{line}", remedy=remedy)


def _find_bad_line(block: str) -> int:
    import yaml

    for number, line in enumerate(block.split("\n"), start=2):
        try:
            yaml.safe_load(line)
        except yaml.YAMLError:
            continue  # a line of a longer value means nothing alone; the whole block did parse
        except ValueError:
            return number
    return 2
