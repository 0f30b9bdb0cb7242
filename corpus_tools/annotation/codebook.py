"""The codebook: which frames, stances, entities and attributes there are, and what each of them means.

A codebook is a TOML file that coders read and that the code holds them to. Judgements name its version, so a
changed definition never passes silently for the old one.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from corpus_tools.text.errors import InputError, InputWarning
from corpus_tools.text.toml import read_toml

__all__ = ["Attribute", "Codebook", "Entity", "Expression", "FrameLabel", "StanceValue"]

ENTITY_KINDS = ("actor", "collective", "issue", "event")
_ID = re.compile(r"\w[\w.-]{0,99}")


@dataclass(frozen=True, slots=True)
class FrameLabel:
    """A frame: its definition, when to use it, when not, invented examples and frozen cue expressions."""

    id: str
    name: str
    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StanceValue:
    """A value of the stance scale; `order` is its rank, or None where the value stands outside the order."""

    id: str
    order: int | None = None
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Expression:
    """A way in which a stance is expressed, such as a demand or a threat."""

    id: str
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """Who holds stances and what they are about; `kind` is actor, collective, issue or event."""

    id: str
    name: str
    kind: str = "actor"
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribute:
    """A further property that coders may record; an empty `values` allows any value."""

    id: str
    values: tuple[str, ...] = ()
    definition: str = ""


@dataclass(frozen=True)
class Codebook:
    """A versioned label scheme.

    Attributes
    ----------
    version : str
        Named by every judgement that was made under it.
    frames, stances, expressions, entities, attrs : dict of str to label
        By id, in the order of the file.

    Examples
    --------
    >>> book = Codebook.of({
    ...     "codebook": {"version": "1.0"},
    ...     "frame": [{"id": "dialogue", "name": "Dialogue"}],
    ...     "entity": [{"id": "france", "name": "France", "aliases": ["Paris", "French government"]}],
    ... })
    >>> list(book.frames), book.version
    (['dialogue'], '1.0')
    >>> book.entity_of("a spokesman of the French government")
    'france'
    """

    version: str
    name: str = ""
    language: str = ""
    description: str = ""
    unit: str = ""
    stance_rule: str = ""
    frames: dict[str, FrameLabel] = field(default_factory=dict, hash=False)
    stances: dict[str, StanceValue] = field(default_factory=dict, hash=False)
    expressions: dict[str, Expression] = field(default_factory=dict, hash=False)
    entities: dict[str, Entity] = field(default_factory=dict, hash=False)
    attrs: dict[str, Attribute] = field(default_factory=dict, hash=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> Codebook:
        """Return the codebook itself: it never changes, and cloned detectors share it."""
        return self

    @classmethod
    def read(cls, path: str | Path) -> Codebook:
        """Read a codebook from a TOML file.

        Raises
        ------
        InputError
            When the file cannot be read or does not describe a codebook.
        """
        data, _ = read_toml(Path(path), remedy="give a codebook.toml")
        return cls.of(data, where=str(path))

    @classmethod
    def of(cls, data: Mapping[str, Any], *, where: str = "codebook") -> Codebook:
        """Build a codebook from the tables of its TOML form; `where` names the source in errors.

        Raises
        ------
        InputError
            When the tables do not describe a codebook; it names the table and the key.
        """
        head = data.get("codebook")
        if not isinstance(head, Mapping):
            raise InputError("has no [codebook] table", where=where, remedy='add [codebook] with version = "1.0"')
        head = _only_known(head, _HEAD, f"{where}: [codebook]")
        if not isinstance(head.get("version"), str) or not head["version"].strip():
            raise InputError(
                "version is missing or not text", where=f"{where}: [codebook]", remedy='write version = "1.0"'
            )
        for key in head:
            head[key] = _text(head[key], f"{where}: [codebook] {key}").strip()
        _only_known(data, ("codebook", *_TABLES), where)
        return cls(
            **head,
            frames=_read_table(data, "frame", _frame, where),
            stances=_read_table(data, "stance", _stance, where),
            expressions=_read_table(data, "expression", _expression, where),
            entities=_read_table(data, "entity", _entity, where),
            attrs=_read_table(data, "attr", _attribute, where),
        )

    def entity_of(self, text: str) -> str | None:
        """Return the id of the entity that `text` names, or None.

        A text that is an alias (or a name) as a whole matches whatever its case. Else the longest alias that stands in
        the text as whole words decides; there, an alias with capitals must keep them ("the US" is not in "told the us"
        but a capital "The" does no harm). Ties go to the first in the text, then to the first in the codebook. Accents
        and typographic apostrophes make no difference.
        """
        plain = _plain(text)
        whole = self._aliases.get(plain.casefold())
        if whole is not None or self._pattern is None:
            return whole
        found = max(self._pattern.finditer(plain), key=lambda match: len(match[1]), default=None)
        return None if found is None else self._aliases[found[1].casefold()]

    @cached_property
    def _aliases(self) -> dict[str, str]:
        table: dict[str, str] = {}
        for entity in self.entities.values():
            for alias in (*entity.aliases, entity.name):
                table.setdefault(_plain(alias).casefold(), entity.id)
        return table

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        aliases = {_plain(alias) for entity in self.entities.values() for alias in (*entity.aliases, entity.name)}
        if not aliases:
            return None
        longest_first = sorted(aliases, key=lambda alias: (-len(alias), alias))
        # The look-ahead lets matches overlap: at each position the longest alias, not only the leftmost of the text.
        return re.compile(rf"(?<!\w)(?=({'|'.join(map(_alias_pattern, longest_first))})(?!\w))")


# --- reading the tables ---------------------------------------------------------------------------------------------

_HEAD = ("version", "name", "language", "description", "unit", "stance_rule")
_TABLES = ("frame", "stance", "expression", "entity", "attr")
_Label = TypeVar("_Label", FrameLabel, StanceValue, Expression, Entity, Attribute)
_Build = Callable[[dict[str, Any], str], _Label]


def _read_table(data: Mapping[str, Any], table: str, build: _Build[_Label], where: str) -> dict[str, _Label]:
    rows = data.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InputError(f"{table} is not a list of tables", where=where, remedy=f"write [[{table}]] with two brackets")
    labels: dict[str, _Label] = {}
    for number, row in enumerate(rows, 1):
        place = f"{where}: [[{table}]] {number}"
        key = row.get("id")
        if not isinstance(key, str) or not _ID.fullmatch(key):
            raise InputError(
                f"id {key!r} is not a label", where=place, remedy="use letters, digits and _ . - without spaces"
            )
        if key in labels:
            raise InputError(f"id {key!r} occurs twice", where=place, remedy="rename or remove one of them")
        labels[key] = build(dict(row), f"{place} ({key})")
    return labels


def _frame(row: dict[str, Any], where: str) -> FrameLabel:
    row = _only_known(row, FrameLabel.__slots__, where)
    examples, cues = (_texts(row.pop(key, []), f"{where} {key}") for key in ("examples", "cues"))
    texts: dict[str, Any] = _all_text({"name": row["id"], **row}, where)
    return FrameLabel(**texts, examples=examples, cues=cues)


def _stance(row: dict[str, Any], where: str) -> StanceValue:
    row = _only_known(row, StanceValue.__slots__, where)
    order = row.pop("order", None)
    if order is not None and type(order) is not int:
        raise InputError(
            f"order {order!r} is not a whole number", where=where, remedy="write order = 1, or leave it out"
        )
    return StanceValue(**_all_text(row, where), order=order)


def _expression(row: dict[str, Any], where: str) -> Expression:
    return Expression(**_all_text(_only_known(row, Expression.__slots__, where), where))


def _entity(row: dict[str, Any], where: str) -> Entity:
    row = _only_known(row, Entity.__slots__, where)
    aliases = _texts(row.pop("aliases", []), f"{where} aliases")
    entity = Entity(**_all_text({"name": row["id"], **row}, where), aliases=aliases)
    if entity.kind not in ENTITY_KINDS:
        raise InputError(
            f"kind {entity.kind!r} is unknown", where=where, remedy=f"use one of {', '.join(ENTITY_KINDS)}"
        )
    return entity


def _attribute(row: dict[str, Any], where: str) -> Attribute:
    row = _only_known(row, Attribute.__slots__, where)
    values = _texts(row.pop("values", []), f"{where} values")
    return Attribute(**_all_text(row, where), values=values)


def _only_known(row: Mapping[str, Any], known: tuple[str, ...] | Any, where: str) -> dict[str, Any]:
    unknown = [key for key in row if key not in known]
    if unknown:
        warnings.warn(
            f"{where}: unknown key {', '.join(unknown)} is ignored; known are {', '.join(known)}",
            InputWarning,
            stacklevel=5,
        )
    return {key: value for key, value in row.items() if key in known}


def _all_text(row: dict[str, Any], where: str) -> dict[str, str]:
    return {key: _text(value, f"{where} {key}") for key, value in row.items()}


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{value!r} is not text", where=where, remedy="write it in quotes")
    return value


def _texts(values: Any, where: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise InputError("is not a list of texts", where=where, remedy='write ["one", "two"]')
    return tuple(values)


# --- finding entities -----------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Accents folded, apostrophes straight, white space single: for looking up only, never for offsets."""
    decomposed = unicodedata.normalize("NFKD", text.replace("\u2019", "'"))
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def _alias_pattern(alias: str) -> str:
    """Let a common noun match in any case, and a proper name with its capitals, but for a leading article."""
    escaped = re.escape(alias)
    if alias == alias.lower():
        return f"(?i:{escaped})"
    return f"[Tt]{escaped[1:]}" if alias.startswith("the ") else escaped
