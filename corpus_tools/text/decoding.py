r"""From bytes to text: what is not text is refused by name, and nothing is guessed.

>>> decode(b"caf\xe9", where="a.txt")  # doctest: +ELLIPSIS
Traceback (most recent call last):
...
corpus_tools.text.errors.InputError: a.txt:1: byte 0xe9 at offset 3 is not valid utf-8; convert the file ...
>>> decode(b"caf\xe9", encoding="cp1252", where="a.txt")
'café'
"""

from __future__ import annotations

import codecs
from pathlib import Path

from corpus_tools.text.errors import InputError

__all__ = [
    "BOM",
    "check_encoding",
    "decode",
    "decode_utf8",
    "is_bytewise",
    "is_special",
    "read_bytes",
    "read_text",
    "refuse_other_kinds",
]

BOM = "\ufeff"

_SKIP = "or leave it out with on_error='skip'"
_PLAIN_TEXT = f"save it as plain text in UTF-8 (in a word processor: 'Save as', plain text) {_SKIP}"
_OTHER = f"convert it to plain text {_SKIP}"
# The first bytes by which kinds of file that are often taken for text can be told, and what to do about each.
_SIGNATURES = (
    (b"{\\rtf", "this is an RTF document, not plain text", _PLAIN_TEXT),
    (b"\xd0\xcf\x11\xe0", "this is an old Office document, not plain text", _PLAIN_TEXT),
    (b"PK\x03\x04", "this is a zip archive (or a docx, odt or epub), not plain text", _PLAIN_TEXT),
    (b"%PDF-", "this is a PDF, not plain text", f"extract its text first, for example with pdftotext, {_SKIP}"),
    (b"\x1f\x8b", "this is gzip-compressed", f"decompress it first {_SKIP}"),
)
_WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def check_encoding(encoding: str) -> str:
    """Return the codec's own name of a text encoding, with ``utf-8-sig`` as ``utf-8``: a BOM is dropped anyway.

    Raises
    ------
    InputError
        If Python has no such text encoding.
    """
    try:
        "\n".encode(encoding)
        name = codecs.lookup(encoding).name
    except LookupError:
        raise InputError(f"unknown encoding {encoding!r}", remedy="use a name such as 'utf-8' or 'cp1252'") from None
    return "utf-8" if name == "utf-8-sig" else name


def is_bytewise(encoding: str) -> bool:
    r"""Tell whether a byte ``\n`` in this encoding is a line feed and nothing else, as in UTF-8 and cp1252."""
    return "\n".encode(encoding) == b"\n"


def is_special(path: Path) -> bool:
    """Tell whether a path is a pipe, a socket or a device, which one may read for ever."""
    return path.exists() and not path.is_file() and not path.is_dir()


def read_bytes(path: Path) -> bytes:
    """Return what a file holds.

    Raises
    ------
    InputError
        If it is empty or cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), remedy="check the path") from error
    if not data:
        raise InputError("the file is empty", where=str(path), remedy=f"remove it {_SKIP}")
    return data


def read_text(path: Path, *, encoding: str = "utf-8") -> str:
    """Return the text of a file as it stands, line endings included, less a byte order mark.

    Raises
    ------
    InputError
        If it is missing, empty, binary or in another encoding.
    """
    return decode(read_bytes(path), encoding=encoding, where=str(path))


def decode(data: bytes, *, encoding: str = "utf-8", where: str, line: int = 1, offset: int = 0) -> str:
    """Decode bytes that stand in a file, and drop a byte order mark at its very start.

    Parameters
    ----------
    data : bytes
        A whole file or a part of it.
    encoding : str
        The encoding; it is believed.
    where : str
        The file, for messages.
    line, offset : int
        Where in the file the data begin: the line from 1, the byte from 0.

    Raises
    ------
    InputError
        If the data are of a known binary kind, are not in this encoding, or hold a NUL character.
    """
    if offset == 0:
        refuse_other_kinds(data, encoding, where)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error.start, encoding, where, line, offset) from None
    nul = text.find("\0")
    if nul >= 0:
        place = f"{where}:{line + text.count(chr(10), 0, nul)}"
        what = f"this is a binary file (NUL at character {nul} of the {'file' if offset == 0 else 'line'})"
        raise InputError(what, where=place, remedy=_OTHER)
    return text.removeprefix(BOM) if offset == 0 else text


def decode_utf8(data: bytes, *, where: str) -> str:
    """Decode a whole file of a format that is UTF-8 by definition; there is no other encoding to ask for.

    Raises
    ------
    InputError
        As in `decode`.
    """
    try:
        return decode(data, where=where)
    except InputError as error:
        remedy = "this format is text in UTF-8: convert the file, or export it anew"
        raise InputError(error.what, where=error.where, remedy=remedy) from None


def refuse_other_kinds(data: bytes, encoding: str, where: str) -> None:
    """Raise `InputError` if the first bytes of a file say that it is an RTF, PDF, zip, UTF-16 or the like."""
    head = data[:64].removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    for signature, what, remedy in _SIGNATURES:
        if head.startswith(signature):
            raise InputError(what, where=where, remedy=remedy)
    if not is_bytewise(encoding):
        return
    for bom, name in _WIDE_BOMS:
        if data.startswith(bom):
            what = f"byte 0x{data[0]:02x} at offset 0 begins the byte order mark of {name}"
            raise InputError(what, where=where, remedy=f"pass encoding={name!r} or convert the file to UTF-8")


def _undecodable(data: bytes, start: int, encoding: str, where: str, line: int, offset: int) -> InputError:
    if b"\0" in data and is_bytewise(encoding):
        at = data.index(b"\0")
        return InputError(f"this is a binary file (byte 0x00 at offset {offset + at})", where=where, remedy=_OTHER)
    remedy = "convert the file to UTF-8, or pass encoding= with its real encoding, such as encoding='cp1252'"
    what = f"byte 0x{data[start]:02x} at offset {offset + start} is not valid {encoding}"
    line += data.count(b"\n", 0, start)
    return InputError(what, where=f"{where}:{line}", remedy=remedy)
