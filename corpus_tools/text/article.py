"""`Article`: an immutable text with its metadata, and the rule for article ids.

>>> article = Article("niger-2023-11-15", "The junta refused.", published=datetime.date(2023, 11, 15))
>>> article.fingerprint[:12]
'89b4ec3a5d64'
>>> check_article_id("../passwd")  # doctest: +ELLIPSIS
Traceback (most recent call last):
...
corpus_tools.text.errors.InputError: the article id '../passwd' starts with a dot; use letters, digits, ...
"""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from corpus_tools.text.errors import InputError

__all__ = ["Article", "check_article_id"]

LONGEST_ID = 200  # characters; leaves room for a suffix within the 255 bytes of most file systems

_PLAIN_ID = re.compile(r"[A-Za-z0-9_\-][A-Za-z0-9_\-. ]*")
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """One article: a text that never changes, and what is known about it.

    Parameters
    ----------
    id : str
        Unique in its corpus; see `check_article_id`.
    text : str
        The text; all offsets of the library are code points of it.
    title, source, language, url : str, optional
        Headline, outlet, language code such as ``"en"``, address.
    published : datetime.date, optional
        Day of publication.
    extra : mapping, optional
        Everything else that the reader found, read-only.

    Raises
    ------
    InputError
        If the id is not allowed, the text cannot be written as UTF-8, or a field has another type.
    """

    id: str
    text: str
    title: str | None = None
    published: datetime.date | None = None
    source: str | None = None
    language: str | None = None
    url: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_article_id(self.id)
        _check_text(self.text, self.id)
        for name in ("title", "source", "language", "url"):
            _check_type(self, name, str)
        _check_type(self, "published", datetime.date)
        if isinstance(self.published, datetime.datetime):
            object.__setattr__(self, "published", self.published.date())
        object.__setattr__(self, "extra", MappingProxyType(dict(self.extra)))

    @property
    def fingerprint(self) -> str:
        """The sha256 of the text in UTF-8, as 64 hexadecimal digits."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    def __hash__(self) -> int:
        # `extra` may hold lists; id and text say enough, and equal articles agree on both.
        return hash((self.id, self.fingerprint))

    def __reduce__(self) -> tuple[type[Article], tuple[Any, ...]]:
        # A mapping proxy cannot be pickled, and articles travel to worker processes.
        fields = (self.id, self.text, self.title, self.published, self.source, self.language, self.url)
        return Article, (*fields, dict(self.extra))


def check_article_id(id: str) -> str:
    """Return the id if it is safe as a name of a file on any system, else raise.

    Allowed are letters, marks and digits of any script, ``.``, ``_``, ``-`` and the space, at most 200 characters,
    without a leading dot, without ``..`` and not the name of a Windows device.

    Raises
    ------
    InputError
        Naming the id and what is wrong with it.
    """
    fault = _find_id_fault(id)
    if fault is not None:
        shown = repr(id) if len(repr(id)) <= 80 else repr(id)[:77] + "..."
        raise InputError(f"the article id {shown} {fault}", remedy="use letters, digits, '.', '_', '-' and spaces")
    return id


def _find_id_fault(id: object) -> str | None:
    if not isinstance(id, str):
        return f"is not a string but {type(id).__name__}"
    if not id.strip():
        return "is empty"
    if len(id) > LONGEST_ID:
        return f"has {len(id)} characters, more than {LONGEST_ID}"
    if id.startswith("."):
        return "starts with a dot"
    if ".." in id:
        return "contains '..'"
    if _DEVICES.fullmatch(id):
        return "is the name of a Windows device"
    if _PLAIN_ID.fullmatch(id):
        return None
    strange = next((mark for mark in id if not _is_allowed(mark)), None)
    return None if strange is None else f"contains {strange!r} (U+{ord(strange):04X})"


def _is_allowed(mark: str) -> bool:
    # Marks (M) belong to letters: many scripts, and decomposed accents, cannot be written without them.
    return mark in "._- " or unicodedata.category(mark)[0] in "LMN"


def _check_text(text: object, id: str) -> None:
    if not isinstance(text, str):
        raise InputError(f"the text must be a str, got {type(text).__name__}", where=f"article {id!r}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        what = f"the text has half a surrogate pair at character {error.start}"
        raise InputError(what, where=f"article {id!r}", remedy="decode it as UTF-16 first") from None


def _check_type(article: Article, name: str, kind: type) -> None:
    value = getattr(article, name)
    if value is not None and not isinstance(value, kind):
        what = f"{name} must be a {kind.__name__} or None, got {value!r}"
        raise InputError(what, where=f"article {article.id!r}")
